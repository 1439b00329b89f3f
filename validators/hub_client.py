"""A dataset on the Hub at one commit: what it lists and the bytes of its files.

The only module of `validators` that imports huggingface_hub. Nothing is sent that proves who asks:
a pointer to what only some may read must not be readable through us.
"""

import hashlib
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import httpx2
import huggingface_hub
from huggingface_hub import constants
from huggingface_hub.errors import (
    FileMetadataError,
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    LocalEntryNotFoundError,
    RevisionNotFoundError,
)

# Public, though the package has no __all__ that says so. HfApi asks with these too, but all that it
# can do takes nearly as long to load as everything else here.
from huggingface_hub.utils import (  # type: ignore[attr-defined]
    _http,  # no other way to know whose client is in use
    build_hf_headers,
    hf_raise_for_status,
    paginate,
    validate_repo_id,
)
from huggingface_hub.utils import logging as hub_logging
from huggingface_hub.utils.tqdm import tqdm as hub_tqdm

from validators.http_client import Patience, PatientClient, Trouble

KIND: Final = "dataset"
PATIENCE = Patience()
MAX_LISTED: Final = 100_000
"""Files and folders of a repository that are listed."""

Fetched = Callable[[int, int], None]
"""Told how many bytes of a file have come, of how many."""


class Refusal(Exception):  # noqa: N818 - says what became of a request
    """The Hub answered, and the answer is no: a fault of the pointer. `kind` is one of KINDS."""

    KINDS = ("gated", "missing", "renamed", "revision", "large")

    def __init__(self, kind: str, detail: str = "") -> None:
        super().__init__(detail or kind)
        self.kind = kind
        self.detail = detail


@dataclass(frozen=True, slots=True)
class HubFile:
    """A file at a commit: its size in bytes, and the sha256 of its bytes where the Hub knows it."""

    path: str
    size: int
    sha256: str | None


