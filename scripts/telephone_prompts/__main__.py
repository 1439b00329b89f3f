"""The command line: make the data of all tasks, or compare them with what is there."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from scripts.telephone_prompts import writer
from scripts.telephone_prompts.corpus import Corpus
from scripts.telephone_prompts.dataset import Recipe
from scripts.telephone_prompts.packages import PackageError
from scripts.telephone_prompts.tasks import RECIPES

NAMES = {name for recipe in RECIPES for name in (recipe.task, recipe.name)}
"""What may be asked for: a task, or one of its instances."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = _parser()
    options = parser.parse_args(arguments)
    if unknown := sorted(set(options.tasks) - NAMES):
        parser.error(f"no such task or instance: {', '.join(unknown)}")
    corpus = Corpus(options.packages)
    try:
        differences = [
            line
            for recipe in _chosen(options.tasks)
            for line in _make(recipe, corpus, options.output, check=options.check)
        ]
    except PackageError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(*differences, sep="\n", end="\n" if differences else "")
    return 1 if differences else 0


def _make(recipe: Recipe, corpus: Corpus, output: Path, *, check: bool) -> list[str]:
    """Write one instance's data, or say what writing them would change."""
    _progress(recipe.name)
    files = writer.render(recipe.examples(corpus), lists=recipe.lists)
    folder = output / recipe.task / "data" / recipe.stem
    if check:
        return list(writer.differences(folder, files))
    writer.write(folder, files)
    return []


def _chosen(tasks: Sequence[str]) -> list[Recipe]:
    """The recipes of the named tasks or instances; all, where none is named."""
    return [recipe for recipe in RECIPES if not tasks or {recipe.task, recipe.name} & set(tasks)]


def _progress(name: str) -> None:
    if sys.stderr.isatty():
        print(f"making {name}", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.telephone_prompts",
        description="Rebuild data/<stem>/ of the tasks made from Debian's telephone prompts.",
    )
    parser.add_argument(
        "tasks", nargs="*", metavar="TASK", help="task or instance to make (default: all)"
    )
    parser.add_argument(
        "--packages",
        type=Path,
        metavar="DIR",
        help="folder that holds the .deb files (default: fetched with apt-get, kept in the cache)",
    )
    parser.add_argument(
        "--output",
        type=Path,
        metavar="DIR",
        default=Path("tasks"),
        help="folder of the task folders (default: tasks)",
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing; print what differs, byte for byte, and exit 1 if anything does",
    )
    parser.epilog = "tasks and instances: " + ", ".join(sorted(NAMES))
    return parser


if __name__ == "__main__":
    sys.exit(main())
