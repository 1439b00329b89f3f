"""The canonical dataset repository on the Hub: the only module of ci that talks to it.

Requests that only read are tried again in bounds; a write is sent once. After a write with an
unknown end, whoever asked reads what the repository holds now, and decides.
"""

import hashlib
import logging
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import huggingface_hub
from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi, constants
from huggingface_hub.errors import (
    EntryNotFoundError,
    HfHubHTTPError,
    OIDCError,
    RevisionNotFoundError,
)
from huggingface_hub.hf_api import RepoFile

# Public, though the package has no __all__ that says so.
from huggingface_hub.utils import (  # type: ignore[attr-defined]
    are_progress_bars_disabled,
    build_hf_headers,
    disable_progress_bars,
    enable_progress_bars,
    hf_raise_for_status,
)
from huggingface_hub.utils import logging as hub_logging
from huggingface_hub.utils._http import default_client_factory

from ci.content import Content, HubFile
from ci.http_client import StrictClient
from ci.trouble import Conflict, HubError, Missing, Patience, Refused, Trouble

KIND = "dataset"
BRANCH = "main"
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Refs:
    """Where the branch and the tags of the repository stand."""

    head: str
    tags: Mapping[str, str]
    """Tag to commit."""


Token = Callable[[], str | None]
"""Gives the token for the next request; None: without one."""


