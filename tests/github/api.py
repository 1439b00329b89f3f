"""The endpoints that the bot uses, each a function; names and shapes are those of GitHub's API."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.github.state import NAME, OWNER, Pull, Refused, State

REPOSITORY = f"/repos/{OWNER}/{NAME}"


@dataclass(frozen=True)
class Asked:
    """A request, read."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    token: str | None
    base: str
    """Address of the API that was asked."""
    own: str
    """Address of the server itself."""


@dataclass(frozen=True)
class Said:
    """An answer. `page` and `pages` make the Link header of a list."""

    status: int
    body: Any = None
    location: str | None = None
    items: list[Any] | None = None
    raw: bytes | None = None


Endpoint = Callable[..., Said]
_ROUTES: list[tuple[str, re.Pattern[str], Endpoint]] = []


def route(method: str, path: str) -> Callable[[Endpoint], Endpoint]:
    """Register an endpoint; `{n}` in its path is a number, `{s}` a word."""
    pattern = path.replace("{n}", r"(\d+)").replace("{s}", r"([^/]+)")

    def register(endpoint: Endpoint) -> Endpoint:
        _ROUTES.append((method, re.compile(f"{REPOSITORY}/{pattern}"), endpoint))
        return endpoint

    return register


def answer(state: State, asked: Asked) -> Said:
    """What GitHub says."""
    if not asked.token:
        return Said(401, {"message": "Bad credentials"})
    for method, pattern, endpoint in _ROUTES:
        found = pattern.fullmatch(asked.path)
        if method == asked.method and found:
            words = [int(word) if word.isdigit() else word for word in found.groups()]
            try:
                return endpoint(state, asked, *words)
            except Refused as refused:
                return Said(refused.status, {"message": str(refused)})
    return Said(404, {"message": "Not Found"})


@route("GET", "actions/runs/{n}/artifacts")
def list_artifacts(state: State, asked: Asked, run: int) -> Said:
    found = state.artifacts.get(run, [])
    named = [one for one in found if asked.query.get("name", one["name"]) == one["name"]]
    return Said(200, {"total_count": len(named), "artifacts": named})


@route("GET", "actions/artifacts/{n}/zip")
def download(state: State, asked: Asked, number: int) -> Said:
    if number not in state.blobs:
        raise Refused(404, "Not Found")
    # GitHub sends a client to a store on another host, which must not see its token.
    elsewhere = asked.own.replace("127.0.0.1", "localhost")
    return Said(302, location=f"{elsewhere}/blobs/{number}?signature=s3cr3t")


@route("GET", "pulls")
def list_pulls(state: State, asked: Asked) -> Said:
    head, wanted = asked.query.get("head", ""), asked.query.get("state", "open")
    # A head without its owner is ignored by GitHub, which then lists everything.
    found = [
        pull for pull in state.pulls.values()
        if pull.state == wanted and (":" not in head or head == f"{pull.owner}:{pull.branch}")
    ]  # fmt: skip
    return Said(200, items=[_pull(pull) for pull in found])


@route("GET", "pulls/{n}")
def get_pull(state: State, asked: Asked, number: int) -> Said:
    return Said(200, _pull(state.pull(number)))


@route("GET", "pulls/{n}/files")
def list_files(state: State, asked: Asked, number: int) -> Said:
    return Said(200, items=list(state.pull(number).files))


@route("GET", "pulls/{n}/reviews")
def list_reviews(state: State, asked: Asked, number: int) -> Said:
    return Said(200, items=list(state.pull(number).reviews))


@route("GET", "issues/{n}")
def get_issue(state: State, asked: Asked, number: int) -> Said:
    return Said(200, {"number": number, "labels": [{"name": x} for x in state.labels(number)]})


@route("GET", "issues/{n}/comments")
def list_comments(state: State, asked: Asked, number: int) -> Said:
    return Said(200, items=[c for c in state.comments.values() if c["issue"] == number])


@route("POST", "issues/{n}/comments")
def create_comment(state: State, asked: Asked, number: int) -> Said:
    return Said(201, state.create_comment(number, asked.body.get("body")))


@route("PATCH", "issues/comments/{n}")
def edit_comment(state: State, asked: Asked, number: int) -> Said:
    return Said(200, state.edit_comment(number, asked.body.get("body")))


@route("DELETE", "issues/comments/{n}")
def delete_comment(state: State, asked: Asked, number: int) -> Said:
    if state.comments.pop(number, None) is None:
        raise Refused(404, "Not Found")
    return Said(204)


@route("POST", "issues/{n}/labels")
def add_labels(state: State, asked: Asked, number: int) -> Said:
    there = state.labels(number)
    there += [label for label in asked.body["labels"] if label not in there]
    return Said(200, [{"name": label} for label in there])


@route("DELETE", "issues/{n}/labels/{s}")
def remove_label(state: State, asked: Asked, number: int, label: str) -> Said:
    state.remove_label(number, label)
    return Said(200, [{"name": label} for label in state.labels(number)])


@route("POST", "check-runs")
def create_check_run(state: State, asked: Asked) -> Said:
    return Said(201, state.write_check_run(None, asked.body))


@route("PATCH", "check-runs/{n}")
def update_check_run(state: State, asked: Asked, number: int) -> Said:
    return Said(200, state.write_check_run(number, asked.body))


def _pull(pull: Pull) -> dict[str, Any]:
    return {
        "number": pull.number, "state": pull.state, "body": pull.body or None,
        "labels": [{"name": label} for label in pull.labels],
        "head": {"sha": pull.head, "ref": pull.branch}, "base": {"ref": "main"},
    }  # fmt: skip
