"""The command line of the publisher: `python -m ci.publish COMMAND`."""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from ci import publish_view as view
from ci import yank
from ci.build_folder import BUILD_PATH, BuildFolder, BuildFolderError, editor, load
from ci.documents import documents as card
from ci.folders import folder_edit, to_build
from ci.hub import Hub
from ci.hub_access import SECRETS, reading_token, session, token_for
from ci.local import TargetError, write_repository
from ci.plan import Edit
from ci.publishing import (
    DriftError,
    Editor,
    MismatchError,
    TagError,
    check_drift,
    plan_of,
    publish,
)
from ci.receipt import ManifestError
from ci.release import FOLDER, ReleaseError, check_name, record_bytes, release
from ci.revision import RevisionError, commit_id
from ci.state import State, StateError, read_state, remembered
from ci.trouble import HubError, Patience
from ci.verify import Scope, verify
from ci.yank import YankError
from schema.canonical import DATASET_REPO
from schema.fields import Sentence
from schema.manifest import Build, Erratum, FileId
from validators.render.escape import visible
from validators.report import one_line

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

documents = remembered(card)  # plots take seconds, and are asked for more than once

Command = Callable[[argparse.Namespace, Patience], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code."""
    options = _parser().parse_args(arguments)
    patience = Patience()
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
    except HubError as error:
        _complain(f"{error}. Nothing is lost: run the same command again, it does what is left.")
        return 2
    except (OSError, RevisionError, TargetError) as error:
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
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def command(name: str, run: Command, words: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=words, description=words, allow_abbrev=False)
        sub.set_defaults(run=run)
        sub.add_argument(
            "--repo", default=DATASET_REPO, metavar="OWNER/NAME",
            help="dataset repository; default: %(default)s",
        )  # fmt: skip
        return sub

    plan = command("plan", _plan, "say what a push would change, and why; writes nothing")
    plan.add_argument("--format", choices=("terminal", "json"), default="terminal")
    _add_tasks(plan)
    _add_source(plan)
    build = command("build", _build, "build the tasks that the Hub does not hold as they are")
    build.add_argument("--to", type=Path, required=True, metavar="DIR", help="an empty folder")
    _add_tasks(build)
    push = command("push", _push, "publish, in one commit: read back, then tagged")
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
    verify_ = command("verify", _verify, "prove that the Hub holds what was published and reviewed")
    verify_.add_argument("--revision", metavar="TAG|COMMIT", help="default: the head")
    yank_ = command("yank", _yank, "take an instance, or examples of it, out of the head")
    yank_.add_argument("instance", metavar="INSTANCE", help="full name: <Task>_<stem>")
    yank_.add_argument(
        "--example", action="append", default=[], metavar="FILE_ID", type=_checked(FileId),
        help="this example only; may be given again",
    )  # fmt: skip
    yank_.add_argument(
        "--reason", required=True, type=_checked(Sentence), help="why, for readers years later"
    )
    _add_writing(yank_)
    release_ = command("release", _release, "verify the head, give it a name that never moves")
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


# -- commands -------------------------------------------------------------------------------------


def _plan(options: argparse.Namespace, patience: Patience) -> int:
    hub = Hub(options.repo, reading_token, patience=patience)
    state = read_state(hub, documents)
    with tempfile.TemporaryDirectory(prefix="publish-") as scratch:
        if options.source:
            edit = editor(load(options.source, Path.cwd()), (), Path(scratch))(state)
        else:
            edit = folder_edit(state, Path.cwd(), options.tasks)
        plan = plan_of(state, edit, documents, options.repo)
    _say(view.plan_json(plan) if options.format == "json" else view.plan_text(plan))
    return 0


def _build(options: argparse.Namespace, patience: Patience) -> int:
    hub = Hub(options.repo, reading_token, patience=patience)
    wanted = to_build(folder_edit(read_state(hub, documents), Path.cwd(), options.tasks))
    return _built(wanted, options.to)


def _built(wanted: Sequence[str], to: Path) -> int:
    """Build tasks in a process that has no token; 0 where a build stands, else its exit code."""
    if not wanted:
        nothing = Build(
            schema_version=1,
            commit=commit_id(Path.cwd()),
            versions={},
            instances=[],
            refused=[],
            superseded=[],
        )
        to.mkdir(parents=True, exist_ok=True)
        (to / BUILD_PATH).write_text(nothing.model_dump_json(indent=2) + "\n", encoding="utf-8")
        print("nothing to build: the Hub holds every folder as it is")
        return 0
    command = [sys.executable, "-m", "ci.build", *wanted, "--keep-going", "--to", str(to)]
    safe = {name: value for name, value in os.environ.items() if name not in SECRETS}
    run = subprocess.run(command, env=safe, stdin=subprocess.DEVNULL, check=False)
    # What was refused stands in build.json, and is said again by `push`.
    return 0 if (to / BUILD_PATH).is_file() else run.returncode or 2


def _push(options: argparse.Namespace, patience: Patience) -> int:
    with tempfile.TemporaryDirectory(prefix="publish-") as scratch:
        folder = options.source
        if folder is None:
            folder = Path(scratch) / "build"
            if code := _build_for_push(options, folder, patience):
                return code
        built = load(folder, Path.cwd())
        edit = editor(built, options.revive, Path(scratch) / "errata")
        if options.to:
            write_repository(options.to, options.repo, edit, documents)
            print(f"wrote the dataset repository to {visible(str(options.to))}")
        else:
            _publish(options, patience, edit)
    return _refused(built)


def _build_for_push(options: argparse.Namespace, folder: Path, patience: Patience) -> int:
    if options.to:
        return _built(options.tasks or _all_tasks(), folder)
    options.to, kept = folder, options.to
    try:
        return _build(options, patience)
    finally:
        options.to = kept


def _publish(options: argparse.Namespace, patience: Patience, edit: Editor) -> None:
    if options.dry_run:
        hub = Hub(options.repo, reading_token, patience=patience)
        state = read_state(hub, documents)
        plan = plan_of(state, edit(state), documents, options.repo)
        _say(view.plan_text(plan) + "dry run: nothing was written\n")
        check_drift(plan.drift, options.overwrite)
        return
    hub = Hub(options.repo, token_for(options.repo, patience), patience=patience)
    done = publish(hub, edit, documents, overwrite=options.overwrite)
    _say(view.published_text(done, options.repo))


def _refused(built: BuildFolder) -> int:
    for refused in built.build.refused:
        for reason in refused.reasons:
            print(f"refused: {visible(refused.task)}: {visible(reason)}", file=sys.stderr)
    return int(bool(built.build.refused))


def _all_tasks() -> list[str]:
    return sorted(e.name for e in Path("tasks").iterdir() if not e.name.startswith("."))


def _verify(options: argparse.Namespace, patience: Patience) -> int:
    hub = Hub(options.repo, reading_token, patience=patience)
    proof = verify(hub, documents, Scope(options.revision, options.deep, _git_root()))
    _say(view.proof_text(proof, options.repo))
    return int(bool(proof.faults))


def _yank(options: argparse.Namespace, patience: Patience) -> int:
    reason = one_line(options.reason)
    with tempfile.TemporaryDirectory(prefix="publish-") as scratch:
        hub = Hub(options.repo, reading_token, patience=patience)
        errata = [Erratum(file=file, reason=reason) for file in options.example]

        def edit(state: State) -> Edit:
            if errata:
                return yank.withdraw(state, hub, options.instance, errata, Path(scratch))
            return yank.retire(state, options.instance, reason)

        _publish(options, patience, edit)
    return 0


def _release(options: argparse.Namespace, patience: Patience) -> int:
    check_name(options.name)
    hub = Hub(options.repo, token_for(options.repo, patience), patience=patience)
    made = record_bytes(
        release(hub, documents, options.name, Scope(None, options.deep, _git_root()))
    )
    path = Path(FOLDER) / f"{options.name}.json"
    if path.exists() and path.read_bytes() != made:
        raise ReleaseError(f"{path} is there and says otherwise; nothing was written over it")
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(made)
    print(f"released {options.name}; propose {path} in a pull request")
    return 0


def _git_root() -> Path | None:
    try:
        commit_id(Path.cwd())
    except RevisionError:
        return None
    return Path.cwd()


def _say(text: str) -> None:
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
