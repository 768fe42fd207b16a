"""The front door of the stack: one port, and behind it one process or several per service.

It passes bytes on as they come, both ways. What belongs to one connection stays on it (RFC 9110,
7.6.1), who asked is told in X-Forwarded-*, and a service that is away is an answer, not a hang.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress

import httpx2
import structlog
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.core import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from alongside.front import owner_of
from alongside.settings import ServiceName
from alongside.stack.refusals import BadGateway, GatewayTimeout, ServiceAway, refusal
from alongside.stack.replicas import Replicas
from alongside.stack.routes import SERVICE_OF
from alongside.web.paths import redacted
from alongside.web.statics import Statics

log = structlog.get_logger(__name__)

_ONE_CONNECTION_ONLY = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
_SAID_BY_THE_DOOR = frozenset(
    {b"forwarded", b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host"}
)
_ONCE_MORE = frozenset({"GET", "HEAD", "OPTIONS"})

_TIMEOUT = httpx2.Timeout(connect=2, read=60, write=60, pool=10)
# Shorter than the five seconds for which the services keep an idle connection.
_LIMITS = httpx2.Limits(max_connections=200, max_keepalive_connections=50, keepalive_expiry=3)

Headers = list[tuple[bytes, bytes]]


class Door:
    """The ASGI application. The shared static files it serves itself, whoever is away."""

    def __init__(
        self,
        origins: Mapping[ServiceName, Sequence[str]],
        statics: Statics,
        *,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self._services = {name: Replicas(each) for name, each in origins.items()}
        self._statics = statics
        # Neither the environment's proxies nor cookies of one person for the next.
        self._transport = transport or httpx2.AsyncHTTPTransport(limits=_LIMITS, trust_env=False)

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Door"]:
        """Keep connections to the services until the block ends."""
        async with self._transport:
            yield self

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or hand on."""
        if scope["type"] != "http":
            # No service speaks anything else.
            await send({"type": "websocket.close", "code": 1000})
            return
        path: str = scope["path"]
        match path:
            case "/healthz":
                await JSONResponse({"status": "ok"}, headers=_FRESH)(scope, receive, send)
            case "/readyz":
                await (await self._readiness())(scope, receive, send)
            case "/metrics":
                await (await self._metrics())(scope, receive, send)
            case _ if self._statics.has(path):
                await self._statics(scope, receive, send)
            case _:
                await self._hand_on(scope, receive, send)

    async def _hand_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        service = SERVICE_OF[owner_of(scope["path"], SERVICE_OF) or "/"]
        if scope["path"].startswith("/static/"):
            service = await self._owner_of_static(scope) or service
        try:
            answer = await self._ask(service, scope, receive)
        except ClientDisconnect:
            return
        except httpx2.TransportError as error:
            path = redacted(scope["path"])
            log.warning("service_away", service=service, path=path, error=repr(error))
            await refusal(scope, _why(service, error))(scope, receive, send)
            return
        try:
            await send(
                {
                    "type": "http.response.start",
                    "status": answer.status_code,
                    "headers": _passed_on(answer.headers.raw, but={b"date", b"server"}),
                }
            )
            async for chunk in answer.aiter_raw():
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            await answer.aclose()

    async def _owner_of_static(self, scope: Scope) -> ServiceName | None:
        """Ask around whose file this is: below /static, the path does not tell."""
        for service, replicas in self._services.items():
            with suppress(httpx2.TransportError):
                if (await self._get(replicas.in_turn()[0], scope["path"])).is_success:
                    return service
        return None

    async def _ask(self, service: ServiceName, scope: Scope, receive: Receive) -> httpx2.Response:
        """Ask one process of a service, and the next one where that can do nothing twice.

        What could not even be connected to has heard nothing. A connection that breaks is most
        likely one that was kept, and closed just now: a request that only looks is sent again.
        """
        replicas = self._services[service]
        again: tuple[type[httpx2.TransportError], ...] = (
            httpx2.ConnectError,
            httpx2.ConnectTimeout,
        )
        origins = replicas.in_turn()
        if scope["method"] in _ONCE_MORE and not _has_body(scope):
            again += (httpx2.RemoteProtocolError, httpx2.ReadError)
            origins.append(origins[0])
        *others, last = origins
        for origin in others:
            try:
                return await self._ask_one(origin, replicas, scope, receive)
            except again:
                continue
        return await self._ask_one(last, replicas, scope, receive)

    async def _ask_one(
        self, origin: httpx2.URL, replicas: Replicas, scope: Scope, receive: Receive
    ) -> httpx2.Response:
        request = self._request(origin, scope, receive)
        try:
            answer = await self._transport.handle_async_request(request)
        except (httpx2.ConnectError, httpx2.ConnectTimeout):
            replicas.could_not_be_reached(origin)
            raise
        replicas.answered(origin)
        return answer

    def _request(self, origin: httpx2.URL, scope: Scope, receive: Receive) -> httpx2.Request:
        raw_path: bytes = scope.get("raw_path") or scope["path"].encode()
        if scope["query_string"]:
            raw_path += b"?" + scope["query_string"]
        headers = _passed_on(scope["headers"], but=_SAID_BY_THE_DOOR)
        host = next((value for name, value in headers if name == b"host"), b"")
        client = scope.get("client")
        headers += [
            (b"x-forwarded-for", (client[0] if client else "unknown").encode()),
            (b"x-forwarded-proto", scope["scheme"].encode()),
            (b"x-forwarded-host", host),
        ]
        return httpx2.Request(
            scope["method"],
            origin.copy_with(raw_path=raw_path),
            headers=headers,
            content=_body(receive) if _has_body(scope) else None,
            extensions={"timeout": _TIMEOUT.as_dict()},
        )

    async def _get(self, origin: httpx2.URL, path: str) -> httpx2.Response:
        request = httpx2.Request(
            "GET",
            origin.copy_with(raw_path=path.encode()),
            extensions={"timeout": httpx2.Timeout(5).as_dict()},
        )
        answer = await self._transport.handle_async_request(request)
        await answer.aread()
        await answer.aclose()
        return answer

    async def _readiness(self) -> Response:
        async def of(origin: httpx2.URL) -> str:
            try:
                answer = await self._get(origin, "/readyz")
            except httpx2.TransportError:
                return "away"
            return str(answer.json().get("status", "unready"))

        said = await asyncio.gather(
            *(asyncio.gather(*map(of, each.origins)) for each in self._services.values())
        )
        services = {
            name: _of_all(states) for name, states in zip(self._services, said, strict=True)
        }
        if any(state in {"away", "unready"} for state in services.values()):
            status = "unready"
        else:
            status = "ready" if set(services.values()) == {"ready"} else "degraded"
        return JSONResponse(
            {"status": status, "services": services},
            status_code=503 if status == "unready" else 200,
            headers=_FRESH,
        )

    async def _metrics(self) -> Response:
        async def of(service: ServiceName, number: int, origin: httpx2.URL) -> _Said:
            labels = {"service": service, "replica": str(number)}
            try:
                return labels, (await self._get(origin, "/metrics")).text
            except httpx2.TransportError:
                return labels, ""

        texts = await asyncio.gather(
            *(
                of(service, number, origin)
                for service, replicas in self._services.items()
                for number, origin in enumerate(replicas.origins, 1)
            )
        )
        return Response(
            generate_latest(_Merged(texts)), media_type=CONTENT_TYPE_LATEST, headers=_FRESH
        )


