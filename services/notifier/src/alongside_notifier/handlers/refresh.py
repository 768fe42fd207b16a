"""What follows from a series as it is now, for everybody in it: feed, reminders, what is to be told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from alongside.contracts import PersonState, SeriesState
from alongside_notifier.desk import Desk
from alongside_notifier.domain.calendar import feed_fragment
from alongside_notifier.domain.feeds import PLAIN, Channel, Note
from alongside_notifier.domain.reminders import Due, leads_for, reminders_of, waiting_of
from alongside_notifier.domain.told import NOTHING, Told, asks_again, left_to_tell, noted
from alongside_notifier.domain.vcalendar import Fragment
from alongside_notifier.domain.view import (
    View,
    is_removed,
    leaders,
    membership_sequence,
    view_of,
    whole_view,
)
from alongside_notifier.handlers.feeds import is_shown, rebuild_feeds
from alongside_notifier.handlers.hurry import AT_ONCE, hurried
from alongside_notifier.handlers.names import names_for
from alongside_notifier.handlers.standing import numbers_of
from alongside_notifier.handlers.turns import Known, Turn, as_now, known_of, locked
from alongside_notifier.store.people import DEFAULTS
from alongside_notifier.store.seats import SeatKey, Shown
from alongside_notifier.store.tables import SeatRow
from alongside_notifier.store.uow import NotifierUow

_NOTHING = Fragment("")


def seat_view(series: SeriesState, person_id: str, seat: SeatRow | None) -> View | None:
    """Return a series as this person's calendar should have it now."""
    return None if seat is not None and seat.removed else view_of(series, person_id)


async def refresh_series(turns: Sequence[Turn], uow: NotifierUow, desk: Desk) -> None:
    """Bring feeds, reminders and tellings in line with series, for everybody in them."""
    await rebuild_feeds(await refresh_seats(turns, uow, desk), uow, desk)


async def refresh_person(person: PersonState, uow: NotifierUow, desk: Desk) -> None:
    """Bring everything of one person in line: they changed, or their preferences did."""
    mine = frozenset({person.person_id})
    turns = [Turn(each, uow.now, only=mine) for each in await series_of(person.person_id, uow)]
    await refresh_seats(turns, uow, desk)
    await rebuild_feeds([person.person_id], uow, desk)


async def refresh_seats(turns: Sequence[Turn], uow: NotifierUow, desk: Desk) -> set[str]:
    """Bring reminders, tellings and fragments in line; return whose feeds are then to be rebuilt.

    Of all series together, each of which comes once: what is asked of the database is asked for all
    of them. Seats first, feeds last, each in one order: so those who do this at once never wait in a
    ring.
    """
    if not turns:
        return set()
    seats = await locked(turns, uow)
    turns = await as_now(turns, uow)
    for turn in turns:
        await _carry_over(turn, seats, uow)
    known = await known_of(turns, seats, uow)
    found = [
        _seat_now(turn, person_id, seats.get((person_id, turn.series.series_id)), known, desk, uow)
        for turn in turns
        for person_id in known.concerned[turn.series.series_id]
    ]
    changed = {
        each.key: each.shown
        for each in found
        if each.key not in seats or Shown.by(seats[each.key]) != each.shown
    }
    await uow.seats.show(changed)
    waits = {each.key: each.wait for each in found if each.wait is not None}
    views = {each.key: each.view for each in found}
    waits = await hurried([(each.series, each.step) for each in turns], waits, views, seats, uow)
    traces = {each.series.series_id: each.traceparent for each in turns}
    await uow.tellings.soon(waits, uow.now, traces)
    await uow.tellings.nothing([each.key for each in found if each.wait is None])
    await uow.seats.set_told(
        {each.key: each.told for each in found if each.wait is None and each.told is not None}
    )
    await uow.reminders.plan(
        {each.key: each.dues for each in found}, {each.key: each.waiting for each in found}
    )
    stale = await _refresh_parts(turns, views, known, uow, desk)
    return stale | {
        key[0]
        for key, shown in changed.items()
        if key not in seats or seats[key].fragment != shown.fragment.text
    }


