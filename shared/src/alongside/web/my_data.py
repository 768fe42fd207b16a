"""What a service holds about whoever asks, as one JSON document: `/api/<service>/v1/my-data`.

Each service says table by table, column by column, what is one's own: a new column is handed out
only once somebody thought about it, and nobody else's words ever are.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from pydantic_core import to_json
from sqlalchemy import ColumnElement, Select, Table, select

from alongside.secrets import BrokenSeal, Secrets
from alongside.settings import ServiceName
from alongside.web.auth import CurrentViewer
from alongside.web.state import web_of

FORMAT = 1
"""Rises when a program that reads the document would have to look anew."""

_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Holding:
    """One kind of what a service holds about a person."""

    name: str
    rows: Table
    whose: str
    """The column that holds the person's id."""
    columns: str
    """What is handed out, and in which order it is sorted, separated by blanks."""
    through: tuple[Table, str, str] | None = None
    """A table in between: it, its column that `whose` points at, and its column of the person's id."""
    sealed: tuple[str, str, str] | None = None
    """A column that is handed out opened: it, what it was sealed for, and how it is called then."""

    def query(self, person_id: str) -> Select[tuple[object, ...]]:
        """Return the query of this person's rows."""
        chosen = [self.rows.c[name] for name in self.columns.split()]
        mine: ColumnElement[bool] = self.rows.c[self.whose] == person_id
        if self.through is not None:
            between, key, person = self.through
            mine = self.rows.c[self.whose].in_(
                select(between.c[key]).where(between.c[person] == person_id)
            )
        return select(*chosen).where(mine).order_by(*self.rows.primary_key)


def my_data_routes(service: ServiceName, holdings: Sequence[Holding]) -> APIRouter:
    """Return the route by which a service hands out what it holds about whoever asks."""
    router = APIRouter()

    @router.get(
        f"/api/{service}/v1/my-data",
        tags=["my data"],
        response_class=StreamingResponse,
        responses={200: {"content": {"application/json": {}}, "description": "Everything."}},
    )
    async def my_data(request: Request, viewer: CurrentViewer) -> StreamingResponse:
        """Hand out everything this service holds about me, by kind, as one JSON document."""
        web = web_of(request)
        now = web.clock.now()
        head = {
            "service": service,
            "format": FORMAT,
            "person_id": viewer.person_id,
            "made_at": now,
            "association": getattr(request.app.state, "association", None),
        }

        async def sent() -> AsyncGenerator[bytes]:
            yield to_json(head)[:-1] + b',\n"data": {'
            between = b"\n"
            for holding in holdings:
                yield between + to_json(holding.name) + b": ["
                between = b"],\n"
                async with aclosing(_rows(request, holding, viewer.person_id)) as pieces:
                    async for piece in pieces:
                        yield piece
            yield (b"]" if holdings else b"") + b"\n}}\n"

        name = f"alongside-{service}-{now:%Y-%m-%d}.json"
        return StreamingResponse(
            sent(),
            media_type="application/json",
            headers={
                "Content-Disposition": f'attachment; filename="{name}"',
                "Cache-Control": "private, no-store",
            },
        )

    return router


async def _rows(request: Request, holding: Holding, person_id: str) -> AsyncGenerator[bytes]:
    async with web_of(request).database.read() as session:
        query = holding.query(person_id).execution_options(yield_per=_AT_ONCE)
        found = await session.stream(query)
        try:
            between = b"\n"
            async for row in found.mappings():
                yield between + to_json(_opened(dict(row), holding, web_of(request).secrets))
                between = b",\n"
        finally:
            await found.close()


def _opened(row: dict[str, Any], holding: Holding, secrets: Secrets) -> dict[str, Any]:
    if holding.sealed is not None:
        column, purpose, name = holding.sealed
        try:
            row[name] = secrets.unseal(purpose, row.pop(column))
        except BrokenSeal:
            row[name] = None
    return row
