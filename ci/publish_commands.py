"""What each command of the publisher does, given its options; returns the exit code."""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from ci import publish_view as view
from ci import publishing
from ci import release as releasing
from ci import verify as verifying
from ci import yank as yanking
from ci.build_folder import BUILD_PATH, BuildFolder, editor, load
from ci.documents import documents as card
from ci.folders import folder_edit, to_build
from ci.hub import Hub
from ci.hub_access import environment_for_child, hide, reading_token, token_for
from ci.local import write_repository
from ci.plan import Edit
from ci.publishing import Editor, check_drift, plan_of
from ci.release import FOLDER, ReleaseError, check_name, record_bytes
from ci.revision import RevisionError, commit_id
from ci.state import State, read_state, remembered
from ci.trouble import Patience
from ci.verify import Scope
from schema.manifest import Build, Erratum
from validators.render.escape import visible
from validators.report import one_line

documents = remembered(card)  # plots take seconds, and are asked for more than once


def plan(options: argparse.Namespace, patience: Patience) -> int:
    """Say what would change, and why."""
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


def build(options: argparse.Namespace, patience: Patience) -> int:
    """Build what the Hub does not hold as it is."""
    return _build_changed(options, options.to, patience)


def _build_changed(options: argparse.Namespace, to: Path, patience: Patience) -> int:
    """Build the tasks that the Hub does not hold as they are."""
    hub = Hub(options.repo, reading_token, patience=patience)
    wanted = to_build(folder_edit(read_state(hub, documents), Path.cwd(), options.tasks))
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
    return _build_all(wanted, to)


def _build_all(tasks: Sequence[str], to: Path) -> int:
    """Build tasks in a process that has no token; 0 where a build stands, else its exit code."""
    command = [sys.executable, "-m", "ci.build", *tasks, "--keep-going", "--to", str(to)]
    hide()
    run = subprocess.run(
        command, env=environment_for_child(), stdin=subprocess.DEVNULL, check=False
    )
    # What was refused stands in build.json, and is said again by `push`.
    return 0 if (to / BUILD_PATH).is_file() else run.returncode or 2


def push(options: argparse.Namespace, patience: Patience) -> int:
    """Publish."""
    with tempfile.TemporaryDirectory(prefix="publish-") as scratch:
        folder = options.source
        if folder is None:
            folder = Path(scratch) / "build"
            code = (
                _build_all(options.tasks, folder)
                if options.to
                else _build_changed(options, folder, patience)
            )
            if code:
                return code
        built = load(folder, Path.cwd())
        edit = editor(built, options.revive, Path(scratch) / "errata")
        if options.to:
            write_repository(options.to, options.repo, edit, documents)
            print(f"wrote the dataset repository to {visible(str(options.to))}")
        else:
            _publish(options, patience, edit)
    return _refused(built)


def _publish(options: argparse.Namespace, patience: Patience, edit: Editor) -> None:
    if options.dry_run:
        hub = Hub(options.repo, reading_token, patience=patience)
        state = read_state(hub, documents)
        plan = plan_of(state, edit(state), documents, options.repo)
        _say(view.plan_text(plan) + "dry run: nothing was written\n")
        check_drift(plan.drift, options.overwrite)
        return
    hub = Hub(options.repo, token_for(options.repo, patience), patience=patience)
    done = publishing.publish(hub, edit, documents, overwrite=options.overwrite)
    _say(view.published_text(done, options.repo))


def _refused(built: BuildFolder) -> int:
    for refused in built.build.refused:
        for reason in refused.reasons:
            print(f"refused: {visible(refused.task)}: {visible(reason)}", file=sys.stderr)
    return int(bool(built.build.refused))


def verify(options: argparse.Namespace, patience: Patience) -> int:
    """Prove what the Hub holds."""
    hub = Hub(options.repo, reading_token, patience=patience)
    proof = verifying.verify(hub, documents, Scope(options.revision, options.deep, _git_root()))
    _say(view.proof_text(proof, options.repo))
    return int(bool(proof.faults))


def yank(options: argparse.Namespace, patience: Patience) -> int:
    """Take back an instance, or examples of it."""
    reason = one_line(options.reason)
    with tempfile.TemporaryDirectory(prefix="publish-") as scratch:
        hub = Hub(options.repo, reading_token, patience=patience)
        errata = [Erratum(file=file, reason=reason) for file in options.example]

        def edit(state: State) -> Edit:
            if errata:
                return yanking.withdraw(state, hub, options.instance, errata, Path(scratch))
            return yanking.retire(state, options.instance, reason)

        _publish(options, patience, edit)
    return 0


def release(options: argparse.Namespace, patience: Patience) -> int:
    """Freeze the whole under a name."""
    check_name(options.name)
    hub = Hub(options.repo, token_for(options.repo, patience), patience=patience)
    made = record_bytes(
        releasing.release(hub, documents, options.name, Scope(None, options.deep, _git_root()))
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
