"""Which files of a dataset on the Hub belong to a configuration and a split.

As `datasets` resolves them, as far as only names are needed: by the card's `configs`, else by the
places where files stand. Nothing is opened here.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final, Literal

from validators.document import shown
from validators.front_matter import Card, Configuration
from validators.source import AUDIO_EXTENSIONS, METADATA_NAMES, SourceFaultKind

DEFAULT: Final = "default"
TEST: Final = "test"
UNNAMED: Final = frozenset({TEST, "train"})
"""What a split without a name may be called: our default, and the name `datasets` gives it."""
_FEW: Final = 20

ARCHIVES: Final = frozenset(
    ".zip .tar .gz .tgz .bz2 .tbz .tbz2 .xz .txz .zst .7z .rar .lz4 .iso .jar".split()
)
PICKLES: Final = frozenset(
    ".pkl .pickle .p .joblib .dill .npy .npz .pt .pth .bin .ckpt .h5 .hdf5 .mat .rds".split()
)
OTHERS: Final = frozenset(".arrow .feather .orc .avro .lance .db .sqlite .xlsx .xml".split())

_SHARD: Final = re.compile(r"(?P<split>\w[\w.]*?)(?:-\d{1,6}(?:-of-\d{1,6})?.*)?\.parquet", re.A)
_SPLIT_WORD: Final = re.compile(
    r"(?:train|training|test|testing|eval|evaluation|dev|validation|valid|val)(?:[._-]\w+)*",
    re.IGNORECASE,
)


class LayoutError(Exception):
    """A pointer does not lead to data that can be read."""

    def __init__(self, kind: SourceFaultKind, message: str, hint: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.hint = hint


@dataclass(frozen=True)
class Part:
    """The files of one split of one configuration.

    Attributes:
        kind: what they are.
        files: parquet files, or metadata files of an AudioFolder; sorted.
        clips: the clips that belong to it, where that is known; None: all that rows name.
        folder: rows of its metadata belong to it if their clip lies below this folder.
        configuration: its name.
    """

    kind: Literal["parquet", "folder"]
    files: tuple[str, ...]
    clips: frozenset[str] | None = None
    folder: str = ""
    configuration: str = DEFAULT


@dataclass
class _Found:
    """What stands where, before it is a part."""

    parquet: list[str] = field(default_factory=list)
    metadata: list[str] = field(default_factory=list)
    clips: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    folder: str = ""


Splits = dict[str | None, _Found]


def find_part(
    repo_id: str, paths: Sequence[str], card: Card, config: str | None, split: str | None
) -> Part:
    """The part of a dataset that a pointer names.

    Args:
        repo_id: owner/name.
        paths: of all files at the commit.
        card: what README.md says.
        config, split: as the pointer says, None where it does not.

    Raises:
        LayoutError: there is none, or not one only.
    """
    _check_files(repo_id, paths)
    configurations = _configurations(paths, card)
    if not configurations:
        raise _no_layout(paths)
    name = _chosen(config, list(configurations))
    found = _split_of(configurations[name], name, split)
    return _part(found, name, paths)


def _check_files(repo_id: str, paths: Sequence[str]) -> None:
    script = f"{repo_id.partition('/')[2]}.py"
    if script in paths:
        raise LayoutError(
            SourceFaultKind.SCRIPT,
            f"the dataset is made by a script, {shown(script)}, which is never run; parquet files "
            "or an AudioFolder are required",
            "point at a commit that holds the data themselves, e.g. converted to parquet",
        )
    if all(_is_paper(path) for path in paths):
        raise LayoutError(
            SourceFaultKind.EMPTY,
            f"the dataset holds no data at this commit, only {_listed(paths) or 'no file at all'}; "
            "parquet files or an AudioFolder are required",
            "point at a commit that holds the data",
        )


def _is_paper(path: str) -> bool:
    """Whether a file is about the data, and none of them."""
    name = path.lower()
    return name.startswith(("readme", "license", "licence", ".git")) or name.endswith(".md")


# -- configurations -------------------------------------------------------------------------------


def _configurations(paths: Sequence[str], card: Card) -> dict[str, Splits]:
    if card.configurations:
        return {
            configuration.name: _declared(configuration, paths)
            for configuration in card.configurations
        }
    return _inferred(paths)


def _declared(configuration: Configuration, paths: Sequence[str]) -> Splits:
    folder = configuration.folder
    if configuration.files is None:
        below = [path for path in paths if not folder or path.startswith(f"{folder}/")]
        merged: Splits = {}
        for inferred in _inferred(below, folder).values():
            for split, found in inferred.items():
                merged.setdefault(split, found)
        return merged
    splits: Splits = {}
    for split, globs in configuration.files.items():
        matched = _matched([f"{folder}/{glob}" if folder else glob for glob in globs], paths)
        splits[split] = _sorted_by_kind(matched)
    return splits


def _inferred(paths: Sequence[str], base: str = "") -> dict[str, Splits]:
    """Configurations by where parquet files stand, or else metadata files."""
    found: dict[str, Splits] = {}
    for path in paths:
        if path.endswith(".parquet") and (place := _place_of_parquet(path, base)):
            config, split = place
            found.setdefault(config, {}).setdefault(split, _Found()).parquet.append(path)
    if found:
        return found
    folders = _clip_folders(paths)
    for path in paths:
        if PurePosixPath(path).name in METADATA_NAMES:
            _place_metadata(path, base, folders, found)
    return found


def _place_of_parquet(path: str, base: str) -> tuple[str, str] | None:
    """Configuration and split of a parquet file: `<config>/<split>-00000-of-00001.parquet`,
    `<config>/<split>/0000.parquet`."""
    *folders, name = _below(path, base).split("/")
    shard = _SHARD.fullmatch(name)
    stem = name.removesuffix(".parquet")
    if shard and not shard["split"].isdecimal():
        split = shard["split"]
        if folders and _SPLIT_WORD.fullmatch(folders[-1]) and not _SPLIT_WORD.fullmatch(split):
            split = folders.pop()
    elif stem.replace("-", "").isdecimal() and folders:
        split = folders.pop()
    else:
        split = stem
    return _config_name(folders), split


def _config_name(folders: Sequence[str]) -> str:
    """What a configuration is called whose files lie there; `data/` stands for none."""
    inside = folders[1:] if folders and folders[0] == "data" else folders
    return "/".join(inside) or DEFAULT


def _below(path: str, base: str) -> str:
    return path.removeprefix(f"{base}/") if base else path


def _clip_folders(paths: Iterable[str]) -> frozenset[str]:
    """All folders with clips somewhere below."""
    clips = (PurePosixPath(path) for path in paths if _is_clip(path))
    return frozenset(str(folder) for clip in clips for folder in clip.parents)


def _place_metadata(
    path: str, base: str, folders: frozenset[str], found: dict[str, Splits]
) -> None:
    *parents, _ = _below(path, base).split("/")
    whole = str(PurePosixPath(path).parent)
    prefix = "" if whole == "." else f"{whole}/"
    if parents and _SPLIT_WORD.fullmatch(parents[-1]):
        config = found.setdefault(_config_name(parents[:-1]), {})
        config.setdefault(parents[-1], _Found()).metadata.append(path)
        return
    config = found.setdefault(_config_name(parents), {})
    inside = {
        folder.removeprefix(prefix)
        for folder in folders
        if folder.startswith(prefix) and "/" not in folder.removeprefix(prefix)
    }
    splits = sorted(name for name in inside if _SPLIT_WORD.fullmatch(name))
    named: list[str | None] = [*splits] or [None]
    for split in named:
        part = config.setdefault(split, _Found())
        part.metadata.append(path)
        part.folder = f"{prefix}{split}" if split else ""


def _is_clip(path: str) -> bool:
    return PurePosixPath(path).suffix.lower() in AUDIO_EXTENSIONS


def _chosen(config: str | None, names: list[str]) -> str:
    if config is None:
        if len(names) > 1:
            raise LayoutError(
                SourceFaultKind.NO_CONFIG,
                f"the dataset has {len(names)} configurations and the pointer names none: "
                f"{_listed(names)}; one is required",
                f'add "config", e.g. "config": {shown(sorted(names)[0])}',
            )
        return names[0]
    if config not in names:
        raise LayoutError(
            SourceFaultKind.UNKNOWN_CONFIG,
            f"the dataset has no configuration {shown(config)}; one of these is required: "
            f"{_listed(names)}",
            "write the configuration that is meant",
        )
    return config


def _split_of(splits: Splits, config: str, split: str | None) -> _Found:
    wanted = split or TEST
    if wanted in splits:
        return splits[wanted]
    if set(splits) == {None} and wanted in UNNAMED:
        return splits[None]
    names = [name if name is not None else "train" for name in splits]
    of_config = "" if config == DEFAULT else f" of the configuration {shown(config)}"
    raise LayoutError(
        SourceFaultKind.NO_SPLIT,
        f"there is no split {shown(wanted)}{of_config}; one of these is required: "
        f"{_listed(names) or 'none is there'}",
        f'name the split that is meant, e.g. "split": {shown(sorted(names)[0])}' if names
        else "point at a commit that holds the data",
    )  # fmt: skip


# -- parts ----------------------------------------------------------------------------------------


def _part(found: _Found, config: str, paths: Sequence[str]) -> Part:
    if found.parquet:
        return Part("parquet", tuple(sorted(found.parquet)), configuration=config)
    metadata = sorted(set(found.metadata or _metadata_above(found.clips, paths)))
    if metadata:
        clips = frozenset(found.clips) if found.clips else None
        return Part("folder", tuple(metadata), clips, found.folder, config)
    if found.others or found.clips:
        raise _no_layout([*found.others, *found.clips])
    raise LayoutError(
        SourceFaultKind.EMPTY,
        "no file at this commit matches what README.md names for this split; at least one is "
        "required",
        "point at a commit that holds the data",
    )


def _metadata_above(clips: Sequence[str], paths: Sequence[str]) -> list[str]:
    """Metadata files beside clips, or in a folder above."""
    folders = _clip_folders(clips)
    return [
        path
        for path in paths
        if PurePosixPath(path).name in METADATA_NAMES and str(PurePosixPath(path).parent) in folders
    ]


def _sorted_by_kind(paths: Iterable[str]) -> _Found:
    found = _Found()
    for path in paths:
        if path.endswith(".parquet"):
            found.parquet.append(path)
        elif PurePosixPath(path).name in METADATA_NAMES:
            found.metadata.append(path)
        elif _is_clip(path):
            found.clips.append(path)
        elif not _is_paper(path):
            found.others.append(path)
    return found


def _no_layout(paths: Sequence[str]) -> LayoutError:
    foreign = [
        path for path in paths if PurePosixPath(path).suffix.lower() in ARCHIVES | PICKLES | OTHERS
    ]
    if foreign:
        return LayoutError(
            SourceFaultKind.FOREIGN_FILES,
            f"the data lie in files that are not opened: {_listed(foreign, 5)}; parquet files or "
            "an AudioFolder are required",
            "point at a commit that holds the data as parquet, e.g. written by push_to_hub",
        )
    return LayoutError(
        SourceFaultKind.NO_LAYOUT,
        f"the data are neither parquet files nor an AudioFolder (there are {_listed(paths, 5)}); "
        "one of the two is required",
        "point at a commit that holds the data as parquet, e.g. written by push_to_hub",
    )


def _listed(names: Iterable[str], most: int = _FEW) -> str:
    """Names in order, some of them."""
    ordered = sorted(set(names))
    more = [f"and {len(ordered) - most:,} more"] if len(ordered) > most else []
    return ", ".join([*(shown(name) for name in ordered[:most]), *more])


# -- globs ----------------------------------------------------------------------------------------


def _matched(globs: Iterable[str], paths: Iterable[str]) -> list[str]:
    patterns = [glob.removeprefix("./").split("/") for glob in globs]
    return [path for path in paths if any(matches(p, path.split("/")) for p in patterns)]


def matches(pattern: Sequence[str], path: Sequence[str]) -> bool:
    """Whether a glob fits a path, both in parts: `**` is any number of folders, `*` and `?` stand
    for characters of one. A folder's name fits all that lies in it."""
    places = {0}  # of the pattern, where the parts so far may have led
    for part in path:
        if len(pattern) in places:
            return True  # a folder
        after = set()
        for place in _expanded(pattern, places):
            if place == len(pattern):
                continue
            if pattern[place] == "**":
                after.add(place)
            elif _fits(pattern[place], part):
                after.add(place + 1)
        places = after
    return len(pattern) in _expanded(pattern, places)


def _expanded(pattern: Sequence[str], places: set[int]) -> set[int]:
    """The places and those behind a `**`, which may stand for nothing."""
    found = set(places)
    for place in sorted(places):
        at = place
        while at < len(pattern) and pattern[at] == "**":
            at += 1
            found.add(at)
    return found


def _fits(glob: str, name: str) -> bool:
    """Whether `*` and `?` of one part fit a name; never slower than their product."""
    at = star = mark = 0
    seen = -1
    while mark < len(name):
        if at < len(glob) and glob[at] == "*":
            seen, star = at, mark
            at += 1
        elif at < len(glob) and glob[at] in ("?", name[mark]):
            at += 1
            mark += 1
        elif seen >= 0:
            star += 1
            at, mark = seen + 1, star
        else:
            return False
    return not glob[at:].strip("*")


def inside(mapping: Mapping[str, object], folder: str, name: str) -> str | None:
    """The path that a row's clip has in the repository: relative to a folder, or to the root."""
    parts = name.split("/")
    if "\\" in name or not all(parts) or {".", ".."} & set(parts):
        return None
    beside = f"{folder}/{name}" if folder else name
    return next((path for path in (beside, name) if path in mapping), None)
