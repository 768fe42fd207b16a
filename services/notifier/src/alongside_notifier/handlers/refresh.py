"""What follows from a series as it is now, for everybody in it: feed, reminders, what is to be told."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alongside.contracts import PersonState, SeriesState
from alongside_notifier.desk import Desk
from alongside_notifier.domain.calendar import Names, feed_fragment
from alongside_notifier.domain.feeds import PLAIN, Channel, Confirmed
from alongside_notifier.domain.reminders import Due, leads_for, reminders_of, waiting_of
from alongside_notifier.domain.told import NOTHING, Told, asks_again, left_to_tell, noted
from alongside_notifier.domain.vcalendar import Fragment
from alongside_notifier.domain.view import (
    View,
    is_removed,
    leaders,
    membership_sequence,
    people_of,
    shown_roster,
    view_of,
    whole_view,
)
from alongside_notifier.handlers.feeds import is_shown, rebuild_feeds
from alongside_notifier.handlers.hurry import AT_ONCE, Step, hurried
from alongside_notifier.handlers.standing import numbers_of
from alongside_notifier.store.people import DEFAULTS, Preferences
from alongside_notifier.store.series import Shown
from alongside_notifier.store.tables import SeatRow
from alongside_notifier.store.uow import NotifierUow

_NOTHING = Fragment("")


async def names_for(series: SeriesState, uow: NotifierUow) -> Names:
    """Return the names that calendars show of a series."""
    shown = {*leaders(series), *(o.provider_id for o in series.occurrences if o.provider_id)}
    people = await uow.people.by_ids(shown.union(shown_roster(series, "")))
    return Names(
        association=await uow.people.association_name(),
        people={person_id: person.name for person_id, person in people.items()},
    )


def seat_view(series: SeriesState, person_id: str, seat: SeatRow | None) -> View | None:
    """Return a series as this person's calendar should have it now."""
    return None if seat is not None and seat.removed else view_of(series, person_id)


async def refresh_series(
    series: SeriesState, uow: NotifierUow, desk: Desk, *, at: datetime, step: Step | None = None
) -> None:
    """Bring feeds, reminders and tellings in line with a series, for everybody in it.

    `at` is when the series became what it is; whoever left with nothing to come then is out.
    """
    await rebuild_feeds(await refresh_seats(series, uow, desk, at=at, step=step), uow, desk)


async def refresh_person(person: PersonState, uow: NotifierUow, desk: Desk) -> None:
    """Bring everything of one person in line: they changed, or their preferences did."""
    for series in await series_of(person.person_id, uow):
        await refresh_seats(series, uow, desk, at=uow.now, only=[person.person_id])
    await rebuild_feeds([person.person_id], uow, desk)


async def refresh_seats(
    series: SeriesState,
    uow: NotifierUow,
    desk: Desk,
    *,
    at: datetime,
    only: Collection[str] | None = None,
    step: Step | None = None,
) -> list[str]:
    """Bring reminders, tellings and fragments in line; return whose feeds are then to be rebuilt.

    Seats first, feeds last, each in one order: so those who do this at once never wait in a ring.
    """
    seats = await uow.seats.of_series(series.series_id, only=only, lock=True)
    if step is not None and step.before.tzdata != series.tzdata:
        _note_clocks(series, step.before, seats)
    if step is not None and step.before.master_sequence < series.master_sequence:
        await _carry_answers(series, step.before, uow)
    concerned = sorted((people_of(series) | set(seats)) if only is None else only)
    people = await uow.people.by_ids(concerned)
    chosen = await uow.people.preferences_of(concerned)
    groups = await uow.groups.leads(series.group_id)
    names = await names_for(series, uow)
    channels = await uow.feeds.channels(concerned)
    own = {each.person_id: each for each in channels if each.kind == "own"}
    marks = await _marks(series, channels, uow)
    found = [
        _seat_now(
            series,
            person_id,
            people.get(person_id),
            seats.get(person_id),
            chosen.get(person_id, DEFAULTS),
            groups,
            own.get(person_id),
            marks.get(person_id, ()),
            names,
            desk,
            uow.now,
            at,
        )
        for person_id in concerned
    ]
    changed = {
        each.person_id: each.shown
        for each in found
        if each.person_id not in seats or Shown.by(seats[each.person_id]) != each.shown
    }
    await uow.seats.show(series.series_id, changed)
    waits = {each.person_id: each.wait for each in found if each.wait is not None}
    views = {each.person_id: each.view for each in found}
    waits = await hurried(series, waits, views, seats, step, uow)
    await uow.tellings.soon(series.series_id, waits, uow.now)
    await uow.tellings.nothing(
        series.series_id, [each.person_id for each in found if each.wait is None]
    )
    for each in found:
        if each.wait is None and each.told is not None:
            await uow.seats.set_told(each.person_id, series.series_id, each.told)
    await uow.reminders.plan(
        series.series_id,
        {each.person_id: each.dues for each in found},
        {each.person_id: each.waiting for each in found},
    )
    more = [each for each in channels if each.kind in {"more", "lead"}]
    stale = await _refresh_parts(series, more, views, marks, names, chosen, uow, desk)
    return [
        person_id
        for person_id in concerned
        if person_id in stale
        or (
            person_id in changed
            and (
                person_id not in seats
                or seats[person_id].fragment != changed[person_id].fragment.text
            )
        )
    ]


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


