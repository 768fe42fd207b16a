"""All services behind one door, in one process: each request goes to the longest prefix that fits."""

from collections.abc import Collection, Iterable
from functools import lru_cache

from starlette.types import ASGIApp, Receive, Scope, Send

from alongside.service import ServiceApp


def owner_of(path: str, prefixes: Collection[str]) -> str | None:
    """Return the longest prefix that is the path or a parent folder of it.

    Prefixes are looked up rather than tried one after the other: they have at most two folders.
    """
    before, *folders = path.split("/", 3)[:3]
    for depth in range(0 if before else len(folders), 0, -1):
        folder = "/" + "/".join(folders[:depth])
        if folder in prefixes:
            return folder
    return "/" if "/" in prefixes else None


class FrontDoor:
    """The ASGI application of the embedded mode."""

    def __init__(self, services: Iterable[ServiceApp]) -> None:
        self._by_prefix: dict[str, ASGIApp] = {}
        for app in services:
            for prefix in app.prefixes:
                self._by_prefix[prefix] = app.web
        self._default = self._by_prefix.get("/") or next(iter(self._by_prefix.values()))
        # Calendars and browsers ask for the same paths all day.
        self._app_of = lru_cache(4096)(self._find)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request to its service."""
        if scope["type"] == "lifespan":
            # The host starts and stops the services; the server only needs to hear that all is well.
            await _acknowledge(receive, send)
            return
        await self._app_of(scope["path"])(scope, receive, send)

    def _find(self, path: str) -> ASGIApp:
        prefix = owner_of(path, self._by_prefix)
        return self._by_prefix[prefix] if prefix else self._default


async def _acknowledge(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
