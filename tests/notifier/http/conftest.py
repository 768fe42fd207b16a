"""Browsers and scripts in front of a notifier."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx2
import pytest

from alongside.web.tokens import cookie_name, sign_session
from notifier.making import ORIGIN


class Browser:
    """Somebody in front of the pages."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self.client = client

    async def get(self, path: str, *, status: int = 200, **headers: str) -> httpx2.Response:
        response = await self.client.get(path, headers=headers)
        assert response.status_code == status, (response.status_code, response.text[:3000])
        return response

    async def page(self, path: str, *, status: int = 200) -> str:
        return (await self.get(path, status=status)).text

    async def post(self, path: str, *, status: int = 303, **fields: Any) -> httpx2.Response:
        response = await self.client.post(path, data=fields)
        assert response.status_code == status, (response.status_code, response.text[:3000])
        return response

    async def send(
        self, method: str, path: str, body: Any = None, *, status: int = 200, **headers: str
    ) -> Any:
        response = await self.client.request(
            method, f"/api/notifier/v1{path}", json=body, headers=headers
        )
        assert response.status_code == status, (response.status_code, response.text[:3000])
        return response.json() if response.content else None


@pytest.fixture
async def open_browser(notifier) -> AsyncIterator[Callable[..., Any]]:
    """Open a browser: signed in as somebody, or as nobody; `token=True` for a script."""
    async with AsyncExitStack() as stack:

        async def open_as(
            person_id: str | None = None, *, roles=("supervisee",), token: bool = False
        ) -> Browser:
            client = await stack.enter_async_context(
                httpx2.AsyncClient(
                    transport=httpx2.ASGITransport(notifier.app.web),
                    base_url=ORIGIN,
                    headers={"Origin": ORIGIN, "Accept": "text/html, application/json"},
                )
            )
            if person_id is not None:
                signed = sign_session(
                    notifier.app.secrets,
                    person_id=person_id,
                    name=person_id,
                    roles=roles,
                    zone="America/Chicago",
                    session_id=f"session-{person_id}",
                    now=notifier.clock.now(),
                    scopes=("read", "write") if token else None,
                )
                if token:
                    client.headers["Authorization"] = f"Bearer {signed}"
                else:
                    client.cookies.set(cookie_name(ORIGIN), signed)
            return Browser(client)

        yield open_as


@pytest.fixture
async def feed_path(notifier) -> Callable[..., Any]:
    """Return the path of somebody's feed, as it is now."""

    async def path(person_id: str) -> str:
        async with notifier.app.uow() as uow:
            row = await uow.feeds.current(person_id)
        address = notifier.desk.feed_url(row.id, row.generation, row.token_hash)
        return address.removeprefix(notifier.desk.origin)

    return path
