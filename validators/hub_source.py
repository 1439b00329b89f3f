"""Datasets on the Hub: from a pointer to rows, exactly at its commit, and without any token.

Parquet files and AudioFolders; embedded clips and clips beside the rows. Nothing of a dataset is
executed, archives are not opened, and what is not asked for is not fetched: where no rule needs
sound, only pieces of parquet files come, those of the columns that make up an example.
"""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any, Final

from validators.clips import DecoderError, open_regular_file
from validators.document import shown
from validators.examples import needed_columns
from validators.folder import METADATA_CAP, InstanceFile
from validators.front_matter import (
    Card,
    FrontMatterError,
    names_in_card,
    names_in_parquet,
    read_card,
)
from validators.http_client import Trouble
from validators.hub_client import Fetched, HubDataset, HubFile, Refusal, session
from validators.hub_clips import HubClips, Place, unavailable
from validators.hub_layout import LayoutError, Part, find_part, inside
from validators.metadata import Metadata
from validators.parquet import ParquetFiles, ParquetSource, borrowed
from validators.parquet_answers import ParquetError, Schema, TooManyRows, embedded_of
from validators.source import (
    AUDIO_EXTENSIONS,
    Cell,
    Clip,
    Rows,
    SourceFault,
    SourceFaultKind,
    SourceTable,
    SourceUnavailable,
    clip_column,
)
from validators.tree import stem_of, suffix_of

MAX_HUB_ROWS: Final = 100_000
"""Rows of a split that are read: 36 ms each would make an hour."""
MAX_SHARDS: Final = 1_000
"""Files of a split."""
MAX_BYTES: Final = 8 << 30
"""Of a split's parquet files together: an hour of the finest sound that is lawful has 1.4 GB, and
a draw from a larger split has to look at all of it."""
README: Final = "README.md"
MAX_README: Final = 1 << 22


def read_hub(instance: InstanceFile, *, sound: bool, fetched: Fetched | None) -> SourceTable:
    """The rows of a dataset on the Hub; where it cannot be read, a table with the fault.

    Args:
        instance: its pointer has an id and a commit.
        sound: whether clips will be asked for: then whole files are fetched.
        fetched: told of the progress of downloads.

    Raises:
        SourceUnavailable: the Hub cannot be asked now.
    """
    reader = _HubReader(instance, sound, fetched)
    try:
        with session(), borrowed() as files:
            files.start()  # while the Hub is asked
            return reader.read(files)
    except Trouble as trouble:
        raise unavailable(reader.dataset.repo_id, trouble) from None
    except DecoderError as error:
        raise SourceUnavailable(str(error)) from None


class _Fault(Exception):  # noqa: N818 - says what is
    """The dataset cannot be read: `kind`, what to say, and which field of the pointer it is."""

    def __init__(self, kind: SourceFaultKind, message: str, hint: str, of: str = "repo_id") -> None:
        super().__init__(message)
        self.kind = kind
        self.hint = hint
        self.of = of


@dataclass
class _Rows:
    """What is read so far."""

    rows: Rows
    columns: dict[str, None] = field(default_factory=dict)
    faults: list[SourceFault] = field(default_factory=list)
    places: dict[str, Place] = field(default_factory=dict)