_Said = tuple[dict[str, str], str]
"""The labels of a process, and its metrics as text."""


def _of_all(states: Sequence[str]) -> str:
    """Return the state of a service by those of its processes: one that is ready is enough to serve."""
    if set(states) == {"ready"}:
        return "ready"
    if {"ready", "degraded"} & set(states):
        return "degraded"
    return "unready" if "unready" in states else "away"


class _Merged(Collector):
    """The metrics of all processes, each sample with the names of its service and replica."""

    def __init__(self, texts: Iterable[_Said]) -> None:
        self._texts = texts

    def collect(self) -> Iterable[Metric]:
        """Return the families, merged by name."""
        families: dict[str, Metric] = {}
        for process, text in self._texts:
            for family in text_string_to_metric_families(text):
                merged = families.setdefault(
                    family.name, Metric(family.name, family.documentation, family.type)
                )
                for sample in family.samples:
                    labels = {**sample.labels, **process}
                    merged.samples.append(sample._replace(labels=labels))
        return families.values()


_FRESH = {"cache-control": "no-store"}


def _why(service: ServiceName, error: httpx2.TransportError) -> ServiceAway:
    if isinstance(error, (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)):
        return ServiceAway(service=service)
    if isinstance(error, httpx2.TimeoutException):
        return GatewayTimeout(service=service)
    return BadGateway(service=service)


def _passed_on(headers: Iterable[tuple[bytes, bytes]], *, but: Iterable[bytes]) -> Headers:
    given = [(name.lower(), value) for name, value in headers]
    named = {
        token.strip().lower()
        for name, value in given
        if name == b"connection"
        for token in value.split(b",")
    }
    kept_back = _ONE_CONNECTION_ONLY | named | frozenset(but)
    return [(name, value) for name, value in given if name not in kept_back]


def _has_body(scope: Scope) -> bool:
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value != b"0")
        for name, value in scope["headers"]
    )


async def _body(receive: Receive) -> AsyncIterator[bytes]:
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        more = message.get("more_body", False)
        if chunk := message.get("body", b""):
            yield chunk
