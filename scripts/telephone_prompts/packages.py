"""Debian packages: get them, read them, and prove that they hold what we expect."""

import gzip
import hashlib
import os
import subprocess
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from debian.debfile import DebFile

KEPT = (".wav", ".txt.gz", "/copyright")


@dataclass(frozen=True)
class Package:
    """A binary package, pinned by its content.

    `sha256` is over the sound files, transcripts and copyright file alone, so that the same
    content packed again by another distribution is accepted.
    """

    name: str
    version: str
    sha256: str


class PackageError(Exception):
    """A package is missing or does not hold what it should."""


def read(package: Package, folder: Path | None) -> dict[str, bytes]:
    """The files of a package that we use, by their absolute path in it."""
    archive = _find(package, folder) if folder else _download(package)
    files = _unpack(archive)
    found = content_digest(files)
    if found != package.sha256:
        raise PackageError(
            f"{archive.name}: its sounds, transcripts and copyright file have sha256 {found}, "
            f"{package.sha256} is required ({package.name} {package.version})"
        )
    return files


def content_digest(files: Mapping[str, bytes]) -> str:
    """sha256 over the lines `<sha256 of the bytes>  <path>`, sorted by path."""
    lines = (f"{hashlib.sha256(files[path]).hexdigest()}  {path}\n" for path in sorted(files))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _unpack(archive: Path) -> dict[str, bytes]:
    """Regular files with one of the kept endings, read into memory; nothing is extracted.

    Transcripts are kept without their compression, which differs from one packer to the next.
    """
    files: dict[str, bytes] = {}
    with DebFile(filename=str(archive)) as deb, deb.data.tgz() as tar:
        for member in tar:
            if member.isreg() and member.name.endswith(KEPT):
                path, data = member.name.removeprefix("."), _content(tar, member)
                packed = path.endswith(".gz")
                files[path.removesuffix(".gz")] = gzip.decompress(data) if packed else data
    return files


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    stream = tar.extractfile(member)
    return stream.read() if stream else b""


def _find(package: Package, folder: Path) -> Path:
    archives = sorted(folder.glob(f"{package.name}_*.deb"))
    if len(archives) != 1:
        raise PackageError(
            f"{folder}: {len(archives)} files match {package.name}_*.deb, 1 is required"
        )
    return archives[0]


def _download(package: Package) -> Path:
    """Fetch the pinned version with apt, once, into the user's cache."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "telephone_prompts"
    cache.mkdir(parents=True, exist_ok=True)
    if not any(cache.glob(f"{package.name}_*.deb")):
        _apt(["download", f"{package.name}={package.version}"], cache)
    return _find(package, cache)


def _apt(arguments: list[str], folder: Path) -> None:
    """Run apt-get in a folder; on a machine that never asked for the lists, get them and retry."""
    command = ["apt-get", "--quiet", *arguments]
    try:
        first = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
        if first.returncode and os.geteuid() == 0:
            subprocess.run(["apt-get", "--quiet", "update"], check=False, capture_output=True)
            first = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    except OSError as error:
        raise PackageError(f"`{' '.join(command)}`: {error}; {_ELSEWHERE}") from error
    if first.returncode:
        raise PackageError(f"`{' '.join(command)}`: {first.stderr.strip()}; {_ELSEWHERE}")


_ELSEWHERE = (
    "run `apt-get update` as root, or get the package elsewhere and name its folder with --packages"
)
