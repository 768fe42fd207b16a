"""Sessions somebody was on the roster of that nobody recorded, and what they said of others."""

from datetime import date, datetime

from alongside.contracts import GroupKind
from alongside_logbook.domain.attendance import Mode
from alongside_logbook.domain.entry import OUTSIDE, Ages
from alongside_logbook.domain.steps import only_said
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.handlers.attendance import Held, look_up, usual_ages
from alongside_logbook.store.tables import SessionRow
from alongside_logbook.store.uow import LogbookUow
from alongside_logbook.views.entries import EntryView, entry_views
from alongside_logbook.views.people import Names, PersonRef, View


class UnrecordedSession(View):
    """A session that is over, and about which nobody has said that this person was there."""

    series_id: str
    key: str
    title: str
    kind: GroupKind
    zone: str
    provider: PersonRef
    starts_at: datetime
    ends_at: datetime
    held_on: date
    scheduled_minutes: int
    mode: Mode | None


class UnrecordedView(View):
    """What somebody can say they attended."""

    sessions: tuple[UnrecordedSession, ...]
    """Newest first."""
    said: tuple[EntryView, ...]
    """What they said themselves, and a provider's word is awaited for or was refused."""
    ages: tuple[Ages, ...]
    """Whom their work concerns, as they last said or as what they pursue says."""


async def unrecorded_view(actor: Actor, uow: LogbookUow) -> UnrecordedView:
    """Return what this person was on the roster of that nobody recorded."""
    me = actor.person_id
    rows = await uow.waiting.unrecorded_of(me, uow.now)
    names = await Names.of(uow, {row.provider_id for row in rows})
    waiting = [
        row
        for row in await uow.entries.unconfirmed_of(me)
        if row.occurrence_key != OUTSIDE and only_said(row.current)
    ]
    return UnrecordedView(
        sessions=tuple([await _session(row, names, uow) for row in rows]),
        said=await entry_views(waiting, actor, uow),
        ages=(await usual_ages([me], uow))[me],
    )


async def _session(row: SessionRow, names: Names, uow: LogbookUow) -> UnrecordedSession:
    held = Held(*await look_up(row.series_id, row.key, uow))
    shared = set(UnrecordedSession.model_fields) - {"mode", "provider"}
    return UnrecordedSession(
        **row.model_dump(include=shared), provider=names(row.provider_id), mode=held.usual_mode
    )
