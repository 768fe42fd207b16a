"""Asks a calendar elsewhere, within limits, and never a machine of a private network.

The name is resolved here, every number it has is judged, and the connection is made to exactly
the number that was judged: what a name server says a moment later changes nothing. Each redirect
is an address like any other. Nothing of the environment (proxies, netrc) is heeded.
"""

import asyncio
import socket
import ssl
import zlib
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urljoin

import httpcore2

from alongside.errors import AlongsideError
from alongside_scheduler.domain.addresses import (
    AllowedHosts,
    BadAddress,
    CalendarAddress,
    calendar_address,
    check_ip,
)

MOST_BYTES = 5 * 1024 * 1024
MOST_REDIRECTS = 3
DEADLINE = timedelta(seconds=20)

_CONNECT_SECONDS = 8.0
_READ_SECONDS = 10.0
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NOT_MODIFIED = 304
_OK = 200
_LONGEST_VALIDATOR = 500
_LONGEST_DATE = 100
_MOST_RETRY_AFTER = 24 * 3600

Resolver = Callable[[str, int], Awaitable[list[str]]]
"""Host and port to every number the host has, in the order in which to try them."""


class FetchFailed(AlongsideError):
    """The calendar could not be read."""

    code = "fetch_failed"

    def __init__(self, detail: str, *, retry_after: int | None = None) -> None:
        super().__init__(detail)
        self.retry_after = retry_after
        """Seconds for which the server asked to be left alone."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a calendar answered. `content` is None where nothing has changed."""

    content: bytes | None
    etag: str | None
    last_modified: str | None


async def resolve(host: str, port: int) -> list[str]:
    """Ask the system which numbers a host has."""
    found = await asyncio.get_running_loop().getaddrinfo(
        host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP
    )
    return list(dict.fromkeys(str(each[4][0]) for each in found))


