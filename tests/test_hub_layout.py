"""Which files a pointer means, by their names and the card alone; and cards that are none."""

import contextlib
import itertools
import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from validators.front_matter import (
    MAX_BYTES,
    Card,
    FrontMatterError,
    names_in_card,
    names_in_parquet,
    read_card,
)
from validators.hub_layout import LayoutError, Part, find_part, inside, matches
from validators.source import SourceFaultKind


def card(yaml: str) -> Card:
    return read_card(f"---\n{yaml}\n---\n# Prompts\n".encode())


def find(*paths: str, config: str | None = None, split: str | None = None, yaml: str = "") -> Part:
    """The part of a dataset with these files."""
    return find_part("ada/prompts", list(paths), card(yaml), config, split)


def refusal(*paths: str, **options: str | None) -> LayoutError:
    with pytest.raises(LayoutError) as caught:
        find(*paths, **options)
    return caught.value


@pytest.mark.parametrize(
    ("path", "config", "split"),
    [
        ("data/test-00000-of-00001.parquet", None, "test"),
        ("data/test-00000-of-00001-0123456789abcdef.parquet", None, "test"),
        ("data/test.parquet", None, "test"),
        ("test.parquet", None, "test"),
        ("test-0.parquet", None, "test"),
        ("test/0000.parquet", None, "test"),
        ("test/part-1.parquet", None, "test"),
        ("data/test.clean-00000-of-00002.parquet", None, "test.clean"),
        ("data/test_other-00000-of-00002.parquet", None, "test_other"),
        ("prompts.parquet", None, "prompts"),
        ("2024-01.parquet", None, "2024-01"),
        ("clean/test-00000-of-00001.parquet", "clean", "test"),
        ("data/clean/test-00000-of-00001.parquet", "clean", "test"),
        ("clean/test/0000.parquet", "clean", "test"),
        ("a/b/test-0.parquet", "a/b", "test"),
    ],
)
def test_where_a_parquet_file_stands_says_what_it_is(path, config, split):
    part = find(path, config=config, split=split)
    assert (part.kind, part.files, part.configuration) == ("parquet", (path,), config or "default")


@pytest.mark.parametrize(
    ("paths", "split", "folder"),
    [
        (["metadata.csv", "1.wav"], None, ""),
        (["metadata.csv", "1.wav"], "train", ""),
        (["data/metadata.jsonl", "data/wavs/1.wav"], None, ""),
        (["test/metadata.csv", "test/1.wav"], None, ""),
        (["metadata.csv", "test/1.wav", "train/1.wav"], None, "test"),
        (["data/metadata.csv", "data/test/1.wav", "data/train/a/1.wav"], "train", "data/train"),
    ],
)
def test_where_metadata_stand_says_what_they_are_of(paths, split, folder):
    part = find(*paths, split=split)
    assert (part.kind, part.files, part.folder) == ("folder", (paths[0],), folder)


def test_shards_come_in_order_and_other_splits_stay_out():
    names = [f"data/test-0000{n}-of-00003.parquet" for n in (2, 0, 1)]
    assert find(*names, "data/train-0.parquet", "README.md").files == tuple(sorted(names))


def test_folders_of_metadata_are_configurations():
    paths = ("de/metadata.csv", "de/1.wav", "en/metadata.csv", "en/1.wav")
    assert find(*paths, config="en").files == ("en/metadata.csv",)
    assert refusal(*paths).kind is SourceFaultKind.NO_CONFIG


@pytest.mark.parametrize(
    "yaml",
    [
        "configs:\n- config_name: x\n  data_files: b/t*.parquet",
        "configs:\n- config_name: x\n  data_files: [b/t1.parquet, b/t2.parquet]",
        "configs:\n- config_name: x\n  data_files: [{split: test, path: 'b/*'}]",
        "configs:\n- config_name: x\n  data_files: [{split: test, path: [b/t1.*, b/t2.*]}]",
        "configs:\n- config_name: x\n  data_files: {test: '**/t?.parquet'}",
        "configs:\n- config_name: x\n  data_dir: b\n  data_files: '*.parquet'",
        "configs:\n  config_name: x\n  data_files: ./b/t*.parquet",
    ],
)
def test_the_card_may_name_files_in_each_form_that_datasets_knows(yaml):
    part = find("a/test-0.parquet", "b/t1.parquet", "b/t2.parquet", yaml=yaml)
    assert (part.files, part.configuration) == (("b/t1.parquet", "b/t2.parquet"), "x")


