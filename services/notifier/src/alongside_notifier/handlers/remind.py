"""Sending reminders that are due."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Row

from alongside.contracts import PersonState
from alongside_notifier.desk import Desk
from alongside_notifier.domain import wording
from alongside_notifier.domain.calendar import safe_link
from alongside_notifier.domain.plain import one_line
from alongside_notifier.domain.quiet import Quiet, disturbs_from
from alongside_notifier.domain.reminders import Due, newest, why_not
from alongside_notifier.handlers.answers import answer_for
from alongside_notifier.handlers.mailroom import queue_letter
from alongside_notifier.handlers.refresh import seat_view
from alongside_notifier.handlers.tell import OpenUow
from alongside_notifier.store.people import DEFAULTS
from alongside_notifier.store.uow import NotifierUow

_ROUND = 100


async def send_reminders(open_uow: OpenUow, desk: Desk) -> int:
    """Turn the reminders that are due into mails; of several missed ones, the newest alone."""
    number = 0
    while True:
        async with open_uow() as uow:
            rows = await uow.reminders.take_due(uow.now, _ROUND)
            if not rows:
                return number
            ordered = sorted(rows, key=_meeting_of)
            chosen = await uow.people.preferences_of({row.person_id for row in rows})
            for _, group in groupby(ordered, key=_meeting_of):
                meeting = list(group)
                quiet = chosen.get(meeting[0].person_id, DEFAULTS).quiet
                await _remind(meeting, quiet, uow, desk)
            await uow.commit()
            number += len(rows)


def _meeting_of(row: Row[Any]) -> tuple[Any, ...]:
    return row.person_id, row.series_id, row.occurrence_key, row.starts_at


async def _remind(
    rows: Sequence[Row[Any]], quiet: Quiet | None, uow: NotifierUow, desk: Desk
) -> None:
    dues = {
        Due(row.due_at, row.occurrence_key, row.starts_at, row.lead_minutes): row.id for row in rows
    }
    chosen = newest(list(dues))
    person_id, series_id = rows[0].person_id, rows[0].series_id
    missed = [row_id for due, row_id in dues.items() if due != chosen]
    if missed:
        await uow.reminders.done(missed, now=uow.now, outcome="a later one was due too")
    person = await uow.people.get(person_id)
    wakes = disturbs_from(uow.now, quiet, person.zone) if person else uow.now
    if uow.now < wakes < chosen.starts_at:
        # It was missed, and now they sleep.
        await uow.reminders.put_off(dues[chosen], wakes)
        return
    outcome = "it begins in their quiet hours"
    if wakes <= uow.now:
        outcome = await _send(person, series_id, chosen, uow, desk)
    await uow.reminders.done([dues[chosen]], now=uow.now, outcome=outcome)


async def _send(
    person: PersonState | None, series_id: str, due: Due, uow: NotifierUow, desk: Desk
) -> str:
    series = await uow.series.get(series_id)
    if person is None or series is None or person.left_at is not None:
        return "nobody to remind"
    person_id = person.person_id
    view = seat_view(series, person_id, await uow.seats.get(person_id, series_id))
    answer = await answer_for(person_id, series, due.key, uow)
    reason = why_not(due, view, answer, uow.now)
    meeting = view.meeting(due.key) if view else None
    if reason is not None or view is None or meeting is None:
        return reason or "cancelled"
    provider = await uow.people.get(meeting.provider_id)
    host = one_line(provider.name) if provider else "your provider"
    minutes = round((due.starts_at - uow.now).total_seconds() / 60)
    when = _when(due, minutes)
    letter = desk.letters.render(
        "reminder",
        association=await uow.people.association_name(),
        name=one_line(person.name),
        provider=host,
        title=one_line(series.title),
        leads=view.leads,
        noun=wording.noun(series),
        when=when,
        soon=when.capitalize(),
        short=f"{wording.short(due.starts_at, person.zone)} "
        f"({person.zone}, {wording.offset(due.starts_at, person.zone)})",
        whens=wording.spans(
            meeting.starts_at,
            meeting.ends_at,
            person.zone,
            provider.zone if provider else person.zone,
            host,
        ),
        place=one_line(meeting.place or "") or None,
        link=safe_link(meeting.link),
        answer_url=desk.answer_url(person, series),
        preferences_url=f"{desk.origin}/preferences",
    )
    identity = f"{series_id}.{due.key}.{due.starts_at:%Y%m%dT%H%M}.{due.lead_minutes}.{person_id}"
    await queue_letter(
        letter,
        kind="reminder",
        why=f"A reminder, {wording.duration(due.lead_minutes)} ahead.",
        to=person,
        on_behalf_of=provider,
        message_id=f"<reminder.{identity}@{desk.domain}>",
        series_id=series_id,
        unsubscribe=f"{desk.origin}/preferences",
        order_key=f"reminder.{person_id}"[:64],
        uow=uow,
        desk=desk,
    )
    return "sent"


def _when(due: Due, minutes_left: int) -> str:
    """Return how far off it is: by the lead when on time, by the clock when late or early."""
    late = due.lead_minutes - minutes_left
    if abs(late) <= max(2, due.lead_minutes // 60):
        return wording.ahead(due.lead_minutes)
    hours = minutes_left // 60
    if hours >= 1:
        return f"in about {hours} hour{'' if hours == 1 else 's'}"
    return f"in {max(1, minutes_left)} minute{'' if minutes_left == 1 else 's'}"