async def _carry_over(turn: Turn, seats: Mapping[SeatKey, SeatRow], uow: NotifierUow) -> None:
    """Carry over what holds of the series as it was before."""
    series, step = turn.series, turn.step
    if step is not None and step.before.tzdata != series.tzdata:
        _note_clocks(series, step.before, seats)
    if step is not None and step.before.master_sequence < series.master_sequence:
        await _carry_answers(series, step.before, uow)


async def _carry_answers(series: SeriesState, before: SeriesState, uow: NotifierUow) -> None:
    """Let answers hold under the new number of a series of which nobody is asked again.

    Calendars are told the same: their answer stands in the REQUEST they get.
    """
    changed = {each.key: each.sequence for each in series.occurrences}
    for row in await uow.answers.of_series(series.series_id):
        then, now = view_of(before, row.person_id), view_of(series, row.person_id)
        held = (
            before.master_sequence <= row.sequence < series.master_sequence
            and row.sequence >= changed.get(row.occurrence_key, 0)
        )
        if held and then is not None and now is not None and not asks_again(then, now):
            row.sequence = series.master_sequence


def _note_clocks(
    series: SeriesState, before: SeriesState, seats: Mapping[SeatKey, SeatRow]
) -> None:
    """Note what calendars were told by the clocks of then, where nobody did at the time."""
    for (person_id, series_id), seat in seats.items():
        if series_id == series.series_id:
            then, now = view_of(before, person_id), view_of(series, person_id)
            seat.told = noted(seat.told, then, now)


async def _refresh_parts(
    turns: Sequence[Turn],
    views: Mapping[SeatKey, View | None],
    known: Known,
    uow: NotifierUow,
    desk: Desk,
) -> set[str]:
    """Bring the feeds beside people's own in line; return whose are then to be rebuilt."""
    if not known.more:
        return set()
    before = await uow.parts.of_series(known.concerned, {each.feed_id for each in known.more})
    changed: dict[tuple[str, str], Fragment] = {}
    stale: set[str] = set()
    for channel in known.more:
        for turn in turns:
            series = turn.series
            if channel.person_id not in known.concerned[series.series_id]:
                continue
            fragment = await _part(channel, series, views, known, uow, desk)
            key = (channel.feed_id, series.series_id)
            if fragment != before.get(key, _NOTHING):
                changed[key] = fragment
                stale.add(channel.person_id)
    await uow.parts.show(changed)
    return stale


async def _part(
    channel: Channel,
    series: SeriesState,
    views: Mapping[SeatKey, View | None],
    known: Known,
    uow: NotifierUow,
    desk: Desk,
) -> Fragment:
    """Return what a feed beside somebody's own says of a series."""
    person_id = channel.person_id
    prefers = known.chosen.get(person_id, DEFAULTS)
    words = desk.words(channel.language, prefers.language)
    seat = (person_id, series.series_id)
    notes: Mapping[str, Note] = {}
    if channel.kind == "lead":
        leads = channel.group_id == series.group_id and person_id in leaders(series)
        view = whole_view(series, person_id) if leads else None
        if channel.detail != "busy":
            notes = numbers_of(await uow.answers.of_series(series.series_id), series, words)
    else:
        view = views.get(seat) if is_shown(channel, series.group_id) else None
        notes = channel.notes(known.marks.get(seat, ()), words)
    return feed_fragment(
        view,
        known.names[series.series_id],
        uow.now,
        alarm_minutes=channel.alarm(prefers.alarm_minutes),
        style=channel.style,
        notes=notes,
        words=words,
    )


