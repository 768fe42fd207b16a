"""Browsers and scripts in front of a scheduler."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx2
import pytest

from alongside.web.tokens import cookie_name
from alongside_scheduler.handlers.sign_in import CreateToken, begin, create_token

ORIGIN = "http://testserver"


class Browser:
    """Somebody in front of the pages."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self.client = client

    async def get(self, path: str, *, status: int = 200, **facts: Any) -> httpx2.Response:
        response = await self.client.get(path, **facts)
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
            method, f"/api/scheduler/v1{path}", json=body, headers=headers
        )
        assert response.status_code == status, (response.status_code, response.text[:3000])
        return response.json() if response.content else None


@pytest.fixture
async def open_browser(association) -> AsyncIterator[Callable[..., Any]]:
    """Open a browser: signed in as somebody, or as nobody."""
    office = association
    async with AsyncExitStack() as stack:

        async def open_as(person_id: str | None = None) -> Browser:
            client = await stack.enter_async_context(
                httpx2.AsyncClient(
                    transport=httpx2.ASGITransport(office.app.web),
                    base_url=ORIGIN,
                    headers={"Origin": ORIGIN, "Accept": "text/html, application/json"},
                )
            )
            if person_id is not None:
                begun = await office.run(lambda uow: begin(person_id, uow))
                signed = office.app.web.state.doors.signed(begun)
                client.cookies.set(cookie_name(ORIGIN), signed)
            return Browser(client)

        yield open_as


@pytest.fixture
async def open_script(association) -> AsyncIterator[Callable[..., Any]]:
    """A script with an API token of somebody."""
    office = association
    async with AsyncExitStack() as stack:

        async def open_as(person_id: str, *scopes: str) -> Browser:
            command = CreateToken(label="test", scopes=list(scopes) or ["read", "write"])
            begun = await office.run(lambda uow: create_token(person_id, command, uow))
            token = office.app.web.state.doors.signed(begun)
            client = await stack.enter_async_context(
                httpx2.AsyncClient(
                    transport=httpx2.ASGITransport(office.app.web),
                    base_url=ORIGIN,
                    headers={"Authorization": f"Bearer {token}"},
                )
            )
            return Browser(client)

        yield open_as


class House:
    """An association with one of each role, a group and a series."""

    office: Any
    cora: str
    lea: str
    omar: str
    ada: str
    ben: str
    group_id: str
    series_id: str
    keys: list[str]


@pytest.fixture
async def house(association) -> House:
    made = House()
    made.office = association
    made.cora = await association.person("Cora Coordinator", "coordinator")
    made.lea = await association.person("Lea Lead", "supervisor")
    made.omar = await association.person("Omar Other", "supervisor")
    made.ada = await association.person("Ada Able", pursuing="IFS")
    made.ben = await association.person("Ben Baker", zone="America/New_York")
    group = await association.group(made.lea, [made.ada, made.ben], name="Tuesday circle")
    made.group_id = group.group_id
    series = await association.series(made.group_id)
    made.series_id = series.series_id
    made.keys = [each.key for each in series.occurrences]
    return made