class _HubReader:
    """Reads the source of one instance."""

    def __init__(self, instance: InstanceFile, sound: bool, fetched: Fetched | None) -> None:
        self._instance = instance
        self._sound = sound
        self._at = instance.at("/dataset/repo_id")
        self.dataset = HubDataset(
            str(instance.value("/dataset/repo_id")),
            str(instance.value("/dataset/revision")),
            fetched,
        )
        self._file_column = str(instance.value("/columns/file", "file"))

    def read(self, files: ParquetFiles) -> SourceTable:
        """The table, or one with the fault."""
        try:
            found = self._read(files)
        except Refusal as refusal:
            return self._faulty(_refused(refusal, self.dataset))
        except LayoutError as error:
            of = {SourceFaultKind.UNKNOWN_CONFIG: "config", SourceFaultKind.NO_SPLIT: "split"}
            fault = _Fault(error.kind, error.message, error.hint, of.get(error.kind, "repo_id"))
            return self._faulty(fault)
        except _Fault as fault:
            return self._faulty(fault)
        return self._table(found)

    def _table(self, found: _Rows) -> SourceTable:
        instance = self._instance
        return SourceTable(
            instance.task, f"{instance.task}_{instance.stem}", instance, f"data/{instance.stem}",
            self._at, HubClips(self.dataset, found.places, self._at), tuple(found.columns),
            found.rows, tuple(found.faults),
        )  # fmt: skip

    def _faulty(self, fault: _Fault) -> SourceTable:
        at = self._instance.at(f"/dataset/{fault.of}")
        return self._table(
            _Rows(Rows(at), faults=[SourceFault(fault.kind, str(fault), fault.hint, at)])
        )

    def _read(self, reader: ParquetFiles) -> _Rows:
        self.dataset.check_access()
        files = self.dataset.files()
        card = self._card(files)
        part = find_part(
            self.dataset.repo_id,
            list(files),
            card,
            self._instance.value("/dataset/config"),
            self._instance.value("/dataset/split"),
        )
        chosen = [files[path] for path in part.files]
        self._check_size(chosen)
        if part.kind == "parquet":
            found = self._read_parquet(reader, chosen, names_in_card(_features(card, part)), files)
        else:
            found = self._read_folder(part, chosen, files)
        if not found.rows and not found.faults:
            raise _Fault(
                SourceFaultKind.EMPTY,
                f"the split holds no row ({len(chosen)} file{'s' if len(chosen) > 1 else ''}); "
                "a row for every example is required",
                "point at a split that holds rows",
                "split",
            )
        return found

    def _card(self, files: dict[str, HubFile]) -> Card:
        readme = files.get(README)
        if readme is None:
            return Card()
        try:
            if readme.size > MAX_README:
                raise FrontMatterError(f"it has more than {MAX_README:,} bytes")
            return read_card(self.dataset.read(readme))
        except FrontMatterError as error:
            raise _Fault(
                SourceFaultKind.BROKEN,
                f"the YAML at the top of the dataset's README.md cannot be read: {error}",
                "point at a commit whose README.md the Hub can read",
            ) from None

    def _check_size(self, files: list[HubFile]) -> None:
        size = sum(file.size for file in files)
        if len(files) > MAX_SHARDS or size > MAX_BYTES:
            raise _Fault(
                SourceFaultKind.TOO_LARGE,
                f"the split has {len(files):,} files of {size / 2**30:,.2f} GiB together; at most "
                f"{MAX_SHARDS:,} files of {MAX_BYTES >> 30} GiB are read",
                "upload the examples that are meant as a dataset of their own",
            )

    # -- parquet ----------------------------------------------------------------------------------

    def _read_parquet(
        self,
        reader: ParquetFiles,
        shards: list[HubFile],
        in_card: dict[str, tuple[str, ...]],
        files: dict[str, HubFile],
    ) -> _Rows:
        found = _Rows(Rows(self._at))
        for shard in shards:
            source = self._source(shard)
            try:
                schema = reader.schema(source)
                self._check_columns(shard, schema, found)
                names = in_card | names_in_parquet(schema.features)
                table = _ParquetTable(shard, schema, names, files, self._file_column)
                wanted = self._wanted(schema)
                most = MAX_HUB_ROWS - len(found.rows)
                for number, cells in enumerate(reader.rows(source, wanted, most)):
                    row = table.row(number, dict(zip(wanted, cells, strict=True)), found.places)
                    found.rows.add(row)
            except ParquetError as error:
                raise _broken(shard.path, error) from None
        return found

    def _source(self, shard: HubFile) -> ParquetSource:
        path = self.dataset.download(shard) if self._sound else self.dataset.cached(shard)
        if path is not None:
            whole = path.resolve()  # the cache keeps links to its blobs
            return ParquetSource(shard.size, open=lambda: open_regular_file(whole))
        return ParquetSource(
            shard.size, pread=lambda offset, count: self.dataset.pread(shard, offset, count)
        )

    def _wanted(self, schema: Schema) -> list[str]:
        clips = [name for name in schema.columns if schema.columns[name]]
        needed = needed_columns(self._instance, clips)
        return [name for name in schema.columns if (clip_column(name) or name) in needed]

    def _check_columns(self, shard: HubFile, schema: Schema, found: _Rows) -> None:
        columns = dict.fromkeys(clip_column(name) or name for name in schema.columns)
        if found.columns and set(columns) != set(found.columns):
            other = sorted(set(columns) ^ set(found.columns))[0]
            raise _Fault(
                SourceFaultKind.BROKEN,
                f"the files of the split have different columns: {shown(other)} is in some of them "
                f"and {shown(shard.path)} differs; the same are required in all",
                "point at a commit whose files fit together",
            )
        found.columns = found.columns or columns

    # -- AudioFolder ------------------------------------------------------------------------------

    def _read_folder(self, part: Part, metadata: list[HubFile], files: dict[str, HubFile]) -> _Rows:
        found = _Rows(Rows(self._at))
        folders = [str(PurePosixPath(file.path).parent) for file in metadata]
        for file, folder in zip(metadata, folders, strict=True):
            if folders.count(folder) > 1:
                raise _Fault(
                    SourceFaultKind.BROKEN,
                    f"{shown(folder)} holds metadata.csv and metadata.jsonl; one of them is "
                    "required",
                    "point at a commit with one of the two",
                )
            if file.size > METADATA_CAP:
                raise _Fault(
                    SourceFaultKind.TOO_LARGE,
                    f"{shown(file.path)} has {file.size:,} bytes; at most {METADATA_CAP:,} are "
                    "read",
                    "upload the examples that are meant as a dataset of their own",
                )
            self._read_metadata(part, file, files, found)
        return found

    def _read_metadata(
        self, part: Part, file: HubFile, files: dict[str, HubFile], found: _Rows
    ) -> None:
        metadata = Metadata(self.dataset.read(file), file.path)
        folder = str(PurePosixPath(file.path).parent)
        for _, row in metadata.rows():
            cells = self._cells_of(row, "" if folder == "." else folder, files, found.places)
            if _belongs(cells, part):
                found.rows.add(cells)
        found.columns |= dict.fromkeys(clip_column(name) or name for name in metadata.columns)
        for fault in metadata.faults:
            line = f" line {fault.at.line}" if fault.at.line else ""
            message = f"{shown(file.path)}{line}: {fault.message}"
            found.faults.append(SourceFault(fault.kind, message, fault.hint, self._at))

    def _cells_of(
        self,
        row: dict[str, Any],
        folder: str,
        files: dict[str, HubFile],
        places: dict[str, Place],
    ) -> dict[str, Cell]:
        cells: dict[str, Cell] = {}
        for name, value in row.items():
            column = clip_column(name)
            if column is None:
                cells[name] = _file_id(value) if name == self._file_column else value
            elif value is not None:
                cells[column] = file_clip(str(value), folder, files, places)
        return cells


