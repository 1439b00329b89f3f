"""GitHub as the bot needs it: the only module that talks to it, and the only importer of github3.

github3.py brings the session, its authentication and its errors. What it lacks is added here:
bounded retries of reads that honour Retry-After and the reset of a rate limit, check runs (its own
method refuses the token of Actions), and models that do not break on a field that GitHub left out.
"""

import argparse
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import github3.session
import requests
from requests.adapters import HTTPAdapter
from urllib3.response import BaseHTTPResponse
from urllib3.util import Retry

from schema.canonical import GITHUB_REPO
from validators.pull_request import Change, Status

API: Final = "https://api.github.com"
ANNOTATIONS_AT_ONCE: Final = 50
"""Of a check run, in one request (GitHub's API description, maxItems)."""
COMMENT_CHARACTERS: Final = 65_536
MAX_PAGES: Final = 30
"""Of a list, 100 entries each: GitHub itself lists at most 3,000 files of a pull request."""
_CONNECT_SECONDS, _READ_SECONDS = 10, 30
_STATUS: dict[str, Status] = {
    "added": "added", "copied": "added", "modified": "modified", "changed": "modified",
    "removed": "removed",
}  # fmt: skip


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of every command that asks GitHub; a job of Actions need not give them."""
    parser.add_argument(
        "--repository", default=os.environ.get("GITHUB_REPOSITORY", GITHUB_REPO),
        metavar="OWNER/NAME", help="default: GITHUB_REPOSITORY",
    )  # fmt: skip
    parser.add_argument(
        "--api", default=os.environ.get("GITHUB_API_URL", API), metavar="URL",
        help="default: GITHUB_API_URL",
    )  # fmt: skip


class GitHubTrouble(Exception):  # noqa: N818 - says what is, not what went wrong in code
    """GitHub cannot be asked now: the network, 429, 5xx. The same later may succeed."""


class GitHubRefusal(Exception):  # noqa: N818
    """GitHub says no: a missing right, a missing thing, a request that it does not take."""


@dataclass(frozen=True)
class Artifact:
    """What a workflow run left behind. `size` is in bytes, of the zip file."""

    id: int
    name: str
    size: int
    expired: bool


@dataclass(frozen=True)
class Pull:
    """An open pull request."""

    number: int
    head: str
    """The commit that is to be merged."""
    base: str
    """The branch that it is to be merged into."""
    body: str
    labels: frozenset[str]


@dataclass(frozen=True)
class Comment:
    """A comment of a pull request."""

    id: int
    author: str
    body: str


@dataclass(frozen=True)
class CheckRun:
    """What stands beside a commit."""

    name: str
    head: str
    conclusion: str
    title: str
    summary: str
    annotations: Sequence[Mapping[str, Any]] = ()


class _PatientRetry(Retry):
    """Repeats reads; waits as long as GitHub says, but no longer than `LONGEST`."""

    RETRY_AFTER_STATUS_CODES = frozenset({403, 413, 429, 503})
    LONGEST = 60.0

    def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
        """Seconds to wait, as Retry-After or the reset of a spent rate limit says."""
        after = super().get_retry_after(response)
        if after is None and response.headers.get("x-ratelimit-remaining") == "0":
            reset = response.headers.get("x-ratelimit-reset", "")
            after = max(0.0, int(reset) - time.time()) if reset.isdigit() else None
        return None if after is None else min(after, self.LONGEST)


class GitHub:
    """One repository on GitHub.

    Args:
        repository: owner/name.
        token: of the Actions run; sent to the API's own host only.
        api: address of the API; GitHub Enterprise and the tests have others.
        pause: seconds before the second try of a read; doubled at each further one.
        tries: of a read.
        read_seconds: to wait for an answer.

    Every method raises GitHubTrouble or GitHubRefusal where there is no answer to work with.
    """

    def __init__(  # noqa: PLR0913 - the facts of a connection, each by its name
        self,
        repository: str,
        token: str,
        *,
        api: str = API,
        pause: float = 1.0,
        tries: int = 4,
        read_seconds: float = _READ_SECONDS,
    ) -> None:
        self._repository = repository
        self._session = github3.session.GitHubSession(_CONNECT_SECONDS, read_seconds)
        self._session.base_url = api.rstrip("/")
        self._session.token_auth(token)
        self._session.headers["Accept"] = "application/vnd.github+json"
        self._session.headers["X-GitHub-Api-Version"] = "2022-11-28"
        retry = _PatientRetry(
            total=tries - 1,
            backoff_factor=pause,
            status_forcelist=(429, 500, 502, 503, 504),
            allowed_methods=("GET",),
            raise_on_status=False,
        )
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=retry))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    # -- reading ----------------------------------------------------------------------------------

    def artifacts(self, run: int, name: str) -> list[Artifact]:
        """The artifacts of that name that a workflow run left behind."""
        answer = self._get(f"actions/runs/{run}/artifacts", name=name).json()
        return [
            Artifact(int(one["id"]), str(one["name"]), int(one["size_in_bytes"]), one["expired"])
            for one in answer["artifacts"]
            if one["name"] == name
        ]

    def download(self, artifact: Artifact, cap: int) -> bytes | None:
        """The zip file of an artifact, in memory; None if it is larger than `cap` bytes."""
        address = f"actions/artifacts/{artifact.id}/zip"
        with self._request("GET", address, stream=True) as response:
            found = bytearray()
            try:
                for block in response.iter_content(1 << 16):
                    found += block
                    if len(found) > cap:
                        return None
            except requests.RequestException as error:
                raise GitHubTrouble(_words(error)) from None
        return bytes(found)

    def pulls(self, owner: str, branch: str) -> list[Pull]:
        """The open pull requests whose head is this branch of this owner, forks included."""
        found = self._pages("pulls", state="open", head=f"{owner}:{branch}")
        return [_pull(one) for one in found]

    def head(self, number: int) -> str:
        """The commit that a pull request has for its head now."""
        return str(self._get(f"pulls/{number}").json()["head"]["sha"])

    def changes(self, number: int) -> list[Change]:
        """The files that a pull request changes, as GitHub itself lists them."""
        found: list[Change] = []
        for one in self._pages(f"pulls/{number}/files"):
            if one["status"] == "renamed":
                found.append(Change(str(one["previous_filename"]), "removed"))
                found.append(Change(str(one["filename"]), "added"))
            elif one["status"] != "unchanged":
                found.append(Change(str(one["filename"]), _STATUS[one["status"]]))
        return found

    def comments(self, number: int) -> list[Comment]:
        """All comments of a pull request, oldest first."""
        return [
            Comment(int(one["id"]), str((one["user"] or {}).get("login", "")), one["body"] or "")
            for one in self._pages(f"issues/{number}/comments")
        ]

    def labels_of(self, number: int) -> frozenset[str] | None:
        """The labels of an issue; None where there is no such issue."""
        try:
            answer = self._get(f"issues/{number}").json()
        except GitHubRefusal:
            return None
        return frozenset(str(one["name"]) for one in answer["labels"])

    def approvals(self, number: int) -> dict[str, str]:
        """Who approves of a pull request: account to the commit that it approved.

        The latest review of an account counts; comments change nothing.
        """
        standing: dict[str, str] = {}
        for one in self._pages(f"pulls/{number}/reviews"):
            account = str((one["user"] or {}).get("login", ""))
            if one["state"] == "APPROVED" and one["commit_id"]:
                standing[account] = str(one["commit_id"])
            elif one["state"] in ("CHANGES_REQUESTED", "DISMISSED"):
                standing.pop(account, None)
        return standing

    # -- writing ----------------------------------------------------------------------------------

    def create_comment(self, number: int, body: str) -> None:
        """Write a new comment."""
        self._request("POST", f"issues/{number}/comments", json={"body": body})

    def edit_comment(self, comment: int, body: str) -> None:
        """Write a comment anew; nobody is notified."""
        self._request("PATCH", f"issues/comments/{comment}", json={"body": body})

    def delete_comment(self, comment: int) -> None:
        """Remove a comment."""
        self._request("DELETE", f"issues/comments/{comment}")

    def add_labels(self, number: int, labels: Sequence[str]) -> None:
        """Put labels on; GitHub makes those that the repository does not have."""
        self._request("POST", f"issues/{number}/labels", json={"labels": list(labels)})

    def remove_label(self, number: int, label: str) -> None:
        """Take a label off."""
        self._request("DELETE", f"issues/{number}/labels/{label}")

    def write_check_run(self, run: CheckRun) -> None:
        """Put a finished check run beside a commit, its annotations in portions of 50."""
        first, *others = _portions(run.annotations) or [[]]
        whole = {
            "name": run.name, "head_sha": run.head, "status": "completed",
            "conclusion": run.conclusion, "output": _output(run, first),
        }  # fmt: skip
        answer = self._request("POST", "check-runs", json=whole).json()
        for portion in others:
            more = {"output": _output(run, portion)}
            self._request("PATCH", f"check-runs/{int(answer['id'])}", json=more)

    # -- the wire ---------------------------------------------------------------------------------

    def _get(self, path: str, **parameters: str) -> requests.Response:
        return self._request("GET", path, params=parameters)

    def _pages(self, path: str, **parameters: str) -> Iterator[dict[str, Any]]:
        response = self._get(path, per_page="100", **parameters)
        for _ in range(MAX_PAGES):
            yield from response.json()
            following = response.links.get("next", {}).get("url")
            if following is None:
                return
            response = self._request("GET", following)
        raise GitHubRefusal(f"{path} has more than {MAX_PAGES} pages")

    def _request(self, method: str, path: str, **options: Any) -> requests.Response:
        address = path if "://" in path else self._address(path)
        if not address.startswith(f"{self._session.base_url}/"):
            raise GitHubRefusal("the next page lies on another host")
        try:
            response: requests.Response = self._session.request(method, address, **options)
        except requests.RequestException as error:
            raise GitHubTrouble(_words(error)) from None
        if response.ok:
            return response
        said = f"{method} {path.partition('?')[0]}: {response.status_code}"
        limited = response.status_code == 403 and (
            "retry-after" in response.headers
            or response.headers.get("x-ratelimit-remaining") == "0"
        )
        if limited or response.status_code in (408, 429) or response.status_code >= 500:
            raise GitHubTrouble(said)
        raise GitHubRefusal(said)

    def _address(self, path: str) -> str:
        return f"{self._session.base_url}/repos/{self._repository}/{path}"


def _words(error: requests.RequestException) -> str:
    # Its own text holds addresses with signatures in them.
    return f"no answer ({type(error).__name__})"


def _pull(one: Mapping[str, Any]) -> Pull:
    labels = frozenset(str(label["name"]) for label in one["labels"])
    head, base = str(one["head"]["sha"]), str(one["base"]["ref"])
    return Pull(int(one["number"]), head, base, one["body"] or "", labels)


def _portions(annotations: Sequence[Mapping[str, Any]]) -> list[Sequence[Mapping[str, Any]]]:
    starts = range(0, len(annotations), ANNOTATIONS_AT_ONCE)
    return [annotations[start : start + ANNOTATIONS_AT_ONCE] for start in starts]


def _output(run: CheckRun, annotations: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {"title": run.title, "summary": run.summary, "annotations": [*annotations]}
