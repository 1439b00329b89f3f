"""What the dataset repository holds, and whether that is what the last publish put there.

The tag of a publish never moves, so it says what was published. Where the head is another commit,
either a publish was broken off before its tag, or somebody edited the repository by hand.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ci.content import Content, Difference, HubFile, added_and_removed, differences
from ci.hub import Hub, Refs
from ci.receipt import MANIFEST_CAP, ManifestError, decode, empty, encode, publish_tag, serial_of
from ci.trouble import Missing
from schema.manifest import MANIFEST_PATH, Manifest

Documents = Callable[[Manifest], Mapping[str, bytes]]
"""Makes the card, and all other files that follow from the manifest alone, by path."""


def remembered(documents: Documents) -> Documents:
    """The same, made once for each manifest."""
    known: dict[bytes, Mapping[str, bytes]] = {}

    def made(manifest: Manifest) -> Mapping[str, bytes]:
        key = encode(manifest)
        if key not in known:
            known[key] = documents(manifest)
        return known[key]

    return made


class StateError(Exception):
    """The repository is in a state that no publish leaves behind, and a person has to look."""


@dataclass(frozen=True)
class State:
    """What a dataset repository holds."""

    refs: Refs
    files: Mapping[str, HubFile]
    """At the head."""
    manifest: Manifest
    """Of the last publish."""
    commit: str | None
    """Of the last publish; None before the first."""
    tagged: bool
    """False where that publish was broken off before its tag."""
    drift: tuple[Difference, ...]
    """What was done by hand to the files since."""

    @property
    def head(self) -> str:
        """The commit that the branch points to."""
        return self.refs.head


def expected(
    manifest: Manifest, documents: Mapping[str, bytes], raw: bytes | None = None
) -> dict[str, Content]:
    """Every file that the repository should hold, by path.

    Raises:
        StateError: if the documents take a path that is not theirs.
    """
    files = {MANIFEST_PATH: Content.of_bytes(encode(manifest) if raw is None else raw)}
    rows = [file for entry in manifest.instances for file in entry.files]
    files |= {file.path: Content.of_published(file, None) for file in rows}
    for path, content in documents.items():
        if path in files or path.startswith("data/"):
            raise StateError(f"the card's files would take the place of {path}")
        files[path] = Content.of_bytes(content)
    return files


def deviations(
    hub: Hub, commit: str, found: Mapping[str, HubFile], wanted: Mapping[str, Content]
) -> tuple[Difference, ...]:
    """How the files of a commit differ from what they should be, by size and content hash.

    Raises:
        HubError: if a file whose hash the Hub does not tell cannot be read.
    """
    changed = [
        Difference(path, "changed")
        for path in found.keys() & wanted.keys()
        if not _holds(hub, commit, found[path], wanted[path])
    ]
    return tuple(sorted([*changed, *added_and_removed(found, wanted)]))


def _holds(hub: Hub, commit: str, file: HubFile, wanted: Content) -> bool:
    held = wanted.is_held_by(file)
    return hub.sha256(file.path, commit) == wanted.sha256 if held is None else held


def read_state(hub: Hub, documents: Documents) -> State:
    """Read what the repository holds now.

    Raises:
        StateError: if the last publish cannot be made out.
        HubError: if the Hub cannot be read.
    """
    refs = hub.refs()
    files = hub.files(refs.head)
    serial = max((n for tag in refs.tags if (n := serial_of(tag)) is not None), default=0)
    base = refs.tags[publish_tag(serial)] if serial else None
    last = _published(hub, base, serial)
    if base == refs.head:
        return State(refs, files, last, base, tagged=True, drift=())
    if unfinished := _unfinished(hub, refs.head, files, serial + 1, documents):
        return State(refs, files, unfinished, refs.head, tagged=False, drift=())
    before = hub.files(base) if base else {}
    return State(refs, files, last, base, tagged=True, drift=differences(files, before))


def _published(hub: Hub, commit: str | None, serial: int) -> Manifest:
    """The manifest of the last publish that has its tag."""
    if commit is None:
        return empty(hub.repo_id)
    tag = publish_tag(serial)
    try:
        manifest = decode(hub.read(MANIFEST_PATH, commit, MANIFEST_CAP), hub.repo_id)
    except (Missing, ManifestError) as error:
        raise StateError(
            f"tag {tag} points to {commit}, whose {MANIFEST_PATH} cannot be used: {error}"
        ) from None
    if manifest.serial != serial:
        raise StateError(
            f"tag {tag} points to {commit}, which is publish {manifest.serial}; "
            "tags never move, so somebody has to find out who set it"
        )
    return manifest


def _unfinished(
    hub: Hub, head: str, files: Mapping[str, HubFile], serial: int, documents: Documents
) -> Manifest | None:
    """The manifest of a publish that stands whole at the head and has no tag yet."""
    try:
        raw = hub.read(MANIFEST_PATH, head, MANIFEST_CAP) if MANIFEST_PATH in files else b""
        manifest = decode(raw, hub.repo_id)
    except (Missing, ManifestError):
        return None
    if manifest.serial != serial:
        return None
    whole = expected(manifest, documents(manifest), raw)
    return None if deviations(hub, head, files, whole) else manifest