@dataclass
class _ParquetTable:
    """Makes cells of what a parquet file holds."""

    shard: HubFile
    schema: Schema
    names: dict[str, tuple[str, ...]]
    files: dict[str, HubFile]
    file_column: str

    def row(self, number: int, cells: dict[str, Any], places: dict[str, Place]) -> dict[str, Cell]:
        """The cells of a row under the names of their columns; notes where its clips lie."""
        row: dict[str, Cell] = {}
        for name, value in cells.items():
            if self.schema.columns[name]:
                row[name] = self._clip(number, name, value, places)
            elif name in self._named_clips and isinstance(value, str):
                row[self._named_clips[name]] = file_clip(value, self._folder, self.files, places)
            elif name in self.names:
                row[name] = _named(value, self.names[name])
            else:
                row[name] = _file_id(value) if name == self.file_column else value
        return row

    @cached_property
    def _named_clips(self) -> dict[str, str]:
        """The columns that name clips, each with that of the clips."""
        names = {name: clip_column(name) for name in self.schema.columns}
        return {name: column for name, column in names.items() if column is not None}

    @property
    def _folder(self) -> str:
        folder = str(PurePosixPath(self.shard.path).parent)
        return "" if folder == "." else folder

    def _clip(self, number: int, column: str, value: Any, places: dict[str, Place]) -> Clip | None:
        cell = embedded_of(value)
        if cell is None:
            return None
        name, embedded = cell
        if embedded is False:
            return None if name is None else file_clip(name, self._folder, self.files, places)
        bare = base_name(name or "")
        path = f"{self.shard.path}/{number}/{column}/{bare}".rstrip("/")
        places[path] = Place(self.shard, number, column)
        return Clip(bare, path)