class HubDataset:
    """A dataset at a commit. Inside of `session()` only.

    Args:
        repo_id: owner/name, checked by whoever calls.
        revision: 40 hex digits.
        fetched: told of the progress of downloads.
    """

    def __init__(self, repo_id: str, revision: str, fetched: Fetched | None = None) -> None:
        self.repo_id = repo_id
        self.revision = revision
        self._fetched = fetched

    def _address(self, what: str) -> str:
        """Of the Hub's API (huggingface.co/docs/hub/api): what of this dataset at its commit."""
        validate_repo_id(self.repo_id)
        return f"{endpoint()}/api/{KIND}s/{self.repo_id}/{what}/{quote(self.revision, safe='')}"

    def check_access(self) -> None:
        """See that everybody may read the dataset under this name, and that the commit is there.

        Raises:
            Refusal: not so.
            Trouble: it cannot be found out now.
        """
        if constants.is_offline_mode():
            raise Trouble("HF_HUB_OFFLINE is set")
        with _classed():
            answer = huggingface_hub.get_session().get(
                self._address("revision"),
                headers=build_hf_headers(token=False),
                params={"expand": ["gated", "private", "disabled", "sha"]},
            )
            hf_raise_for_status(answer)
            info = answer.json()
            name = _text(info["id"])
            # The Hub does not tell capitals from small letters, and answers for a former name too.
            if name.casefold() != self.repo_id.casefold():
                raise Refusal("renamed", name)
            if info.get("gated") or info.get("private"):
                raise Refusal("gated")
            if info.get("disabled"):
                raise Refusal("missing", "the Hub has disabled it")
            if info.get("sha") not in (None, self.revision):
                raise Refusal("revision")

    def files(self) -> dict[str, HubFile]:
        """Every file at the commit, by path.

        Raises:
            Refusal: there are more than `MAX_LISTED`.
            Trouble: they cannot be listed now.
        """
        found: dict[str, HubFile] = {}
        with _classed():
            entries = paginate(
                self._address("tree"),
                params={"recursive": True},
                headers=build_hf_headers(token=False),
            )
            for count, entry in enumerate(entries):
                if count >= MAX_LISTED:
                    raise Refusal("large", f"more than {MAX_LISTED:,} files and folders")
                if entry["type"] == "file":
                    file = _listed_file(entry)
                    found[file.path] = file
        return found

    def download(self, file: HubFile) -> Path:
        """The file in the Hub's cache on this machine, fetched where it is not there.

        A download that breaks off is resumed; what is whole is not fetched again.

        Raises:
            Refusal: one has to ask for the dataset.
            Trouble: it cannot be fetched now, or has other bytes than the commit says.
        """
        cached = self.cached(file)
        if cached is not None:
            return cached
        with _of_file(file):
            path = Path(
                huggingface_hub.hf_hub_download(
                    self.repo_id,
                    file.path,
                    repo_type=KIND,
                    revision=self.revision,
                    endpoint=endpoint(),
                    token=False,
                    cache_dir=constants.HF_HUB_CACHE,
                    tqdm_class=_bar(self._fetched),
                )
            )
        if path.stat().st_size != file.size or _differs(path, file.sha256):
            path.resolve().unlink(missing_ok=True)
            path.unlink(missing_ok=True)
            raise Trouble(f"{file.path} arrived with other bytes than the commit has")
        return path

    def cached(self, file: HubFile) -> Path | None:
        """The whole file in the Hub's cache, if it is there."""
        found = huggingface_hub.try_to_load_from_cache(
            self.repo_id,
            file.path,
            cache_dir=constants.HF_HUB_CACHE,
            revision=self.revision,
            repo_type=KIND,
        )
        if not isinstance(found, str) or Path(found).stat().st_size != file.size:
            return None
        return Path(found)

    def read(self, file: HubFile) -> bytes:
        """A small file's bytes, kept in the cache like any.

        Raises:
            Refusal, Trouble: as `download`.
        """
        return self.download(file).read_bytes()

    def pread(self, file: HubFile, offset: int, count: int) -> bytes:
        """A piece of a file; nothing is kept.

        Raises:
            Refusal, Trouble: as `download`.
        """
        url = huggingface_hub.hf_hub_url(
            self.repo_id, file.path, repo_type=KIND, revision=self.revision, endpoint=endpoint()
        )
        headers = build_hf_headers(token=False)
        headers["accept-encoding"] = "identity"
        headers["range"] = f"bytes={offset}-{offset + count - 1}"
        client = huggingface_hub.get_session()
        with _of_file(file), client.stream("GET", url, headers=headers) as answer:
            hf_raise_for_status(answer)
            data = _body(answer, offset, count)
        if len(data) != count:
            raise Trouble(f"{file.path}: {len(data)} bytes came where {count} were asked for")
        if self._fetched:
            self._fetched(count, count)
        return data


def endpoint() -> str:
    """The Hub's address: HF_ENDPOINT, or the public one."""
    return constants.ENDPOINT.rstrip("/")


def _listed_file(entry: dict[str, Any]) -> HubFile:
    """A file as the Hub's tree has it.

    Raises:
        LookupError, TypeError, ValueError: the Hub says nonsense.
    """
    size, lfs = entry["size"], entry.get("lfs")
    if type(size) is not int or size < 0:
        raise ValueError
    return HubFile(_text(entry["path"]), size, _text(lfs["oid"]) if lfs else None)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _body(answer: httpx2.Response, offset: int, count: int) -> bytes:
    """The piece that was asked for, also where a server answers with the whole file."""
    skip = 0 if answer.status_code == 206 else offset
    data = bytearray()
    for chunk in answer.iter_bytes():
        if skip >= len(chunk):
            skip -= len(chunk)
            continue
        data += chunk[skip:]
        skip = 0
        if len(data) >= count:
            break
    return bytes(data[:count])


def _differs(path: Path, sha256: str | None) -> bool:
    if sha256 is None:
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() != sha256