class Hub:
    """A dataset repository on the Hub. Inside of `session()` only."""

    def __init__(
        self,
        repo_id: str,
        token: Token,
        *,
        endpoint: str | None = None,
        patience: Patience | None = None,
    ) -> None:
        """`endpoint`: address of the Hub, else HF_ENDPOINT or the public one."""
        self.repo_id = repo_id
        self.endpoint = (endpoint or constants.ENDPOINT).rstrip("/")
        self.patience = patience or Patience()
        self._token = token

    def refs(self) -> Refs:
        """Head and tags, read now.

        Raises:
            HubError: if they cannot be read.
        """
        found = self._read(lambda api: api.list_repo_refs(self.repo_id, repo_type=KIND))
        heads = [branch.target_commit for branch in found.branches if branch.name == BRANCH]
        if not heads:
            raise Refused(f"{self.repo_id} has no branch {BRANCH}: begin it with a first commit")
        return Refs(heads[0], {tag.name: tag.target_commit for tag in found.tags})

    def files(self, commit: str) -> dict[str, HubFile]:
        """Every file at a commit, by path.

        Raises:
            HubError: if they cannot be listed.
        """

        def listed(api: HfApi) -> dict[str, HubFile]:
            entries = api.list_repo_tree(
                self.repo_id, recursive=True, revision=commit, repo_type=KIND
            )
            return {found.path: found for entry in entries if (found := _hub_file(entry))}

        return self._read(listed)

    def read(self, path: str, commit: str, cap: int) -> bytes:
        """A file's bytes at a commit.

        Raises:
            Missing: if there is no such file.
            Refused: if it has more than `cap` bytes.
            HubError: if it cannot be read.
        """

        def whole(api: HfApi) -> bytes:
            content = bytearray()
            for chunk in self._stream(api, path, commit):
                content += chunk
                if len(content) > cap:
                    raise Refused(f"{path} has more than {cap:,} bytes, the most that is read")
            return bytes(content)

        return self._read(whole)

    def sha256(self, path: str, commit: str) -> str:
        """The digest of a file's bytes at a commit, read from the Hub and not kept.

        Raises:
            HubError: as `read`.
        """

        def digest(api: HfApi) -> str:
            total = hashlib.sha256()
            for chunk in self._stream(api, path, commit):
                total.update(chunk)
            return total.hexdigest()

        return self._read(digest)

    def download(self, path: str, commit: str, to: Path) -> None:
        """Write a file's bytes at a commit to `to`; its folder is made.

        Raises:
            HubError: as `read`.
            OSError: if it cannot be written.
        """
        to.parent.mkdir(parents=True, exist_ok=True)

        def copy(api: HfApi) -> None:
            with to.open("wb") as file:
                for chunk in self._stream(api, path, commit):
                    file.write(chunk)

        self._read(copy)

    def upload(self, contents: Mapping[str, Content]) -> list[CommitOperationAdd]:
        """Bring the content of large files to the Hub's store, where nobody sees it yet.

        May be done twice: what is there is not sent again.

        Raises:
            HubError: if it cannot be brought there.
        """

        def send(api: HfApi) -> list[CommitOperationAdd]:
            additions = [
                CommitOperationAdd(path, content.source)
                for path, content in sorted(contents.items())
                if content.source is not None
            ]
            try:
                api.preupload_lfs_files(self.repo_id, additions, repo_type=KIND, revision=BRANCH)
            except PermissionError:  # as hf_xet says it
                raise Refused("the store of large files does not take the token") from None
            return additions

        return self._read(send)

    def commit(
        self, parent: str, additions: list[CommitOperationAdd], deletions: list[str], title: str
    ) -> str:
        """Make one commit on top of `parent`, all of it or nothing; its id. Sent once.

        Raises:
            Conflict: if the head is another than `parent`.
            Trouble: if it is not known whether the commit was made.
            HubError: if it was not.
        """
        operations: list[CommitOperationAdd | CommitOperationDelete] = list(additions)
        operations += [CommitOperationDelete(path) for path in deletions]
        with _classed():
            made = self._api().create_commit(
                self.repo_id,
                operations,
                commit_message=title,
                repo_type=KIND,
                revision=BRANCH,
                parent_commit=parent,
            )
        return str(made.oid)

    def tag(self, name: str, commit: str) -> None:
        """Give a commit a tag that did not exist. Sent once; what came of it is read by `refs`.

        Raises:
            Conflict: if the tag is there, at whichever commit.
            Trouble: if it is not known whether the tag was made.
            HubError: if it was not.
        """
        with _classed():
            self._api().create_tag(self.repo_id, tag=name, revision=commit, repo_type=KIND)

    def _stream(self, api: HfApi, path: str, commit: str) -> Iterator[bytes]:
        url = huggingface_hub.hf_hub_url(
            self.repo_id, path, repo_type=KIND, revision=commit, endpoint=self.endpoint
        )
        headers = build_hf_headers(token=api.token)
        headers["accept-encoding"] = "identity"  # the digest is of the bytes as they lie there
        with huggingface_hub.get_session().stream("GET", url, headers=headers) as answer:
            hf_raise_for_status(answer)
            yield from answer.iter_bytes()

    def _api(self) -> HfApi:
        return HfApi(endpoint=self.endpoint, token=self._token() or False)

    def _read(self, call: Callable[[HfApi], Answer]) -> Answer:
        def once() -> Answer:
            with _classed():
                return call(self._api())

        return self.patience.keep_trying(once)


def _hub_file(entry: object) -> HubFile | None:
    if not isinstance(entry, RepoFile):
        return None  # a folder
    return HubFile(entry.path, entry.size, entry.blob_id, entry.lfs.sha256 if entry.lfs else None)


@contextmanager
def _classed() -> Iterator[None]:
    """The library's errors as ours, without its words: they quote addresses and answers."""
    try:
        yield
    except HubError:
        raise
    except HfHubHTTPError as error:
        raise _class_of(error) from None
    except RuntimeError as error:
        raise _class_of_upload(error) from None
    except (ConnectionError, TimeoutError):
        raise Trouble("the store of large files is not well") from None
    except (ValueError, KeyError, TypeError) as error:
        if isinstance(error.__cause__, HfHubHTTPError):
            raise Refused(f"the Hub does not take the card: {error}") from None
        # The library reads answers without checking: a broken one ends as whichever of these.
        raise Trouble(f"the Hub's answer cannot be read ({type(error).__name__})") from None


