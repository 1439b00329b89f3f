"""The HTTP client below huggingface_hub: every request has an end, and trouble surfaces at once.

The library waits without bound for an answer, and tries some requests again on its own, with waits
that it takes from the server. Here the first trouble of a request ends it, whichever it is; who
asked decides what may be tried again.
"""

import time
from collections.abc import Iterator
from typing import Any

import httpx2

from ci.trouble import Patience, Trouble
from validators.http_client import TRANSIENT, asked_wait, named, why


class StrictClient(httpx2.Client):
    """A client whose requests end in time, and whose transient failures are `Trouble`."""

    def __init__(self, patience: Patience) -> None:
        limits = httpx2.Timeout(patience.silence, connect=patience.connect)
        super().__init__(timeout=limits, follow_redirects=True)
        self._whole = patience.whole

    def send(
        self, request: httpx2.Request, *, stream: bool = False, **options: Any
    ) -> httpx2.Response:
        """Send a request; the body is read here unless `stream`.

        Raises:
            Trouble: if there is no answer, none in time, or one that says to come back later.
        """
        deadline = time.monotonic() + self._whole
        # The library hands its own timeout to some requests, None among them.
        request.extensions["timeout"] = self.timeout.as_dict()
        try:
            response = super().send(request, stream=True, **options)
            response.stream = _InTime(response.stream, request, deadline)
            if not stream or response.status_code >= 400:
                response.read()
        except (httpx2.TransportError, httpx2.DecodingError, httpx2.TooManyRedirects) as error:
            raise Trouble(f"{named(request)}: {why(error)}") from None
        if response.status_code in TRANSIENT:
            wait = asked_wait(response.headers)
            asked = "" if wait is None else f"; it asks to wait {wait:g} s"
            raise Trouble(f"{named(request)}: the Hub answers {response.status_code}{asked}", wait)
        return response


class _InTime(httpx2.SyncByteStream):
    """A body that is given up at the deadline, and whose breaks are Trouble."""

    def __init__(self, inner: Any, request: httpx2.Request, deadline: float) -> None:
        self._inner = inner
        self._request = request
        self._deadline = deadline

    def __iter__(self) -> Iterator[bytes]:
        try:
            for chunk in self._inner:
                if time.monotonic() > self._deadline:
                    raise Trouble(f"{named(self._request)}: the answer takes too long")
                yield chunk
        except httpx2.TransportError as error:
            raise Trouble(f"{named(self._request)}: {why(error)}") from None

    def close(self) -> None:
        """Give the connection back."""
        self._inner.close()
