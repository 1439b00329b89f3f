"""Xet storage, as far as hf_xet's own store in a folder carries it.

The token endpoints name that folder as `local://...` in place of a server; hf_xet then reads and
writes it directly. That is not documented, so tests of it skip when it is gone. After an upload
this server knows a file's SHA-256 only; which Xet hash belongs to it, and which bytes, stands in
the shards, whose form is described at https://huggingface.co/docs/xet/shard.
"""

import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from tests.hub import access
from tests.hub.messages import Request, Response, answer, route
from tests.hub.repository import Entry
from tests.hub.store import Store

FAR_FUTURE = 4_102_444_800
"""2100-01-01: no token of this server expires while a test runs."""
RECORD = 48
HEADER = 48
VERIFICATION = 0x8000_0000
METADATA = 0x4000_0000
BOOKEND = b"\xff" * 32


def folder(store: Store) -> Path:
    return store.folder / "xet"


def shard_files(shard: bytes) -> Iterator[tuple[str, str, int]]:
    """SHA-256, Xet hash and size of every file that a shard describes. Raises ValueError."""
    at = HEADER
    while at + RECORD <= len(shard) and shard[at : at + 32] != BOOKEND:
        flags, count = struct.unpack_from("<II", shard, at + 32)
        last = at + RECORD * (count * (2 if flags & VERIFICATION else 1) + 1)
        end = last + (RECORD if flags & METADATA else 0)
        if end > len(shard):
            raise ValueError("the shard ends within a file's records")
        segments = range(at + RECORD, at + RECORD * (count + 1), RECORD)
        size = sum(struct.unpack_from("<I", shard, segment + 36)[0] for segment in segments)
        if flags & METADATA:
            yield _hex(shard, last), _hex(shard, at), size
        at = end


def _hex(shard: bytes, at: int) -> str:
    """Hashes are four little-endian words, written as numbers."""
    return "".join(f"{word:016x}" for word in struct.unpack_from("<4Q", shard, at))


def find(store: Store, oid: str) -> tuple[str, int] | None:
    """Xet hash and size of the file with that SHA-256, if it was uploaded by Xet."""
    for path in sorted(folder(store).rglob("*.mdb")):
        with suppress(FileNotFoundError):  # hf_xet renames them as it goes
            for sha256, xet, size in shard_files(path.read_bytes()):
                if sha256 == oid:
                    return xet, size
    return None


def fetch(store: Store, oid: str) -> Entry | None:
    """The file with that SHA-256, its bytes taken over from Xet's store; None if not there."""
    found = find(store, oid)
    if found is None:
        return None
    if not store.blob(oid).exists():
        from hf_xet import XetFileInfo, XetSession

        with TemporaryDirectory(dir=store.folder) as scratch:
            target = Path(scratch) / oid
            with XetSession().new_file_download_group(
                endpoint=f"local://{folder(store)}",
                token="local",  # noqa: S106 (the folder asks for none)
                token_expiry_unix_secs=FAR_FUTURE,
            ) as group:
                group.start_download_file(XetFileInfo(*found), str(target))
            with target.open("rb") as file:
                store.add_blob(iter(lambda: file.read(2**20), b""), lfs=True, oid=oid)
    return Entry(oid, found[1], lfs=True, xet=found[0])


def headers(endpoint: str, repo: str, commit: str, entry: Entry) -> dict[str, str]:
    """What tells a client that it may read by Xet."""
    if not entry.xet:
        return {}
    url = f"{endpoint}/api/datasets/{repo}/xet-read-token/{quote(commit)}"
    return {"X-Xet-Hash": entry.xet, "Link": f'<{url}>; rel="xet-auth"'}


@route("GET", "/api/datasets/{repo}/xet-write-token/{rev}")
def write_token(request: Request, repo: str, rev: str) -> Response:
    found = access.written(request, repo)
    access.branch_ref(found, rev)
    return _token(request)


@route("GET", "/api/datasets/{repo}/xet-read-token/{rev}")
def read_token(request: Request, repo: str, rev: str) -> Response:
    access.commit_at(access.read(request, repo), rev)
    return _token(request)


def _token(request: Request) -> Response:
    """The same in the body, which hf_xet reads, and in the headers, which huggingface_hub reads."""
    folder(request.hub.store).mkdir(exist_ok=True)
    url = f"local://{folder(request.hub.store)}"
    marks = {
        "X-Xet-Cas-Url": url,
        "X-Xet-Access-Token": "local",
        "X-Xet-Token-Expiration": str(FAR_FUTURE),
    }
    return answer({"casUrl": url, "accessToken": "local", "exp": FAR_FUTURE}, headers=marks)
