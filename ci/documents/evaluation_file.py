"""eval.yaml: what makes a dataset on the Hub a benchmark that models report their scores to.

The format: https://huggingface.co/docs/hub/eval-results, section "Eval.yaml specification"
(huggingface/hub-docs, docs/hub/eval-results.md at 242f4a1e). A model's repository then names this
dataset and a task's `id` in `.eval_results/*.yaml`. The Hub shows a leaderboard only for datasets
on its allow-list, which one asks for.
"""

from collections.abc import Sequence
from typing import Any

from ci.documents.front_matter import PRETTY_NAME
from ci.documents.yaml_text import yaml_text
from schema.manifest import PublishedInstance

EVALUATION_PATH = "eval.yaml"

# `evaluation_framework` is a closed list (EVALUATION_FRAMEWORKS in huggingface.js,
# packages/tasks/src/eval.ts), checked when the file is pushed, and none of its entries scores this
# benchmark: `inspect-ai` would also demand solvers and scorers that do not take sound. Hugging Face
# registers benchmarks without one: LocalLLaMA/typed-decisions on the Hub, discussion 9.
# Once `dynamic-superb` is on the list, write it here.
FRAMEWORK: str | None = None


def evaluation_file(entries: Sequence[PublishedInstance]) -> str:
    """eval.yaml for the published instances: a task each, under the instance's full name.

    The format has no field for a metric or its direction. That `wer` and `mae` are better when
    lower has to be said when asking for the allow-list.
    """
    fields: dict[str, Any] = {
        "name": PRETTY_NAME,
        "description": "Whether a speech model follows instructions: each task asks one thing"
        " about a recording, and is scored on its own by the metric that the dataset card names.",
        **({"evaluation_framework": FRAMEWORK} if FRAMEWORK else {}),
        "tasks": [
            {"id": entry.instance, "config": entry.instance, "split": "test"} for entry in entries
        ],
    }
    return yaml_text(fields)