def _note_clocks(series: SeriesState, before: SeriesState, seats: Mapping[str, SeatRow]) -> None:
    """Note what calendars were told by the clocks of then, where nobody did at the time."""
    for person_id, seat in seats.items():
        then, now = view_of(before, person_id), view_of(series, person_id)
        seat.told = noted(seat.told, then, now)


async def _marks(
    series: SeriesState, channels: Collection[Channel], uow: NotifierUow
) -> dict[str, list[Confirmed]]:
    """Return what was confirmed of its sessions, for those who want their calendar to say so."""
    found: dict[str, list[Confirmed]] = {}
    wanted = {each.person_id for each in channels if each.hours}
    for each in await uow.entries.confirmed(series.series_id, wanted) if wanted else ():
        found.setdefault(each.person_id, []).append(each)
    return found


async def _refresh_parts(
    series: SeriesState,
    channels: Sequence[Channel],
    views: Mapping[str, View | None],
    marks: Mapping[str, Sequence[Confirmed]],
    names: Names,
    chosen: Mapping[str, Preferences],
    uow: NotifierUow,
    desk: Desk,
) -> set[str]:
    """Bring the feeds beside people's own in line; return whose are then to be rebuilt."""
    if not channels:
        return set()
    before = await uow.parts.of_series(series.series_id, [each.feed_id for each in channels])
    changed: dict[str, Fragment] = {}
    stale: set[str] = set()
    for channel in channels:
        person_id = channel.person_id
        prefers = chosen.get(person_id, DEFAULTS)
        words = desk.words(channel.language, prefers.language)
        view = views.get(person_id) if is_shown(channel, series.group_id) else None
        notes = channel.notes(marks.get(person_id, ()), words)
        if channel.kind == "lead":
            leads = channel.group_id == series.group_id and person_id in leaders(series)
            view = whole_view(series, person_id) if leads else None
            answers = await uow.answers.of_series(series.series_id)
            notes = {} if channel.detail == "busy" else numbers_of(answers, series, words)
        fragment = feed_fragment(
            view,
            names,
            uow.now,
            alarm_minutes=channel.alarm(prefers.alarm_minutes),
            style=channel.style,
            notes=notes,
            words=words,
        )
        if fragment != before.get(channel.feed_id, _NOTHING):
            changed[channel.feed_id] = fragment
            stale.add(person_id)
    await uow.parts.show(series.series_id, changed)
    return stale


async def refresh_lead_feeds(series_id: str, uow: NotifierUow, desk: Desk) -> None:
    """Bring the feeds of those who lead a group in line with what was answered."""
    series = await uow.series.get(series_id)
    channels = await uow.feeds.leading(series.group_id) if series else []
    if series is not None and channels:
        names = await names_for(series, uow)
        chosen = await uow.people.preferences_of({each.person_id for each in channels})
        stale = await _refresh_parts(series, channels, {}, {}, names, chosen, uow, desk)
        await rebuild_feeds(stale, uow, desk)


async def series_of(person_id: str, uow: NotifierUow) -> list[SeriesState]:
    """Return the series a person has a seat in."""
    seats = await uow.seats.of_person(person_id)
    found = await uow.series.by_ids([seat.series_id for seat in seats])
    return [found[seat.series_id] for seat in seats if seat.series_id in found]


@dataclass(frozen=True, slots=True)
class _SeatNow:
    """What a series means for one person now."""

    person_id: str
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
    series: SeriesState,
    person_id: str,
    person: PersonState | None,
    seat: SeatRow | None,
    chosen: Preferences,
    groups: Sequence[int] | None,
    channel: Channel | None,
    marks: Sequence[Confirmed],
    names: Names,
    desk: Desk,
    now: datetime,
    at: datetime,
) -> _SeatNow:
    membership = membership_sequence(series, person_id)
    if seat is None or seat.membership != membership:
        removed = is_removed(series, person_id, at)
    else:
        removed = seat.removed
    if person is not None and person.left_at is not None:
        return _SeatNow(person_id, Shown(Fragment(""), membership, removed))
    view = None if removed else view_of(series, person_id)
    words = desk.words(channel.language if channel else None, chosen.language)
    fragment = feed_fragment(
        view,
        names,
        now,
        alarm_minutes=channel.alarm(chosen.alarm_minutes) if channel else chosen.alarm_minutes,
        style=channel.style if channel else PLAIN,
        notes=channel.notes(marks, words) if channel else {},
        words=words,
    )
    leads = leads_for(chosen.leads, groups, desk.leads)
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
        person_id,
        Shown(fragment, membership, removed),
        reminders_of(view, leads, now, chosen.quiet, zone_name),
        wait,
        left.told if left.told != told else None,
        view,
        waiting_of(view, leads, now, chosen.quiet, zone_name),
    )
