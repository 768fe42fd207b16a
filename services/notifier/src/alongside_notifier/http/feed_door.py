"""GET /feeds/<token>.ics, all day, by every calendar of every person.

Nothing is rendered here: a feed is read ready from the database, by the hash of its token, in
one look-up. What was read is remembered for two seconds (a commit in this process forgets it at
once), and the finished bytes, gzip included, for as long as the ETag stays the same.
"""

import gzip
import time
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from alongside.clock import Clock
from alongside.db import Database
from alongside_notifier.domain.addresses import hash_of
from alongside_notifier.domain.vcalendar import with_source
from alongside_notifier.handlers.tell import OpenUow
from alongside_notifier.store.feeds import Feeds, ServedFeed

TRUST_SECONDS = 2.0
_PREFIX, _SUFFIX = "/feeds/", ".ics"
_LONGEST_TOKEN = 64
_MOST_BYTES = 48 * 1024 * 1024
_MOST_AGENTS = 5000
_FRESH = (
    (b"cache-control", b"private, max-age=300, must-revalidate"),
    (b"vary", b"Accept-Encoding"),
)
_COMMON = (
    *_FRESH,
    (b"x-robots-tag", b"noindex"),
    (b"referrer-policy", b"no-referrer"),
)
_OK = (
    *_COMMON,
    (b"content-type", b"text/calendar; charset=utf-8"),
    (b"content-disposition", b'inline; filename="alongside.ics"'),
)


Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class _Form:
    """A feed in one encoding, as it leaves."""

    body: bytes
    whole: Headers
    unchanged: Headers


@dataclass(slots=True)
class _Ready:
    """A feed, ready in both encodings."""

    etag: str
    last_modified: datetime
    revoked: bool
    expires_at: datetime | None
    checked_at: float
    plain: _Form
    packed: _Form

    @property
    def size(self) -> int:
        return len(self.plain.body) + len(self.packed.body)


