"""The repository itself: generated files, links, sizes, and what must never enter a commit."""

import re
import subprocess
from pathlib import Path

import pytest

from scripts.generate import stale

ROOT = Path(__file__).parents[1]
TASKS_CAP = 30_000_000
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
FORBIDDEN = re.compile(
    r"/work/(main|steering|shared|\.library)|/tmp/bash_jobs|/root/|"
    r"^--(extra-)?index-url|^--find-links|files\.pythonhosted|"
    r"(hf|ghp|gho|ghs)_[A-Za-z0-9]{30,}",
    re.MULTILINE,
)


def tracked() -> list[Path]:
    """The files that git tracks, and those that it would."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=True,
    ).stdout.decode()  # fmt: skip
    return [path for name in names.split("\0") if name and (path := ROOT / name).is_file()]


def texts() -> list[tuple[str, str]]:
    found = []
    for path in tracked():
        raw = path.read_bytes()
        if b"\0" not in raw[:8000] and path != Path(__file__):
            found.append((path.relative_to(ROOT).as_posix(), raw.decode()))
    return found


def test_generated_files_are_fresh() -> None:
    assert stale() == [], "run `make fix`"


def test_nothing_of_a_machine_or_a_registry_is_committed() -> None:
    for name, text in texts():
        found = FORBIDDEN.search(text)
        assert not found, f"{name} holds {found.group()}"


def test_lock_files_that_name_registries_are_not_tracked() -> None:
    assert not [path for path in tracked() if path.name == "uv.lock"]


def test_requirements_are_pinned_with_hashes() -> None:
    for path in sorted((ROOT / "requirements").glob("*.txt")):
        for block in re.split(r"\n(?=[a-z])", path.read_text(encoding="utf-8").strip()):
            assert re.match(r"[a-z0-9-]+==", block), block.splitlines()[0]
            assert "--hash=sha256:" in block, block.splitlines()[0]


@pytest.mark.parametrize(
    "path", [path for path in tracked() if path.suffix == ".md"], ids=lambda path: path.name
)
def test_links_lead_somewhere(path: Path) -> None:
    for target in LINK.findall(FENCE.sub("", path.read_text(encoding="utf-8"))):
        file, _, anchor = target.partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        there = path if not file else path.parent / file
        assert there.exists(), f"{path.relative_to(ROOT)}: {target}"
        if anchor and there.suffix == ".md":
            assert anchor in anchors(there), f"{path.relative_to(ROOT)}: {target}"


def anchors(path: Path) -> set[str]:
    """Anchors of a Markdown file's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", FENCE.sub("", path.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


def test_tasks_stay_small() -> None:
    size = sum(path.stat().st_size for path in (ROOT / "tasks").rglob("*") if path.is_file())
    assert size < TASKS_CAP
