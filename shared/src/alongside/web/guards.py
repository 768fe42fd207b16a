"""What a request must pass before anything is done for it: whence, how often, how much."""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass

import structlog
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import (
    MovingWindowRateLimiter,
    RateLimiter,
    SlidingWindowCounterRateLimiter,
)
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope

from alongside.errors import AlongsideError, BadRequest, Forbidden, RateLimited, TooLarge
from alongside.observability import metrics

log = structlog.get_logger(__name__)

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class ForeignOrigin(Forbidden):
    """This was sent from another site's page. Open the page here and send it again."""

    code = "foreign_origin"


class SameOrigin:
    """Refuses what another site makes a browser send with our cookie (cross-site request forgery).

    Only unsafe methods are judged, and every browser of today says where they come from:

    1. A bearer token was put there on purpose, by code that knows it: pass. (No cookie is looked
       at beside a bearer token.)
    2. `Sec-Fetch-Site` is set by the browser and by no page: only `same-origin` and `none` pass.
       Browsers send it over https and to localhost.
    3. Else `Origin` must be our own, as configured; a Host header proves nothing.
    4. Neither: not a browser of today, most likely a script. It passes, unless it carries a cookie
       of ours and calls itself a browser: an old one, which might be acting for another site.
    """

    def __init__(self, origin: str, cookie: str) -> None:
        self._origin = origin
        self._cookie = f"{cookie}="
        self._here = (
            f"This was sent from a page of another origin than {origin}, where Alongside is. "
            "Open it there and send it again."
        )

    def __call__(self, scope: Scope) -> AlongsideError | None:
        """Return why this request must not pass, or None."""
        if scope["method"] in SAFE_METHODS:
            return None
        headers = Headers(scope=scope)
        if headers.get("authorization", "").lower().startswith("bearer "):
            return None
        site = headers.get("sec-fetch-site")
        if site is not None:
            return None if site in ("same-origin", "none") else ForeignOrigin()
        origin = headers.get("origin")
        if origin is not None:
            return None if origin == self._origin else ForeignOrigin(self._here)
        signed_in = self._cookie in headers.get("cookie", "")
        calls_itself_a_browser = headers.get("user-agent", "").startswith("Mozilla/")
        return ForeignOrigin() if signed_in and calls_itself_a_browser else None


class RateLimit:
    """Counts by client address, in this process: with several replicas each counts for itself.

    Feeds, static files and health are not counted here: they cost next to nothing, and a feed's
    address cannot be guessed. When counting itself fails, the request passes and is counted as
    such: a broken counter must not close the doors.
    """

    def __init__(
        self,
        *,
        anything: str = "6000/minute",
        writes: str = "1200/minute",
        doors: str = "30/minute",
        checks: str = "60/minute",
    ) -> None:
        # Two counters an address are enough where thousands pass; whoever knocks at a door is
        # counted exactly, knock by knock: the estimate lets one too many in as a minute begins.
        counter = SlidingWindowCounterRateLimiter(MemoryStorage())
        exact = MovingWindowRateLimiter(MemoryStorage())
        self._anything = _Rule("anything", parse(anything), counter)
        self._writes = _Rule("writes", parse(writes), counter)
        self._doors = _Rule("doors", parse(doors), exact)
        self._checks = _Rule("checks", parse(checks), exact)

    def __call__(self, scope: Scope) -> AlongsideError | None:
        """Return why this request must wait, or None."""
        client = scope.get("client")
        address = client[0] if client else "unknown"
        for rule in self._rules(scope):
            try:
                wait = rule.wait(address)
            except Exception as error:  # noqa: BLE001  # whatever it is, people come first
                metrics.RATE_LIMIT_FAILURES.inc()
                log.warning("rate_limit_failed", error=repr(error))
                return None
            if wait:
                metrics.RATE_LIMITED.labels(rule.name).inc()
                return RateLimited(retry_after=wait)
        return None

    def _rules(self, scope: Scope) -> list["_Rule"]:
        if scope["path"].startswith("/check"):
            # Anybody may ask whether a document is genuine, and each answer is worked out anew.
            return [self._anything, self._checks]
        if scope["method"] in SAFE_METHODS:
            return [self._anything]
        at_a_door = scope["path"].startswith(("/sign-in", "/set-up", "/answer", "/vouch"))
        return [self._anything, self._doors if at_a_door else self._writes]


@dataclass(frozen=True)
class _Rule:
    name: str
    item: RateLimitItem
    limiter: RateLimiter

    def wait(self, address: str) -> int:
        """Count one request; return the seconds it must wait, 0 to let it pass."""
        if self.limiter.hit(self.item, self.name, address):
            return 0
        reset_at = self.limiter.get_window_stats(self.item, self.name, address).reset_time
        return min(max(1, math.ceil(reset_at - time.time())), self.item.get_expiry())


MAX_BODY = 1024 * 1024
"""Bytes of a request body, where nothing else is said."""


class BodyLimit:
    """Refuses bodies that are too large: by their announced length, and by what then comes."""

    def __init__(self, by_path: Mapping[str, int], default: int = MAX_BODY) -> None:
        self._by_path = sorted(by_path.items(), key=lambda each: len(each[0]), reverse=True)
        self._default = default

    def __call__(self, scope: Scope) -> AlongsideError | None:
        """Return why this request must not pass, or None."""
        announced = Headers(scope=scope).get("content-length")
        if announced is None:
            return None
        if not (announced.isascii() and announced.isdigit()):
            return BadRequest("Content-Length is not a number.")
        limit = self._limit(scope["path"])
        return too_large(limit) if int(announced) > limit else None

    def within(self, scope: Scope, receive: Receive) -> Receive:
        """Return a `receive` that stops a body which grows beyond the limit."""
        limit = self._limit(scope["path"])
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            if message["type"] == "http.request":
                taken += len(message.get("body", b""))
                if taken > limit:
                    # The framework lets only its own kind of error pass where it reads a body.
                    raise HTTPException(413)
            return message

        return counted

    def _limit(self, path: str) -> int:
        return next(
            (size for start, size in self._by_path if path.startswith(start)), self._default
        )


def too_large(limit: int) -> TooLarge:
    """Return the refusal that names a limit."""
    return TooLarge(f"At most {limit // 1024} KiB are taken here.")
