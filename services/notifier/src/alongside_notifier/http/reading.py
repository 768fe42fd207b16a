"""What a request reads through, and what it writes with."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, cast

from fastapi import Depends, Request

from alongside.web.auth import CurrentViewer
from alongside.web.state import web_of
from alongside_notifier.desk import Desk
from alongside_notifier.handlers.tell import OpenUow
from alongside_notifier.store.uow import NotifierUow


async def reading(request: Request) -> AsyncIterator[NotifierUow]:
    """Open the repositories on a read-only session."""
    web = web_of(request)
    async with web.database.read() as session:
        uow = NotifierUow(web.database, session, web.clock.now(), _no_new_ids)
        request.app.state.association = await uow.people.association_name() or None
        yield uow


def desk_of(request: Request) -> Desk:
    """Return the desk of this application."""
    return cast("Desk", request.app.state.desk)


def writing(request: Request) -> OpenUow:
    """Return what opens a unit of work."""
    return cast("OpenUow", request.app.state.uow)


def mail_folder(request: Request) -> Path | None:
    """Return where mails are files, if no server carries them."""
    return cast("Path | None", request.app.state.mail_folder)


def may_see_all(request: Request, viewer: CurrentViewer) -> bool:
    """Tell whether this viewer sees the mails of all: a coordinator, where mails go nowhere else."""
    return viewer.is_coordinator and mail_folder(request) is not None


def _no_new_ids() -> str:
    raise RuntimeError("nothing is made while reading")


Read = Annotated[NotifierUow, Depends(reading)]
"""The repositories, for reading."""

TheDesk = Annotated[Desk, Depends(desk_of)]
"""Settings, keys, templates."""

OpenWrite = Annotated[OpenUow, Depends(writing)]
"""`async with open_write() as uow: …; await uow.commit()`."""

SeesAll = Annotated[bool, Depends(may_see_all)]
"""Whether the mails of everybody are shown to this viewer."""
