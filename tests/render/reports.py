"""Reports written out by hand, for the tests of the renderers."""

from typing import Any

from schema.report import Finding, InstanceReport, Problem, Quantiles, Report, TaskReport


def finding(**changes: Any) -> Finding:
    """An unpinned revision at line 6 of an instance, with changes."""
    fields: dict[str, Any] = {
        "rule": "PTR103",
        "name": "unpinned-revision",
        "severity": "error",
        "task": "EmotionRecognition",
        "instance": "EmotionRecognition_CREMA-D",
        "path": "tasks/EmotionRecognition/instances/CREMA-D.json",
        "line": 6,
        "column": 17,
        "pointer": "/dataset/revision",
        "example": None,
        "message": 'revision is "main"; a 40-digit commit id is needed',
        "hint": "copy the commit id from the dataset's history on the Hub",
        "waived": None,
    }
    fields |= changes
    return Finding(**{"url": f"docs/rules/{fields['rule']}.md"} | fields)


def clipped(example: str, percent: float = 3.0, **changes: Any) -> Finding:
    """A warning about a clip."""
    return finding(
        **{
            "rule": "AUD512",
            "name": "clipped-audio",
            "severity": "warning",
            "line": None,
            "column": None,
            "pointer": None,
            "example": example,
            "message": f"{percent:.1f}% of samples are at full scale (limit 1%)",
            "hint": "export again with head room, or leave this example out",
        }
        | changes
    )


def instance(name: str = "EmotionRecognition_CREMA-D", **changes: Any) -> InstanceReport:
    """An instance of 200 examples, with changes."""
    quantiles = Quantiles(shortest=1.3, p05=1.6, p25=2.1, median=2.5, p75=2.9, p95=3.6, longest=5.0)
    fields: dict[str, Any] = {
        "instance": name,
        "examples": 200,
        "minutes": 8.43,
        "durations": quantiles,
        "labels": {"angry": 34, "happy": 33, "sad": 133},
        "majority_share": 0.665,
        "sample_rates": {"16000": 200},
        "channels": {"1": 200},
        "distinct_instructions": 12,
        "effective_instructions": 8.5,
    }
    return InstanceReport(**fields | changes)


def unmeasured(name: str) -> InstanceReport:
    """An instance of which nothing is known."""
    return instance(name, **dict.fromkeys(InstanceReport.model_fields.keys() - {"instance"}))


def task(name: str = "EmotionRecognition", **changes: Any) -> TaskReport:
    """A task that fails, with changes."""
    fields: dict[str, Any] = {
        "task": name,
        "path": f"tasks/{name}",
        "verdict": "fail",
        "digest": "0" * 64,
        "rules_run": ["AUD512", "PTR103"],
        "rules_skipped": {},
        "instances": [instance(f"{name}_CREMA-D")],
    }
    return TaskReport(**fields | changes)


def problem(**changes: Any) -> Problem:
    """A source that did not answer, with changes."""
    fields: dict[str, Any] = {
        "kind": "unreachable",
        "task": "EmotionRecognition",
        "instance": "EmotionRecognition_CREMA-D",
        "rule": "PTR201",
        "message": "the Hub answered 503 three times",
    }
    return Problem(**fields | changes)


def report(*findings: Finding, **changes: Any) -> Report:
    """A report of one failing task with these findings, with changes."""
    fields: dict[str, Any] = {
        "schema_version": 1,
        "validator": "0.1.0",
        "tasks": [task()],
        "findings": list(findings),
        "problems": [],
    }
    return Report(**fields | changes)


TASK_JSON = """\
{
  "$schema": "../../schema/task.schema.json",
  "schema_version": 1,
  "title": "Emotion recognition",
  "dimension": "paralinguistics",
  "languages": ["en"],
  "inputs": ["audio"],
  "output": {"type": "classification", "labels": ["angry", "happy", "sad"]},
  "metrics": ["wer"]
}
"""
INSTANCE_JSON = """\
{
  "schema_version": 1,
  "dataset": {
    "repo_id": "speech/crema-d",
    "split": "test",
    "revision": "main"
  },
  "license": "CC-BY-4.0"
}
"""


def failing() -> Report:
    """Two tasks, one of which has faults of every kind."""
    folder = "tasks/EmotionRecognition"
    about_task = {"instance": None, "path": f"{folder}/task.json", "pointer": "/metrics/0"}
    return report(
        finding(column=17),
        finding(
            rule="TSK204", name="metric-does-not-fit", line=9, column=15, **about_task,
            message='metric "wer" does not fit the output "classification"; it takes accuracy, '
            "balanced_accuracy or macro_f1",
            hint='write "accuracy" first',
        ),
        finding(
            rule="INS101", name="too-few-instructions", line=None, column=None,
            **about_task | {"path": f"{folder}/instructions.txt", "pointer": None},
            message="7 distinct instructions; 10 are needed for 200 examples",
            hint="add 3 instructions in words of their own",
        ),
        *(clipped(f"1{n:03}_DFA", 1.2 + n / 7) for n in range(1, 41)),
        clipped("1077_WSI", 2.4, waived="shouted speech; the source is recorded like this"),
        finding(
            rule="RES101", name="no-prior-result", severity="note", line=2, column=3, pointer=None,
            message="no prior result is given; reviewers always ask for one",
            hint="add a published result if there is one",
        ),
        tasks=[
            task(
                "DigitRecognition", verdict="pass",
                instances=[
                    instance(
                        "DigitRecognition_Asterisk-En", examples=330, minutes=4.2,
                        majority_share=0.1, sample_rates={"8000": 330},
                    )
                ],
            ),
            task(
                instances=[instance(), unmeasured("EmotionRecognition_RAVDESS")],
                rules_skipped=dict.fromkeys(["DAT201", "DAT202", "DAT203"], "needs the network"),
            ),
        ],
        problems=[problem(instance="EmotionRecognition_RAVDESS")],
    )  # fmt: skip


def passing() -> Report:
    """One task without a fault."""
    return report(
        tasks=[
            task(
                "DigitRecognition", verdict="pass",
                instances=[
                    instance(f"DigitRecognition_Asterisk-{language}", examples=330, minutes=minutes)
                    for language, minutes in (("En", 4.2), ("Es", 5.1), ("Fr", 14.8))
                ],
            )
        ]
    )  # fmt: skip
