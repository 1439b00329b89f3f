"""PTR: what a pointer to the Hub leads to. Every case asks the test Hub."""

import pytest

from tests.flawless import INSTANCE, merge
from tests.on_hub import NAMES, REPO, SHARD, audio_folder, embedded, parquet, prompts, sounds
from tests.rules.cases import Fill, Table, at, exact, judge, parameters, silent
from validators.engine import Options

ONLINE = Options(select=("PTR",))
ALL_RULES = Options()
OTHER = "0123456789abcdef0123456789abcdef01234567"
DATASET = at(INSTANCE, '{\n    "repo_id"')
REPO_ID = at(INSTANCE, f'"{REPO}"')


def holds(*names: str, raw: bytes | None = None, **dataset: str) -> Fill:
    """A dataset with these files, each of which holds the flawless task's rows, or `raw`."""

    def fill(hub, clips):
        table = raw if raw is not None else parquet(prompts(clips, instruction=None))
        return {"revision": hub.put(REPO, dict.fromkeys(names, table)), **dataset}

    return fill


def of(make, **dataset: str) -> Fill:
    """A dataset with the files that `make` gives of the folder with the clips."""

    def fill(hub, clips):
        return {"revision": hub.put(REPO, make(clips)), **dataset}

    return fill


def with_settings(**settings: object) -> Fill:
    """A dataset in order, with other settings."""

    def fill(hub, clips):
        files = {SHARD: parquet(prompts(clips, instruction=None))}
        return {"revision": hub.put(REPO, files, **settings)}

    return fill


def moved(hub, clips):
    """A dataset that was given another name."""
    revision = hub.put(REPO, {SHARD: parquet(prompts(clips))})
    hub.api().move_repo(REPO, "ada-example/calls", repo_type="dataset")
    return {"revision": revision}


def rewritten(readme: str, **dataset: str) -> Fill:
    """A dataset in order, with a README.md."""
    return of(
        lambda clips: {
            SHARD: parquet(prompts(clips, instruction=None)), "README.md": readme.encode()
        },
        **dataset,
    )  # fmt: skip


CONFIGS = """---
configs:
- config_name: clean
  data_files: [{split: test, path: "data/test-*"}]
- config_name: noisy
  data_files: [{split: test, path: "data/test-*"}]
---
"""
ALIASES = "---\na: &a [x, x]\nb: [*a, *a]\n---\n"
usual = holds(SHARD)