async def hold_lead_feeds(series_id: str, uow: NotifierUow) -> Sequence[Channel]:
    """Return the feeds of those who lead a series' group, with their seats in it locked.

    For whoever writes an answer, before they do: of two at once, the second counts the first.
    """
    series = await uow.series.get(series_id)
    channels = await uow.feeds.leading(series.group_id) if series else []
    if channels:
        leading = {each.person_id for each in channels}
        await uow.seats.of_series(series_id, only=leading, lock=True)
    return channels


async def refresh_lead_feeds(
    series_id: str, channels: Sequence[Channel], uow: NotifierUow, desk: Desk
) -> None:
    """Bring feeds that are held, of those who lead a group, in line with what was answered."""
    series = await uow.series.get(series_id)
    if series is None or not channels:
        return
    leading = sorted({each.person_id for each in channels})
    known = Known(
        concerned={series_id: leading},
        people={},
        chosen=await uow.people.preferences_of(leading),
        groups={},
        names={series_id: await names_for(series, uow)},
        own={},
        more=channels,
        marks={},
    )
    stale = await _refresh_parts([Turn(series, uow.now)], {}, known, uow, desk)
    await rebuild_feeds(stale, uow, desk)


async def series_of(person_id: str, uow: NotifierUow) -> list[SeriesState]:
    """Return the series a person has a seat in."""
    seats = await uow.seats.of_person(person_id)
    found = await uow.series.by_ids([seat.series_id for seat in seats])
    return [found[seat.series_id] for seat in seats if seat.series_id in found]


@dataclass(frozen=True, slots=True)
class _SeatNow:
    """What a series means for one person now."""

    key: SeatKey
    shown: Shown
    dues: tuple[Due, ...] = ()
    wait: timedelta | None = None
    """After how long to tell them; None if there is nothing to tell."""
    told: Told | None = None
    """What they count as told without a word, where that changed: it was over already."""
    view: View | None = None
    waiting: tuple[Due, ...] = ()
    """Reminders that were due, and may still be waiting to go out."""


def _seat_now(
    turn: Turn,
    person_id: str,
    seat: SeatRow | None,
    known: Known,
    desk: Desk,
    uow: NotifierUow,
) -> _SeatNow:
    series, now = turn.series, uow.now
    key = (person_id, series.series_id)
    person, channel = known.people.get(person_id), known.own.get(person_id)
    chosen = known.chosen.get(person_id, DEFAULTS)
    membership = membership_sequence(series, person_id)
    if seat is None or seat.membership != membership:
        removed = is_removed(series, person_id, turn.at)
    else:
        removed = seat.removed
    if person is not None and person.left_at is not None:
        return _SeatNow(key, Shown(Fragment(""), membership, removed))
    view = None if removed else view_of(series, person_id)
    words = desk.words(channel.language if channel else None, chosen.language)
    fragment = feed_fragment(
        view,
        known.names[series.series_id],
        now,
        alarm_minutes=channel.alarm(chosen.alarm_minutes) if channel else chosen.alarm_minutes,
        style=channel.style if channel else PLAIN,
        notes=channel.notes(known.marks.get(key, ()), words) if channel else {},
        words=words,
    )
    leads = leads_for(chosen.leads, known.groups.get(series.group_id), desk.leads)
    zone_name = person.zone if person else "UTC"
    told = seat.told if seat is not None else NOTHING
    left = left_to_tell(
        told,
        series,
        view,
        person_id=person_id,
        address=person.email if person else told.address,
        now=now,
        small_changes=chosen.small_changes,
    )
    wait: timedelta | None = None
    if left.messages:
        # What carries another series on arrives together with the shortened one.
        is_new = left.messages[0].kind == "invitation" and series.continues is None
        wait = AT_ONCE if is_new else desk.coalesce
    return _SeatNow(
        key,
        Shown(fragment, membership, removed),
        reminders_of(view, leads, now, chosen.quiet, zone_name),
        wait,
        left.told if left.told != told else None,
        view,
        waiting_of(view, leads, now, chosen.quiet, zone_name),
    )