class PinnedNetwork(httpcore2.AsyncNetworkBackend):
    """Connects to the public numbers of a host, and to nothing else."""

    def __init__(
        self,
        allowed: AllowedHosts,
        resolver: Resolver = resolve,
        inner: httpcore2.AsyncNetworkBackend | None = None,
    ) -> None:
        self._allowed = allowed
        self._resolve = resolver
        self._inner = inner or httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  # the library's own signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Connect to the first judged number that answers; raise `PrivateAddress` before any other."""
        host = host.strip("[]")
        numbers = await self._numbers(host, port)
        failure: httpcore2.ConnectError | httpcore2.ConnectTimeout | None = None
        for number in numbers:
            try:
                return await self._inner.connect_tcp(
                    number, port, timeout, local_address, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore2.ConnectError("the name has no number")

    async def _numbers(self, host: str, port: int) -> list[str]:
        try:
            found = await self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise FetchFailed(f"There is no server named {host}.") from error
        if self._allowed.hold(host, port):
            return found
        # All of them: a name with a private number among its numbers is not to be trusted.
        return [check_ip(number) for number in found]

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109  # the library's own signature
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Refuse: a socket of this machine is as private as can be."""
        del path, timeout, socket_options
        raise BadAddress

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class Fetcher:
    """Fetches calendars. The limits are arguments so that they can be tried out."""

    def __init__(
        self,
        allowed: AllowedHosts,
        *,
        resolver: Resolver = resolve,
        most_bytes: int = MOST_BYTES,
        deadline: timedelta = DEADLINE,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._allowed = allowed
        self._network = PinnedNetwork(allowed, resolver)
        self._most_bytes = most_bytes
        self._deadline = deadline
        self._tls = tls

    async def fetch(
        self, address: CalendarAddress, *, etag: str | None = None, last_modified: str | None = None
    ) -> Fetched:
        """Ask for a calendar, and whether it changed since; raise `FetchFailed` or `BadAddress`."""
        asked = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        conditions = {name: value for name, value in asked.items() if value}
        try:
            async with asyncio.timeout(self._deadline.total_seconds()):
                return await self._follow(address, conditions)
        except TimeoutError as error:
            seconds = int(self._deadline.total_seconds())
            raise FetchFailed(f"The server did not finish within {seconds} seconds.") from error
        except httpcore2.TimeoutException as error:
            raise FetchFailed("The server did not answer in time.") from error
        except httpcore2.ConnectError as error:
            raise FetchFailed(_why_no_connection(error)) from error
        except (httpcore2.NetworkError, httpcore2.ProtocolError, OSError, zlib.error) as error:
            raise FetchFailed("The server's answer broke off or made no sense.") from error

    async def _follow(self, address: CalendarAddress, conditions: dict[str, str]) -> Fetched:
        async with httpcore2.AsyncConnectionPool(
            ssl_context=self._tls, network_backend=self._network, max_connections=1, retries=0
        ) as pool:
            for _ in range(MOST_REDIRECTS + 1):
                answer = await self._ask(pool, address, conditions)
                if isinstance(answer, Fetched):
                    return answer
                address = self._next(address, answer)
        raise FetchFailed(f"It leads on more than {MOST_REDIRECTS} times.")

    def _next(self, address: CalendarAddress, location: str) -> CalendarAddress:
        try:
            following = calendar_address(urljoin(str(address), location), self._allowed, field=None)
        except ValueError:
            raise FetchFailed("It leads on to something that is no address.") from None
        if address.is_secure and not following.is_secure:
            raise FetchFailed("It leads from an encrypted address to one that is not.")
        return following

    async def _ask(
        self,
        pool: httpcore2.AsyncConnectionPool,
        address: CalendarAddress,
        conditions: Mapping[str, str],
    ) -> Fetched | str:
        headers = {
            "Host": address.authority,
            "User-Agent": "Alongside",
            "Accept": "text/calendar, text/plain;q=0.8, */*;q=0.5",
            "Accept-Encoding": "gzip",
            **conditions,
        }
        timeout = {"connect": _CONNECT_SECONDS, "read": _READ_SECONDS, "write": _READ_SECONDS}
        url = httpcore2.URL(
            scheme=address.scheme.encode(),
            host=address.host.encode(),
            port=address.port,
            target=address.target.encode(),
        )
        async with pool.stream(
            "GET", url, headers=list(headers.items()), extensions={"timeout": timeout}
        ) as response:
            told = {
                name.decode("latin-1").lower(): value.decode("latin-1")
                for name, value in response.headers
            }
            if response.status in _REDIRECTS and told.get("location"):
                return told["location"]
            if response.status == _NOT_MODIFIED and conditions:
                return Fetched(None, None, None)
            if response.status != _OK:
                raise FetchFailed(
                    _why_status(response.status), retry_after=_seconds(told.get("retry-after"))
                )
            content = await self._body(response, told)
        return Fetched(
            content,
            _short(told.get("etag"), _LONGEST_VALIDATOR),
            _short(told.get("last-modified"), _LONGEST_DATE),
        )

    async def _body(self, response: httpcore2.Response, told: Mapping[str, str]) -> bytes:
        encoding = told.get("content-encoding", "identity").strip().lower()
        if encoding not in {"identity", "gzip", "x-gzip", ""}:
            raise FetchFailed("The server packs its answer in a way that is not known here.")
        too_large = FetchFailed(
            f"The calendar is larger than {self._most_bytes / 1024 / 1024:g} MiB. "
            "Publish a shorter stretch of it, or only whether you are free or busy."
        )
        announced = told.get("content-length", "")
        if announced.isdecimal() and int(announced) > self._most_bytes:
            raise too_large
        unpack = zlib.decompressobj(wbits=31) if "gzip" in encoding else None
        content = bytearray()
        async for chunk in response.aiter_stream():
            room = self._most_bytes + 1 - len(content)
            # Never unpacks more than there is room for: a small file may hold a very large one.
            content += unpack.decompress(chunk, room) if unpack else chunk
            if len(content) > self._most_bytes:
                raise too_large
        if unpack and not unpack.eof:
            raise FetchFailed("The server's answer broke off.")
        return bytes(content)


def _short(value: str | None, longest: int) -> str | None:
    """Return a validator to send back as it came, or None for one that is not worth keeping."""
    return value if value and len(value) <= longest and value.isprintable() else None


def _seconds(retry_after: str | None) -> int | None:
    if retry_after and retry_after.isascii() and retry_after.isdigit():
        return min(int(retry_after[:6]), _MOST_RETRY_AFTER)
    return None


_GONE = frozenset({401, 403, 404, 410})
_TOO_MANY = 429
_SERVER_ERROR = 500


def _why_status(status: int) -> str:
    if status in _GONE:
        return (
            f"The server does not give it out ({status}). Was the secret address renewed, or the "
            "calendar unpublished? Then add its new address."
        )
    if status == _TOO_MANY:
        return "The server was asked too often and wants a pause."
    if status >= _SERVER_ERROR:
        return f"The server has trouble of its own ({status})."
    return f"The server answered with {status} and not with a calendar."


def _why_no_connection(error: BaseException) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return "The server cannot prove that it is who it says (its certificate is not good)."
        cause = cause.__cause__ or cause.__context__
    return "The server could not be reached."
