"""Bars where a person watches, nothing where none does."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from validators.engine import Progress


@contextmanager
def progress() -> Iterator[Callable[[str], Progress | None]]:
    """Gives, for a word such as "encoding", what may be told how much of it is done, of how much;
    None where nobody watches."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415 - only where a person watches
    from rich.progress import Progress as Bars  # noqa: PLC0415

    with Bars(console=Console(file=sys.stderr), transient=True) as bars:

        def bar(word: str) -> Progress:
            line = bars.add_task(word, visible=False)
            return lambda done, total: bars.update(line, completed=done, total=total, visible=True)

        yield bar
