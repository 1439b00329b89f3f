"""The report as JSON: exactly the model, readable by `schema.report.Report`."""

import json

from schema.report import Report
from validators.render.escape import json_text


def as_json(report: Report) -> str:
    """The report's fields, indented by two blanks, the last line ended.

    Raises:
        ValueError: a number is not finite, which no measurement may be.
    """
    fields = report.model_dump(by_alias=True)
    return json_text(json.dumps(fields, indent=2, ensure_ascii=False, allow_nan=False)) + "\n"
