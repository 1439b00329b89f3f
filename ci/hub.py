"""The canonical dataset repository on the Hub: what the publisher asks of it, and sends to it.

Requests that only read are tried again in bounds; a write is sent once. After a write with an
unknown end, whoever asked reads what the repository holds now, and decides.
"""

import hashlib
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
    RevisionNotFoundError,
)
from huggingface_hub.hf_api import RepoFile

# Public, though the package has no __all__ that says so.
from huggingface_hub.utils import (  # type: ignore[attr-defined]
    build_hf_headers,
    hf_raise_for_status,
)

from ci.content import Content, HubFile
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
    """A dataset repository on the Hub. Inside of `hub_access.session()` only."""

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
        with classed():
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
        with classed():
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
            with classed():
                return call(self._api())

        return self.patience.keep_trying(once)


def _hub_file(entry: object) -> HubFile | None:
    if not isinstance(entry, RepoFile):
        return None  # a folder
    return HubFile(entry.path, entry.size, entry.blob_id, entry.lfs.sha256 if entry.lfs else None)


@contextmanager
def classed() -> Iterator[None]:
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
