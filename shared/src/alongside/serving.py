"""Serving an application on a socket, until told to stop."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn

from alongside.cli_support import stop
from alongside.settings import Settings


class _Server(uvicorn.Server):
    """uvicorn, leaving the signals to us: all parts of a process stop in order."""

    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        yield


@asynccontextmanager
async def serving(
    asgi: Any, listener: socket.socket, *, trusted_proxies: str = "127.0.0.1"
) -> AsyncIterator[None]:
    """Serve an application on a bound socket until the block ends."""
    server = _Server(
        uvicorn.Config(
            asgi,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=10,
            proxy_headers=True,
            forwarded_allow_ips=trusted_proxies,
        )
    )
    task = asyncio.create_task(server.serve([listener]))
    while not server.started and not task.done():  # noqa: ASYNC110  # uvicorn offers no event
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        await task


def listen(settings: Settings) -> tuple[Settings, socket.socket]:
    """Bind the port now, so that a taken one is said before anything starts."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # With the protocol named, asyncio sends at once what is written (TCP_NODELAY); without it, the
    # body of an answer waits up to 40 ms for the other side to acknowledge the head.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        stop(
            f"Port {settings.port} on {settings.host} cannot be used ({error.strerror}). "
            "Choose another with --port or ALONGSIDE_PORT."
        )
    return settings.model_copy(update={"port": listener.getsockname()[1]}), listener


def told_to_stop() -> asyncio.Event:
    """Listen for SIGINT and SIGTERM from now on; the event says that one came."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told.set)
    return told


async def until_told_to_stop() -> None:
    """Return on SIGINT or SIGTERM."""
    await told_to_stop().wait()
