"""Sign-in links and API tokens as JSON."""

from fastapi import APIRouter, Response
from pydantic import BaseModel

from alongside.errors import Forbidden
from alongside.web.auth import CurrentViewer, Viewer
from alongside.web.tokens import SCOPES
from alongside.web.writes import Write
from alongside_scheduler.handlers import sign_in as cases
from alongside_scheduler.http.doors import DoorsDep, by
from alongside_scheduler.store.uow import SchedulerUow


class NewToken(BaseModel):
    """A fresh API token. The token itself is shown once and kept nowhere."""

    token: str
    facts: cases.TokenView


class LinkSent(BaseModel):
    """The same answer for everybody."""

    detail: str = "If this address is registered, a sign-in link is on its way."


routes = APIRouter(tags=["sign-in"])


@routes.post("/sign-in-links", status_code=202)
async def request_link(command: cases.RequestLink, doors: DoorsDep) -> LinkSent:
    """Have a sign-in link mailed. The answer does not tell who is registered.

    An Idempotency-Key has no effect here: there is nobody yet to whom it would belong.
    """
    async with doors.writing(None) as uow:
        await cases.request_link(command, uow)
    return LinkSent()


@routes.get("/tokens")
async def list_tokens(viewer: CurrentViewer, doors: DoorsDep) -> list[cases.TokenView]:
    """Return one's own tokens that still work."""
    async with doors.reading(viewer) as uow:
        rows = await uow.sign_ins.open(viewer.person_id, uow.now, kind="token")
        return [cases.TokenView.of(row) for row in rows]


@routes.post("/tokens", status_code=201, response_model=NewToken)
async def create_token(
    command: cases.CreateToken, viewer: CurrentViewer, doors: DoorsDep
) -> Response:
    """Make an API token for oneself. A token cannot make one that may do more.

    An Idempotency-Key has no effect here: a token is never kept, so it cannot be shown twice.
    """
    _need_own_scopes(viewer, command)
    async with doors.writing(viewer) as uow:
        begun = await cases.create_token(viewer.person_id, command, uow)
    made = NewToken(token=doors.signed(begun), facts=cases.TokenView.of(begun.sign_in))
    return Response(made.model_dump_json(), 201, media_type="application/json")


@routes.delete("/tokens/{token_id}", status_code=204)
async def end_token(token_id: str, viewer: CurrentViewer, write: Write) -> Response:
    """Take a token back: every service refuses it from now on."""

    async def end(uow: SchedulerUow) -> None:
        await cases.end_sign_in(viewer.person_id, token_id, uow)

    return await write(by(viewer, end))


def _need_own_scopes(viewer: Viewer, command: cases.CreateToken) -> None:
    wanted = set(SCOPES) & set(command.scopes)
    if viewer.scopes is not None and not viewer.scopes.issuperset(wanted):
        raise Forbidden("This token cannot make one that may do more than itself.")
