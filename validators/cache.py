"""Measurements by content hash, kept between runs under `.cache/` of the repository.

A cache is never a reason to fail: one that is corrupt is replaced, one that is foreign, locked or
not writable is done without. Nor is it a reason to trust: whoever can write to the folder decides
what stands there, so a run whose report may lead to an approval is given none.
"""

import contextlib
import hashlib
import sqlite3
import time
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Final

from validators.measurement import Measurement

FOLDER: Final = ".cache"
MAX_ROWS: Final = 400_000  # some 120 MB; beyond it the older half goes
_APPLICATION: Final = 0x44535442  # "DSTB" in sqlite's application_id: the file is ours
_WRITTEN_AT_ONCE: Final = 500
_READ_AT_ONCE: Final = 500  # sqlite's oldest limit on parameters is 999
_WAIT_SECONDS: Final = 2.0  # for a concurrent run to finish writing
_TRIES: Final = 20
_SOURCES: Final = ("decode_child.py", "measurement.py", "meter.py", "unclaimed.py")
_LIBRARIES: Final = ("soundfile", "numpy")


def version() -> str:
    """Names what a measurement depends on besides the clip's bytes: our code and the libraries.

    libsndfile needs no mention of its own: soundfile's wheels carry it.
    """
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - takes 15 ms

    digest = hashlib.sha256()
    for name in _SOURCES:
        digest.update(Path(__file__).with_name(name).read_bytes())
    for library in _LIBRARIES:
        try:
            digest.update(f"\0{library} {version(library)}".encode())
        except PackageNotFoundError:
            digest.update(f"\0no {library}".encode())
    return digest.hexdigest()[:16]


class Cache:
    """The measurements of the present version of decoder and libraries.

    Opened at the first use. Safe with concurrent runs; one instance belongs to one thread.

    Args:
        root: the repository's root.
    """

    def __init__(self, root: Path) -> None:
        self._folder = root / FOLDER
        self._path = self._folder / f"measurements-{version()}.sqlite"
        self._connection: sqlite3.Connection | None = None
        self._usable = True
        self._unwritten: dict[str, Measurement] = {}

    def __enter__(self) -> "Cache":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def path(self) -> Path:
        """The file that this cache is kept in."""
        return self._path

    def get_many(self, keys: Iterable[str]) -> dict[str, Measurement]:
        """The measurements that are known, by the sha256 of the file's bytes in hex."""
        found: dict[str, Measurement] = {}
        wanted = []
        for key in keys:
            if key in self._unwritten:
                found[key] = self._unwritten[key]
            else:
                wanted.append(key)
        rows = chain.from_iterable(
            self._rows(wanted[start : start + _READ_AT_ONCE])
            for start in range(0, len(wanted), _READ_AT_ONCE)
        )
        for key, record in rows:
            with contextlib.suppress(ValueError):  # a row that was tampered with is none
                found[key] = Measurement.from_bytes(record)
        return found

    def put(self, key: str, measurement: Measurement) -> None:
        """Keep a measurement, which must be a `lasting` one; others may be the machine's doing."""
        if not measurement.lasting:
            raise ValueError(f"a failure of kind {measurement.failure} does not last")
        if not self._usable:
            return
        self._unwritten[key] = measurement
        if len(self._unwritten) >= _WRITTEN_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write what was put; if that cannot be done it is forgotten."""
        rows = [(key, measurement.to_bytes()) for key, measurement in self._unwritten.items()]
        self._unwritten.clear()
        if rows and (connection := self._open()) is not None:
            try:
                with connection:
                    connection.executemany("INSERT OR IGNORE INTO measurement VALUES (?, ?)", rows)
            except sqlite3.Error as error:
                self._give_up(error)

    def close(self) -> None:
        """Write, keep within bounds, close. Nothing that goes wrong matters."""
        self.flush()
        if self._connection is not None:
            try:
                with self._connection:
                    self._connection.execute(_FORGET, {"rows": MAX_ROWS})
                self._connection.close()
            except sqlite3.Error as error:
                self._give_up(error)
            self._connection = None

    def _rows(self, keys: list[str]) -> list[tuple[str, bytes]]:
        if not keys or (connection := self._open()) is None:
            return []
        marks = ",".join("?" * len(keys))
        # A value is what somebody may have made of it; it becomes bytes in any case.
        columns = "key, CAST(value AS BLOB)"
        query = f"SELECT {columns} FROM measurement WHERE key IN ({marks})"  # noqa: S608
        try:
            return connection.execute(query, keys).fetchall()
        except sqlite3.Error as error:
            self._give_up(error)
            return []

    def _open(self) -> sqlite3.Connection | None:
        if self._connection is None and self._usable:
            try:
                self._make_folder()
                self._connection = self._connect()
            except (sqlite3.Error, OSError) as error:
                self._give_up(error)
        return self._connection

    def _make_folder(self) -> None:
        """The folder, ignored by git; raises OSError where it is a link or cannot be made."""
        self._folder.mkdir(exist_ok=True)
        if self._folder.is_symlink() or self._path.is_symlink():
            raise OSError("a link is not ours to follow")
        ignore = self._folder / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="ascii")
        if not self._path.exists():
            for old in self._folder.glob("measurements-*.sqlite*"):
                if not old.name.startswith(self._path.name):  # another run may just make ours
                    old.unlink(missing_ok=True)

    def _connect(self) -> sqlite3.Connection:
        try:
            return _connect(self._path)
        except sqlite3.DatabaseError as error:
            if not _is_corruption(error):
                raise
            self._remove()
            return _connect(self._path)

    def _give_up(self, error: Exception) -> None:
        """Do without the cache for this run, and if it is corrupt, for the last time."""
        self._usable = False
        self._unwritten.clear()
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None
        if _is_corruption(error):
            with contextlib.suppress(OSError):
                self._remove()

    def _remove(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)


_CREATE: Final = (
    "CREATE TABLE IF NOT EXISTS measurement (key TEXT NOT NULL UNIQUE, value BLOB NOT NULL)"
)
# rowid counts insertions, so that the first and the last tell the number of rows without a scan.
_FORGET: Final = """
    DELETE FROM measurement WHERE rowid <= (
        SELECT CASE WHEN max(rowid) - min(rowid) >= :rows THEN max(rowid) - :rows / 2 ELSE -1 END
        FROM measurement)
"""


def _is_corruption(error: Exception) -> bool:
    """Not so: locked, not writable, disk full, somebody else's; sqlite calls these operational."""
    if isinstance(error, sqlite3.OperationalError):
        return False
    return isinstance(error, sqlite3.DatabaseError)


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_WAIT_SECONDS)
    try:
        # In this order: another run writes both at once, perhaps between these two lines.
        (objects,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        if application != _APPLICATION and objects:
            raise sqlite3.OperationalError("a database of somebody else")
        connection.execute("PRAGMA synchronous=NORMAL")
        if not objects:
            _initialise(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _initialise(connection: sqlite3.Connection) -> None:
    """Make an empty database ours.

    The change to WAL does not wait for another run that makes it too, so it is tried again.
    """
    for attempt in range(_TRIES):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            break
        except sqlite3.OperationalError:
            if attempt == _TRIES - 1:
                raise
            time.sleep(_WAIT_SECONDS / _TRIES)
    with connection:
        connection.execute(f"PRAGMA application_id={_APPLICATION}")
        connection.execute(_CREATE)
