"""The weekly digest: the week's sessions, what waits for a word, and where somebody stands."""

from typing import Any

from alongside.contracts import PersonState
from alongside_notifier.desk import Desk
from alongside_notifier.domain.digest import due_week, this_week
from alongside_notifier.domain.plain import one_line
from alongside_notifier.domain.view import Meeting, View
from alongside_notifier.domain.words import Words
from alongside_notifier.domain.words.series import noun
from alongside_notifier.domain.words.times import offset
from alongside_notifier.handlers.mailroom import queue_letter
from alongside_notifier.handlers.refresh import seat_view
from alongside_notifier.handlers.spoken import words_for
from alongside_notifier.handlers.tell import OpenUow
from alongside_notifier.store.tables import StandingRow
from alongside_notifier.store.uow import NotifierUow


async def send_digests(open_uow: OpenUow, desk: Desk) -> int:
    """Queue the digests that are due; return how many. Once a person and week, whoever asks."""
    async with open_uow() as uow:
        due = [
            (reader.person_id, week)
            for reader in await uow.people.digest_readers()
            if (week := due_week(uow.now, reader.quiet, reader.zone)) not in {None, reader.week}
        ]
    number = 0
    for person_id, week in due:
        async with open_uow() as uow:
            # Whoever marks the week writes; what is killed before the commit has marked nothing.
            if week is not None and await uow.people.mark_digest(person_id, week):
                number += await _write(person_id, week, uow, desk)
                await uow.commit()
    return number


async def _write(person_id: str, week: str, uow: NotifierUow, desk: Desk) -> bool:
    person = await uow.people.get(person_id)
    if person is None:
        return False
    sessions = this_week(await _views(person_id, uow), uow.now, person.zone)
    number, minutes = await uow.entries.awaiting(person_id)
    if not sessions and not number:
        return False
    standing = await uow.standings.of(person_id)
    words = await words_for(person_id, uow, desk)
    length = words.times.duration(minutes) if minutes else None
    letter = desk.letters.render(
        "digest",
        words.language,
        association=await uow.people.association_name(),
        name=one_line(person.name),
        headline=words.hours.week(len(sessions), number),
        zone=person.zone,
        lines=await _lines(sessions, person, words, uow),
        waiting=words.hours.waiting(number, length) if number else None,
        waiting_link=f"{desk.origin}/{'attendance' if 'supervisor' in person.roles else 'hours'}",
        standing=_standing(standing, words) if standing else None,
        share=_share(standing) if standing else 0,
        progress_link=f"{desk.origin}/progress",
        preferences_url=f"{desk.origin}/preferences",
    )
    return await queue_letter(
        letter,
        kind="digest",
        why="The week ahead, as you chose to be told.",
        to=person,
        message_id=f"<digest.{week}.{person_id}@{desk.domain}>",
        unsubscribe=f"{desk.origin}/preferences",
        uow=uow,
        desk=desk,
    )


async def _views(person_id: str, uow: NotifierUow) -> list[View]:
    seats = await uow.seats.of_person(person_id)
    series = await uow.series.by_ids([seat.series_id for seat in seats])
    views = [
        seat_view(series[seat.series_id], person_id, seat)
        for seat in seats
        if seat.series_id in series
    ]
    return [view for view in views if view is not None]


async def _lines(
    sessions: list[tuple[View, Meeting]], person: PersonState, words: Words, uow: NotifierUow
) -> list[dict[str, Any]]:
    providers = await uow.people.by_ids({meeting.provider_id for _, meeting in sessions})
    lines = []
    for view, meeting in sessions:
        title = words.series.title(one_line(view.series.title))
        provider = providers.get(meeting.provider_id)
        if view.leads:
            what = title if noun(view.series) == "visit" else words.hours.led(title)
        else:
            name = one_line(provider.name) if provider else ""
            what = words.hours.met_with(title, name) if name else title
        there = offset(meeting.starts_at, person.zone)
        lines.append(
            {
                "when": f"{words.times.short(meeting.starts_at, person.zone)} ({there})",
                "what": what,
                "where": one_line(meeting.place or "") or None,
            }
        )
    return lines


def _standing(standing: StandingRow, words: Words) -> str:
    duration = words.times.duration
    return words.hours.standing(
        duration(standing.counted_minutes),
        duration(standing.required_minutes),
        standing.category,
        duration(standing.pending_minutes) if standing.pending_minutes else None,
        met=standing.appears_met,
    )


def _share(standing: StandingRow) -> int:
    if standing.required_minutes <= 0:
        return 100
    return max(1, min(100, 100 * standing.counted_minutes // standing.required_minutes))
