"""The head of the terminal report: what was checked, and how much of it."""

from rich.cells import cell_len

from schema.report import Finding, InstanceReport, Report, TaskReport
from validators.render.escape import loggable, shortened
from validators.render.findings import skipped, waivers
from validators.render.page import COLOURS, QUIET, STRONG, Page, padded
from validators.render.words import counted, first_few, instructions, statistics

_FORMS = {
    "examples": "{} examples",
    "minutes": "{} min",
    "median": "median {}",
    "majority": "majority {}",
    "rate": "{}",
}


def put_overview(page: Page, report: Report) -> None:
    """Write the verdict of every task, its statistics, what was waived and what did not run."""
    tasks = sorted(report.tasks, key=lambda task: (task.path, task.task))
    longest = max((cell_len(loggable(task.path)) for task in tasks), default=0)
    column = min(longest, page.width - len("  incomplete"))
    measured = _Statistics(tasks, page.width)
    waived = _waived(report)
    # Options skip the same rules in every task: that is said once.
    alike = len(tasks) > 1 and all(t.rules_skipped == tasks[0].rules_skipped for t in tasks)
    for task in tasks:
        path = padded(loggable(task.path), column)
        verdict = (f"  {task.verdict}", COLOURS[task.verdict])
        page.flow((path, STRONG), verdict, (_instructions(task), QUIET))
        measured.put(page, task)
        for rule, reason, count in waivers(waived.get(task.task, [])):
            _aside(page, f"{counted(count, 'finding')} waived: {rule} ({shortened(reason)})")
        if not alike:
            _skipped(page, task)
    if alike and tasks[0].rules_skipped:
        page.flow(("in every task", STRONG))
        _skipped(page, tasks[0])


def _instructions(task: TaskReport) -> str:
    """The instructions, which all instances of a task share."""
    found = next(filter(None, map(instructions, task.instances)), None)
    return f"  instructions {found}" if found else ""


def _waived(report: Report) -> dict[str, list[Finding]]:
    waived: dict[str, list[Finding]] = {}
    for finding in report.findings:
        if finding.waived is not None:
            waived.setdefault(finding.task, []).append(finding)
    return waived


def _skipped(page: Page, task: TaskReport) -> None:
    for reason, codes in skipped(task):
        what = counted(len(codes), "rule")
        _aside(page, f"{what} skipped: {shortened(reason)} ({first_few(codes)})")


def _aside(page: Page, text: str) -> None:
    page.flow((text, QUIET), indent=4, hang=6)


class _Statistics:
    """What was measured of the instances, in columns of equal width over all tasks."""

    def __init__(self, tasks: list[TaskReport], width: int) -> None:
        cells = {i.instance: statistics(i) for task in tasks for i in task.instances}
        self._widths = {
            heading: max(len(shown.get(heading, "")) for shown in cells.values())
            for heading in _FORMS
            if any(heading in shown for shown in cells.values())
        }
        self._rows = {name: self._row(shown) for name, shown in cells.items()}
        labels = [_label(task, instance) for task in tasks for instance in task.instances]
        self._column = max(map(cell_len, labels), default=0)
        widest = max(map(len, self._rows.values()), default=0)
        self._beside = 4 + self._column + 2 + widest <= width

    def _row(self, shown: dict[str, str]) -> str:
        if not shown:
            return "not measured"
        return "  ".join(
            _FORMS[heading].format(shown.get(heading, "-").rjust(width))
            for heading, width in self._widths.items()
        )

    def put(self, page: Page, task: TaskReport) -> None:
        """A line for each instance of the task, or two where the terminal is narrow."""
        for instance in task.instances:
            label, row = _label(task, instance), self._rows[instance.instance]
            if self._beside:
                page.line((f"    {padded(label, self._column)}", ""), (f"  {row}", QUIET))
            else:
                page.flow((label, ""), indent=4)
                page.flow((row, QUIET), indent=6)


def _label(task: TaskReport, instance: InstanceReport) -> str:
    """The instance's name without the task's, which stands above."""
    return loggable(instance.instance.removeprefix(f"{task.task}_"))
