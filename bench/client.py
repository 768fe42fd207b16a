"""A client that costs little: raw keep-alive connections, a fixed number of requests."""

import asyncio
import re
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from bench.installation import cpu_seconds

CONNECTIONS = 10
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class Load:
    """What a server did under load."""

    rate: float
    """Requests per second."""
    cpu: float
    """Processor time of the server per request, in microseconds."""


async def ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes
) -> tuple[int, bytes, bytes]:
    """Send one request; return status, head and body."""
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    found = _LENGTH.search(head)
    if status == 304 or found is None:
        return status, head, b""
    return status, head, await reader.readexactly(int(found[1]))


async def load(
    url: str, pid: int, *, status: int, count: int, headers: dict[str, str] | None = None
) -> Load:
    """Ask for one address so many times over ten connections; every answer must be this status."""
    address = urlsplit(url)
    lines = {"Host": address.netloc, "User-Agent": "Bench/1", **(headers or {})}
    written = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    request = f"GET {address.path} HTTP/1.1\r\n{written}\r\n".encode()
    left = iter(range(count))

    async def connection() -> None:
        reader, writer = await asyncio.open_connection(address.hostname, address.port, limit=2**20)
        for _ in left:
            got, head, _ = await ask(reader, writer, request)
            if got != status:
                raise RuntimeError(head.decode("latin-1"))
        writer.close()
        await writer.wait_closed()

    used, began = cpu_seconds(pid), time.perf_counter()
    await asyncio.gather(*(connection() for _ in range(CONNECTIONS)))
    took = time.perf_counter() - began
    return Load(count / took, (cpu_seconds(pid) - used) / count * 1e6)


async def fetch(url: str) -> tuple[bytes, bytes]:
    """Return head and body of one answer."""
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port, limit=2**20)
    request = f"GET {address.path} HTTP/1.1\r\nHost: {address.netloc}\r\n\r\n".encode()
    _, head, body = await ask(reader, writer, request)
    writer.close()
    await writer.wait_closed()
    return head, body