def _class_of_upload(error: RuntimeError) -> HubError:
    """The error of an upload: wrapped by the library's threads, or hf_xet's own."""
    match error.__cause__:
        case HubError() as known:
            return known
        case HfHubHTTPError() as answered:
            return _class_of(answered)
    return Trouble("the upload was broken off")


def _class_of(error: HfHubHTTPError) -> HubError:
    code = error.response.status_code
    said = error.response.headers.get("x-error-message", "")[:200]
    words = f"the Hub answers {code}" + (f" ({said})" if said else "")
    if isinstance(error, (EntryNotFoundError, RevisionNotFoundError)):
        return Missing(words)
    if code in (409, 412):
        return Conflict(words)
    return Refused(words + _ADVICE.get(code, ""))


_ADVICE = {
    401: ": the token is missing, expired or wrong",
    403: ": the token may not do this; it needs to write to this one repository",
    404: ": there is no such repository, or the token may not see it",
}


# -- session and token ----------------------------------------------------------------------------


@contextmanager
def session(patience: Patience | None = None) -> Iterator[None]:
    """Let huggingface_hub use our client, and no token but those that it is handed."""
    limits = patience or Patience()
    bars_were_off = are_progress_bars_disabled()
    verbosity = hub_logging.get_verbosity()
    before = {name: getattr(constants, name) for name in _SETTINGS}
    for name, value in _SETTINGS.items():
        setattr(constants, name, value)
    hub_logging.set_verbosity(logging.ERROR)
    if not sys.stderr.isatty():
        disable_progress_bars()
    huggingface_hub.set_client_factory(lambda: StrictClient(limits))
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module="huggingface_hub|httpx2")
            yield
    finally:
        huggingface_hub.set_client_factory(default_client_factory)
        for name, value in before.items():
            setattr(constants, name, value)
        hub_logging.set_verbosity(verbosity)
        if not bars_were_off:
            enable_progress_bars()


_SETTINGS = {
    "HF_HUB_DISABLE_IMPLICIT_TOKEN": True,
    "HF_HUB_DISABLE_TELEMETRY": True,  # it asks the Hub which programs drive it, and tells it
    "HF_DEBUG": False,  # it prints requests with what they carry
}


SECRETS = (
    "HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_OIDC_ID_TOKEN", "HF_OIDC_RESOURCE",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_RUNTIME_TOKEN",
    "GITHUB_TOKEN", "GH_TOKEN",
)  # fmt: skip
"""Variables that give or buy a token: no child process gets them."""


def reading_token() -> str | None:
    """The token of those who only read: none, unless HF_TOKEN opens a private repository."""
    return os.environ.get("HF_TOKEN", "").strip() or None


def token_for(repo_id: str, patience: Patience) -> Token:
    """Where the token to write comes from: a trusted publisher first, HF_TOKEN where there is none.

    In a job of GitHub Actions with `id-token: write`, each call gives a token that GitHub's signed
    word was exchanged for: for this repository, for an hour, and exchanged again before it ends
    (huggingface.co/docs/hub/trusted-publishers). Otherwise HF_TOKEN. A file that a login left
    behind is never looked at.

    Raises:
        Refused: if there is neither.
    """
    if os.environ.get("ACTIONS_ID_TOKEN_REQUEST_TOKEN") or os.environ.get("HF_OIDC_ID_TOKEN"):
        os.environ["HF_OIDC_RESOURCE"] = f"{constants.REPO_TYPES_URL_PREFIXES[KIND]}{repo_id}"

        def exchanged() -> str | None:
            try:
                with _classed():
                    return huggingface_hub.get_token()
            except (OIDCError, Refused):
                raise Refused(
                    "the trusted publisher was refused a token: compare its repository, branch, "
                    "workflow and environment with the run's (docs/publishing.md)"
                ) from None

        return lambda: patience.keep_trying(exchanged)
    if secret := os.environ.get("HF_TOKEN", "").strip():
        return lambda: secret
    raise Refused(
        "there is no token to write with: run this in a job with `id-token: write`, or set "
        "HF_TOKEN (docs/publishing.md)"
    )
