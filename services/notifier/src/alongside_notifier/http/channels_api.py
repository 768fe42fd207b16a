"""JSON routes of channels beside mail."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict

from alongside.errors import NotFound
from alongside.web.auth import CurrentViewer
from alongside.web.writes import Write
from alongside_notifier.desk import Desk
from alongside_notifier.domain.channels import Asks, Wanted
from alongside_notifier.handlers.channels import ask, confirm, switch_off
from alongside_notifier.http.channels import Shown, shown_channel, shown_channels
from alongside_notifier.http.reading import Read, TheDesk
from alongside_notifier.store.uow import NotifierUow

router = APIRouter(prefix="/api/notifier/v1", tags=["notifier"])


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ChannelView(_Shape):
    """A channel that is offered. `code`: it waits for the code that was sent."""

    key: str
    name: str
    asks: Asks
    state: Literal["off", "code", "on"]
    hint: str | None
    """As much of the address as its owner needs to recognise it."""
    reminders: bool
    changes: bool
    confirmed_at: datetime | None


class TurnOn(_Shape):
    """An address for a channel, and what is to come by it."""

    address: str
    reminders: bool = True
    changes: bool = True


class TypedCode(_Shape):
    """The code that came by a channel."""

    code: str


class CodeOutcome(_Shape):
    """Whether a code confirmed the channel, and why not."""

    confirmed: bool
    reason: str


class ShortMessageView(_Shape):
    """A short message, and what became of it."""

    id: int
    channel: str
    kind: str
    why: str
    body: str
    hint: str
    queued_at: datetime
    done_at: datetime | None
    outcome: str | None
    last_error: str | None


class ShortMessagePage(_Shape):
    """Short messages, the newest first, and how many there are."""

    total: int
    messages: list[ShortMessageView]


@router.get("/channels")
async def my_channels(viewer: CurrentViewer, read: Read, desk: TheDesk) -> list[ChannelView]:
    """Return the channels beside mail that are offered here, and how far I am with each."""
    return [_view(each) for each in await shown_channels(viewer.person_id, read, desk)]


@router.put("/channels/{key}", response_model=ChannelView)
async def turn_on(
    key: str, given: TurnOn, viewer: CurrentViewer, write: Write, desk: TheDesk
) -> Response:
    """Give an address, to which a code is sent; or, with the address it has, choose what comes."""

    async def kept(uow: NotifierUow) -> ChannelView:
        wanted = Wanted(given.reminders, given.changes)
        await ask(viewer.person_id, key, given.address, wanted, uow, desk)
        return await _now(viewer.person_id, key, uow, desk)

    return await write(kept)


@router.post("/channels/{key}/confirm", response_model=CodeOutcome)
async def confirm_channel(
    key: str, typed: TypedCode, viewer: CurrentViewer, write: Write, desk: TheDesk
) -> Response:
    """Give the code that came. Five wrong ones end it."""

    async def tried(uow: NotifierUow) -> CodeOutcome:
        found = await confirm(viewer.person_id, key, typed.code, uow, desk)
        return CodeOutcome(confirmed=found.done, reason=found.reason)

    return await write(tried)


@router.delete("/channels/{key}", status_code=204)
async def turn_off(key: str, viewer: CurrentViewer, write: Write) -> Response:
    """Switch a channel off at once; its address is forgotten."""

    async def gone(uow: NotifierUow) -> None:
        await switch_off(viewer.person_id, key, uow)

    return await write(gone)


@router.get("/short-messages")
async def short_messages(
    viewer: CurrentViewer,
    read: Read,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> ShortMessagePage:
    """Return what was sent to me by channels beside mail."""
    rows, total = await read.channel_messages.listed(viewer.person_id, limit=limit, offset=offset)
    return ShortMessagePage(
        total=total,
        messages=[
            ShortMessageView(**{name: getattr(row, name) for name in ShortMessageView.model_fields})
            for row in rows
        ],
    )


async def _now(person_id: str, key: str, uow: NotifierUow, desk: Desk) -> ChannelView:
    shown = await shown_channel(person_id, key, uow, desk)
    if shown is None:
        raise NotFound
    return _view(shown)


def _view(shown: Shown) -> ChannelView:
    row = shown.row
    return ChannelView(
        key=shown.offer.key,
        name=shown.offer.name,
        asks=shown.offer.asks,
        state=shown.state,
        hint=row.hint if row else None,
        reminders=bool(row and row.reminders),
        changes=bool(row and row.changes),
        confirmed_at=row.confirmed_at if row else None,
    )
