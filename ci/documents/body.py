"""The dataset card below its front matter.

What a stranger wrote is escaped by `prose`, `code_span`, `fenced` or `html_text`, and stands
nowhere else. Links lead to our own places, to licences of the closed list and to commits.
"""

from collections.abc import Iterator, Mapping, Sequence

from ci.documents import licensing
from ci.documents.citation import PAPER_URL
from ci.documents.details import folded
from ci.documents.plots import Picture
from ci.summary import by_dimension, chance, labels, majority, totals
from schema.canonical import GITHUB_REPO
from schema.manifest import Manifest, PublishedInstance
from schema.vocabulary import METRICS, Direction
from validators.render.inert import code_span, fenced, prose
from validators.render.words import counted, first_few, number

Lines = Iterator[str]

OUTPUTS = {
    "classification": "{count} labels",
    "multilabel": "any of {count} labels",
    "number": "number",
    "text": "text",
    "audio": "clip",
}


def introduction(manifest: Manifest, entries: Sequence[PublishedInstance]) -> Lines:
    """What this is, and how much there is."""
    found = totals(entries)
    yield "# Dynamic-SUPERB\n"
    yield (
        "An open benchmark of speech models that follow instructions. Every example is a clip (or"
        " several), an instruction in English that says what to do, and the right answer; a model"
        f" is given the first two. The tasks come from contributors and are reviewed in"
        f" [{GITHUB_REPO}](https://github.com/{GITHUB_REPO}); the benchmark is described in"
        f" [the paper]({PAPER_URL}).\n"
    )
    if not entries:
        yield "Nothing is published at this revision.\n"
        return
    yield (
        f"**{counted(found.tasks, 'task')}, {counted(found.instances, 'instance')},"
        f" {counted(found.examples, 'example')}, {_time(found.minutes)} of sound,"
        f" {counted(len(found.languages), 'language')}** in this revision,"
        f" `publish-{manifest.serial}`. An instance is a task on one dataset, and one configuration"
        " here; all data are split `test`.\n"
    )


def _time(minutes: float) -> str:
    return f"{number(minutes / 60)} hours" if minutes >= 120 else f"{number(minutes)} minutes"


def loading(manifest: Manifest, entries: Sequence[PublishedInstance]) -> Lines:
    """Code that runs as it stands, pinned to this publish."""
    if not entries:
        return
    entry = next((e for e in entries if e.instance.startswith("SpokenDigit")), entries[0])
    repo, revision = manifest.repo_id, f"publish-{manifest.serial}"
    clip = next((c.name for c in entry.columns if c.type == "audio"), "audio")
    load = f'load_dataset("{repo}", "{entry.instance}", split="test", revision="{revision}")'
    yield "## Load\n"
    # Wheels of torchcodec from 0.14 on link CUDA and fail on other machines.
    yield (
        'With `datasets` and torchcodec (`pip install "datasets[audio]"`; without CUDA `pip install'
        ' datasets torch "torchcodec>=0.12,<0.14"`):\n'
    )
    yield fenced(
        "from datasets import load_dataset\n\n"
        f"rows = {load}\n"
        f'print(rows[0]["instruction"], rows[0]["label"])\n'
        f'samples = rows[0]["{clip}"].get_all_samples()  # .data, .sample_rate',
        "python",
    )
    yield (
        "Without torchcodec (`pip install datasets soundfile`). The clips are FLAC files inside the"
        " rows:\n"
    )
    yield fenced(
        "import io\n\nimport soundfile\nfrom datasets import Audio, load_dataset\n\n"
        f"rows = {load}\n"
        f'rows = rows.cast_column("{clip}", Audio(decode=False))\n'
        f'samples, rate = soundfile.read(io.BytesIO(rows[0]["{clip}"]["bytes"]), dtype="float32")',
        "python",
    )
    yield "With pyarrow alone (`pip install pyarrow huggingface_hub`):\n"
    yield fenced(
        "import pyarrow.parquet\nfrom huggingface_hub import hf_hub_download\n\n"
        "path = hf_hub_download(\n"
        f'    "{repo}", "{entry.files[0].path}",\n'
        f'    repo_type="dataset", revision="{revision}",\n'
        ")\n"
        "rows = pyarrow.parquet.read_table(path).to_pylist()\n"
        f'flac = rows[0]["{clip}"]["bytes"]',
        "python",
    )
    yield (
        f"**Pin a revision.** Every publish has a tag that never moves, this one `{revision}`, and"
        " every release of the whole benchmark has one with its name. A tag names"
        " all instances byte for byte, also those that were changed or retired since. Scores are"
        " comparable at the same revision only, so say which one you used. `manifest.json` holds"
        " the sha256 of every file, of the rows and of the samples.\n"
    )


