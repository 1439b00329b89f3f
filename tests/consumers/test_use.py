"""The code in docs/use.md and in README is run as it stands, and prints what stands below it."""

import re
from pathlib import Path

import pytest

from tests.consumers.environments import ELSEWHERE, node, python_of, run
from tests.consumers.world import World

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
PROJECT = "project"
README = "Use the benchmark"
OTHERS = {"datasets with torchcodec": "torchcodec", "datasets 3.6": "datasets3"}


Sections = dict[str, list[tuple[str, str, str]]]
"""By heading: (language, code, what it prints)."""


def sections() -> Sections:
    """Of docs/use.md, and the one of README."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    _, _, ours = readme.partition(f"## {README}\n")
    ours, _, _ = ours.partition("\n## ")
    page = (ROOT / "docs" / "use.md").read_text(encoding="utf-8")
    return _sections(page) | {README: _sections(ours)[""]}


def _sections(text: str) -> Sections:
    names = ["", *HEADING.findall(text)]
    found = {}
    for name, body in zip(names, HEADING.split(text)[::2], strict=True):
        fences = FENCE.findall(body)
        pairs = zip(fences[::2], fences[1::2], strict=True)
        found[name] = [(*code, printed) for code, (_, printed) in pairs]
        assert all(language == "text" for language, _ in fences[1::2])
    return found


def script(folder: Path, language: str, code: str, environment: str) -> list[str]:
    """The command that runs a block."""
    if language == "js":
        (folder / "block.mjs").write_text(code, encoding="utf-8")
        return [*node(folder), "block.mjs"]
    assert language == "python"
    (folder / "block.py").write_text(code, encoding="utf-8")
    return [python_of(environment), "block.py"]


def assert_prints(world: World, folder: Path, name: str) -> None:
    environment = OTHERS.get(name, PROJECT)
    for language, code, printed in sections()[name]:
        command = script(folder, language, code, environment)
        # Our helper is used from the repository's root; so is everything else that it can see.
        path = str(ROOT) if "from evaluation" in code else ""
        done = run(world, folder, command, PYTHONPATH=path)
        assert (done.stdout, done.returncode) == (printed, 0), done.stderr


@pytest.mark.parametrize("name", sorted(set(sections()) - {"", "Offline"} - set(OTHERS)))
def test_the_code_prints_what_stands_below(name: str, world: World, tmp_path: Path) -> None:
    assert_prints(world, tmp_path, name)


@pytest.mark.parametrize("name", [pytest.param(name, marks=ELSEWHERE) for name in sorted(OTHERS)])
def test_so_it_does_in_other_environments(name: str, world: World, tmp_path: Path) -> None:
    assert_prints(world, tmp_path, name)


def test_what_was_loaded_is_read_again_without_a_request(world: World, tmp_path: Path) -> None:
    assert_prints(world, tmp_path, "")
    world.hub.requests.clear()
    assert_prints(world, tmp_path, "Offline")
    assert world.hub.requests == []


def test_the_code_of_both_pages_is_found() -> None:
    assert sum(len(blocks) for blocks in sections().values()) >= 13
    assert sections()[README]
    assert set(OTHERS) <= set(sections())
