"""Large files: the LFS batch protocol, and the host that keeps the bytes.

That host answers under another name than the endpoint, as on the Hub: clients follow a redirect to
the same host silently and then miss the headers of the first answer. Whoever has a signed address
may use it without a token, as on the Hub.
"""

import hashlib
import hmac
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tests.hub import access, xet
from tests.hub.messages import HubError, Request, Response, Slice, answer, route
from tests.hub.repository import Entry, InvalidError
from tests.hub.store import Store

if TYPE_CHECKING:
    from tests.hub.server import Hub

LFS_JSON = {"Content-Type": "application/vnd.git-lfs+json"}


def signature(hub: "Hub", what: str) -> str:
    return hmac.new(hub.secret, what.encode(), hashlib.sha256).hexdigest()[:24]


def signed(hub: "Hub", path: str) -> str:
    return f"{hub.blob_endpoint}{path}?signature={signature(hub, path)}"


def check_signature(request: Request) -> None:
    given = request.query.get("signature", [""])[0]
    if not hmac.compare_digest(given, signature(request.hub, request.path)):
        raise HubError(403, "the address is not signed")


def download_url(hub: "Hub", entry: Entry, path: str) -> str:
    name = quote(path.rpartition("/")[2])
    return f"{signed(hub, f'/blobs/{entry.oid}')}&filename={name}"


def entry(store: Store, oid: str, size: int | None) -> Entry:
    """The LFS file of that hash. Raises HubError 400 if nobody sent its bytes."""
    blob = store.blob(oid)
    found = xet.fetch(store, oid)
    if found is None and blob.exists():
        found = Entry(oid, blob.stat().st_size, lfs=True)
    if found is None:
        raise HubError(400, f"LFS pointer pointed to a file that does not exist: {oid}")
    if size not in (None, found.size):
        raise HubError(400, f"the LFS file {oid} has {found.size} bytes, not {size}")
    return found


@route("POST", "/datasets/{repo}.git/info/lfs/objects/batch")
def batch(request: Request, repo: str) -> Response:
    """Where each object is to be sent; those that are here already get no address."""
    payload = request.json
    if payload.get("operation") != "upload":
        raise HubError(400, "only uploads go through the batch endpoint here")
    access.written(request, repo)
    multipart = "multipart" in payload.get("transfers", [])
    objects = [_upload(request.hub, repo, wanted, multipart) for wanted in payload["objects"]]
    large = any(
        "chunk_size" in o.get("actions", {}).get("upload", {}).get("header", {}) for o in objects
    )
    transfer = "multipart" if large else "basic"
    return answer({"transfer": transfer, "objects": objects}, headers=LFS_JSON)


def _upload(hub: "Hub", repo: str, wanted: dict[str, Any], multipart: bool) -> dict[str, Any]:
    oid, size = wanted["oid"], wanted["size"]
    if hub.store.blob(oid).exists():
        return {"oid": oid, "size": size}
    upload: dict[str, Any] = {"href": signed(hub, f"/blobs/{oid}")}
    if multipart and size > hub.part_size:
        count = -(-size // hub.part_size)
        parts = {str(n): signed(hub, f"/parts/{oid}/{n}") for n in range(1, count + 1)}
        upload["href"] = signed(hub, f"/parts/{oid}")
        upload["header"] = {"chunk_size": str(hub.part_size), **parts}
    verify = {"href": f"{hub.endpoint}/api/datasets/{repo}/lfs-verify"}
    return {"oid": oid, "size": size, "actions": {"upload": upload, "verify": verify}}


@route("POST", "/api/datasets/{repo}/lfs-verify")
def verify(request: Request, repo: str) -> Response:
    access.written(request, repo)
    entry(request.hub.store, request.json["oid"], request.json["size"])
    return answer({})


@route("PUT", "/blobs/{oid}")
def put_blob(request: Request, oid: str) -> Response:
    check_signature(request)
    return _keep(request.hub.store, request.chunks, oid)


def _keep(store: Store, chunks: Iterator[bytes], oid: str) -> Response:
    try:
        store.add_blob(chunks, lfs=True, oid=oid)
    except InvalidError as error:
        raise HubError(400, str(error)) from None
    return Response(200, {"ETag": f'"{oid[:32]}"'})


@route("PUT", "/parts/{oid}/{number}")
def put_part(request: Request, oid: str, number: str) -> Response:
    """One numbered part of a large object."""
    check_signature(request)
    part = _part(request.hub.store, oid, int(number))
    part.write_bytes(request.body)
    return Response(200, {"ETag": f'"{zlib.crc32(request.body):08x}"'})


@route("POST", "/parts/{oid}")
def complete(request: Request, oid: str) -> Response:
    """Join the parts that the client names. Raises HubError 400 if one is missing or altered."""
    check_signature(request)
    store = request.hub.store
    parts = sorted(request.json["parts"], key=lambda part: part["partNumber"])
    paths = [_part(store, oid, part["partNumber"]) for part in parts]
    for part, path in zip(parts, paths, strict=True):
        if not path.exists():
            raise HubError(400, f"part {part['partNumber']} was never sent")
        if part["etag"].strip('"') != f"{zlib.crc32(path.read_bytes()):08x}":
            raise HubError(400, f"part {part['partNumber']} is another one")
    response = _keep(store, (path.read_bytes() for path in paths), oid)
    for path in paths:
        path.unlink()
    return response


def _part(store: Store, oid: str, number: int) -> Path:
    return store.blob(oid).with_name(f"{oid}.{number:05d}")


@route("GET", "/blobs/{oid}")
def get_blob(request: Request, oid: str) -> Response:
    check_signature(request)
    blob = request.hub.store.blob(oid)
    if not blob.exists():
        raise HubError(404, "no such object")
    headers = {
        "ETag": f'"{oid[:32]}"',
        "Accept-Ranges": "bytes",
        "Content-Type": "application/octet-stream",
    }
    return Response(200, headers, Slice(blob, 0, blob.stat().st_size))
