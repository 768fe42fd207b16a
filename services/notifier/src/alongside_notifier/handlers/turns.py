"""Series that changed, and what has to be known to bring people in line with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from alongside.contracts import PersonState, SeriesState
from alongside_notifier.domain.calendar import Names
from alongside_notifier.domain.feeds import Channel, Confirmed
from alongside_notifier.domain.view import people_of
from alongside_notifier.handlers.hurry import Step
from alongside_notifier.handlers.names import names_of, shown_names
from alongside_notifier.store.people import Preferences
from alongside_notifier.store.seats import SeatKey
from alongside_notifier.store.tables import SeatRow
from alongside_notifier.store.uow import NotifierUow


@dataclass(frozen=True, slots=True)
class Turn:
    """A series as it is now, and how it came to be so."""

    series: SeriesState
    at: datetime
    """When it became so; whoever left with nothing to come then is out."""
    step: Step | None = None
    """From what it came, if it changed."""
    only: frozenset[str] | None = None
    """Whom it is brought in line for; None for everybody in it."""
    traceparent: str | None = None
    """The trace of what changed it, if that is another than what runs now."""
    kept: bool = False
    """Whether this transaction wrote it: then nobody else has a newer one."""


async def locked(turns: Sequence[Turn], uow: NotifierUow) -> dict[SeatKey, SeatRow]:
    """Lock the seats of all that turns are about."""
    whom = [each.only for each in turns]
    everybody = frozenset[str]().union(*(each for each in whom if each is not None))
    return await uow.seats.of_all(
        [each.series.series_id for each in turns],
        only=None if None in whom else everybody,
        lock=True,
    )


async def as_now(turns: Sequence[Turn], uow: NotifierUow) -> list[Turn]:
    """Return turns about series as they are now. Ask with the seats locked.

    What was read before may be old: whoever held the seats until now may have taken in a change.
    """
    unsure = {each.series.series_id for each in turns if not each.kept}
    found = await uow.series.by_ids(unsure) if unsure else {}
    newest = [found.get(each.series.series_id, each.series) for each in turns]
    return [
        replace(each, series=now) if now.version > each.series.version else each
        for each, now in zip(turns, newest, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of everybody and everything that turns are about, asked once."""

    concerned: Mapping[str, Sequence[str]]
    """Whom each series concerns."""
    people: Mapping[str, PersonState]
    chosen: Mapping[str, Preferences]
    """What people chose, those who chose something."""
    groups: Mapping[str, tuple[int, ...]]
    """When people of a group are reminded, where somebody said so."""
    names: Mapping[str, Names]
    """What calendars show of each series."""
    own: Mapping[str, Channel]
    """Each person's own feed."""
    more: Sequence[Channel]
    """Feeds beside people's own that are about sessions."""
    marks: Mapping[SeatKey, Sequence[Confirmed]]
    """What was confirmed, by person and series, of those who want their calendar to say so."""


async def known_of(
    turns: Sequence[Turn],
    seats: Mapping[SeatKey, SeatRow],
    uow: NotifierUow,
) -> Known:
    """Ask for everything that these turns need. Ask with the seats locked."""
    seated: dict[str, set[str]] = {}
    for person_id, series_id in seats:
        seated.setdefault(series_id, set()).add(person_id)
    concerned = {
        each.series.series_id: sorted(
            people_of(each.series) | seated.get(each.series.series_id, set())
            if each.only is None
            else each.only
        )
        for each in turns
    }
    everybody = {who for people in concerned.values() for who in people}
    shown = {who for each in turns for who in shown_names(each.series)}
    people = await uow.people.by_ids(everybody | shown)
    association = await uow.people.association_name()
    channels = await uow.feeds.channels(everybody)
    wanted = {each.person_id for each in channels if each.hours}
    return Known(
        concerned=concerned,
        people=people,
        chosen=await uow.people.preferences_of(everybody),
        groups=await uow.groups.leads_of({each.series.group_id for each in turns}),
        names={each.series.series_id: names_of(each.series, people, association) for each in turns},
        own={each.person_id: each for each in channels if each.kind == "own"},
        more=[each for each in channels if each.kind in {"more", "lead"}],
        marks=await uow.entries.confirmed(concerned, wanted) if wanted else {},
    )
