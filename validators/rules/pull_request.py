"""PUL: what a pull request changes as a whole."""

from collections.abc import Iterator

from validators.finding import Fault, Location, Severity
from validators.pull_request import PullRequest, at_task
from validators.registry import rule


@rule("PUL001", severity=Severity.WARNING, since="0.2", waivable=False)
def several_tasks(pull: PullRequest) -> Iterator[Fault]:
    """A pull request adds more than one task.

    Why: a reviewer judges one task at a time, and a fault in one would hold up the others.
    Fix: open a pull request for each task.
    """
    first, *others = pull.new or [""]
    for name in others:
        yield Fault(
            f"tasks/{name} is new beside tasks/{first}; one new task a pull request is required",
            at_task(name),
            "open a pull request of its own for it",
        )


@rule("PUL002", severity=Severity.ERROR, since="0.2", waivable=False)
def mixed_with_code(pull: PullRequest) -> Iterator[Fault]:
    """A pull request changes both tasks and what stands outside of tasks/.

    Why: tasks are data that anybody may send, and are judged by the code of the main branch; a
    change of that code is another matter, with other reviewers.
    Fix: take the other files out, or send them in a pull request of their own.
    """
    if not pull.touched:
        return
    for change in pull.outside:
        yield Fault(
            f"{change.path} is {change.status} beside tasks/{pull.touched[0]}; tasks alone are "
            "required",
            Location(change.path),
            "send it in a pull request of its own",
        )


@rule("PUL003", severity=Severity.ERROR, since="0.2", waivable=False)
def deleted_task(pull: PullRequest) -> Iterator[Fault]:
    """A task is deleted or renamed.

    Why: scores were published under its name; what was once part of the benchmark stays readable.
    Fix: restore the folder; to retire the task, name its successor in superseded_by.
    """
    for name in pull.deleted:
        yield Fault(
            f"tasks/{name} is deleted or renamed; a task that stays is required",
            at_task(name),
            "restore the folder, and retire the task with superseded_by in its task.json",
        )


@rule("PUL004", severity=Severity.WARNING, since="0.2", waivable=False)
def touched_neighbour(pull: PullRequest) -> Iterator[Fault]:
    """A pull request changes a task beside the one that it is about.

    Why: the other task has contributors of its own, who would not know; and what is published of
    it changes.
    Fix: take the change of the other task out, or send it in a pull request of its own.
    Limits: beside a new task every change of another counts; else every changed task but the first.
    """
    own, others = (pull.new[0], pull.changed) if pull.new else ("", pull.changed[1:])
    own = own or (pull.changed[0] if pull.changed else "")
    for name in others:
        yield Fault(
            f"tasks/{name} is changed beside tasks/{own}; one task a pull request is required",
            at_task(name),
            "send the change in a pull request of its own",
        )


@rule("PUL005", severity=Severity.NOTE, since="0.2", waivable=False)
def unconfirmed_proposal(pull: PullRequest) -> Iterator[Fault]:
    """A new task comes without a proposal that was confirmed.

    Why: a proposal takes five minutes and saves the afternoon if the task is there already, or
    does not fit.
    Fix: open a proposal, or name the one that was confirmed in the pull request's text.
    """
    if pull.proposal is False:
        for name in pull.new:
            yield Fault(
                f"no confirmed proposal is named for tasks/{name}; one is welcome",
                at_task(name),
                'write "Proposal: #<number>" into the text of the pull request',
            )


@rule("PUL006", severity=Severity.ERROR, since="0.2", waivable=False)
def misplaced_file(pull: PullRequest) -> Iterator[Fault]:
    """Something is put into tasks/ itself.

    Why: every entry of tasks/ is a task folder; a file or a link there is read as a broken one.
    Fix: move the file into the task's folder, or take it out.
    """
    for change in pull.stray:
        yield Fault(
            f"{change.path} stands in tasks/ itself; only task folders are allowed there",
            Location(change.path),
            "move it into the folder of its task",
        )
