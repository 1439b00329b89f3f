"""The command line of the build: `python -m ci.build [TASK ...] --to DIR`."""

import argparse
import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Final, NoReturn

from pydantic import TypeAdapter, ValidationError

from ci.building import ApprovedTask, BuildError, build_instance
from ci.revision import RevisionError, commit_id, digest_at
from schema.fields import InstanceName
from schema.manifest import Build, Erratum, Manifest, PublishedInstance, Refused
from schema.report import Report
from schema.review import ReviewOutcome
from validators.audio import Decoders, sandboxed
from validators.clips import ClipSource, DecoderError
from validators.encoding import Encoders
from validators.engine import Options, check
from validators.folder import TaskFolder
from validators.measurement import Measurement
from validators.progress import progress
from validators.render.escape import visible
from validators.render.words import counted
from validators.report import Refusal, approve

BUILD_PATH: Final = "build.json"
MAX_ERRATA_BYTES: Final = 64 << 20
DESCRIPTION = """\
Turn task folders into the bytes that are published: check them, and write the rows of every
instance as parquet files, with build.json beside them. Nothing is sent anywhere, no token is
needed, and none should be near: this is where strangers' sound is decoded. Without TASK: every
task under tasks/ that no other one has replaced.
"""
EPILOGUE = """\
exit codes:
  0  everything asked for was built
  1  a task may not be published; the reasons are printed
  2  the build could not do its work, or was used wrongly

examples:
  python -m ci.build --to build
  python -m ci.build SpokenDigitRecognition --to build
  python -m ci.build --keep-going --errata manifest.json --to build
"""


