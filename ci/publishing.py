"""The way of a publish: read, plan, one commit, read back, tag. Breaks anywhere, resumes anywhere.

Nothing is remembered between two runs. Each round of the loop reads what the repository holds and
does what is left to do, so that a lost answer, a rival and a crash are the same case.
"""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from ci.content import THE_HUBS_OWN, Content, Difference
from ci.hub import Hub
from ci.plan import Edit, Plan
from ci.receipt import decode, encode, publish_tag
from ci.state import Documents, State, StateError, deviations, expected, read_state
from ci.trouble import Conflict, Trouble
from schema.manifest import MANIFEST_PATH, Manifest

DOCUMENT_CAP = 64 * 1024 * 1024
"""Bytes of a file of the card that is read back."""

Files = dict[str, Content]
Editor = Callable[[State], Edit]
"""What to publish, given what is published; asked again whenever that has changed."""


class DriftError(Exception):
    """Somebody edited the repository by hand; nothing was written."""

    def __init__(self, drift: Sequence[Difference]) -> None:
        """`drift`: the files that nobody agreed to overwrite."""
        super().__init__("the repository was edited by hand since the last publish")
        self.drift = tuple(drift)


class MismatchError(Exception):
    """The Hub holds a commit of ours otherwise than it was sent; it got no tag."""

    def __init__(self, commit: str, found: Sequence[Difference]) -> None:
        super().__init__(f"commit {commit} is not what was sent")
        self.commit = commit
        self.found = tuple(found)


class TagError(Exception):
    """A tag stands at another commit than the one it should name. Tags are never moved."""


@dataclass(frozen=True)
class Published:
    """What a publish came to."""

    plan: Plan
    commit: str | None
    """The commit that was made or finished; None where there was nothing to do."""
    tag: str | None
    """Its tag."""


def plan_of(state: State, edit: Edit, documents: Documents, repo_id: str) -> Plan:
    """What a publish would do now.

    Raises:
        StateError: if the documents take a path that is not theirs.
    """
    stale: tuple[str, ...] = ()
    if not edit.writes and state.commit and not state.drift:
        whole = expected(state.manifest, documents(state.manifest))
        stale = tuple(
            path
            for path in sorted(whole.keys() | (state.files.keys() - THE_HUBS_OWN))
            if path not in whole or whole[path].is_held_by(state.files.get(path)) is False
        )
    return Plan(
        repo_id=repo_id,
        head=state.head,
        serial=state.manifest.serial,
        changes=edit.changes,
        documents=stale,
        drift=state.drift,
        unfinished=not state.tagged,
        commits=bool(edit.writes or stale or state.drift),
    )


def publish(
    hub: Hub, editor: Editor, documents: Documents, *, overwrite: Sequence[str] = ()
) -> Published:
    """Bring the repository to what `editor` says, in at most one commit, and tag it.

    Args:
        hub: the repository.
        editor: what to publish, given what is published.
        documents: makes the card from the manifest.
        overwrite: patterns of files edited by hand that may be replaced by what should be there.

    Raises:
        DriftError: if other files were edited by hand.
        MismatchError: if the commit reads back differently.
        TagError: if the tag is taken.
        StateError: if a person has to look first.
        HubError: if the Hub does not let it happen, in spite of bounded patience.
    """
    commit = tag = tried = None
    for attempt in range(1, hub.patience.tries + 1):
        state = read_state(hub, documents)
        if not state.tagged:
            tag = finish(hub, state.manifest, state.head, documents)
            commit = state.head
        edit = editor(state)
        plan = plan_of(state, edit, documents, hub.repo_id)
        check_drift(plan.drift, overwrite)
        if not plan.commits:
            # After a lost answer, what was tried is what was done.
            return Published(tried if tried and commit else plan, commit, tag)
        manifest = succeeding(state.manifest, edit)
        with tempfile.TemporaryDirectory(prefix="publish-") as scratch:
            whole = expected(manifest, documents(manifest))
            additions = hub.upload(_brought(hub, state, edit, whole, scratch))
            gone = sorted(state.files.keys() - whole.keys() - THE_HUBS_OWN)
            try:
                commit = hub.commit(state.head, additions, gone, _title(manifest, edit))
            except (Conflict, Trouble) as error:
                if attempt == hub.patience.tries:
                    raise
                hub.patience.wait(attempt, error)
                tried = plan
                continue
        return Published(plan, commit, finish(hub, manifest, commit, documents))
    raise AssertionError("the last round returns or raises")


