"""A bar where a person watches, nothing where none does."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from validators.engine import Progress


@contextmanager
def progress(words: str) -> Iterator[Progress | None]:
    """What may be told how much is done, of how much; None where nobody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415 - only where a person watches
    from rich.progress import Progress as Bar  # noqa: PLC0415

    with Bar(console=Console(file=sys.stderr), transient=True) as bar:
        line = bar.add_task(words, visible=False)
        yield lambda done, total: bar.update(line, completed=done, total=total, visible=True)
