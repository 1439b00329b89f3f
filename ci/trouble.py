"""What may become of a request to the Hub, and how often one is tried again."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

Answer = TypeVar("Answer")


class HubError(Exception):
    """A request to the Hub did not do what was asked."""


class Trouble(HubError):  # noqa: N818 - says what became of it
    """The Hub or the way there is not well: 429, 5xx, a timeout, a connection that was dropped.

    Whether a write was carried out is not known.
    """

    def __init__(self, message: str, wait: float | None = None) -> None:
        """`wait`: seconds that the Hub asks to wait, where it does."""
        super().__init__(message)
        self.wait = wait


class Refused(HubError):  # noqa: N818 - says what became of it
    """The Hub will not do it, however often it is asked: no right, no such repository."""


class Missing(HubError):  # noqa: N818 - says what became of it
    """There is no such file or revision in the repository."""


class Conflict(HubError):  # noqa: N818 - says what became of it
    """Somebody else was there before: the head moved on (412), or the name is taken (409)."""


@dataclass(frozen=True)
class Patience:
    """How long to wait for the Hub, and how often to try again.

    The Hub's limits count over five minutes, so that is the longest wait that can be of use
    (huggingface.co/docs/hub/rate-limits).
    """

    tries: int = 6
    first_wait: float = 1.0
    """Seconds before the second try; doubled for each one after."""
    longest_wait: float = 300.0
    """Seconds; where the Hub asks for more, it is not tried again."""
    connect: float = 10.0
    """Seconds for a connection."""
    silence: float = 60.0
    """Seconds without a byte."""
    whole: float = 900.0
    """Seconds for one request with its whole answer, however slowly it trickles."""
    sleep: Callable[[float], None] = time.sleep

    def keep_trying(self, call: Callable[[], Answer]) -> Answer:
        """The answer of a call that may be made twice without harm.

        Raises:
            Trouble: of the last try.
            HubError: at once, where it is not Trouble.
        """
        for attempt in range(1, self.tries):
            try:
                return call()
            except Trouble as trouble:
                self.wait(attempt, trouble)
        return call()

    def wait(self, attempt: int, trouble: HubError) -> None:
        """Sleep after try `attempt`, counted from 1, as long as the Hub asks or longer each time.

        Raises:
            HubError: `trouble` again, where the Hub asks for more than is worth waiting.
        """
        asked = trouble.wait if isinstance(trouble, Trouble) else None
        if asked is not None and asked > self.longest_wait:
            raise trouble
        own = min(self.first_wait * 2 ** (attempt - 1), self.longest_wait)
        self.sleep(own if asked is None else asked)