CASES: Table = {
    "PTR111": [
        silent("open", hub=usual, options=ALL_RULES),
        exact("gated", hub=with_settings(gated="auto"), at=REPO_ID, options=ONLINE,
              says=("is gated", "everybody may read")),
    ],
    "PTR112": [
        silent("there", hub=usual, options=ONLINE),
        exact("private", hub=with_settings(private=True), at=REPO_ID, options=ONLINE,
              says=("does not exist or is private", "does not tell which")),
        exact("never there", merge(INSTANCE, {"dataset": {"repo_id": "ada-example/absent"}}),
              hub=usual, at=at(INSTANCE, '"ada-example/absent"'), options=ONLINE),
        exact("disabled", hub=with_settings(disabled=True), at=REPO_ID, options=ONLINE,
              says="disabled"),
    ],
    "PTR113": [
        silent("its own name", hub=usual, options=ONLINE),
        silent("its own name in other letters",
               merge(INSTANCE, {"dataset": {"repo_id": REPO}}), hub=usual, options=ONLINE),
        exact("another by now", hub=moved, at=REPO_ID, options=ONLINE,
              says=('called "ada-example/calls" now', 'write "ada-example/calls"')),
    ],
    "PTR114": [
        silent("a commit of its own", hub=usual, options=ONLINE),
        exact("none of its commits", hub=holds(SHARD, revision=OTHER),
              at=at(INSTANCE, f'"{OTHER}"'), options=ONLINE, says=OTHER),
    ],
    "PTR115": [
        silent("rows", hub=usual, options=ONLINE),
        exact("a README only", hub=holds("README.md", raw=b"# Soon\n"), at=REPO_ID,
              options=ONLINE, says='"README.md"'),
        exact("no row", hub=of(lambda _: {SHARD: parquet({"audio": embedded([], [])})}),
              at=DATASET, options=ONLINE, says="holds no row"),
        exact("a glob that fits nothing",
              hub=rewritten(CONFIGS.replace("data/test-*", "test/*"), config="clean"),
              at=REPO_ID, options=ONLINE, says="README.md names"),
    ],
    "PTR116": [
        silent("a script of another name",
               hub=of(lambda clips: {SHARD: parquet(prompts(clips, instruction=None)),
                                     "convert.py": b""}), options=ONLINE),
        exact("its script", hub=holds("prompts.py", SHARD), at=REPO_ID, options=ONLINE,
              says=("prompts.py", "never run")),
    ],
    "PTR117": [
        silent("one named", hub=rewritten(CONFIGS, config="noisy"), options=ONLINE),
        silent("one only", hub=usual, options=ONLINE),
        exact("two in README.md", hub=rewritten(CONFIGS), at=REPO_ID, options=ONLINE,
              says=('"clean", "noisy"', '"config": "clean"')),
        exact("two folders", hub=holds("de/test-0.parquet", "en/test-0.parquet"), at=REPO_ID,
              options=ONLINE, says='"de", "en"'),
    ],
    "PTR118": [
        silent("one of a folder", hub=holds("de/test-0.parquet", "en/test-0.parquet", config="en"),
               options=ONLINE),
        exact("none of those", hub=rewritten(CONFIGS, config="loud"),
              at=at(INSTANCE, '"loud"'), options=ONLINE, says=('"loud"', '"clean", "noisy"')),
    ],
    "PTR119": [
        silent("beside others", hub=holds("data/train-0.parquet", SHARD), options=ONLINE),
        silent("a folder of its own", hub=of(lambda clips: audio_folder(clips, "test/")),
               options=ONLINE),
        exact("test is meant", hub=holds("data/dev-0.parquet", "data/train-0.parquet"),
              at=DATASET, options=ONLINE, says='"dev", "train"'),
        exact("none of those", hub=holds(SHARD, split="test.clean"),
              at=at(INSTANCE, '"test.clean"'), options=ONLINE, says='"test"'),
    ],
    "PTR121": [
        silent("small", hub=usual, options=ONLINE),
        exact("a metadata file of more than 5 MB",
              hub=of(lambda clips: audio_folder(clips) | {"metadata.csv": b"x" * 5_300_000}),
              at=REPO_ID, options=ONLINE, says=("5,300,000 bytes", "5,000,000")),
    ],
    "PTR122": [
        silent("an archive beside the data",
               hub=of(lambda clips: {SHARD: parquet(prompts(clips, instruction=None)),
                                     "raw.zip": b"PK"}), options=ONLINE),
        exact("an archive", hub=holds("test.zip", raw=b"PK"), at=REPO_ID, options=ONLINE,
              says='"test.zip"'),
        exact("a pickle", hub=holds("data/test.pkl", raw=b""), at=REPO_ID, options=ONLINE),
        exact("archives that README.md names",
              hub=of(lambda _: {"README.md": CONFIGS.replace("data/test-*", "*.tar").encode(),
                                "a.tar": b""}, config="clean"), at=REPO_ID, options=ONLINE),
    ],
    "PTR123": [
        silent("parquet", hub=usual, options=ONLINE),
        exact("text files", hub=holds("test.json", raw=b"{}"), at=REPO_ID, options=ONLINE,
              says='"test.json"'),
        exact("clips without metadata", hub=holds("test/1.wav", raw=b"RIFF"), at=REPO_ID,
              options=ONLINE),
    ],
    "PTR124": [
        silent("readable", hub=usual, options=ONLINE),
        exact("no parquet", hub=holds(SHARD, raw=b"PAR1" + bytes(100)), at=REPO_ID,
              options=ONLINE, says=SHARD),
        exact("nothing", hub=holds(SHARD, raw=b""), at=REPO_ID, options=ONLINE),
        exact("aliases in README.md", hub=rewritten(ALIASES), at=REPO_ID, options=ONLINE,
              says="it holds an alias"),
        exact("files of different columns",
              hub=of(lambda clips: {
                  "data/test-0.parquet": parquet(prompts(clips)),
                  "data/test-1.parquet": parquet(prompts(clips, label=None)),
              }), at=REPO_ID, options=ONLINE, says='"label"'),
        exact("a row without sound",
              hub=of(lambda clips: {SHARD: parquet(prompts(
                  clips, instruction=None,
                  audio=embedded([None, *sounds(clips)[1:]], NAMES)))}),
              at=REPO_ID, options=ALL_RULES, says="no sound in row 1"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("code", "case"), parameters(CASES))
def test_case(code, case, tmp_path, clips, measure, hub):  # noqa: PLR0917 - pytest names them
    judge(code, case, tmp_path, clips, measure, hub=hub)
