"""Who am I, repositories, refs, history: one function per endpoint."""

from typing import Any

from tests.hub import access, card
from tests.hub.messages import HubError, Request, Response, answer, route
from tests.hub.repository import (
    Commit,
    Entry,
    ExistsError,
    InvalidError,
    MissingError,
    Repository,
    Settings,
)

LFS_SUFFIXES = (
    "7z arrow bin bz2 ckpt flac ftz gz h5 joblib m4a mds mp3 mp4 npy npz ogg onnx opus parquet "
    "pb pcm pickle pkl pt pth rar raw safetensors sam tar tgz wav webm wasm xz zip zst"
).split()
ATTRIBUTES = "".join(f"*.{s} filter=lfs diff=lfs merge=lfs -text\n" for s in LFS_SUFFIXES).encode()
"""The .gitattributes of every new repository: which files go to LFS whatever their size."""


@route("GET", "/api/whoami-v2")
def whoami(request: Request) -> Response:
    account = request.account
    if account is None:
        raise HubError(401, "Invalid username or password.")
    orgs = sorted(account.namespaces or [])
    return answer(
        {
            "type": "user",
            "id": account.user,
            "name": account.user,
            "fullname": account.user,
            "email": None,
            "emailVerified": True,
            "isPro": False,
            "canPay": False,
            "avatarUrl": "",
            "orgs": [
                {"type": "org", "id": name, "name": name, "fullname": name, "roleInOrg": "write"}
                for name in orgs
            ],
            "auth": {
                "type": "access_token",
                "accessToken": {"displayName": "test", "role": account.role},
            },
        }
    )


@route("POST", "/api/repos/create")
def create_repo(request: Request) -> Response:
    payload = request.json
    account = request.account
    if payload.get("type", "model") != "dataset":
        raise HubError(400, "this Hub keeps datasets only")
    namespace = payload.get("organization") or (account.user if account else "")
    repo_id = f"{namespace}/{payload.get('name', '').rpartition('/')[2]}"
    user = access.may_write(request, repo_id)
    private = payload.get("private", False) or payload.get("visibility") == "private"
    url = f"{request.hub.endpoint}/datasets/{repo_id}"
    try:
        request.hub.store.create(repo_id, user, Settings(private=private), ATTRIBUTES)
    except ExistsError as error:
        raise HubError(409, str(error), url=url, name=repo_id) from None
    except MissingError as error:
        raise HubError(400, str(error)) from None
    return answer({"url": url, "name": repo_id, "id": repo_id})


@route("DELETE", "/api/repos/delete")
def delete_repo(request: Request) -> Response:
    payload = request.json
    account = request.account
    namespace = payload.get("organization") or (account.user if account else "")
    repo = access.written(request, f"{namespace}/{payload.get('name', '').rpartition('/')[2]}")
    request.hub.store.delete(repo.id)
    return answer({})


@route("POST", "/api/repos/move")
def move_repo(request: Request) -> Response:
    old, new = request.json["fromRepo"], request.json["toRepo"]
    access.written(request, old)
    access.may_write(request, new)
    try:
        request.hub.store.move(old, new)
    except ExistsError as error:
        raise HubError(409, str(error)) from None
    except MissingError as error:
        raise HubError(400, str(error)) from None
    return answer({})


@route("PUT", "/api/datasets/{repo}/settings")
def change_settings(request: Request, repo: str) -> Response:
    access.written(request, repo)
    payload = request.json
    changes = {name: payload[name] for name in ("private", "gated") if name in payload}
    if "visibility" in payload:
        changes["private"] = payload["visibility"] == "private"
    request.hub.store.change(repo, **changes)
    return answer(changes)


@route("POST", "/api/validate-yaml")
def validate_yaml(request: Request) -> Response:
    errors, warnings = card.faults(request.json.get("content", ""))
    return answer(
        {
            "errors": [{"message": text} for text in errors],
            "warnings": [{"message": text} for text in warnings],
        },
        400 if errors else 200,
    )


@route("GET", "/api/datasets/{repo}")
def repo_info(request: Request, repo: str) -> Response:
    return revision_info(request, repo, "main")


@route("GET", "/api/datasets/{repo}/revision/{rev}")
def revision_info(request: Request, repo: str, rev: str) -> Response:
    found = access.seen(request, repo)
    commit = access.commit_at(found, rev)
    info = _info(request, found, commit)
    wanted = request.query.get("expand", []) + request.query.get("expand[]", [])
    if wanted:
        info = {key: value for key, value in info.items() if key in {"_id", "id", *wanted}}
    return answer(info)


