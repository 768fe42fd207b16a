"""A calendar server on this machine that answers as it is told."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from alongside_scheduler.calendars.fetching import Fetcher
from alongside_scheduler.domain.addresses import AllowedHosts, calendar_address


class Server:
    """Answers each path as it is told, and remembers what it was asked."""

    limit = 64 * 1024

    def __init__(self) -> None:
        self.port = 0
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.answers: dict[
            str, Callable[[asyncio.StreamWriter, dict[str, str]], Awaitable[None]]
        ] = {}

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def allowed(self) -> AllowedHosts:
        return AllowedHosts([f"127.0.0.1:{self.port}"])

    async def fetch(self, path: str, **facts):
        limits = {key: facts.pop(key) for key in ("deadline", "most_bytes") if key in facts}
        fetcher = Fetcher(self.allowed(), **{"most_bytes": self.limit, **limits})
        return await fetcher.fetch(calendar_address(self.url(path), self.allowed()), **facts)

    def says(self, path: str, status: str, body: bytes = b"", **headers: str) -> None:
        async def answer(writer: asyncio.StreamWriter, _asked: dict[str, str]) -> None:
            lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
            head = "\r\n".join([f"HTTP/1.1 {status}", *lines, f"Content-Length: {len(body)}"])
            writer.write(f"{head}\r\n\r\n".encode() + body)
            await writer.drain()

        self.answers[path] = answer

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                path = line.split()[1].decode()
                headers = {}
                while (line := await reader.readline()).strip():
                    name, _, value = line.decode().partition(":")
                    headers[name.lower()] = value.strip()
                self.asked.append((path, headers))
                await self.answers[path](writer, headers)
        except ConnectionError:
            pass
        finally:
            writer.close()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    made = Server()
    listening = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = listening.sockets[0].getsockname()[1]
    yield made
    listening.close()
