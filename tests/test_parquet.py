"""Published rows: written the same every time, read back, hashed and shortened undecoded."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ci import parquet
from ci.parquet import facts, read, without, write
from ci.rows import PublishedClip, Row, RowsHash
from schema.manifest import PublishedColumn
from tests.sounds import tone
from tests.test_flac import HASH, flac

COLUMNS = [
    PublishedColumn(name="file", type="string"),
    PublishedColumn(name="audio", type="audio"),
    PublishedColumn(name="instruction", type="string"),
    PublishedColumn(name="label", type="float64"),
]
CLIP = flac(tone())
COARSE = CLIP.replace(b"wav/PCM_24", b"wav/PCM_16")


def rows(count: int, data: bytes = CLIP) -> list[Row]:
    return [
        (f"c{n:03}", PublishedClip(data, f"c{n:03}.flac"), "How many?", n / 8) for n in range(count)
    ]


def test_what_is_written_is_read(tmp_path: Path) -> None:
    assert list(read(write(rows(5), COLUMNS, tmp_path))) == rows(5)


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    (one,) = write(rows(250), COLUMNS, tmp_path / "one")
    (other,) = write(iter(rows(250)), COLUMNS, tmp_path / "other")
    assert one.read_bytes() == other.read_bytes()


def test_a_file_is_named_after_the_split_and_its_place(tmp_path: Path) -> None:
    (file,) = write(rows(1), COLUMNS, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["test-00000-of-00001.parquet"]
    assert file.name == "test-00000-of-00001.parquet"


def test_no_row_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no row"):
        write([], COLUMNS, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_row_groups_are_of_a_hundred_rows(tmp_path: Path) -> None:
    (file,) = write(rows(250), COLUMNS, tmp_path)
    metadata = pq.ParquetFile(file).metadata
    sizes = [metadata.row_group(n).num_rows for n in range(metadata.num_row_groups)]
    assert sizes == [100, 100, 50]


def test_row_groups_and_shards_are_held_to_their_sizes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = len(CLIP) + 40
    monkeypatch.setattr(parquet, "GROUP_BYTES", 3 * size)
    monkeypatch.setattr(parquet, "SHARD_BYTES", 7 * size)
    files = write(rows(20), COLUMNS, tmp_path)
    assert [file.name for file in files] == [f"test-0000{n}-of-00004.parquet" for n in range(4)]
    assert [pq.ParquetFile(file).metadata.num_rows for file in files] == [6, 6, 6, 2]
    assert list(read(files)) == rows(20)
    assert facts(files).rows_sha256 == facts(write(rows(20), COLUMNS, tmp_path / "b")).rows_sha256


def test_a_clip_larger_than_a_row_group_has_one_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "GROUP_BYTES", 10)
    monkeypatch.setattr(parquet, "SHARD_BYTES", 10)
    assert len(write(rows(3), COLUMNS, tmp_path)) == 3


def test_datasets_finds_its_features_and_two_channels_are_not_mixed(tmp_path: Path) -> None:
    (file,) = write(rows(1), COLUMNS, tmp_path)
    metadata = json.loads(pq.read_schema(file).metadata[b"huggingface"])
    assert metadata == {
        "info": {
            "features": {
                "file": {"dtype": "string", "_type": "Value"},
                "audio": {"mono": False, "_type": "Audio"},
                "instruction": {"dtype": "string", "_type": "Value"},
                "label": {"dtype": "float64", "_type": "Value"},
            }
        }
    }


def test_the_hashes_are_what_they_are_said_to_be(tmp_path: Path) -> None:
    found = facts(write(rows(2), COLUMNS, tmp_path))
    digest = hashlib.sha256(CLIP).hexdigest()
    head = '[["file","string"],["audio","audio"],["instruction","string"],["label","float64"]]\n'
    by_bytes = head + (
        f'["c000",["c000.flac","{digest}"],"How many?",0.0]\n'
        f'["c001",["c001.flac","{digest}"],"How many?",0.125]\n'
    )
    by_samples = head + (
        f'["c000","{HASH}","How many?",0.0]\n["c001","{HASH}","How many?",0.125]\n'
    )
    assert found.rows_sha256 == hashlib.sha256(by_bytes.encode()).hexdigest()
    assert found.samples_sha256 == hashlib.sha256(by_samples.encode()).hexdigest()


def test_texts_of_all_scripts_are_hashed_as_utf_8() -> None:
    rows_hash = RowsHash([PublishedColumn(name="text", type="string")])
    rows_hash.add(['Größe "Ж"\n'])
    expected = '[["text","string"]]\n["Größe \\"Ж\\"\\n"]\n'
    assert rows_hash.hexdigest() == hashlib.sha256(expected.encode()).hexdigest()


def test_rows_tell_how_many_there_are_how_long_and_how_many_were_rounded(tmp_path: Path) -> None:
    found = facts(write([*rows(2), *rows(3, COARSE)], COLUMNS, tmp_path))
    assert (found.rows, found.rounded_clips) == (5, 2)
    assert found.minutes == round(5 * 16_000 / 44_100 / 60, 6)


def test_the_length_of_a_clip_that_is_the_answer_does_not_count(tmp_path: Path) -> None:
    columns = [*COLUMNS[:3], PublishedColumn(name="label", type="audio")]
    two = [(*row[:3], PublishedClip(CLIP, "l.flac")) for row in rows(2)]
    found = facts(write(two, columns, tmp_path))
    assert (found.minutes, found.rounded_clips) == (round(2 * 16_000 / 44_100 / 60, 6), 4)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (0, "other"),
        (1, PublishedClip(CLIP, "other.flac")),
        (1, PublishedClip(COARSE, "c001.flac")),
        (2, "other"),
        (3, 0.5),
    ],
)
def test_any_change_changes_the_hash_of_the_rows(
    tmp_path: Path, place: int, value: str | float | PublishedClip
) -> None:
    changed = rows(3)
    changed[1] = (*changed[1][:place], value, *changed[1][place + 1 :])
    one, other = (
        facts(write(table, COLUMNS, tmp_path / name)).rows_sha256
        for name, table in (("one", rows(3)), ("other", changed))
    )
    assert one != other


def test_the_order_of_rows_counts(tmp_path: Path) -> None:
    one = facts(write(rows(3), COLUMNS, tmp_path / "one"))
    other = facts(write(rows(3)[::-1], COLUMNS, tmp_path / "other"))
    assert one.rows_sha256 != other.rows_sha256


# -- errata ---------------------------------------------------------------------------------------


def test_rows_are_left_out_as_if_they_had_never_been_there(tmp_path: Path) -> None:
    files = write(rows(5), COLUMNS, tmp_path / "all")
    (shorter,) = without(files, ["c001", "c003"], tmp_path / "shorter")
    kept = [row for row in rows(5) if row[0] not in ("c001", "c003")]
    (expected,) = write(kept, COLUMNS, tmp_path / "expected")
    assert shorter.read_bytes() == expected.read_bytes()


def test_a_row_that_is_not_there_cannot_be_left_out(tmp_path: Path) -> None:
    files = write(rows(2), COLUMNS, tmp_path / "all")
    with pytest.raises(ValueError, match="no row has the file id c007"):
        without(files, ["c001", "c007"], tmp_path / "shorter")
    assert list((tmp_path / "shorter").iterdir()) == []


def test_not_every_row_can_be_left_out(tmp_path: Path) -> None:
    files = write(rows(1), COLUMNS, tmp_path / "all")
    with pytest.raises(ValueError, match="no row"):
        without(files, ["c000"], tmp_path / "none")


# -- what somebody else wrote ---------------------------------------------------------------------

GOOD = {"file": ["a"], "audio": [{"bytes": CLIP, "path": "a.flac"}]}
AUDIO = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
SCHEMA = pa.schema([("file", pa.string()), ("audio", AUDIO)])


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (pa.table({"file": [1]}), "type"),
        (pa.table({"file": [["a"]]}), "type"),
        (pa.table({"a b": ["a"]}), "column's name"),
        (pa.table({"file": [None]}, pa.schema([("file", pa.string())])), "without a value"),
        (pa.table(GOOD | {"audio": [None]}, SCHEMA), "without a clip"),
        (
            pa.table(GOOD | {"audio": [{"bytes": None, "path": "/home/a.wav"}]}, SCHEMA),
            "without a value",
        ),
        (
            pa.table(GOOD | {"audio": [{"bytes": CLIP, "path": None}]}, SCHEMA),
            "without a value",
        ),
        (
            pa.table(GOOD | {"audio": [{"bytes": b"RIFF", "path": "a.wav"}]}, SCHEMA),
            "no FLAC file",
        ),
    ],
)
def test_rows_that_are_not_ours_are_refused(tmp_path: Path, table: pa.Table, words: str) -> None:
    pq.write_table(table, tmp_path / "a.parquet")
    with pytest.raises(ValueError, match=words):
        facts([tmp_path / "a.parquet"])


@pytest.mark.parametrize("data", [b"", b"PAR1", b"PAR1" * 100, b"version https://git-lfs"])
def test_what_is_no_parquet_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.parquet").write_bytes(data)
    with pytest.raises(ValueError, match="is no parquet file"):
        facts([tmp_path / "a.parquet"])


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no parquet file"):
        facts([tmp_path / "a.parquet"])


def test_a_row_group_that_would_not_fit_the_memory_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = write(rows(3), COLUMNS, tmp_path)
    monkeypatch.setattr(parquet, "MAX_GROUP_BYTES", 1_000)
    with pytest.raises(ValueError, match="too many bytes"):
        facts(files)


def test_shards_of_different_columns_are_refused(tmp_path: Path) -> None:
    files = write(rows(1), COLUMNS, tmp_path / "a")
    others = write([row[:3] for row in rows(1)], COLUMNS[:3], tmp_path / "b")
    with pytest.raises(ValueError, match="same columns"):
        facts([*files, *others])


def test_flipped_bytes_give_other_hashes_or_a_refusal(tmp_path: Path) -> None:
    (file,) = write(rows(3), COLUMNS, tmp_path)
    good, expected = file.read_bytes(), facts([file]).rows_sha256
    random = np.random.default_rng(0)
    for place in random.integers(0, len(good), 200).tolist():
        flipped = bytearray(good)
        flipped[place] ^= 1 << random.integers(8)
        file.write_bytes(flipped)
        try:
            found = facts([file])
        except ValueError:
            continue
        # What differs neither in rows nor in types is the footer's own: statistics, versions.
        assert found.rows_sha256 != expected or bytes(flipped[:-4_000]) == good[:-4_000]