def test_a_folder_in_the_card_is_looked_into():
    yaml = "configs:\n- config_name: x\n  data_dir: b"
    assert find("a/test-0.parquet", "b/test-0.parquet", yaml=yaml).files == ("b/test-0.parquet",)


def test_clips_that_the_card_names_bring_the_metadata_beside_them():
    yaml = "configs:\n- config_name: x\n  data_files: [{split: test, path: 'b/*.wav'}]"
    part = find("b/1.wav", "b/metadata.csv", "c/metadata.csv", "c/1.wav", yaml=yaml)
    assert (part.files, part.clips) == (("b/metadata.csv",), frozenset({"b/1.wav"}))


def test_names_of_strangers_are_quoted_and_lists_cut():
    names = [f"data/s{number}\u202e\n-0.parquet" for number in range(50)]
    message = refusal(*names, "data/a-0.parquet", "data/b-0.parquet").message
    assert message.count(", ") < 30
    assert "\n" not in message


PATHS = st.lists(
    st.lists(
        st.text(string.ascii_letters + string.digits + "-_. \u00e9\n", min_size=1, max_size=12)
        | st.sampled_from(["data", "test", "train", "test-00000-of-00001.parquet", "metadata.csv",
                           "1.wav", "a.zip", "README.md", "prompts.py"]),
        min_size=1, max_size=4,
    ).map("/".join),
    max_size=8, unique=True,
)  # fmt: skip


@given(PATHS, st.none() | st.sampled_from(["default", "x"]), st.none() | st.text(max_size=5))
def test_any_names_give_a_part_of_them_or_a_reason(paths, config, split):
    part = error = None
    try:
        part = find_part("ada/prompts", paths, Card(), config, split)
    except LayoutError as found:
        error = found
    if error is not None:
        assert error.message
        assert error.hint
        assert "\n" not in error.message
    if part is not None:
        assert part.files
        assert set(part.files) <= set(paths)


# -- globs ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("glob", "path", "fits"),
    [
        ("data/test-*", "data/test-0.parquet", True),
        ("data/test-*", "data/train-0.parquet", False),
        ("*.parquet", "a.parquet", True),
        ("*.parquet", "b/a.parquet", False),
        ("**/*.parquet", "a.parquet", True),
        ("**/*.parquet", "b/c/a.parquet", True),
        ("b/**", "b/c/a.parquet", True),
        ("b", "b/c/a.parquet", True),
        ("**/c/**/x", "b/c/d/x", True),
        ("**/c/**/x", "b/d/x", False),
        ("t?st", "test", True),
        ("t?st", "tst", False),
        ("[ab].parquet", "a.parquet", False),
        ("", "a", False),
    ],
)
def test_globs(glob, path, fits):
    assert matches(glob.split("/"), path.split("/")) is fits


def test_a_glob_of_many_stars_is_not_slow():
    stars = ["*a" * 100 + "b"] + ["**"] * 100
    assert not matches(stars, ["a" * 250] * 250)


SMALL = st.lists(st.sampled_from(["a", "b", "*", "?", "**", "a*", "*b*"]), min_size=1, max_size=4)


@given(SMALL, st.lists(st.sampled_from(["a", "b", "ab", "ba"]), min_size=1, max_size=4))
def test_globs_mean_what_the_plain_definition_says(pattern, path):
    def fits(glob: str, name: str) -> bool:
        if not glob:
            return not name
        if glob[0] == "*":
            return any(fits(glob[1:], name[at:]) for at in range(len(name) + 1))
        return bool(name) and glob[0] in ("?", name[0]) and fits(glob[1:], name[1:])

    def whole(parts: list[str], names: list[str]) -> bool:
        if not parts:
            return True  # a folder, or all of it
        if parts[0] == "**":
            return any(whole(parts[1:], names[at:]) for at in range(len(names) + 1))
        return bool(names) and fits(parts[0], names[0]) and whole(parts[1:], names[1:])

    assert matches(pattern, path) == whole(pattern, path)


