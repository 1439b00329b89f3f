"""Trees and files: listing, reading, and the commit that changes them."""

import base64
import binascii
import fnmatch
import json
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any

from tests.hub import access, card, lfs, xet
from tests.hub.messages import HubError, Request, Response, Slice, answer, route
from tests.hub.repository import Commit, Entry, Repository, StaleError, git_sha1
from tests.hub.store import Store

REGULAR_LIMIT = 10 * 2**20
"""Larger files have to go to LFS."""


# Reading


@route("GET", "/api/datasets/{repo}/tree/{rev}")
def list_root(request: Request, repo: str, rev: str) -> Response:
    return list_tree(request, repo, rev, "")


@route("GET", "/api/datasets/{repo}/tree/{rev}/{path}")
def list_tree(request: Request, repo: str, rev: str, path: str) -> Response:
    found = access.seen(request, repo)
    commit = access.commit_at(found, rev)
    folder = path.strip("/")
    below = f"{folder}/" if folder else ""
    inside = [name for name in commit.tree if name.startswith(below)]
    if folder and not inside:
        raise access.entry_not_found(commit, folder)
    recursive = request.flag("recursive")
    names = {name for name in inside if recursive or "/" not in name.removeprefix(below)}
    parents = {str(p) for name in inside for p in PurePosixPath(name).parents if str(p) != "."}
    names |= {
        parent
        for parent in parents
        if parent.startswith(below) and (recursive or "/" not in parent.removeprefix(below))
    }
    describe = _describer(found, commit, request.flag("expand"))
    return request.hub.page(request, [describe(name) for name in sorted(names)])


@route("POST", "/api/datasets/{repo}/paths-info/{rev}")
def paths_info(request: Request, repo: str, rev: str) -> Response:
    found = access.seen(request, repo)
    commit = access.commit_at(found, rev)
    expand = request.flag("expand") or str(request.form.get("expand", [""])[0]).lower() == "true"
    describe = _describer(found, commit, expand)
    wanted = [path.strip("/") for path in request.form.get("paths", [])]
    known = [
        p for p in wanted if p in commit.tree or any(n.startswith(f"{p}/") for n in commit.tree)
    ]
    return answer([describe(path) for path in known])


def _describer(repo: Repository, commit: Commit, expand: bool) -> Callable[[str], dict[str, Any]]:
    """How a file or folder is listed; with `expand`, also by whom it was touched last."""
    history = list(repo.history(commit.oid)) if expand else []

    def describe(path: str) -> dict[str, Any]:
        entry = commit.tree.get(path)
        if entry is None:
            inside = sorted(
                f"{n} {e.git_oid}" for n, e in commit.tree.items() if n.startswith(f"{path}/")
            )
            found: dict[str, Any] = {
                "type": "directory",
                "oid": git_sha1("\n".join(inside).encode()),
                "size": 0,
                "path": path,
            }
        else:
            found = {"type": "file", "oid": entry.git_oid, "size": entry.size, "path": path}
            if entry.lfs:
                found["lfs"] = {
                    "oid": entry.oid,
                    "size": entry.size,
                    "pointerSize": len(entry.pointer),
                }
            if entry.xet:
                found["xetHash"] = entry.xet
        if expand:
            last = _last_change(history, path)
            found["lastCommit"] = {"id": last.oid, "title": last.title, "date": last.date}
        return found

    return describe


def _last_change(history: list[Commit], path: str) -> Commit:
    """The newest commit before which the file, or the folder, was another."""

    def below(commit: Commit) -> list[tuple[str, str]]:
        if path in commit.tree:
            return [(path, commit.tree[path].oid)]
        return [
            (name, entry.oid) for name, entry in commit.tree.items() if name.startswith(f"{path}/")
        ]

    now = below(history[0])
    last = history[0]
    for commit in history:
        if below(commit) != now:
            break
        last = commit
    return last


@route("GET", "/datasets/{repo}/resolve/{rev}/{path}")
def resolve(request: Request, repo: str, rev: str, path: str) -> Response:
    """A regular file itself, or the way to the host that keeps the LFS file."""
    commit, entry = _entry(request, repo, rev, path)
    headers = {"X-Repo-Commit": commit.oid, "Accept-Ranges": "bytes"}
    if not entry.lfs:
        blob = request.hub.store.blob(entry.oid)
        return Response(
            200,
            headers | {"ETag": f'"{entry.oid}"', "Content-Type": "text/plain; charset=utf-8"},
            Slice(blob, 0, entry.size),
        )
    headers |= {
        "Location": lfs.download_url(request.hub, entry, path),
        "ETag": f'"{entry.oid}"',
        "X-Linked-ETag": f'"{entry.oid}"',
        "X-Linked-Size": str(entry.size),
    }
    return Response(302, headers | xet.headers(request.hub.endpoint, repo, commit.oid, entry))


@route("GET", "/datasets/{repo}/raw/{rev}/{path}")
def raw(request: Request, repo: str, rev: str, path: str) -> Response:
    """The file as git has it: the pointer of an LFS file."""
    commit, entry = _entry(request, repo, rev, path)
    blob = request.hub.store.blob(entry.oid)
    return Response(
        200,
        {"X-Repo-Commit": commit.oid, "ETag": f'"{entry.git_oid}"', "Content-Type": "text/plain"},
        entry.pointer if entry.lfs else Slice(blob, 0, entry.size),
    )


def _entry(request: Request, repo: str, rev: str, path: str) -> tuple[Commit, Entry]:
    commit = access.commit_at(access.read(request, repo), rev)
    if path not in commit.tree:
        raise access.entry_not_found(commit, path)
    return commit, commit.tree[path]


# Writing