def structure() -> Lines:
    """The columns."""
    yield "## Columns\n"
    yield (
        "| column | what it holds |\n|---|---|\n"
        "| `file` | the example's id, unique in its instance |\n"
        "| `audio`, `audio2`, … | the clips that a model is given: 16-bit FLAC at the rate and with"
        " the channels of the source |\n"
        "| `text`, `text2`, … | texts that a model is given |\n"
        "| `instruction` | what to do, with the labels to choose from in their order |\n"
        "| `label` | the right answer: a string, a number, a JSON array in a string where several"
        " labels may be right, or a clip |\n"
        "| others | attributes of the example, such as `speaker` or `language`, for results by"
        " group |\n"
    )


def dimensions(
    entries: Sequence[PublishedInstance],
    pictures: Mapping[str, Sequence[Picture]],
    pages: Mapping[str, str],
) -> Lines:
    """A table, pictures and the details of every dimension.

    Args:
        entries: the published instances.
        pictures: by dimension.
        pages: addresses of pages that hold the details instead, by dimension.
    """
    if not entries:
        return
    yield "## Instances\n"
    yield (
        "Languages: those of the task. Metric: the headline metric; ↓: lower is better. Chance:"
        " the accuracy of guessing evenly among the labels. Majority: the accuracy of always giving"
        " the most frequent label.\n"
    )
    for dimension, found in by_dimension(entries).items():
        yield f"### {dimension.capitalize()}\n"
        yield instance_table(found)
        for picture in pictures.get(dimension, []):
            yield f"![{picture.alternative}]({picture.path})\n"
        if dimension in pages:
            yield (
                f"Objective, data, limitations, statistics, sources and review of each task:"
                f" [{pages[dimension]}]({pages[dimension]})\n"
            )
        else:
            yield from folded(found)
    yield (
        "Boxes: the middle half of the durations, the line at the median, whiskers from 5 to 95%,"
        " dots at the shortest and the longest clip. Bars: the share of each label, the most"
        " frequent first.\n"
    )


def instance_table(entries: Sequence[PublishedInstance]) -> str:
    """One row for each instance."""
    head = "instance|answer|examples|minutes|languages|licence|metric|chance|majority".split("|")
    rules = "---|---|--:|--:|---|---|---|--:|--:".split("|")
    rows = [_cells(entry) for entry in entries]
    columns = [column for column in zip(head, rules, *rows, strict=True) if any(column[2:])]
    return "".join(f"| {' | '.join(line)} |\n" for line in zip(*columns, strict=True))


def _cells(entry: PublishedInstance) -> list[str]:
    task = entry.declared_task
    metric = METRICS[task.metrics[0]]
    low = " ↓" if metric.direction is Direction.LOWER else ""
    codes = sorted({tag.split("-")[0].lower() for tag in task.languages})
    return [
        code_span(entry.instance),
        answer(entry),
        f"{entry.rows:,}",
        number(entry.minutes),
        first_few(codes) or "none",
        licensing.linked(entry.declared_instance.license),
        f"`{metric.name}`{low}",
        _percent(chance(entry)),
        _percent(majority(entry)),
    ]


def answer(entry: PublishedInstance) -> str:
    """What a model answers, in a few words."""
    output = entry.declared_task.output
    words = OUTPUTS[output.type].format(count=len(labels(entry) or []) or "the")
    return f"{words} ({prose(output.unit)})" if output.type == "number" else words


def _percent(share: float | None) -> str:
    return "" if share is None else f"{number(100 * share)}%"