@dataclass
class Refusals:
    """The tasks that were asked for and not built."""

    found: list[Refused] = field(default_factory=list)
    unknown: bool = True  # that they may not be published: the check could not do its work

    def add(self, task: str, reasons: Sequence[str], *, unknown: bool) -> None:
        """One more."""
        self.found.append(Refused(task=task, reasons=list(reasons)))
        self.unknown = self.unknown and unknown
        for reason in reasons:
            print(f"refused: {visible(task)}: {visible(reason)}", file=sys.stderr)

    @property
    def exit_code(self) -> int:
        """Of the command."""
        if not self.found:
            return 0
        return 2 if self.unknown else 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the build; returns the exit code."""
    options = _parser().parse_args(arguments)
    root = Path.cwd()
    errata = _errata(options.errata)
    heard = _heard(options.reviews)
    try:
        _check_target(options.to)
        commit = commit_id(root, options.commit or "HEAD")
        folders, superseded = _folders(root, options.tasks)
        refusals = Refusals()
        approved = list(_approved(root, folders, commit, options.jobs, refusals, heard=heard))
        if refusals.found and not options.keep_going:
            print("nothing was built", file=sys.stderr)
            return refusals.exit_code
        instances = _build_all(approved, errata, options, refusals)
        if refusals.found and not options.keep_going:
            return refusals.exit_code
        build = Build(
            schema_version=1,
            commit=commit,
            versions={name: version(name) for name in ("pyarrow", "soundfile")},
            instances=sorted(instances, key=lambda one: one.instance),
            refused=refusals.found,
            superseded=superseded,
        )
        _write(build, options.to)
    except (OSError, RevisionError, DecoderError) as error:
        _stop(str(error))
    print(f"built {counted(len(instances), 'instance')} in {visible(str(options.to))}")
    return refusals.exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m ci.build", description=DESCRIPTION, epilog=EPILOGUE,
        formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False,
    )  # fmt: skip
    parser.add_argument("tasks", nargs="*", metavar="TASK", help="a task's name or folder")
    parser.add_argument(
        "--to", type=Path, required=True, metavar="DIR",
        help="write there; a folder that is empty or not there yet",
    )  # fmt: skip
    parser.add_argument(
        "--commit", metavar="SHA", help="the commit that the folders stand in; default: HEAD"
    )
    parser.add_argument(
        "--errata", type=Path, metavar="FILE",
        help="leave these examples out: a manifest.json, or an object from the full names of "
        'instances to lists of {"file": ..., "reason": ...}',
    )  # fmt: skip
    parser.add_argument(
        "--reviews", type=Path, nargs="+", default=[], metavar="FILE",
        help="what `ci.review --output` wrote: goes into the approval of the state that was heard",
    )  # fmt: skip
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, metavar="N",
        help="worker processes; default: all cores",
    )  # fmt: skip
    parser.add_argument(
        "--keep-going", action="store_true",
        help="build the other tasks where one is refused; the exit code stays 1 or 2",
    )  # fmt: skip
    return parser


def _check_target(to: Path) -> None:
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        _stop(f"{to} is there and not empty; name an empty folder or a new one")


def _errata(file: Path | None) -> Mapping[str, Sequence[Erratum]]:
    """Errata by the full name of the instance."""
    if file is None:
        return {}
    try:
        raw = file.read_bytes()
        if len(raw) > MAX_ERRATA_BYTES:
            _stop(f"{file} is larger than {MAX_ERRATA_BYTES >> 20} MiB")
        if b'"schema_version"' in raw:
            manifest = Manifest.model_validate_json(raw)
            return {one.instance: one.errata for one in manifest.instances if one.errata}
        return TypeAdapter(dict[InstanceName, list[Erratum]]).validate_json(raw)
    except OSError as error:
        _stop(f"cannot read {file}: {error.strerror}")
    except ValidationError as error:
        first = error.errors()[0]
        where = "/".join(map(str, first["loc"]))
        _stop(f"{file} holds no errata: {where or 'at its top'}: {first['msg']}")


def _heard(files: Sequence[Path]) -> dict[str, ReviewOutcome]:
    """Outcomes of reviews by the digest of the folder that was heard."""
    found: dict[str, ReviewOutcome] = {}
    for file in files:
        try:
            outcome = ReviewOutcome.model_validate_json(file.read_bytes())
        except OSError as error:
            _stop(f"cannot read {file}: {error.strerror}")
        except ValidationError as error:
            _stop(f"{file} is no outcome of reviews: {error.errors()[0]['msg']}")
        if outcome.folder_sha256 in found:
            _stop(f"{file} is about a folder that another file is about")
        found[outcome.folder_sha256] = outcome
    return found


def _folders(root: Path, tasks: Sequence[str]) -> tuple[list[TaskFolder], list[str]]:
    """The folders to build, and the names of the tasks that were passed over as superseded."""
    base = root / "tasks"
    if not tasks:
        names = sorted(entry.name for entry in base.iterdir() if not entry.name.startswith("."))
        folders = [TaskFolder(root, f"tasks/{name}") for name in names]
        superseded = [folder.task for folder in folders if _is_superseded(folder)]
        return [folder for folder in folders if folder.task not in superseded], superseded
    names = list(dict.fromkeys(Path(task).name for task in tasks))
    for task, name in zip(tasks, names, strict=False):
        if not (base / name).is_dir() or Path(task) not in (Path(name), Path("tasks") / name):
            _stop(f"{task} is no task; a folder under tasks/ is required")
    return [TaskFolder(root, f"tasks/{name}") for name in names], []


def _is_superseded(folder: TaskFolder) -> bool:
    return folder.task_file is not None and folder.task_file.value("/superseded_by") is not None


def _approved(  # noqa: PLR0913 - what a run is made of
    root: Path,
    folders: Sequence[TaskFolder],
    commit: str,
    jobs: int,
    refusals: Refusals,
    *,
    heard: Mapping[str, ReviewOutcome],
) -> Iterator[ApprovedTask]:
    """Check the folders, and approve those that may be published."""
    sounds: dict[str, Measurement] = {}
    report = _check(root, folders, jobs, sounds)
    for folder in folders:
        try:
            _check_commit(root, folder, commit)
            approval = approve(report, folder, sandboxed=sandboxed(), cached=False)
        except Refusal as refusal:
            refusals.add(refusal.task, refusal.reasons, unknown=refusal.unknown)
            continue
        statistics = {
            one.instance: one
            for task in report.tasks
            if task.path == folder.path
            for one in task.instances
        }
        yield ApprovedTask(folder, approval, commit, statistics, sounds, heard.get(folder.digest))


def _check(
    root: Path, folders: Sequence[TaskFolder], jobs: int, sounds: dict[str, Measurement]
) -> Report:
    """The complete report on the folders, without any cache; fills `sounds` by content hash."""
    with Decoders(jobs, hashing=True) as decoders, progress() as bar:

        def measure(clips: Iterable[ClipSource]) -> Iterator[tuple[ClipSource, Measurement]]:
            for clip, sound in decoders.measure(clips):
                sounds[str(clip.key)] = sound
                yield clip, sound

        return check(
            root, [folder.path for folder in folders], Options(), measure,
            progress=bar("listening"), fetched=bar("fetching"),
        )  # fmt: skip


def _check_commit(root: Path, folder: TaskFolder, commit: str) -> None:
    if digest_at(root, commit, folder.path) != folder.digest:
        reason = f"{folder.path} is not as it is in commit {commit}; commit it, or check it out"
        raise Refusal(folder.task, [reason], unknown=False)


def _build_all(
    approved: Sequence[ApprovedTask],
    errata: Mapping[str, Sequence[Erratum]],
    options: argparse.Namespace,
    refusals: Refusals,
) -> list[PublishedInstance]:
    """Build every instance of the approved tasks."""
    built: list[PublishedInstance] = []
    total = sum(len(task.folder.instances) for task in approved)
    with Encoders(options.jobs) as encoders, progress() as bar:
        watched = bar("encoding")
        for task in approved:
            done = []
            try:
                for file in task.folder.instances:
                    name = f"{task.folder.task}_{file.stem}"
                    done.append(
                        build_instance(task, file, errata.get(name, ()), encoders, options.to)
                    )
                    if watched:
                        watched(len(built) + len(done), total)
                if TaskFolder(task.folder.root, task.folder.path).digest != task.folder.digest:
                    raise BuildError(f"{task.folder.path} changed while it was built")
            except BuildError as error:
                refusals.add(task.folder.task, [str(error)], unknown=True)
                _remove(task, options.to)
                if not options.keep_going:
                    return []
                continue
            built += done
    return built


def _remove(task: ApprovedTask, to: Path) -> None:
    for file in task.folder.instances:
        shutil.rmtree(to / f"data/{task.folder.task}_{file.stem}", ignore_errors=True)


def _write(build: Build, to: Path) -> None:
    """Write build.json last and at once: where it is, everything is."""
    to.mkdir(parents=True, exist_ok=True)
    part = to / f"{BUILD_PATH}.part"
    part.write_text(build.model_dump_json(indent=2, by_alias=True) + "\n", encoding="utf-8")
    part.rename(to / BUILD_PATH)


def _stop(message: str) -> NoReturn:
    """End with exit code 2: the build was used wrongly or could not do its work."""
    print(f"error: {visible(message)}", file=sys.stderr)
    raise SystemExit(2)


if __name__ == "__main__":
    sys.exit(main())