@route("POST", "/api/datasets/{repo}/preupload/{rev}")
def preupload(request: Request, repo: str, rev: str) -> Response:
    """How each file is to be sent, and the hash of the file that is there under its name."""
    found = access.written(request, repo)
    commit = access.commit_at(found, rev)
    files = []
    for file in request.json.get("files", []):
        large = goes_to_lfs(
            request.hub.store,
            commit,
            file["path"],
            file.get("size", 0),
            base64.b64decode(file.get("sample", "")),
        )
        present = commit.tree.get(file["path"])
        files.append(
            {
                "path": file["path"],
                "uploadMode": "lfs" if large else "regular",
                "shouldIgnore": _ignored(request.json.get("gitIgnore") or "", file["path"]),
            }
            | ({"oid": present.oid} if present else {})
        )
    return answer({"files": files, "commitOid": commit.oid})


def goes_to_lfs(store: Store, commit: Commit, path: str, size: int, sample: bytes) -> bool:
    """Whether a file is kept by LFS: by the repository's .gitattributes, by size, or as binary."""
    attributes = commit.tree.get(".gitattributes")
    lines = store.blob(attributes.oid).read_text().splitlines() if attributes else []
    patterns = [line.split()[0] for line in lines if "filter=lfs" in line.split()]
    name = PurePosixPath(path).name
    matches = any(fnmatch.fnmatchcase(path, p) or fnmatch.fnmatchcase(name, p) for p in patterns)
    return matches or size > REGULAR_LIMIT or b"\0" in sample


def _ignored(patterns: str, path: str) -> bool:
    lines = [line.strip() for line in patterns.splitlines()]
    return any(
        fnmatch.fnmatchcase(path, line) or fnmatch.fnmatchcase(PurePosixPath(path).name, line)
        for line in lines
        if line and not line.startswith("#")
    )


@route("POST", "/api/datasets/{repo}/commit/{rev}")
def create_commit(request: Request, repo: str, rev: str) -> Response:
    """One commit from lines of JSON: a header, then what to add and to delete."""
    found = access.written(request, repo)
    user = access.may_write(request, repo)
    header, operations = _operations(request.body)
    hub = request.hub
    opens_pr = request.flag("create_pr")
    ref = access.branch_ref(found, rev)
    with hub.store.lock:
        number = 1 + sum(name.startswith("refs/pr/") for name in found.refs)
        try:
            commit = hub.store.commit(
                repo,
                ref,
                lambda tree: _edited(hub.store, tree, operations),
                title=header.get("summary") or "Update",
                message=header.get("description") or "",
                author=user,
                parent=header.get("parentCommit"),
                new_ref=f"refs/pr/{number}" if opens_pr else None,
            )
        except StaleError as error:
            raise HubError(412, str(error)) from None
    url = f"{hub.endpoint}/datasets/{repo}"
    done = {
        "success": True,
        "commitOid": commit.oid,
        "commitUrl": f"{url}/commit/{commit.oid}",
        "hookOutput": "",
    }
    return answer(done | ({"pullRequestUrl": f"{url}/discussions/{number}"} if opens_pr else {}))


def _operations(body: bytes) -> tuple[dict[str, Any], list[tuple[str, dict[str, Any]]]]:
    try:
        lines = [json.loads(line) for line in body.splitlines() if line.strip()]
        found = [(line["key"], line["value"]) for line in lines]
    except (ValueError, KeyError, TypeError) as error:
        raise HubError(400, f"a line of the commit is malformed: {error}") from error
    headers = [value for key, value in found if key == "header"]
    if len(headers) != 1 or found[0][0] != "header":
        raise HubError(400, "a commit starts with one header")
    return headers[0], found[1:]


def _edited(
    store: Store, tree: dict[str, Entry], operations: list[tuple[str, dict[str, Any]]]
) -> dict[str, Entry]:
    """The tree after all operations. Raises HubError 400."""
    before = dict(tree)
    for kind, value in operations:
        path = _valid_path(value["path"].removesuffix("/" if kind == "deletedFolder" else ""))
        if kind == "file":
            tree[path] = _regular(store, path, value)
        elif kind == "lfsFile":
            tree[path] = lfs.entry(store, value["oid"], value.get("size"))
        elif kind == "deletedFile":
            if path not in before:
                raise HubError(400, f"Cannot delete {path}: it does not exist")
            tree.pop(path, None)
        elif kind == "deletedFolder":
            for name in [n for n in tree if n.startswith(f"{path}/")]:
                del tree[name]
        else:
            raise HubError(400, f"unknown operation {kind!r}")
    clash = next((n for n in tree for p in PurePosixPath(n).parents if str(p) in tree), None)
    if clash:
        raise HubError(400, f"{clash} lies in what is also a file")
    return tree


def _regular(store: Store, path: str, value: dict[str, Any]) -> Entry:
    try:
        content = value["content"]
        data = (
            base64.b64decode(content, validate=True) if value.get("encoding") else content.encode()
        )
    except (binascii.Error, KeyError, AttributeError) as error:
        raise HubError(400, f"the content of {path} cannot be read: {error}") from error
    if len(data) > REGULAR_LIMIT:
        raise HubError(400, f"{path} has to be sent by LFS: it is larger than 10 MiB")
    if path == "README.md":
        errors, _ = card.faults(data.decode("utf-8", "replace"))
        if errors:
            raise HubError(400, f"Invalid metadata in README.md: {'; '.join(errors)}")
    return store.add_blob([data], lfs=False)


def _valid_path(path: str) -> str:
    parts = path.split("/")
    if not path or "\0" in path or any(part in ("", ".", "..", ".git") for part in parts):
        raise HubError(400, f"not a path inside a repository: {path!r}")
    return path
