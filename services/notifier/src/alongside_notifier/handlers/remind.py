"""Sending reminders that are due."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from alongside.contracts import PersonState, SeriesState
from alongside_notifier.desk import Desk
from alongside_notifier.domain.calendar import safe_link
from alongside_notifier.domain.plain import one_line
from alongside_notifier.domain.quiet import disturbs_from
from alongside_notifier.domain.reminders import Due, why_not
from alongside_notifier.domain.view import Meeting, View, providers_of, view_of
from alongside_notifier.domain.words import Words
from alongside_notifier.domain.words.series import noun
from alongside_notifier.handlers.channels import remind_by_channels
from alongside_notifier.handlers.mailroom import Draft, queue_letters
from alongside_notifier.handlers.standing import standing_answer
from alongside_notifier.handlers.tell import OpenUow
from alongside_notifier.store.channel_tables import ChannelRow
from alongside_notifier.store.people import DEFAULTS, Preferences
from alongside_notifier.store.tables import AnswerRow
from alongside_notifier.store.uow import NotifierUow

_ROUND = 200


async def send_reminders(open_uow: OpenUow, desk: Desk) -> int:
    """Turn the reminders that are due into mails; of several missed ones, the newest alone."""
    number = 0
    while True:
        async with open_uow() as uow:
            rows = await uow.reminders.take_due(uow.now, _ROUND)
            if not rows:
                return number
            known = await _known(rows, uow, desk)
            outcomes: dict[str, list[int]] = {}
            drafts = []
            for row in rows:
                said = _reminder(row, known, desk, uow.now)
                if isinstance(said, datetime):
                    await uow.reminders.put_off(row.id, said)
                elif isinstance(said, Draft):
                    drafts.append(said)
                    outcomes.setdefault("sent", []).append(row.id)
                    await _by_channels(row, known, uow, desk)
                else:
                    outcomes.setdefault(said, []).append(row.id)
            await queue_letters(drafts, uow, desk)
            for outcome, ids in outcomes.items():
                await uow.reminders.done(ids, now=uow.now, outcome=outcome)
            await uow.commit()
            number += len(rows)


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of everybody and everything that a round is about, asked once."""

    association: str
    people: Mapping[str, PersonState]
    chosen: Mapping[str, Preferences]
    series: Mapping[str, SeriesState]
    removed: Collection[tuple[str, str]]
    answers: Mapping[tuple[str, str], Sequence[AnswerRow]]
    channels: Mapping[str, Sequence[ChannelRow]]
    """By which reminders come beside the mail."""


async def _known(rows: Sequence[Row[Any]], uow: NotifierUow, desk: Desk) -> _Known:
    person_ids = {row.person_id for row in rows}
    series = await uow.series.by_ids({row.series_id for row in rows})
    providers = {who for each in series.values() for who in providers_of(each)}
    return _Known(
        association=await uow.people.association_name(),
        people=await uow.people.by_ids(person_ids | providers),
        chosen=await uow.people.preferences_of(person_ids),
        series=series,
        removed=await uow.seats.removed(person_ids, series),
        answers=await uow.answers.to_series(person_ids, series),
        channels=await uow.channels.for_reminders(person_ids, desk.channels),
    )


def _reminder(row: Row[Any], known: _Known, desk: Desk, now: datetime) -> Draft | datetime | str:
    """Return the mail of a reminder, until when it waits, or why there is none."""
    due = Due(row.due_at, row.occurrence_key, row.starts_at, row.lead_minutes)
    person, series = known.people.get(row.person_id), known.series.get(row.series_id)
    if person is not None:
        quiet = known.chosen.get(row.person_id, DEFAULTS).quiet
        wakes = disturbs_from(now, quiet, person.zone)
        if now < wakes < due.starts_at:
            return wakes  # it was missed, and now they sleep
        if now < wakes:
            return "it begins in their quiet hours"
    if person is None or series is None or person.left_at is not None:
        return "nobody to remind"
    seat = (row.person_id, row.series_id)
    view = None if seat in known.removed else view_of(series, row.person_id)
    answer = standing_answer(known.answers.get(seat, ()), series, due.key)
    reason = why_not(due, view, answer, now)
    meeting = view.meeting(due.key) if view else None
    if reason is not None or view is None or meeting is None:
        return reason or "cancelled"
    return _draft(due, person, view, meeting, known, desk, now)


def _draft(
    due: Due,
    person: PersonState,
    view: View,
    meeting: Meeting,
    known: _Known,
    desk: Desk,
    now: datetime,
) -> Draft:
    series = view.series
    provider = known.people.get(meeting.provider_id)
    words = desk.words(known.chosen.get(person.person_id, DEFAULTS).language)
    host = one_line(provider.name) if provider else words.series.provider
    minutes = round((due.starts_at - now).total_seconds() / 60)
    when = _when(due, minutes, words)
    letter = desk.letters.render(
        "reminder",
        words.language,
        association=known.association,
        name=one_line(person.name),
        provider=host,
        title=words.series.title(one_line(series.title)),
        leads=view.leads,
        noun=noun(series),
        when=when,
        soon=when.capitalize(),
        short=words.times.subject(due.starts_at, person.zone),
        whens=words.times.spans(
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
    return Draft(
        letter,
        kind="reminder",
        why=f"A reminder, {words.times.duration(due.lead_minutes)} ahead.",
        to=person,
        on_behalf_of=provider,
        message_id=f"<reminder.{_identity(due, series, person)}@{desk.domain}>",
        series_id=series.series_id,
        unsubscribe=f"{desk.origin}/preferences",
        order_key=f"reminder.{person.person_id}"[:64],
    )


def _identity(due: Due, series: SeriesState, person: PersonState) -> str:
    return (
        f"{series.series_id}.{due.key}.{due.starts_at:%Y%m%dT%H%M}.{due.lead_minutes}"
        f".{person.person_id}"
    )


async def _by_channels(row: Row[Any], known: _Known, uow: NotifierUow, desk: Desk) -> None:
    channels = known.channels.get(row.person_id)
    if not channels:
        return
    due = Due(row.due_at, row.occurrence_key, row.starts_at, row.lead_minutes)
    person, series = known.people[row.person_id], known.series[row.series_id]
    words = desk.words(known.chosen.get(person.person_id, DEFAULTS).language)
    identity = _identity(due, series, person)
    await remind_by_channels(channels, person, series, due, identity, words, uow, desk)


def _when(due: Due, minutes_left: int, words: Words) -> str:
    """Return how far off it is: by the lead when on time, by the clock when late or early."""
    late = due.lead_minutes - minutes_left
    if abs(late) <= max(2, due.lead_minutes // 60):
        return words.times.ahead(due.lead_minutes)
    return words.times.left(minutes_left)
