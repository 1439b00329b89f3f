"""The catalogue counts what stands under tasks/, and lists it without doing what it says."""

import json
import shutil
from pathlib import Path

import pytest

from ci.catalogue import main, summary
from ci.catalogue_pages import pages
from ci.listing import Counts, read_listing
from tests.render.rendered import page

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with the seed tasks' text files, and with one task beside them."""
    root = tmp_path_factory.mktemp("seed")
    shutil.copytree(ROOT / "tasks", root / "tasks", ignore=shutil.ignore_patterns("data"))
    return root


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A repository of one task whose texts want to be more than text."""
    shutil.copytree(ROOT / "tasks/SarcasmDetection", tmp_path / "tasks/SarcasmDetection")
    path = tmp_path / "tasks/SarcasmDetection/task.json"
    task = json.loads(path.read_text("utf-8"))
    trap = "<script>x</script> ![i](http://e.org/i) [l](http://e.org) www.e.org @somebody | `|"
    task["title"] = "# <b>x</b> | @somebody"
    task["description"] = trap
    task["contributors"] = [
        {"name": trap},
        {"name": "Ada", "github": "ada-example", "orcid": "0000-0002-1825-0097"},
    ]
    task["superseded_by"] = "SpeechDetection"
    path.write_text(json.dumps(task), "utf-8")
    return tmp_path


def test_the_seed_benchmark_is_counted_from_the_folders(seed: Path) -> None:
    assert read_listing(seed).counts(seed=True) == Counts(
        instances=55,
        pairs=33,
        folders=25,
        datasets=22,
        dimensions={
            "content": 11,
            "speaker": 5,
            "semantics": 6,
            "degradation": 19,
            "paralinguistics": 7,
            "audio": 7,
        },
        seen=24,
        unseen=31,
    )


def test_the_summary_is_a_table(seed: Path) -> None:
    lines = list(summary(read_listing(seed)))
    assert lines[0].split() == ["seed", "all"]
    assert lines[1].split()[:2] == ["instances", "55"]
    assert len({len(line) for line in lines}) == 1


def test_counts_follow_the_folders(seed: Path, tmp_path: Path) -> None:
    shutil.copytree(seed / "tasks", tmp_path / "tasks")
    shutil.rmtree(tmp_path / "tasks/SarcasmDetection")
    (tmp_path / "tasks/NoiseDetection/instances/VCTK_MUSAN-Gaussian.json").unlink()
    counts = read_listing(tmp_path).counts(seed=True)
    assert (counts.instances, counts.pairs, counts.folders, counts.datasets) == (53, 32, 24, 21)
    assert (counts.seen, counts.unseen) == (23, 30)


def test_a_missing_instance_of_the_seed_is_said(
    seed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(seed / "tasks", tmp_path / "tasks")
    shutil.rmtree(tmp_path / "tasks/SarcasmDetection")
    assert main(["--print", "--root", str(tmp_path)]) == 1
    printed = capsys.readouterr()
    assert printed.out.splitlines()[1].split()[:2] == ["instances", "54"]
    assert printed.err == "missing from the seed benchmark: SarcasmDetection_Mustard\n"


def test_pages_are_written_and_are_the_same_every_time(seed: Path, tmp_path: Path) -> None:
    assert main(["--to", str(tmp_path / "site"), "--root", str(seed)]) == 0
    written = {
        path.relative_to(tmp_path / "site").as_posix(): path.read_text("utf-8")
        for path in (tmp_path / "site").rglob("*.md")
    }
    assert written == pages(read_listing(seed))
    assert sorted(written) == [
        "contributors.md",
        "dimensions/audio.md",
        "dimensions/content.md",
        "dimensions/degradation.md",
        "dimensions/paralinguistics.md",
        "dimensions/semantics.md",
        "dimensions/speaker.md",
        "tasks.md",
    ]


def test_every_instance_stands_on_the_page_of_its_dimension(seed: Path) -> None:
    listing = read_listing(seed)
    rows = sum(
        text.count("| seen |\n") + text.count("| unseen |\n")
        for path, text in pages(listing).items()
        if path.startswith("dimensions/")
    )
    assert rows == len(listing.entries) + 34  # and the heading of each task's table
    assert "| `VCTK_MUSAN-Gaussian` | Gaussian |" in pages(listing)["dimensions/degradation.md"]


def test_what_contributors_write_stays_text(hostile: Path) -> None:
    for text in pages(read_listing(hostile)).values():
        rendered = page(text)
        assert not rendered.tags & {"script", "b", "img"}
        assert all(href.startswith(("https://github.com/", "https://orcid.org/", "dimensions/"))
                   for href, _ in rendered.links)  # fmt: skip


def test_contributors_are_linked_by_what_their_forms_make_harmless(hostile: Path) -> None:
    links = page(pages(read_listing(hostile))["contributors.md"]).links
    assert links == [
        ("https://github.com/ada-example", "GitHub"),
        ("https://orcid.org/0000-0002-1825-0097", "ORCID"),
    ]


def test_a_retired_task_names_its_successor(hostile: Path) -> None:
    assert "Retired: use `SpeechDetection`." in pages(read_listing(hostile))["tasks.md"]


@pytest.mark.parametrize(
    ("path", "text", "says"),
    [
        ("task.json", "{", "tasks/SarcasmDetection/task.json does not fit the schema"),
        ("task.json", None, "tasks/SarcasmDetection has no task.json"),
        ("instances/Mustard.json", "{}", "instances/Mustard.json does not fit the schema"),
    ],
)
def test_what_cannot_be_read_is_refused(
    hostile: Path, path: str, text: str | None, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = hostile / "tasks/SarcasmDetection" / path
    if text is None:
        file.unlink()
    else:
        file.write_text(text, "utf-8")
    assert main(["--print", "--root", str(hostile)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert says in printed.err
    assert "python -m validators.check --static tasks/SarcasmDetection" in printed.err


def test_a_folder_that_is_no_task_is_refused(
    hostile: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (hostile / "tasks/SarcasmDetection").rename(hostile / "tasks/[x]")
    assert main(["--print", "--root", str(hostile)]) == 2
    assert "is not named like a task" in capsys.readouterr().err


def test_without_a_wish_nothing_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main([])
    assert "nothing to do" in capsys.readouterr().err


def test_where_there_are_no_tasks_it_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--print", "--root", str(tmp_path)]) == 2
    assert "cannot read" in capsys.readouterr().err


def test_what_cannot_be_written_is_said(
    seed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "site").write_text("a file")
    assert main(["--to", str(tmp_path / "site"), "--root", str(seed)]) == 2
    assert "cannot write" in capsys.readouterr().err