def file_clip(name: str, folder: str, files: dict[str, HubFile], places: dict[str, Place]) -> Clip:
    """A clip that is a file of the dataset, named from a folder of it or from its root."""
    path = inside(files, folder, name)
    if path is None:
        return Clip(
            name, None, "is not there as a file of the dataset; one at the commit is required"
        )
    places[path] = Place(files[path])
    return Clip(name, path)


def base_name(name: str) -> str:
    """The last part of a path of whichever system."""
    return name.replace("\\", "/").rpartition("/")[2]


def _file_id(value: Any) -> Any:
    """A file id: of a path, or of a name with an audio extension, the stem."""
    if not isinstance(value, str):
        return value
    name = base_name(value)
    return stem_of(name) if suffix_of(name).lower() in AUDIO_EXTENSIONS else name


def _named(value: Any, names: tuple[str, ...]) -> Any:
    """Class numbers as names; -1 is what `datasets` writes where there is no label."""
    if isinstance(value, list):
        return [_named(item, names) for item in value]
    if isinstance(value, bool) or not isinstance(value, int):
        return value
    if value == -1:
        return None
    return names[value] if 0 <= value < len(names) else value


def _belongs(cells: dict[str, Cell], part: Part) -> bool:
    """Whether a row of a metadata file is of this split."""
    paths = [cell.path for cell in cells.values() if isinstance(cell, Clip) and cell.path]
    if not paths:
        return True  # a row that names none, or one that is missing, is for a rule to say
    if part.clips is not None:
        return any(path in part.clips for path in paths)
    return not part.folder or any(path.startswith(f"{part.folder}/") for path in paths)


def _features(card: Card, part: Part) -> Any:
    features = card.features
    return features.get(part.configuration) or (
        next(iter(features.values())) if len(features) == 1 else None
    )


def _broken(path: str, error: ParquetError) -> _Fault:
    """A file that was reached and cannot be read."""
    if isinstance(error, TooManyRows):
        return _Fault(
            SourceFaultKind.TOO_LARGE,
            f"the split holds more than {MAX_HUB_ROWS:,} rows, the most that are read",
            "upload the examples that are meant as a dataset of their own",
            "split",
        )
    return _Fault(
        SourceFaultKind.BROKEN,
        f"{shown(path)} cannot be read: {error}",
        "point at a commit whose files can be read by pyarrow",
    )


def _refused(refusal: Refusal, dataset: HubDataset) -> _Fault:
    repo_id = dataset.repo_id
    match refusal.kind:
        case "gated":
            return _Fault(
                SourceFaultKind.GATED,
                f"the dataset {repo_id} is gated: one has to ask for it; data that everybody may "
                "read are required",
                "ask its owners to open it, or choose data that are open",
            )
        case "renamed":
            return _Fault(
                SourceFaultKind.RENAMED,
                f"the dataset {repo_id} is called {shown(refusal.detail)} now; its present id is "
                "required",
                f"write {shown(refusal.detail)}",
            )
        case "revision":
            return _Fault(
                SourceFaultKind.NO_REVISION,
                f"the dataset {repo_id} has no commit {dataset.revision}; one of its own is "
                "required",
                "copy the commit id from the dataset's history on the Hub",
                "revision",
            )
        case "large":
            return _Fault(
                SourceFaultKind.TOO_LARGE,
                f"the dataset {repo_id} holds {refusal.detail}; fewer are required",
                "upload the examples that are meant as a dataset of their own",
            )
    why = f" ({refusal.detail})" if refusal.detail else ""
    return _Fault(
        SourceFaultKind.MISSING,
        f"the dataset {repo_id} does not exist or is private{why}: without a token the Hub does "
        "not tell which; one that everybody may read is required",
        "correct the id, or ask its owners to make it public",
    )
