"""Hearing what the logbook says about hours: a gentle word to whoever has to look."""

from datetime import timedelta

from alongside.contracts import (
    AttendanceRecorded,
    EntryState,
    HoursReturned,
    MilestoneReached,
    PersonState,
    ProgressChanged,
    VouchAnswered,
    VouchAsked,
    WordAwaited,
)
from alongside.contracts.hours import EntryEvent, HoursEvent
from alongside_notifier.desk import Desk
from alongside_notifier.domain.words import Words
from alongside_notifier.domain.words.times import hours
from alongside_notifier.handlers.awaited import on_awaited
from alongside_notifier.handlers.mailroom import queue_letter
from alongside_notifier.handlers.more_feeds import show_confirmed
from alongside_notifier.handlers.office import held_on, on_progress, show_days
from alongside_notifier.handlers.spoken import words_for
from alongside_notifier.handlers.vouching import ask_to_vouch, tell_vouched
from alongside_notifier.store.uow import NotifierUow

STALE = timedelta(days=30)
"""Nobody is mailed about what is longer ago: it comes from a history, not from yesterday."""


async def on_hours(event: HoursEvent, uow: NotifierUow, desk: Desk) -> None:
    """Ask for a confirmation once a session, hand back what was returned, say when it is enough."""
    match event:
        case EntryEvent():
            await _on_entry(event, uow, desk)
        case WordAwaited():
            await on_awaited(event, uow, desk)
        case VouchAsked():
            await ask_to_vouch(event, uow, desk)
        case ProgressChanged():
            await uow.standings.keep(event)
            await on_progress(event, uow, desk)
        case _ if event.occurred_at + STALE < uow.now:
            pass
        case MilestoneReached():
            await _celebrate(event, uow, desk)
        case VouchAnswered():
            await tell_vouched(event, uow, desk)
        case _:
            pass


async def _on_entry(event: EntryEvent, uow: NotifierUow, desk: Desk) -> None:
    before = await uow.entries.status(event.entry.entry_id)
    days = {await uow.entries.held_on(event.entry.entry_id)}
    day = held_on(event.entry) if event.entry.origin != "import" else None
    if not await uow.entries.keep(event.entry, event.occurred_at, held_on=day):
        return
    await show_days("waiting", {*days, day}, uow, desk)
    if "confirmed" in {before, event.entry.status}:
        await show_confirmed(event.entry, uow, desk)
    if event.occurred_at + STALE < uow.now or event.entry.started_at + STALE < uow.now:
        return
    match event:
        case AttendanceRecorded():
            await _ask(event.entry, before, uow, desk)
        case HoursReturned():
            await _hand_back(event.entry, uow, desk)
        case _:
            pass


async def _ask(entry: EntryState, before: str | None, uow: NotifierUow, desk: Desk) -> None:
    again = before == "returned"
    if entry.awaits != entry.supervisee_id or (before is not None and not again):
        return
    people = await uow.people.by_ids([entry.supervisee_id, entry.provider_id])
    supervisee, provider = people.get(entry.supervisee_id), people.get(entry.provider_id)
    if supervisee is None or not await _wants_hour_mails(supervisee, uow):
        return
    words = await words_for(supervisee.person_id, uow, desk)
    letter = desk.letters.render(
        "attendance_recorded",
        words.language,
        **await _facts(entry, supervisee, words, uow),
        provider=provider.name if provider else words.hours.provider,
        again=again,
        absent=entry.minutes == 0,
        link=f"{desk.origin}/hours",
    )
    version = f".{entry.version}" if again else ""
    await queue_letter(
        letter,
        kind="attendance_recorded",
        why="Attendance was recorded and waits for a confirmation.",
        to=supervisee,
        on_behalf_of=provider,
        message_id=f"<attendance.{entry.entry_id}{version}@{desk.domain}>",
        series_id=entry.series_id,
        uow=uow,
        desk=desk,
    )


async def _hand_back(entry: EntryState, uow: NotifierUow, desk: Desk) -> None:
    """Write to whoever spoke first: the provider who recorded it, or the supervisee who said it."""
    people = await uow.people.by_ids([entry.supervisee_id, entry.provider_id])
    supervisee, provider = people.get(entry.supervisee_id), people.get(entry.provider_id)
    to_supervisee = entry.awaits == entry.supervisee_id
    if to_supervisee and provider is None and entry.origin != "session":
        return  # they answered a link: one letter tells of all it was about
    reader, sender = (supervisee, provider) if to_supervisee else (provider, supervisee)
    if reader is None or not await _wants_hour_mails(reader, uow):
        return
    words = await words_for(reader.person_id, uow, desk)
    unknown = words.hours.provider if to_supervisee else words.hours.supervisee
    letter = desk.letters.render(
        "returned",
        words.language,
        **await _facts(entry, reader, words, uow),
        sender=sender.name if sender else unknown,
        said=words.hours.said_by_reader if to_supervisee else words.hours.said_by_other,
        link=f"{desk.origin}/hours/{entry.entry_id}"
        if to_supervisee
        else f"{desk.origin}/hours?person={entry.supervisee_id}",
    )
    await queue_letter(
        letter,
        kind="returned",
        why="Hours were sent back, with a reason.",
        to=reader,
        on_behalf_of=sender,
        message_id=f"<returned.{entry.entry_id}.{entry.version}@{desk.domain}>",
        series_id=entry.series_id,
        uow=uow,
        desk=desk,
    )


async def _celebrate(event: MilestoneReached, uow: NotifierUow, desk: Desk) -> None:
    person = await uow.people.get(event.supervisee_id)
    if person is None or not await _wants_hour_mails(person, uow):
        return
    words = await words_for(person.person_id, uow, desk)
    letter = desk.letters.render(
        "milestone",
        words.language,
        association=await uow.people.association_name(),
        name=person.name,
        hours=hours(event.counted_minutes),
        category=event.category,
        link=f"{desk.origin}/progress",
    )
    await queue_letter(
        letter,
        kind="milestone",
        why="The hours confirmed so far appear to meet the requirement.",
        to=person,
        message_id=f"<milestone.{event.supervisee_id}.{event.category}@{desk.domain}>",
        uow=uow,
        desk=desk,
    )


async def _facts(
    entry: EntryState, reader: PersonState, words: Words, uow: NotifierUow
) -> dict[str, str]:
    return {
        "association": await uow.people.association_name(),
        "name": reader.name,
        "title": words.series.title(entry.title),
        "day": words.times.day(entry.started_at, reader.zone),
        "short": words.times.short(entry.started_at, reader.zone),
        "duration": words.times.duration(entry.minutes),
    }


async def _wants_hour_mails(person: PersonState, uow: NotifierUow) -> bool:
    return (await uow.people.preferences(person.person_id)).hour_mails