def _info(request: Request, repo: Repository, commit: Commit) -> dict[str, Any]:
    settings = repo.settings
    metadata = card.metadata(request.hub.store, commit)
    oldest = list(repo.history(commit.oid))[-1]
    info = {
        "_id": oldest.oid[:24],
        "id": repo.id,
        "author": repo.id.partition("/")[0],
        "sha": commit.oid,
        "createdAt": oldest.date,
        "lastModified": commit.date,
        "private": settings.private,
        "gated": settings.gated,
        "disabled": settings.disabled,
        "downloads": 0,
        "likes": 0,
        "tags": card.tags(metadata),
        "siblings": [_sibling(request, path, entry) for path, entry in commit.tree.items()],
        "usedStorage": sum(entry.size for entry in commit.tree.values()),
    }
    return info | ({"cardData": metadata} if metadata else {})


def _sibling(request: Request, path: str, entry: Entry) -> dict[str, Any]:
    if not request.flag("blobs"):
        return {"rfilename": path}
    found: dict[str, Any] = {"rfilename": path, "size": entry.size, "blobId": entry.git_oid}
    if entry.lfs:
        found["lfs"] = {
            "sha256": entry.oid,
            "size": entry.size,
            "pointerSize": len(entry.pointer),
        }
    return found


@route("GET", "/api/datasets/{repo}/refs")
def list_refs(request: Request, repo: str) -> Response:
    refs = sorted(access.seen(request, repo).refs.items())

    def under(prefix: str) -> list[dict[str, str]]:
        return [
            {"name": ref.removeprefix(prefix), "ref": ref, "targetCommit": oid}
            for ref, oid in refs
            if ref.startswith(prefix)
        ]

    found: dict[str, Any] = {
        "branches": under("refs/heads/"),
        "tags": under("refs/tags/"),
        "converts": under("refs/convert/"),
    }
    if request.flag("include_prs"):
        found["pullRequests"] = under("refs/pr/")
    return answer(found)


@route("POST", "/api/datasets/{repo}/tag/{rev}")
def create_tag(request: Request, repo: str, rev: str) -> Response:
    return _create_ref(request, repo, f"refs/tags/{request.json.get('tag', '')}", rev)


@route("DELETE", "/api/datasets/{repo}/tag/{rev}")
def delete_tag(request: Request, repo: str, rev: str) -> Response:
    return _delete_ref(request, repo, f"refs/tags/{rev}")


@route("POST", "/api/datasets/{repo}/branch/{rev}")
def create_branch(request: Request, repo: str, rev: str) -> Response:
    start = request.json.get("startingPoint") or "main"
    return _create_ref(request, repo, f"refs/heads/{rev}", start)


@route("DELETE", "/api/datasets/{repo}/branch/{rev}")
def delete_branch(request: Request, repo: str, rev: str) -> Response:
    if rev == "main":
        raise HubError(400, "the main branch stays")
    return _delete_ref(request, repo, f"refs/heads/{rev}")


def _create_ref(request: Request, repo: str, ref: str, revision: str) -> Response:
    access.written(request, repo)
    try:
        request.hub.store.new_ref(repo, ref, revision)
    except ExistsError as error:
        raise HubError(409, str(error)) from None
    except InvalidError as error:
        raise HubError(400, str(error)) from None
    except MissingError as error:
        raise HubError(404, str(error), "RevisionNotFound") from None
    return answer({})


def _delete_ref(request: Request, repo: str, ref: str) -> Response:
    access.written(request, repo)
    try:
        request.hub.store.delete_ref(repo, ref)
    except MissingError as error:
        raise HubError(404, str(error), "RevisionNotFound") from None
    return answer({})


@route("GET", "/api/datasets/{repo}/commits/{rev}")
def list_commits(request: Request, repo: str, rev: str) -> Response:
    found = access.seen(request, repo)
    access.commit_at(found, rev)
    commits = [
        {
            "id": commit.oid,
            "title": commit.title,
            "message": commit.message,
            "date": commit.date,
            "authors": [{"user": commit.author, "avatar": ""}],
        }
        for commit in found.history(rev)
    ]
    return request.hub.page(request, commits)


@route("POST", "/api/datasets/{repo}/super-squash/{rev}")
def super_squash(request: Request, repo: str, rev: str) -> Response:
    found = access.written(request, repo)
    ref = access.branch_ref(found, rev)
    message = request.json.get("message") or "Super-squash history"
    request.hub.store.squash(repo, ref, access.may_write(request, repo), message)
    return answer({})


@route("GET", "/api/datasets/{repo}/leaderboard")
def leaderboard(request: Request, repo: str) -> Response:
    access.seen(request, repo)
    return answer([])
