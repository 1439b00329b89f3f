"""A small benchmark to publish: records by hand, opaque rows, a card that is quickly made."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from huggingface_hub import constants

from ci.hub import Hub
from ci.hub_access import session
from ci.plan import Edit, merged
from ci.publishing import Editor, Published, publish
from ci.receipt import decode
from ci.state import State
from ci.trouble import Patience
from schema.instance import Instance
from schema.manifest import (
    MANIFEST_PATH,
    ApprovalRecord,
    Manifest,
    Prose,
    PublishedColumn,
    PublishedFile,
    PublishedInstance,
)
from schema.report import InstanceReport
from schema.task import Task
from tests.flawless import INSTANCE_JSON, TASK_JSON
from tests.hub.server import Hub as HubServer

REPO = "bench/canonical"
COMMIT = "1" * 40
CANARY = "hf_canaryThatMustNeverBeSeen"  # the fault of whoever prints it
WRITES = {"POST", "PUT", "DELETE"}


def patience(**changes: float) -> Patience:
    """Short limits, and no wait between tries."""
    limits = {"tries": 3, "first_wait": 0.0, "connect": 2.0, "silence": 0.25, "whole": 5.0}
    return Patience(**(limits | changes), sleep=lambda _: None)  # type: ignore[arg-type]


@contextmanager
def short_session() -> Iterator[None]:
    """A session with short limits, whose large files go by LFS: its requests are ours to spoil."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(constants, "HF_HUB_DISABLE_XET", True)
        with session(patience()):
            yield


def rows_of(text: str) -> bytes:
    """The bytes of a parquet file, as far as the Hub can tell."""
    return b"PAR1\0" + text.encode() + b"\0PAR1"


def record(instance: str, rows: str, *, folder: str = "f") -> PublishedInstance:
    """An instance whose one file holds `rows_of(rows)`, from a folder with a digest of `folder`."""
    task, _, stem = instance.partition("_")
    content = rows_of(rows)
    path = f"data/{instance}/test-00000-of-00001.parquet"
    return PublishedInstance(
        instance=instance,
        task=task,
        stem=stem,
        status="published",
        declared_task=Task.model_validate_json(TASK_JSON),
        declared_instance=Instance.model_validate_json(INSTANCE_JSON),
        prose=Prose(objective="Hear it.", data="Prompts.", limitations="Few."),
        references={},
        row_format=1,
        columns=[PublishedColumn(name="file", type="string")],
        files=[PublishedFile(path=path, sha256=_sha256(content), size=len(content))],
        rows=len(rows),
        minutes=0.5,
        rows_sha256=_sha256(content),
        samples_sha256=_sha256(content),
        rounded_clips=0,
        statistics=InstanceReport(
            instance=instance,
            examples=len(rows),
            minutes=0.5,
            durations=None,
            labels=None,
            majority_share=None,
            sample_rates=None,
            channels=None,
            distinct_instructions=None,
            effective_instructions=None,
        ),
        approval=ApprovalRecord(
            commit=COMMIT,
            folder_sha256=_sha256(folder.encode()),
            report_sha256=_sha256(b"report"),
            validator="0.1.0",
        ),
    )


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def card(manifest: Manifest) -> Mapping[str, bytes]:
    """A card as small as a card can be: one file for the Hub's git, and one for its store."""
    names = [entry.instance for entry in manifest.instances if entry.status == "published"]
    readme = f"---\nlicense: other\n---\n# Publish {manifest.serial}\n\n{' '.join(names)}\n"
    plot = b"\x89PNG\r\n\x1a\n\0" + json.dumps(names).encode()
    return {"README.md": readme.encode(), "assets/plot.png": plot}


def built(folder: Path, wanted: Mapping[str, str], *, revive: Sequence[str] = ()) -> Editor:
    """What a build of these instances would have published: full name to rows."""
    sources = {}
    for instance, rows in wanted.items():
        (file,) = record(instance, rows).files
        path = folder / f"{instance}-{hashlib.sha256(rows.encode()).hexdigest()[:8]}"
        path.write_bytes(rows_of(rows))
        sources[file.path] = path
    records = [record(instance, rows, folder=rows) for instance, rows in wanted.items()]

    def edit(state: State) -> Edit:
        instances, changes = merged(state.manifest.instances, records, revive)
        return Edit(instances, changes, sources)

    return edit


def published(
    server: HubServer, editor: Editor, limits: Patience, overwrite: Sequence[str] = ()
) -> Published:
    """Publish to the test Hub, inside of a session."""
    hub = Hub(REPO, lambda: CANARY, endpoint=server.endpoint, patience=limits)
    return publish(hub, editor, card, overwrite=overwrite)


def prepare(server: HubServer) -> None:
    """An empty repository, and the one token that may write to it."""
    server.accounts.add(CANARY, "owner")
    server.put(REPO)


def manifest_at(server: HubServer, revision: str = "main") -> Manifest:
    """The manifest at a revision, read from the server's store."""
    return decode(server.read(REPO, MANIFEST_PATH, revision), REPO)


def faults_of(server: HubServer, wanted: Mapping[str, str], serial: int) -> list[str]:
    """How the repository differs from one that holds exactly these instances after `serial`
    publishes: content, history, tags; empty where all is right."""
    found = []
    manifest = manifest_at(server)
    rows = {name: rows_of(text) for name, text in wanted.items()}
    if manifest.serial != serial:
        found.append(f"serial {manifest.serial}, not {serial}")
    if [entry.instance for entry in manifest.instances] != sorted(wanted):
        found.append(f"instances {[entry.instance for entry in manifest.instances]}")
    for entry in manifest.instances:
        (file,) = entry.files
        if server.read(REPO, file.path) != rows[entry.instance]:
            found.append(f"rows of {entry.instance}")
    documents = card(manifest)
    found += [path for path, made in documents.items() if server.read(REPO, path) != made]
    paths = {f"data/{name}/test-00000-of-00001.parquet" for name in wanted}
    expected = {".gitattributes", MANIFEST_PATH, *documents, *paths}
    if set(server.head(REPO).tree) != expected:
        found.append(f"files {sorted(set(server.head(REPO).tree) ^ expected)}")
    titles = [c for c in server.history(REPO) if c.title.startswith("publish ")]
    if len(titles) != serial:
        found.append(f"{len(titles)} commits, not {serial}")
    tags = {f"publish-{n}": titles[serial - n].oid for n in range(1, serial + 1)}
    if server.tags(REPO) != tags:
        found.append(f"tags {server.tags(REPO)}, not {tags}")
    return found


def writes_seen(server: HubServer) -> int:
    """Requests that write, since the list was cleared."""
    return sum(seen.method in WRITES for seen in server.requests)
