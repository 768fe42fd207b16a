"""Writes of the JSON routes: one unit of work, and the same answer when the same is sent again."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Any, cast

from fastapi import Depends, Request, Response
from pydantic_core import to_json
from sqlalchemy import Row, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from starlette.datastructures import UploadFile

from alongside.db.database import is_lost_race
from alongside.db.uow import UnitOfWork
from alongside.errors import Invalid
from alongside.web.auth import MaybeViewer, Viewer

KEEP_KEYS = timedelta(hours=48)
"""How long an idempotency key is remembered."""

_LONGEST_KEY = 255
_PAUSES = (0.02, 0.1, 0.5)
"""Seconds before a transaction that lost a race against another is tried again."""

UseCase = Callable[[Any], Awaitable[Any]]


class IdempotencyMismatch(Invalid):
    """This Idempotency-Key was used before, with other content. Use a new key."""

    code = "idempotency_mismatch"


class Writer:
    """Runs a use case in the service's unit of work, commits, and answers with what it returned."""

    def __init__(self, request: Request, viewer: Viewer | None, key: str | None) -> None:
        self._request = request
        self._person_id = viewer.person_id if viewer else ""
        self._key = key

    async def __call__(
        self, use_case: UseCase, *, status: int = 200, location: str | None = None
    ) -> Response:
        """Return the use case's result as JSON (204 if there is none).

        With an `Idempotency-Key` the answer is kept in the same transaction, under the key, the
        person and the route. Sent again, it is returned and nothing is done. Whoever sends the
        same at the same moment waits for the first. A refusal has changed nothing and is not
        kept: the same key may try again.

        A transaction that the database undid in favour of another is done again from the beginning,
        so a use case may be called several times; only one call has an effect.
        """
        for pause in _PAUSES:
            try:
                return await self._once(use_case, status, location)
            except DBAPIError as error:
                if not is_lost_race(error):
                    raise
            await asyncio.sleep(pause)
        return await self._once(use_case, status, location)

    async def after(self, work: Callable[[], Awaitable[None]], *, status: int = 204) -> Response:
        """Do work that has transactions of its own, then answer; sent again, it is not done again.

        The work must bear being done twice: a crash right after it, or the same sent at the same
        moment, has it done once more.
        """
        if self._key is not None:
            fingerprint = await _fingerprint(self._request)
            async with self._opener() as uow:
                kept = await self._kept(uow, self._key, fingerprint)
            if kept is not None:
                return kept
        await work()
        return await self(_nothing, status=status)

    @property
    def _opener(self) -> Callable[[], AbstractAsyncContextManager[UnitOfWork]]:
        opener: Callable[[], AbstractAsyncContextManager[UnitOfWork]] = self._request.app.state.uow
        return opener

    async def _once(self, use_case: UseCase, status: int, location: str | None) -> Response:
        if self._key is None:
            async with self._opener() as uow:
                result = await use_case(uow)
                await uow.commit()
            return _response(*_told(result, status), location=location)
        fingerprint = await _fingerprint(self._request)
        async with self._opener() as uow:
            if not await self._claim(uow, self._key, fingerprint):
                kept = await self._kept(uow, self._key, fingerprint)
                if kept is not None:
                    return kept
            told_status, body = _told(await use_case(uow), status)
            table = uow.database.plumbing.idempotency
            await uow.session.execute(
                update(table)
                .where(*self._mine(table, self._key))
                .values(status=told_status, body=body)
            )
            await uow.commit()
        return _response(told_status, body, location=location)

    async def _claim(self, uow: UnitOfWork, key: str, fingerprint: str) -> bool:
        # On PostgreSQL a second one waits here for the first; on SQLite it waited to begin.
        table = uow.database.plumbing.idempotency
        insert = sqlite.insert if uow.database.dialect == "sqlite" else postgresql.insert
        claimed = await uow.session.execute(
            insert(table)
            .values(
                person_id=self._person_id,
                key=key,
                route=self._route,
                fingerprint=fingerprint,
                status=0,
                body="",
                created_at=uow.now,
            )
            .on_conflict_do_nothing()
            .returning(table.c.key)
        )
        return claimed.first() is not None

    async def _kept(self, uow: UnitOfWork, key: str, fingerprint: str) -> Response | None:
        table = uow.database.plumbing.idempotency
        found = await uow.session.execute(
            select(table.c.fingerprint, table.c.status, table.c.body).where(*self._mine(table, key))
        )
        kept: Row[Any] | None = found.one_or_none()
        if kept is None:
            return None
        if kept.fingerprint != fingerprint:
            raise IdempotencyMismatch
        response = _response(kept.status, kept.body)
        response.headers["Idempotency-Replayed"] = "true"
        return response

    @property
    def _route(self) -> str:
        return f"{self._request.method} {self._request.url.path}"[:_LONGEST_KEY]

    def _mine(self, table: Any, key: str) -> tuple[Any, ...]:
        return (
            table.c.person_id == self._person_id,
            table.c.key == key,
            table.c.route == self._route,
        )


async def writer(request: Request, viewer: MaybeViewer) -> Writer:
    """Return what runs this request's use case."""
    key = request.headers.get("idempotency-key")
    if key is not None and not (0 < len(key) <= _LONGEST_KEY and key.isprintable()):
        raise Invalid(
            f"An Idempotency-Key is 1 to {_LONGEST_KEY} printable characters.",
            field="Idempotency-Key",
        )
    return Writer(request, viewer, key)


Write = Annotated[Writer, Depends(writer)]
"""`return await write(lambda uow: use_case(command, uow), status=201)`."""


async def forget_keys(uow: UnitOfWork, older_than: timedelta = KEEP_KEYS) -> int:
    """Delete idempotency keys that nobody will send again; return how many."""
    table = uow.database.plumbing.idempotency
    result: Any = await uow.session.execute(
        delete(table).where(table.c.created_at < uow.now - older_than)
    )
    return int(result.rowcount)


async def _nothing(uow: UnitOfWork) -> None:
    """Change nothing: what there was to do is done."""


def _told(result: Any, status: int) -> tuple[int, str]:
    if result is None:
        return (HTTPStatus.NO_CONTENT if status == HTTPStatus.OK else status), ""
    return status, to_json(result, by_alias=True).decode()


def _response(status: int, body: str, *, location: str | None = None) -> Response:
    response = Response(body, status, media_type="application/json" if body else None)
    if location is not None:
        response.headers["Location"] = location
    return response


async def _fingerprint(request: Request) -> str:
    digest = hashlib.sha256(request.url.query.encode())
    parsed = cast("Any", getattr(request, "_form", None))
    if parsed is None:
        digest.update(b"\0" + await request.body())
        return digest.hexdigest()
    for name, value in parsed.multi_items():
        digest.update(f"\0{name}\0".encode())
        if not isinstance(value, UploadFile):
            digest.update(value.encode())
        elif value.file.closed:
            digest.update(f"{value.filename} {value.size}".encode())
        else:
            digest.update(await value.read())
            await value.seek(0)
    return digest.hexdigest()