@pytest.mark.parametrize("name", ["../a.wav", "/a.wav", "a//b.wav", "./a.wav", "a\\b.wav", ""])
def test_no_name_leads_out_of_the_dataset(name):
    assert inside({"a.wav": 1, name: 1}, "", name) is None


def test_a_clip_lies_beside_its_row_or_where_its_path_from_the_root_says():
    files = {"data/a.wav": 1, "b.wav": 1, "a.wav": 1}
    assert inside(files, "data", "a.wav") == "data/a.wav"
    assert inside(files, "data", "b.wav") == "b.wav"
    assert inside(files, "data", "c.wav") is None


# -- cards ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "readme",
    [b"", b"# Prompts\n", b"---\n", b"---\nx: 1\n", b"text\n---\nconfigs: []\n---\n",
     b"---\n---\n", b"---\n- a\n---\n", b"---\nconfigs: 5\ndataset_info: x\n---\n",
     b"---\nconfigs: [5, {config_name: 3}, {data_files: 5}]\n---\n", b"\xff\xfe---\n"],
)  # fmt: skip
def test_what_says_nothing_of_data_is_no_fault(readme):
    found = read_card(readme)
    assert found.features == {}
    assert len(found.configurations) <= 1


@pytest.mark.parametrize(
    ("yaml", "said"),
    [
        ("a: &x [1]\nb: *x", "an alias"),
        ("a: [" + "[" * 40 + "]" * 41, "nested deeper than 32"),
        ("a: [", "no YAML"),
        ("a: !!python/object/apply:os.system [id]", "no YAML"),
        ("a: 2024-13-45", "no YAML"),
        ("a: " + "x" * MAX_BYTES, "more than 262,144 bytes"),
        ("configs:\n- data_files: [" + "a, " * 1_001 + "]", "more than 1,000 paths"),
    ],
)
def test_a_card_that_cannot_be_read_says_why(yaml, said):
    with pytest.raises(FrontMatterError, match=said):
        card(yaml)


def test_windows_line_ends_and_a_byte_order_mark_are_read():
    text = b"\xef\xbb\xbf---\r\nconfigs:\r\n- config_name: x\r\n---\r\n"
    assert [found.name for found in read_card(text).configurations] == ["x"]


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_are_a_card_or_a_reason(text):
    with contextlib.suppress(FrontMatterError):
        assert isinstance(read_card(b"---\n" + text + b"\n---\n"), Card)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["info", "features", "feature", "names", "_type", "dtype",
                                       "class_label", "sequence", "list", "name"]), inner),
    max_leaves=12,
)  # fmt: skip


@given(JSON)
def test_any_description_of_features_gives_names_or_none(value):
    for features in (value, {"label": value}, {"info": {"features": {"label": value}}}):
        for names in itertools.chain(
            names_in_card(features).values(), names_in_parquet(json.dumps(features)).values()
        ):
            assert all(isinstance(name, str) for name in names)


@pytest.mark.parametrize(
    "feature",
    [
        {"names": ["no", "yes"], "_type": "ClassLabel"},
        {"feature": {"names": ["no", "yes"], "_type": "ClassLabel"}, "_type": "Sequence"},
        {"feature": {"names": ["no", "yes"], "_type": "ClassLabel"}, "_type": "List"},
        [{"names": ["no", "yes"], "_type": "ClassLabel"}],
    ],
)
def test_class_names_in_every_form_of_parquet_files(feature):
    features = json.dumps({"info": {"features": {"label": feature, "x": {"_type": "Value"}}}})
    assert names_in_parquet(features) == {"label": ("no", "yes")}


@pytest.mark.parametrize(
    "feature",
    [
        "dtype: {class_label: {names: {'0': 'no', '1': 'yes'}}}",
        "dtype: {class_label: {names: {0: 'no', 1: 'yes'}}}",
        "dtype: {class_label: {names: ['no', 'yes']}}",
        "sequence: {class_label: {names: {'0': 'no', '1': 'yes'}}}",
        "list: {dtype: {class_label: {names: {'0': 'no', '1': 'yes'}}}}",
    ],
)
def test_class_names_in_every_form_of_cards(feature):
    found = card(f"dataset_info:\n  features:\n  - {{name: label, {feature}}}")
    assert names_in_card(found.features["default"]) == {"label": ("no", "yes")}
