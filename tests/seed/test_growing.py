"""A seed task can be retired: check and catalogue say by what it is replaced, and nothing goes."""

import json
import shutil
from collections import Counter
from pathlib import Path

import pytest

from ci.catalogue_pages import pages
from ci.listing import read_listing
from schema.report import Report
from validators.engine import Options, check

ROOT = Path(__file__).parents[2]
RETIRED = "SpokenTermDetection"
SUCCESSOR = "SpeechTextMatching"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with the text files of all tasks."""
    shutil.copytree(ROOT / "tasks", tmp_path / "tasks", ignore=shutil.ignore_patterns("data"))
    return tmp_path


def supersede(root: Path, name: str, successor: str | None) -> None:
    path = root / f"tasks/{name}/task.json"
    data = json.loads(path.read_text(encoding="utf-8")) | {"superseded_by": successor}
    path.write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def checked(root: Path) -> Report:
    return check(root, [f"tasks/{RETIRED}"], Options(static=True), lambda _: iter(()))


def found(root: Path) -> Counter[str]:
    return Counter(finding.rule for finding in checked(root).findings)


def test_a_seed_task_may_name_its_successor(root: Path) -> None:
    before = found(root)
    supersede(root, RETIRED, SUCCESSOR)
    assert found(root) == before


@pytest.mark.parametrize("successor", ["SpeechTextMatchings", RETIRED])
def test_the_successor_has_to_be_another_task_that_is_there(root: Path, successor: str) -> None:
    before = found(root)
    supersede(root, RETIRED, successor)
    assert found(root) - before == {"TSK213": 1}
    (finding,) = [one for one in checked(root).findings if one.rule == "TSK213"]
    assert finding.pointer == "/superseded_by"
    assert f'superseded_by is "{successor}"' in finding.message


def test_the_catalogue_keeps_a_retired_task_and_says_what_to_use(root: Path) -> None:
    before = read_listing(root)
    supersede(root, RETIRED, SUCCESSOR)
    after = read_listing(root)
    assert after.counts() == before.counts()
    assert after.missing == before.missing
    written = pages(after)
    for path in ("tasks.md", "dimensions/content.md"):
        (line,) = [line for line in written[path].splitlines() if "Retired" in line]
        assert f"[`{RETIRED}`]" in line
        assert f"Retired: use `{SUCCESSOR}`." in line
    changed = [path for path, text in pages(before).items() if text != written[path]]
    assert sorted(changed) == ["dimensions/content.md", "tasks.md"]