class FeedDoor:
    """The ASGI application below /feeds/."""

    def __init__(self, database: Database, clock: Clock, origin: str) -> None:
        self._database = database
        self._clock = clock
        self._origin = origin
        self._ready: OrderedDict[str, _Ready] = OrderedDict()
        self._bytes = 0
        self._fetches: dict[tuple[str, str], tuple[datetime, int]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        method, path = scope["method"], scope["path"]
        if method not in {"GET", "HEAD"}:
            return await _say(405, "A feed is only read.", scope, receive, send, allow="GET, HEAD")
        token = path[len(_PREFIX) : -len(_SUFFIX)] if path.endswith(_SUFFIX) else ""
        key = hash_of(token)
        ready = await self._find(key, token) if 0 < len(token) <= _LONGEST_TOKEN else None
        if ready is None:
            return await _say(404, "There is no feed at this address.", scope, receive, send)
        if ready.revoked or self._is_over(ready):
            said = "This feed's address was taken back. Its owner has a new one, or none."
            return await _say(410, said, scope, receive, send)
        headers = _wanted(scope)
        self._note(key, headers.get(b"user-agent", b""))
        form = ready.packed if _takes_gzip(headers.get(b"accept-encoding", b"")) else ready.plain
        if _is_unchanged(headers, ready):
            return await _send(send, 304, form.unchanged, b"")
        return await _send(send, 200, form.whole, b"" if method == "HEAD" else form.body)

    def forget(self) -> None:
        """Look again before trusting anything: something was committed."""
        for ready in self._ready.values():
            ready.checked_at = 0.0

    async def keep_fetches(self, open_uow: OpenUow) -> int:
        """Write down who fetched what since the last time."""
        fetches, self._fetches = self._fetches, {}
        if fetches:
            async with open_uow() as uow:
                await uow.feeds.note_fetches(fetches)
                await uow.session.commit()
        return len(fetches)

    async def _find(self, key: str, token: str) -> _Ready | None:
        known = self._ready.get(key)
        now = time.monotonic()
        if known is not None and now - known.checked_at < TRUST_SECONDS:
            self._ready.move_to_end(key)
            return known
        async with self._database.read() as session:
            served = await Feeds(session).served(key)
        if served is None:
            return None
        if known is not None and _state_of(known) == _state_of(served):
            known.checked_at = now
            return known
        return self._remember(key, self._made(token, served, now))

    def _is_over(self, ready: _Ready) -> bool:
        """Tell whether it is an address that was replaced, and has gone on for long enough."""
        return ready.expires_at is not None and ready.expires_at <= self._clock.now()

    def _made(self, token: str, served: ServedFeed, now: float) -> _Ready:
        body = b""
        if not served.revoked:
            body = with_source(served.body, f"{self._origin}{_PREFIX}{token}{_SUFFIX}")
        return _Ready(
            served.etag,
            served.last_modified,
            served.revoked,
            served.expires_at,
            now,
            _form(served, body, f'"{served.etag}"'),
            _form(
                served,
                gzip.compress(body, compresslevel=6, mtime=0),
                f'"{served.etag}-gz"',
                (b"content-encoding", b"gzip"),
            ),
        )

    def _remember(self, key: str, ready: _Ready) -> _Ready:
        before = self._ready.pop(key, None)
        self._bytes += ready.size - (before.size if before else 0)
        self._ready[key] = ready
        while self._bytes > _MOST_BYTES and len(self._ready) > 1:
            _, dropped = self._ready.popitem(last=False)
            self._bytes -= dropped.size
        return ready

    def _note(self, token_key: str, agent: bytes) -> None:
        key = (token_key, _shown(agent))
        known = self._fetches.get(key)
        if known is not None or len(self._fetches) < _MOST_AGENTS:
            self._fetches[key] = (self._clock.now(), known[1] + 1 if known else 1)


@lru_cache(1000)
def _shown(agent: bytes) -> str:
    """Return the name of a program, as it can be shown."""
    name = agent.decode("latin-1")
    return "".join(letter for letter in name if letter.isprintable())[:120] or "unknown"


def _form(served: ServedFeed, body: bytes, etag: str, *encoding: tuple[bytes, bytes]) -> _Form:
    fixed = [
        (b"etag", etag.encode()),
        (b"last-modified", format_datetime(served.last_modified, usegmt=True).encode()),
    ]
    length = (b"content-length", str(len(body)).encode())
    return _Form(body, [*_OK, *fixed, length, *encoding], [*_FRESH, *fixed])


def _state_of(feed: _Ready | ServedFeed) -> tuple[str, datetime, bool, datetime | None]:
    return feed.etag, feed.last_modified, feed.revoked, feed.expires_at


def _is_unchanged(headers: dict[bytes, bytes], ready: _Ready) -> bool:
    """Judge the conditions: If-None-Match if there is one (weak comparison), else the date."""
    given = headers.get(b"if-none-match")
    if given is not None:
        return not _tags_in(given).isdisjoint(("*", ready.etag, f"{ready.etag}-gz"))
    since = headers.get(b"if-modified-since")
    if since is None:
        return False
    try:
        moment = parsedate_to_datetime(since.decode("latin-1"))
    except ValueError:
        return False
    return moment.tzinfo is not None and ready.last_modified <= moment


@lru_cache(10_000)
def _tags_in(given: bytes) -> frozenset[str]:
    tags = given.decode("latin-1").split(",")
    return frozenset(tag.strip().removeprefix("W/").strip('"') for tag in tags)


_INTERESTING = frozenset(
    {b"if-none-match", b"if-modified-since", b"accept-encoding", b"user-agent"}
)


def _wanted(scope: Scope) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        if name in _INTERESTING:
            found[name] = found[name] + b", " + value if name in found else value
    return found


@lru_cache(1000)
def _takes_gzip(accepted: bytes) -> bool:
    if b"gzip" not in accepted and b"*" not in accepted:
        return False
    wildcard = False
    for part in accepted.lower().split(b","):
        name, _, weight = part.partition(b";")
        refused = weight.strip().removeprefix(b"q=").strip() in {b"0", b"0.0", b"0.00", b"0.000"}
        match name.strip():
            case b"gzip" | b"x-gzip":
                return not refused
            case b"*":
                wildcard = not refused
            case _:
                pass
    return wildcard


async def _send(
    send: Send, status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes
) -> None:
    await send({"type": "http.response.start", "status": status, "headers": list(headers)})
    await send({"type": "http.response.body", "body": body})


async def _say(
    status: int, text: str, scope: Scope, receive: Receive, send: Send, *, allow: str | None = None
) -> None:
    headers = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
    if allow:
        headers["Allow"] = allow
    response = Response(text + "\n", status, headers, "text/plain")
    await response(scope, receive, send)
