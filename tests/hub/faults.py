"""What can go wrong on the way to the Hub and back, on request.

A rule names the requests that it spoils; each rule counts for itself. The first rule that fits and
is not used up decides.
"""

import re
import threading
from dataclasses import dataclass, field
from enum import Enum

from tests.hub.messages import HubError, Request, Response, expired_token


class Fault(Enum):
    """A kind of trouble. Unless it says otherwise, the request has had no effect."""

    UNAUTHORIZED = "401"
    EXPIRED_TOKEN = "401 for a token that has expired"  # noqa: S105 (says what happens)
    FORBIDDEN = "403"
    NOT_FOUND = "404"
    CONFLICT = "409"
    PRECONDITION_FAILED = "412"
    RANGE_NOT_SATISFIABLE = "416"
    RATE_LIMITED = "429, nothing said about when to come back"
    RATE_LIMITED_RETRY_AFTER = "429 with Retry-After"
    RATE_LIMITED_HEADER = "429 with the RateLimit headers that the Hub sends"
    SERVER_ERROR = "500"
    BAD_GATEWAY = "502"
    UNAVAILABLE = "503"
    HANG = "no answer for `seconds`, then the connection is closed"
    DROPPED = "the connection is closed before the request has any effect"
    LOST_ANSWER = "the request has its effect, the connection is closed before the answer"
    TRUNCATED = "the request has its effect, the body of the answer ends half-way"
    WRONG_ETAG = "the request has its effect, the answer names the hash of other bytes"
    SLOW_BODY = "the request has its effect, the body of the answer takes `seconds`"
    TAG_ELSEWHERE = "before a tag is made, somebody puts it on the parent of the head of main"

    @property
    def status(self) -> int | None:
        """The status of the answer, None for faults of another kind."""
        return int(self.value[:3]) if self.value[:3].isdigit() else None

    @property
    def takes_effect(self) -> bool:
        """Whether the server does what it was asked for."""
        return "has its effect" in self.value or self is Fault.TAG_ELSEWHERE


@dataclass
class Rule:
    """Spoil the requests that fit: the first `skip` of them pass, the next `times` do not."""

    kind: Fault
    method: str
    path: re.Pattern[str]
    times: float
    skip: int
    seconds: float
    hits: int = 0

    def fits(self, request: Request) -> bool:
        return bool(re.fullmatch(self.method, request.method) and self.path.search(request.path))


@dataclass
class Faults:
    """The rules of one server."""

    rules: list[Rule] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(
        self,
        kind: Fault,
        *,
        method: str = ".*",
        path: str = "",
        times: float = 1,
        skip: int = 0,
        seconds: float = 1,
    ) -> Rule:
        """Spoil requests whose method matches wholly and whose path matches somewhere.

        `seconds` is what Retry-After says, rounded, and how long HANG and SLOW_BODY last. Pass
        `times=math.inf` for a fault that stays. The rule's `hits` tells how often it was used.
        """
        rule = Rule(kind, method, re.compile(path), times, skip, seconds)
        with self.lock:
            self.rules.append(rule)
        return rule

    def clear(self) -> None:
        """Spoil nothing any more."""
        with self.lock:
            self.rules.clear()

    def match(self, request: Request) -> Rule | None:
        """The rule that spoils this request, counted."""
        with self.lock:
            for rule in self.rules:
                if not rule.fits(request) or rule.times <= 0:
                    continue
                if rule.skip:
                    rule.skip -= 1
                    continue
                rule.times -= 1
                rule.hits += 1
                return rule
        return None


MESSAGES = {
    401: "Invalid username or password.",
    403: "Forbidden",
    404: "Not found",
    409: "Another operation is in progress, try again",
    412: "A commit has happened since. Please refresh and try again.",
    416: "Range Not Satisfiable",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
}


def refusal(rule: Rule) -> Response:
    """The answer of a fault that is a status."""
    status = rule.kind.status
    assert status is not None
    if rule.kind is Fault.EXPIRED_TOKEN:
        return expired_token().response
    headers = {}
    if rule.kind is Fault.RATE_LIMITED_RETRY_AFTER:
        headers["Retry-After"] = str(round(rule.seconds))
    if rule.kind is Fault.RATE_LIMITED_HEADER:
        headers["RateLimit"] = f'"api";r=0;t={round(rule.seconds)}'
        headers["RateLimit-Policy"] = '"fixed window";"api";q=500;w=300'
    return HubError(status, MESSAGES[status], headers=headers).response


def wrong_etag(response: Response) -> Response:
    """The same answer with hashes of other bytes."""
    for name in set(response.headers) & {"ETag", "X-Linked-ETag"}:
        digits = response.headers[name].strip('"')
        response.headers[name] = (
            f'"{digits.translate(str.maketrans("0123456789abcdef", "fedcba9876543210"))}"'
        )
    return response


def tag_elsewhere(request: Request) -> None:
    """Put the tag that is asked for on another commit first."""
    match = re.fullmatch(r"/api/datasets/([^/]+/[^/]+)/tag/[^/]+", request.path)
    if match and request.method == "POST":
        repo = request.hub.store.repository(match[1])
        head = repo.commit_at("main")
        request.hub.store.new_ref(
            repo.id, f"refs/tags/{request.json['tag']}", head.parent or head.oid
        )