def _bar(fetched: Fetched | None) -> type[Any]:
    """A progress bar that shows nothing and tells `fetched`."""

    class Told(hub_tqdm):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            self._size = int(options.get("total") or 0)
            self._done = int(options.get("initial") or 0)
            super().__init__(  # type: ignore[no-untyped-call]  # tqdm has no types
                *arguments, **(options | {"disable": True})
            )

        def update(self, n: float | None = 1) -> None:
            self._done += int(n or 0)
            if fetched:
                fetched(self._done, self._size)

    return Told


@contextmanager
def _classed() -> Iterator[None]:
    """The library's errors as ours, without its words: they quote addresses and answers."""
    try:
        yield
    except (Trouble, Refusal):
        raise
    except GatedRepoError:
        raise Refusal("gated") from None
    except RevisionNotFoundError:
        raise Refusal("revision") from None
    except HFValidationError:
        raise Refusal("missing", "its id is none that the Hub would give") from None
    except LocalEntryNotFoundError:  # so the library says that it was refused a file
        raise Refusal("missing") from None
    except HfHubHTTPError as error:
        raise _class_of(error) from None
    except (httpx2.HTTPError, FileMetadataError, ConnectionError, TimeoutError) as error:
        raise Trouble(f"the Hub's answer cannot be read ({type(error).__name__})") from None
    # The library reads answers without checking: a broken one ends as whichever of these.
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Trouble(f"the Hub's answer cannot be read ({type(error).__name__})") from None
    except OSError as error:
        raise Trouble(f"the Hub's cache cannot be used: {error.strerror or error}") from None


def _class_of(error: HfHubHTTPError) -> Exception:
    code = error.response.status_code
    if code in (401, 404):  # of what it does not show, the Hub says either
        return Refusal("missing")
    if code == 403:
        return Refusal("missing", "the Hub has disabled it or forbids it")
    return Trouble(f"the Hub answers {code}")


@contextmanager
def _of_file(file: HubFile) -> Iterator[None]:
    """Errors where a file is fetched: the dataset was shown, and so was that the file is there."""
    try:
        with _classed():
            yield
    except Refusal as refusal:
        if refusal.kind == "gated":
            raise
        raise Trouble(f"the Hub lists {file.path} and does not give it") from None


# -- session --------------------------------------------------------------------------------------

_SETTINGS: Final = {
    "HF_HUB_DISABLE_IMPLICIT_TOKEN": True,
    "HF_HUB_DISABLE_TELEMETRY": True,
    # Xet's own client asks hosts that we do not choose, and begins again what broke off.
    "HF_HUB_DISABLE_XET": True,
    "HF_DEBUG": False,  # it prints requests
}


_sessions = 0


@contextmanager
def session() -> Iterator[None]:
    """Let huggingface_hub use our client and no token; as it was before, after the last session.

    Belongs to one thread. Sessions may overlap, as those of two generators do.
    """
    global _sessions  # noqa: PLW0603 - the library has one client for the whole process
    if _sessions == 0:
        _enter()
    _sessions += 1
    try:
        yield
    finally:
        _sessions -= 1
        if _sessions == 0:
            _leave()


_before: dict[str, Any] = {}


def _enter() -> None:
    _before.update({name: getattr(constants, name) for name in _SETTINGS})
    _before["factory"] = _http._GLOBAL_CLIENT_FACTORY
    _before["verbosity"] = hub_logging.get_verbosity()
    for name, value in _SETTINGS.items():
        setattr(constants, name, value)
    hub_logging.set_verbosity(logging.CRITICAL)
    huggingface_hub.set_client_factory(lambda: PatientClient(endpoint(), PATIENCE))


def _leave() -> None:
    huggingface_hub.set_client_factory(_before["factory"])
    hub_logging.set_verbosity(_before["verbosity"])
    for name in _SETTINGS:
        setattr(constants, name, _before[name])
