"""How long a publish of all tasks of the repository takes, and how long the least that could."""

import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from scripts.bench.run import Command, seconds
from scripts.bench.table import Line
from scripts.loopback import client, clone, empty_hub

_LIMIT: Final = 3.0
_PYTHON: Final = sys.executable
_PUSH: Final = [_PYTHON, "-m", "ci.publish", "push"]


def lines(pairs: int) -> Iterator[Line]:
    """Compare a publish with a plain `pyarrow` write and upload of the same rows, in pairs.

    Of all instances whose data are in this repository, as it is committed. Each run has a new and
    empty test Hub, which is started before the clock. Publishing means to check a build, to make
    the card with its plots, to commit, to read everything back and to tag; the plain one writes and
    commits.

    Raises:
        RunError: a command did not do its work.
        OSError: the test Hub does not start.
    """
    with tempfile.TemporaryDirectory(prefix="bench-publish-") as name:
        folder = Path(name)
        build = str(folder / "build")
        root = clone(folder / "clone")
        seconds(Command([_PYTHON, "-m", "ci.build", "--to", build], root))
        published, checked, plain = [], [], []
        for number in range(pairs):
            round_ = folder / str(number)
            published.append(_on_empty_hub(root, round_ / "published", [*_PUSH, "--from", build]))
            checked.append(_on_empty_hub(root, round_ / "checked", _PUSH))
            least = [_PYTHON, "-m", "scripts.bench.plain_publish", build, str(round_ / "rows")]
            plain.append(_on_empty_hub(root, round_ / "plain", least))
    against = "plain pyarrow write and upload"
    detail = f"{statistics.median(published):.2f} s : {statistics.median(plain):.2f} s"
    yield Line(
        f"publish of all tasks : {against}", _ratios(published, plain), limit=_LIMIT, detail=detail
    )
    detail = f"{statistics.median(checked):.2f} s : {statistics.median(plain):.2f} s"
    title = f"check, build and publish of all tasks : {against}"
    yield Line(title, _ratios(checked, plain), detail=detail)


def _on_empty_hub(root: Path, folder: Path, command: list[str]) -> float:
    with empty_hub(folder / "store") as hub:
        return seconds(
            Command(command, root, environment=client(str(hub.endpoint), folder / "home"))
        )


def _ratios(these: list[float], others: list[float]) -> list[float]:
    return [mine / other for mine, other in zip(these, others, strict=True)]
