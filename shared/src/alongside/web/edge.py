"""What every request passes first and last: identity, trace, guards, headers, log, figures.

One pure ASGI layer, because it also stands before the calendar feeds, which are asked for all
day by every calendar of every person. What answers a feed, a static file or a health check is
found here by the first folder of the path and pays for nothing else: no trace, no guard, and no log line unless it failed.
"""

import random
import re
import time
from typing import Any

import structlog
from fastapi import Request
from prometheus_client import Histogram
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from alongside.observability import metrics
from alongside.observability.tracing import current_trace_id, span_from
from alongside.web.paths import redacted
from alongside.web.problems import answer, on_unexpected
from alongside.web.state import Web

log = structlog.get_logger(__name__)

Headers = list[tuple[bytes, bytes]]

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_IDENTIFYING = frozenset({b"traceparent", b"x-request-id"})
_REQUEST_ID = re.compile(rb"[A-Za-z0-9_.-]{8,64}")

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)

_FOR_ALL = frozenset(
    {b"x-content-type-options", b"cross-origin-resource-policy", b"strict-transport-security"}
)
"""What protects also an answer that no browser shows as a page."""

_NOT_MODIFIED = 304
_YEARS = 2 * 365 * 24 * 3600


def security_headers(*, is_secure: bool) -> Headers:
    """Return the headers of every response, unless the response has its own.

    `Referrer-Policy: same-origin` and not `no-referrer`: the latter makes browsers send
    `Origin: null` with our own forms, and the origin is what tells ours from others'.
    """
    headers = {
        "content-security-policy": CONTENT_SECURITY_POLICY,
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
    }
    if is_secure:
        headers["strict-transport-security"] = f"max-age={_YEARS}; includeSubDomains"
    return [(name.encode(), value.encode()) for name, value in headers.items()]


class Edge:
    """The outermost layer around one service's pages."""

    def __init__(self, inner: ASGIApp, app: Any, web: Web) -> None:
        self._inner = inner
        self._app = app
        self._web = web
        self._headers = security_headers(is_secure=web.is_secure)
        self._no_page = [each for each in self._headers if each[0] in _FOR_ALL]
        self._figures: dict[tuple[str, str, int], Histogram] = {}
        self._logs_routine = web.settings.log_level == "debug"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        begun = time.perf_counter()
        scope["app"] = self._app
        given = {name: value for name, value in scope["headers"] if name in _IDENTIFYING}
        fast = self._web.fast.get(scope["path"].split("/", 2)[1])
        if fast is not None:
            scope["alongside.route"] = fast.route
            headers = self._headers if fast.is_page else self._no_page
            sender = self._sender(scope, send, given, f"{random.getrandbits(128):032x}", headers)
            await self._guarded(fast.application, scope, receive, sender)
            self._note(scope, sender.status, time.perf_counter() - begun)
            return
        parent = given.get(b"traceparent")
        carrier = {"traceparent": parent.decode("latin-1")} if parent else {}
        with span_from(carrier, scope["method"]) as span:
            sender = self._sender(scope, send, given, current_trace_id() or "-", self._headers)
            with structlog.contextvars.bound_contextvars(
                service=self._web.service, request_id=scope["alongside.request_id"]
            ):
                await self._guarded(self._beyond_guards, scope, receive, sender)
                route = self._note(scope, sender.status, time.perf_counter() - begun)
            if span.is_recording():
                span.update_name(f"{scope['method']} {route}")
                span.set_attribute("http.route", route)
                span.set_attribute("http.response.status_code", sender.status)

    def _sender(
        self, scope: Scope, send: Send, given: dict[bytes, bytes], made: str, headers: Headers
    ) -> "_Sender":
        said = given.get(b"x-request-id")
        request_id = said.decode() if said and _REQUEST_ID.fullmatch(said) else made
        scope["alongside.request_id"] = request_id
        return _Sender(send, [*headers, (b"x-request-id", request_id.encode())])

    async def _beyond_guards(self, scope: Scope, receive: Receive, send: Send) -> None:
        for guard in self._web.guards:
            refusal = guard(scope)
            if refusal is not None:
                response = await answer(Request(scope, receive), refusal)
                await response(scope, receive, send)
                return
        await self._inner(scope, self._web.body_limit.within(scope, receive), send)

    async def _guarded(
        self, application: ASGIApp, scope: Scope, receive: Receive, send: "_Sender"
    ) -> None:
        try:
            await application(scope, receive, send)
        except ClientDisconnect:
            log.info("client_went_away", path=redacted(scope["path"]))
        except Exception as error:
            log.exception("request_failed", request_id=scope["alongside.request_id"])
            if not send.status:
                response = await on_unexpected(Request(scope, receive), error)
                await response(scope, receive, send)

    def _note(self, scope: Scope, status: int, seconds: float) -> str:
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        route = _route_of(scope)
        figure = self._figures.get((method, route, status))
        if figure is None:
            figure = metrics.HTTP_SECONDS.labels(self._web.service, method, route, str(status))
            self._figures[method, route, status] = figure
        figure.observe(seconds)
        is_routine = "alongside.route" in scope and status < 400  # noqa: PLR2004
        if self._logs_routine or not is_routine:
            log.info(
                "request",
                method=method,
                path=redacted(scope["path"]),
                status=status,
                ms=round(seconds * 1000, 1),
                request_id=scope["alongside.request_id"],
            )
        return route


class _Sender:
    """Passes messages on, adds the headers, and remembers the status."""

    __slots__ = ("_headers", "_send", "status")

    def __init__(self, send: Send, headers: Headers) -> None:
        self._send = send
        self._headers = headers
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = int(message["status"])
            # What is unchanged keeps the headers that it came with.
            if self.status != _NOT_MODIFIED:
                present = list(message.get("headers", ()))
                names = {name for name, _ in present}
                own = [each for each in self._headers if each[0] not in names]
                message["headers"] = present + own
        await self._send(message)


def _route_of(scope: Scope) -> str:
    known = scope.get("alongside.route")
    if known is not None:
        return str(known)
    return str(getattr(scope.get("route"), "path_format", "none"))