def succeeding(manifest: Manifest, edit: Edit) -> Manifest:
    """The manifest of the next publish.

    Raises:
        ManifestError: if it could not be read again, which is a fault of ours.
    """
    following = manifest.model_copy(
        update={"serial": manifest.serial + 1, "instances": list(edit.instances)}
    )
    return decode(encode(following), following.repo_id)


def check_drift(drift: Sequence[Difference], overwrite: Sequence[str]) -> None:
    """Refuse to overwrite what nobody named.

    Raises:
        DriftError: if a file was edited by hand that no pattern of `overwrite` names.
    """
    kept = [
        found
        for found in drift
        if not any(fnmatchcase(found.path, pattern) for pattern in overwrite)
    ]
    if kept:
        raise DriftError(kept)


def _brought(hub: Hub, state: State, edit: Edit, whole: Files, scratch: str) -> Files:
    """What has to be sent of the whole, each with its bytes."""
    by_hand = {found.path for found in state.drift}
    changed = {
        path: content
        for path, content in whole.items()
        if path in by_hand or content.is_held_by(state.files.get(path)) is False
    }
    for path, content in changed.items():
        if content.source is None:
            source = edit.sources.get(path) or _restored(hub, state, path, Path(scratch))
            changed[path] = Content(source, content.sha256, content.size)
    return changed


def _restored(hub: Hub, state: State, path: str, scratch: Path) -> Path:
    """A file that was edited by hand, from the last publish's commit."""
    if state.commit is None:
        raise StateError(f"{path} is in the manifest, and no publish has brought it")
    hub.download(path, state.commit, scratch / path)
    return scratch / path


def _title(manifest: Manifest, edit: Edit) -> str:
    names = [change.instance for change in edit.changes if change.writes]
    what = names[0] if len(names) == 1 else f"{len(names)} instances" if names else "the card"
    return f"publish {manifest.serial}: {what}"


def finish(hub: Hub, manifest: Manifest, commit: str, documents: Documents) -> str:
    """Read a commit of ours back, compare everything by content hash, and tag it; the tag.

    Raises:
        MismatchError: if a file is not what was sent.
        TagError: if the tag stands elsewhere.
        HubError: if the Hub does not let it happen.
    """
    made = documents(manifest)
    whole = expected(manifest, made)
    wrong = list(deviations(hub, commit, hub.files(commit), whole))
    for path in sorted({MANIFEST_PATH, *made} - {found.path for found in wrong}):
        # What consumers get is the bytes, not what a list says about them.
        if hub.read(path, commit, DOCUMENT_CAP) != whole[path].source:
            wrong.append(Difference(path, "changed"))
    if wrong:
        raise MismatchError(commit, wrong)
    tag = publish_tag(manifest.serial)
    set_tag(hub, tag, commit)
    return tag


def set_tag(hub: Hub, tag: str, commit: str) -> None:
    """See to it that a tag names a commit, and that it is so on the Hub.

    Raises:
        TagError: if the tag stands at another commit.
        HubError: if the Hub does not let it happen.
    """
    for attempt in range(1, hub.patience.tries + 1):
        target = hub.refs().tags.get(tag)
        if target == commit:
            return
        if target is not None:
            raise TagError(f"tag {tag} stands at {target}, not at {commit}; tags are never moved")
        try:
            hub.tag(tag, commit)
        except (Conflict, Trouble) as error:
            hub.patience.wait(attempt, error)
    if hub.refs().tags.get(tag) != commit:
        raise Trouble(f"tag {tag} could not be set on {commit}")
