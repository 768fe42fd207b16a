"""Changes at short notice: who saw them, and one more word to whoever did not."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from alongside.contracts import PersonState, SeriesState
from alongside_notifier.desk import Desk
from alongside_notifier.domain.plain import one_line
from alongside_notifier.domain.short_notice import AGAIN, Change, still_holds
from alongside_notifier.domain.view import leaders
from alongside_notifier.domain.words import Words
from alongside_notifier.handlers.channels import tell_by_channels
from alongside_notifier.handlers.mailroom import queue_letter
from alongside_notifier.handlers.spoken import words_for
from alongside_notifier.handlers.tell import OpenUow
from alongside_notifier.store.short_notice import change_of
from alongside_notifier.store.tables import ShortNoticeRow
from alongside_notifier.store.uow import NotifierUow

_ROUND = 100
_SHOWN = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Told:
    """One person who was told of a change at short notice."""

    person_id: str
    name: str
    email: str
    told_at: datetime
    seen_at: datetime | None
    again_at: datetime | None


@dataclass(frozen=True, slots=True)
class Notice:
    """A change at short notice, and everybody who was told of it."""

    series: SeriesState
    change: Change
    people: tuple[Told, ...]

    @property
    def seen(self) -> int:
        """How many have said that they saw it."""
        return sum(each.seen_at is not None for each in self.people)


async def remind_unseen(open_uow: OpenUow, desk: Desk) -> int:
    """Write once more, an hour after, to whoever has not seen a change; never after the start."""
    number = 0
    while True:
        async with open_uow() as uow:
            rows = await uow.short_notice.take_unseen(uow.now - AGAIN, uow.now, _ROUND)
            if not rows:
                return number
            for (person_id, series_id, told_at), group in groupby(
                rows, key=lambda row: (row.person_id, row.series_id, row.told_at)
            ):
                some = list(group)
                number += await _remind(person_id, series_id, told_at, some, uow, desk)
                for row in some:
                    await uow.short_notice.again(row, uow.now)
            await uow.commit()


async def notices_of(person_id: str, uow: NotifierUow) -> list[Notice]:
    """Return what was changed at short notice, these days, of the sessions that somebody leads."""
    rows = await uow.short_notice.since(uow.now - _SHOWN)
    series = await uow.series.by_ids({row.series_id for row in rows})
    shown = [
        row
        for row in rows
        if row.series_id in series
        and _leads(person_id, row, series[row.series_id])
        and still_holds(change_of(row), series[row.series_id])
    ]
    people = await uow.people.by_ids({row.person_id for row in shown})
    found: dict[tuple[str, str], list[ShortNoticeRow]] = {}
    for row in shown:
        if row.person_id in people:
            found.setdefault((row.series_id, row.occurrence_key), []).append(row)
    return [
        Notice(series[some[0].series_id], change_of(some[0]), _told(some, people))
        for some in found.values()
    ]


async def told_of(person_id: str, series: SeriesState, uow: NotifierUow) -> list[ShortNoticeRow]:
    """Return what somebody was told of a series at short notice, as far as it still stands so."""
    rows = await uow.short_notice.of(person_id, series.series_id)
    return [
        row
        for row in rows
        if still_holds(change_of(row), series) and change_of(row).matters_until > uow.now
    ]


async def unseen_by(person_id: str, uow: NotifierUow) -> list[tuple[ShortNoticeRow, SeriesState]]:
    """Return what somebody has yet to say they saw, as far as it still stands so and is to come."""
    rows = [
        row
        for row in await uow.short_notice.since(uow.now - _SHOWN)
        if row.person_id == person_id and row.seen_at is None
    ]
    series = await uow.series.by_ids({row.series_id for row in rows})
    return [
        (row, series[row.series_id])
        for row in rows
        if row.series_id in series
        and still_holds(change_of(row), series[row.series_id])
        and change_of(row).matters_until > uow.now
    ]


def in_words(change: Change, zone_name: str, words: Words) -> str:
    """Return `Tuesday, January 12, 2027, 10:00 AM (UTC-06:00): cancelled`."""
    was = words.times.moment(change.was_at, zone_name)
    if change.now_at is None:
        return words.series.cancelled.format(before=was)
    if change.now_at == change.was_at:
        return words.series.after_all.format(before=was)
    after = words.times.moment(change.now_at, zone_name)
    return words.series.now.format(before=was, after=after)


async def _remind(
    person_id: str,
    series_id: str,
    told_at: datetime | None,
    rows: list[ShortNoticeRow],
    uow: NotifierUow,
    desk: Desk,
) -> bool:
    person = await uow.people.get(person_id)
    series = await uow.series.get(series_id)
    if person is None or series is None or person.left_at is not None or told_at is None:
        return False
    changes = [
        change
        for change in map(change_of, rows)
        if still_holds(change, series) and uow.now < change.matters_until
    ]
    if not changes:
        return False
    provider = await uow.people.get(series.provider_id)
    first = changes[0].was_at
    words = await words_for(person_id, uow, desk)
    letter = desk.letters.render(
        "unseen",
        words.language,
        association=await uow.people.association_name(),
        name=one_line(person.name),
        title=words.series.title(one_line(series.title)),
        short=words.times.subject(first, person.zone),
        changes=[in_words(change, person.zone, words) for change in changes],
        seen_url=desk.seen_url(person, series),
    )
    await tell_by_channels("unseen", person, series, changes, uow, desk)
    return await queue_letter(
        letter,
        kind="unseen",
        why="A change at short notice that they have not said they saw.",
        to=person,
        on_behalf_of=provider,
        message_id=f"<unseen.{series_id}.{told_at:%Y%m%dT%H%M%S%f}.{person_id}@{desk.domain}>",
        series_id=series_id,
        uow=uow,
        desk=desk,
    )


def _leads(person_id: str, row: ShortNoticeRow, series: SeriesState) -> bool:
    return person_id in leaders(series) or any(
        each.key == row.occurrence_key and each.provider_id == person_id
        for each in series.occurrences
    )


def _told(rows: list[ShortNoticeRow], people: dict[str, PersonState]) -> tuple[Told, ...]:
    told = [
        Told(
            row.person_id,
            people[row.person_id].name,
            people[row.person_id].email,
            row.told_at or row.changed_at,
            row.seen_at,
            row.again_at,
        )
        for row in rows
    ]
    return tuple(sorted(told, key=lambda each: (each.seen_at is not None, each.name.casefold())))
