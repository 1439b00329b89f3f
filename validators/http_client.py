"""The HTTP client below huggingface_hub where datasets are read: patient, in bounds, and choosy.

The library waits without bound for some answers and follows a redirect to wherever it leads. Here
every request has an end, what may be over soon is tried again, and nothing is asked of a host that
is none of the Hub's. Everything that is sent only reads, so that it may be sent twice.
"""

import email.utils
import ipaddress
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import httpx2

TRANSIENT: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
HUB_DOMAINS: Final = ("huggingface.co", "hf.co")
"""Under these names the Hub and its stores of large files answer: cdn-lfs.hf.co,
cas-bridge.xethub.hf.co and others."""


class Trouble(Exception):  # noqa: N818 - says what became of a request
    """The Hub or the way there is not well: 429, 5xx, a timeout, a connection that was dropped."""

    def __init__(self, message: str, wait: float | None = None) -> None:
        """`wait`: seconds that the Hub asks to wait, where it does."""
        super().__init__(message)
        self.wait = wait


class LedAstray(Trouble):
    """An answer leads to a host that is none of the Hub's; to ask again would lead there again."""


@dataclass(frozen=True)
class Patience:
    """How long to wait for the Hub, and how often to try again.

    Its limits count over five minutes (huggingface.co/docs/hub/rate-limits), but a person waits for
    a check: where it asks for more than a minute, the check says so and ends.
    """

    tries: int = 5
    first_wait: float = 1.0
    """Seconds before the second try; doubled for each one after."""
    longest_wait: float = 60.0
    """Seconds; where the Hub asks for more, it is not tried again."""
    connect: float = 10.0
    """Seconds for a connection."""
    silence: float = 30.0
    """Seconds without a byte."""
    whole: float = 1_800.0
    """Seconds for one request with its whole answer, however slowly it trickles."""
    sleep: Callable[[float], None] = time.sleep


class PatientClient(httpx2.Client):
    """A client whose requests are tried again in bounds, and go to the Hub's own hosts only.

    Args:
        endpoint: the Hub's address.
        patience: the bounds.
    """

    def __init__(self, endpoint: str, patience: Patience) -> None:
        limits = httpx2.Timeout(patience.silence, connect=patience.connect)
        super().__init__(
            timeout=limits, follow_redirects=True, event_hooks={"request": [self._check_host]}
        )
        self._home = httpx2.URL(endpoint)
        self._patience = patience

    def _check_host(self, request: httpx2.Request) -> None:
        """Called for every request, those that a redirect leads to included."""
        if not is_hub_host(request.url, self._home):
            raise LedAstray(f"the Hub leads to {request.url.host}, which is none of its hosts")
        request.headers.pop("authorization", None)  # there is none; let nobody add one
        request.headers.pop("cookie", None)

    def send(
        self, request: httpx2.Request, *, stream: bool = False, **options: Any
    ) -> httpx2.Response:
        """Send a request; the body is read here unless `stream`.

        A body that breaks off while it streams is the library's to resume: it raises what httpx2
        raises.

        Raises:
            Trouble: after the last try, or where the Hub asks to wait too long.
        """
        patience = self._patience
        for attempt in range(1, patience.tries):
            try:
                return self._once(request, stream, options)
            except LedAstray:
                raise
            except Trouble as trouble:
                asked = trouble.wait or 0.0
                if asked > patience.longest_wait:
                    raise
                patience.sleep(max(patience.first_wait * 2 ** (attempt - 1), asked))
        return self._once(request, stream, options)

    def _once(
        self, request: httpx2.Request, stream: bool, options: dict[str, Any]
    ) -> httpx2.Response:
        deadline = time.monotonic() + self._patience.whole
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
            raise Trouble(f"{named(request)}: the Hub answers {response.status_code}", wait)
        return response


def is_hub_host(url: httpx2.URL, home: httpx2.URL) -> bool:
    """Whether a host may be asked: the endpoint's own, or one of the Hub's that keep large files.

    A Hub on this machine may keep them under another of its names.
    """
    if url.scheme not in ("http", "https") or (home.scheme == "https" and url.scheme != "https"):
        return False
    host = url.host.lower()
    if host == home.host.lower() or (_is_loopback(host) and _is_loopback(home.host)):
        return True
    return url.scheme == "https" and any(
        host == domain or host.endswith(f".{domain}") for domain in HUB_DOMAINS
    )


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class _InTime(httpx2.SyncByteStream):
    """A body that is given up at the deadline."""

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
        except httpx2.NetworkError as error:  # the library resumes after this other name of it only
            raise httpx2.RemoteProtocolError(str(error), request=self._request) from error

    def close(self) -> None:
        """Give the connection back."""
        self._inner.close()


def named(request: httpx2.Request) -> str:
    """A request in words, without its query: signed addresses let in everybody who knows them."""
    return f"{request.method} {request.url.path}"


def why(error: httpx2.HTTPError | httpx2.RequestError) -> str:
    """What went wrong, in words without an address."""
    match error:
        case httpx2.ConnectError() | httpx2.ConnectTimeout():
            return "the Hub cannot be reached"
        case httpx2.TimeoutException():
            return "the Hub gives no answer"
        case httpx2.TransportError():
            return "the connection was lost"
    return "the answer cannot be read"


def asked_wait(headers: httpx2.Headers) -> float | None:
    """Seconds that an answer asks to wait.

    `Retry-After` holds a number or a date (RFC 9110, section 10.2.3); `RateLimit` holds, after
    `t=`, when the Hub's own limit ends (draft-ietf-httpapi-ratelimit-headers).
    """
    if limit := re.search(r";\s*t\s*=\s*([0-9]{1,9})\b", headers.get("ratelimit", "")):
        return float(limit[1])
    value = headers.get("retry-after", "").strip()
    if re.fullmatch("[0-9]{1,9}", value):
        return float(value)
    try:
        moment = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, moment.timestamp() - time.time())
