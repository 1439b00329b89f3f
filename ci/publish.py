"""The command line of the publisher: `python -m ci.publish COMMAND`."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from ci import publish_commands as commands
from ci import publish_view as view
from ci.build_folder import BuildFolderError
from ci.hub_access import session
from ci.local import TargetError
from ci.publishing import DriftError, MismatchError, TagError
from ci.receipt import ManifestError
from ci.release import ReleaseError
from ci.revision import RevisionError
from ci.state import StateError
from ci.trouble import Conflict, HubError, Patience, Trouble
from ci.yank import YankError
from schema.canonical import DATASET_REPO
from schema.fields import FileId, Sentence
from validators.render.escape import visible

REFUSALS: Final = (
    BuildFolderError, MismatchError, ManifestError, ReleaseError, StateError, TagError, YankError,
)  # fmt: skip
DESCRIPTION = """\
Bring reviewed tasks to the canonical dataset repository on the Hub, in one commit that is read
back and tagged; prove what it holds; take back what was wrong; freeze it under a name. Each
command may be broken off anywhere and run again: it does what is left to do.
"""
EPILOGUE = """\
exit codes:
  0  done, or nothing to do
  1  refused, or not as it should be; the reasons are printed
  2  the Hub did not let it happen, or the command was used wrongly

environment:
  HF_ENDPOINT  address of the Hub, if it is another than the public one
  HF_TOKEN     token to write with, where no trusted publisher gives one (docs/publishing.md)

examples:
  python -m ci.publish plan
  python -m ci.publish build --to build && python -m ci.publish push --from build
  python -m ci.publish verify --deep
  python -m ci.publish yank SpokenDigitRecognition_TelephonePrompts --reason "Labels are wrong."
  python -m ci.publish release 2026.1
"""

Command = Callable[[argparse.Namespace, Patience], int]


def main(arguments: Sequence[str] | None = None, patience: Patience | None = None) -> int:
    """Run a command; returns the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if getattr(options, "source", None) and options.tasks:
        parser.error("--from takes everything that was built; leave out TASK")
    patience = patience or Patience()
    run: Command = options.run
    try:
        with session(patience):
            return run(options, patience)
    except DriftError as error:
        return _refuse_drift(error)
    except REFUSALS as error:
        _complain(str(error))
        for found in getattr(error, "found", ()):
            _complain(f"{found.path}: {found.what}")
        return 1
    except (Trouble, Conflict) as error:
        _complain(f"{error}. Nothing is lost: run the same command again, it does what is left.")
        return 2
    except (HubError, OSError, RevisionError, TargetError) as error:
        _complain(str(error))
        return 2


def _refuse_drift(error: DriftError) -> int:
    _complain("the repository was edited by hand since the last publish; nothing was written")
    for line in view.drift_lines(error.drift):
        print(line, file=sys.stderr)
    print(
        "Carry over what should stay. Then name each file that may be overwritten: "
        f"--overwrite {error.drift[0].path!r}",
        file=sys.stderr,
    )
    return 1


def _complain(message: str) -> None:
    print(f"error: {visible(message)}", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m ci.publish", description=DESCRIPTION, epilog=EPILOGUE,
        formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False,
    )  # fmt: skip
    added = parser.add_subparsers(metavar="COMMAND", required=True)

    def command(name: str, run: Command, words: str) -> argparse.ArgumentParser:
        sub = added.add_parser(name, help=words, description=words, allow_abbrev=False)
        sub.set_defaults(run=run)
        sub.add_argument(
            "--repo", default=DATASET_REPO, metavar="OWNER/NAME",
            help="dataset repository; default: %(default)s",
        )  # fmt: skip
        return sub

    plan = command("plan", commands.plan, "say what a push would change, and why; writes nothing")
    plan.add_argument("--format", choices=("terminal", "json"), default="terminal")
    _add_tasks(plan)
    _add_source(plan)
    build = command(
        "build", commands.build, "build the tasks that the Hub does not hold as they are"
    )
    build.add_argument("--to", type=Path, required=True, metavar="DIR", help="an empty folder")
    _add_tasks(build)
    push = command("push", commands.push, "publish, in one commit: read back, then tagged")
    push.add_argument(
        "--to", type=Path, metavar="DIR",
        help="write the same dataset repository to an empty folder instead, without any Hub",
    )  # fmt: skip
    push.add_argument(
        "--revive", action="append", default=[], metavar="INSTANCE",
        help="let a retired instance come back; may be given again",
    )  # fmt: skip
    _add_tasks(push)
    _add_source(push)
    _add_writing(push)
    verify_ = command(
        "verify", commands.verify, "prove that the Hub holds what was published and reviewed"
    )
    verify_.add_argument("--revision", metavar="TAG|COMMIT", help="default: the head")
    yank_ = command("yank", commands.yank, "take an instance, or examples of it, out of the head")
    yank_.add_argument("instance", metavar="INSTANCE", help="full name: <Task>_<stem>")
    yank_.add_argument(
        "--example", action="append", default=[], metavar="FILE_ID", type=_checked(FileId),
        help="this example only; may be given again",
    )  # fmt: skip
    yank_.add_argument(
        "--reason", required=True, type=_checked(Sentence), help="why, for readers years later"
    )
    _add_writing(yank_)
    release_ = command(
        "release", commands.release, "verify the head, give it a name that never moves"
    )
    release_.add_argument("name", metavar="NAME", help="such as 2026.1")
    for sub in (verify_, release_):
        sub.add_argument("--deep", action="store_true", help="read all rows and hash them again")
    return parser


def _add_tasks(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "tasks", nargs="*", metavar="TASK", help="a task's name or folder; default: all"
    )


def _add_source(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--from", dest="source", type=Path, metavar="DIR", help="what `build` wrote, as it is"
    )


def _add_writing(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="print the plan, write nothing")
    parser.add_argument(
        "--overwrite", action="append", default=[], metavar="FILE",
        help="a file, or a pattern of files, that was edited by hand and may be replaced",
    )  # fmt: skip


def _checked(kind: Any) -> Callable[[str], str]:
    def check(text: str) -> str:
        try:
            return str(TypeAdapter(kind).validate_python(text))
        except ValidationError as error:
            raise argparse.ArgumentTypeError(error.errors(include_url=False)[0]["msg"]) from None

    return check


if __name__ == "__main__":
    sys.exit(main())
