"""Whether anybody listens where Kafka should be. It needs none of its clients."""

import asyncio
import contextlib
from collections.abc import Sequence


async def knock(servers: Sequence[str]) -> None:
    """Return when one of the servers takes a connection; raise OSError when none does."""
    for server in servers:
        host, _, port = server.rpartition(":")
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection(host.strip("[]"), int(port))
            writer.close()
            return
    message = f"no broker takes a connection at {', '.join(servers)}"
    raise ConnectionRefusedError(message)
