"""What will be sent to a person next, gathered for pages and the JSON route."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from alongside.contracts import PersonState
from alongside_notifier.domain import wording
from alongside_notifier.domain.plain import one_line
from alongside_notifier.domain.short_notice import AGAIN
from alongside_notifier.domain.upcoming import Upcoming, next_digest
from alongside_notifier.store.short_notice import change_of
from alongside_notifier.store.uow import NotifierUow

MOST = 10
"""Reminders that are looked ahead at."""


async def upcoming_for(person: PersonState, read: NotifierUow) -> list[Upcoming]:
    """Return the mails that will come, the next one first: as things stand, they may still change."""
    if person.left_at is not None:
        return []
    person_id, now = person.person_id, read.now
    found = [
        Upcoming(
            "queued",
            max(row.next_attempt_at, now),
            _why_queued(row, now),
            row.series_id,
            row.kind,
        )
        for row in await read.mails.pending(person_id, MOST)
    ]
    found += [
        Upcoming("change", row.due_at, "Changes within a few minutes come as one.", row.series_id)
        for row in await read.tellings.of_person(person_id)
    ]
    found += [
        Upcoming(
            "reminder",
            row.due_at,
            f"{wording.stretch(row.lead_minutes)} before it begins.".capitalize(),
            row.series_id,
        )
        for row in await read.reminders.of_person(person_id, MOST)
    ]
    found += [
        Upcoming("unseen", at, "Unless it is seen until then.", series_id)
        for series_id, at in (await _unseen(person_id, read)).items()
    ]
    chosen = await read.people.preferences(person_id)
    if chosen.digest:
        at = next_digest(now, chosen.quiet, person.zone)
        found.append(Upcoming("digest", at, "Once a week, if there is something to say."))
    return sorted(found, key=lambda each: each.at)


async def _unseen(person_id: str, read: NotifierUow) -> dict[str, datetime]:
    """Return when somebody is asked once more whether they saw a change, by series."""
    asked: dict[str, datetime] = {}
    for row in await read.short_notice.since(read.now - 2 * AGAIN):
        if row.person_id != person_id or row.told_at is None or row.seen_at or row.again_at:
            continue
        at = row.told_at + AGAIN
        if read.now < at < change_of(row).matters_until:
            asked[row.series_id] = min(at, asked.get(row.series_id, at))
    return asked


def _why_queued(row: Row[Any], now: datetime) -> str:
    """Say why it has not left; why it was written names what it is about, and is not for everybody."""
    if row.last_error:
        return "It was not taken yet, and is tried again."
    return "It waits for quiet hours to end." if row.next_attempt_at > now else "It is about to go."


async def titles_of(upcoming: Sequence[Upcoming], read: NotifierUow) -> Mapping[str, str]:
    """Return the titles of the series they are about."""
    series = await read.series.by_ids({each.series_id for each in upcoming if each.series_id})
    return {series_id: one_line(state.title) for series_id, state in series.items()}
