"""Telling people: what their calendars have not heard yet becomes mails."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from alongside.contracts import PersonState, SeriesState
from alongside.db.claim import backoff
from alongside.db.halves import in_halves
from alongside.observability.tracing import SpanKind, continued, current_traceparent
from alongside_notifier.desk import Desk
from alongside_notifier.domain.calendar import Names
from alongside_notifier.domain.itip import Party, itip, message_id
from alongside_notifier.domain.told import Message, Told, left_to_tell
from alongside_notifier.domain.view import View
from alongside_notifier.domain.words import Words
from alongside_notifier.handlers.channels import tell_by_channels
from alongside_notifier.handlers.mailroom import Draft, queue_letters
from alongside_notifier.handlers.names import names_of, shown_names
from alongside_notifier.handlers.refresh import seat_view
from alongside_notifier.handlers.series_letters import series_letter, why
from alongside_notifier.store.people import DEFAULTS, Preferences
from alongside_notifier.store.seats import SeatKey
from alongside_notifier.store.short_notice import change_of
from alongside_notifier.store.tables import AnswerRow, SeatRow
from alongside_notifier.store.uow import NotifierUow

log = structlog.get_logger(__name__)

OpenUow = Callable[[], AbstractAsyncContextManager[NotifierUow]]

_ROUND = 50

_Due = tuple[str, str, str | None]
"""A person, a series, and the trace of what changed it."""


async def tell_due(open_uow: OpenUow, desk: Desk) -> int:
    """Tell everybody what is due; return how many tellings that were.

    A round is one transaction. Where one of it fails, each half is tried, and so on: one telling
    must not keep the others waiting.
    """
    async with open_uow() as uow:
        due = await uow.tellings.due(uow.now, _ROUND)

    async def together(some: Sequence[_Due]) -> None:
        async with open_uow() as uow:
            await tell(some, uow, desk)
            await uow.commit()

    async def alone(one: _Due, error: Exception) -> None:
        person_id, series_id, _ = one
        log.error("telling_failed", person=person_id, series=series_id, exc_info=error)
        async with open_uow() as uow:
            await _postpone(person_id, series_id, repr(error), uow)
            await uow.commit()

    await in_halves(due, together, alone)
    return len(due)


async def tell(due: Sequence[_Due], uow: NotifierUow, desk: Desk) -> None:
    """Queue what these people have yet to hear of these series, and remember that they were told.

    What somebody else tells, or a change holds, at this moment is left to them.
    """
    traces = {(person_id, series_id): trace for person_id, series_id, trace in due}
    seats = await uow.seats.take(traces)
    now_due = await uow.tellings.still_due(seats, uow.now) if seats else set()
    taken = {key: seats[key] for key in traces if key in now_due}
    if not taken:
        return
    known = await _known(taken, uow)
    said = {}
    for (person_id, series_id), seat in taken.items():
        person, series = known.people.get(person_id), known.series.get(series_id)
        if person is None or series is None:
            # The people topic may be behind the sessions topic: wait, and do not forget.
            await _postpone(person_id, series_id, "The person is not known here yet.", uow)
            continue
        with continued(traces[person_id, series_id], "tell", SpanKind.INTERNAL):
            said[person_id, series_id] = _said(person, series, seat, known, uow.now, desk)
    await uow.tellings.nothing(said)
    await queue_letters([letter for each in said.values() for letter in each.letters], uow, desk)
    await uow.seats.set_told({key: each.told for key, each in said.items() if each.told})
    for key, each in said.items():
        if key in known.hurried:
            await _told_at_short_notice(key, each, known, uow, desk)


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of everybody and everything that a round is about, asked once."""

    association: str
    people: Mapping[str, PersonState]
    chosen: Mapping[str, Preferences]
    series: Mapping[str, SeriesState]
    answers: Mapping[SeatKey, Sequence[AnswerRow]]
    hurried: Collection[SeatKey]
    """Where something is at short notice."""


async def _known(seats: Collection[SeatKey], uow: NotifierUow) -> _Known:
    person_ids = {person_id for person_id, _ in seats}
    series = await uow.series.by_ids({series_id for _, series_id in seats})
    shown = {who for each in series.values() for who in shown_names(each)}
    return _Known(
        association=await uow.people.association_name(),
        people=await uow.people.by_ids(person_ids | shown),
        chosen=await uow.people.preferences_of(person_ids),
        series=series,
        answers=await uow.answers.to_series(person_ids, series),
        hurried=await uow.short_notice.untold(seats),
    )


@dataclass(frozen=True, slots=True)
class _Said:
    """What somebody hears of a series now."""

    letters: Sequence[Draft] = ()
    told: Told | None = None
    """What they were told with that; None for whoever left, and hears nothing."""


def _said(
    person: PersonState,
    series: SeriesState,
    seat: SeatRow,
    known: _Known,
    now: datetime,
    desk: Desk,
) -> _Said:
    """Return what is to be said to one person, and what they were told then."""
    if person.left_at is not None:
        return _Said()
    key = (person.person_id, series.series_id)
    view = seat_view(series, person.person_id, seat)
    chosen = known.chosen.get(person.person_id, DEFAULTS)
    left = left_to_tell(
        seat.told,
        series,
        view,
        person_id=person.person_id,
        address=person.email,
        now=now,
        small_changes=chosen.small_changes,
    )
    reader = _Reader(
        person,
        series,
        view,
        names_of(series, known.people, known.association),
        {row.occurrence_key: row for row in known.answers.get(key, ())},
        desk.seen_url(person, series) if key in known.hurried else None,
        desk.words(chosen.language),
    )
    told, letters = left.told, []
    for message in left.messages:
        draft = _draft(message, reader, told.thread, known, now, desk)
        letters.append(draft)
        if message.kind == "invitation" or told.thread is None:
            told = told.model_copy(update={"thread": draft.message_id})
    return _Said(letters, told)


async def _told_at_short_notice(
    key: SeatKey, said: _Said, known: _Known, uow: NotifierUow, desk: Desk
) -> None:
    """Note what was told at short notice, and say it by other channels too; or that it came to nothing."""
    person_id, series_id = key
    if not said.letters:
        if said.told is not None:
            await uow.short_notice.forget_untold(series_id, [person_id])
        return
    await uow.short_notice.told(person_id, series_id, uow.now)
    changes = [
        change_of(row)
        for row in await uow.short_notice.of(person_id, series_id)
        if row.told_at == uow.now
    ]
    person, series = known.people[person_id], known.series[series_id]
    await tell_by_channels("change", person, series, changes, uow, desk)


@dataclass(frozen=True, slots=True)
class _Reader:
    """One person before one series."""

    person: PersonState
    series: SeriesState
    view: View | None
    names: Names
    answers: Mapping[str, AnswerRow]
    """By meeting; under the empty key for the whole series."""
    seen_url: str | None
    words: Words


def _draft(
    message: Message, reader: _Reader, thread: str | None, known: _Known, now: datetime, desk: Desk
) -> Draft:
    person, series, view, words = reader.person, reader.series, reader.view, reader.words
    provider = known.people.get(_led_by(message, series, view))
    sender = desk.sender_for(
        person.person_id, provider.name if provider else "", known.association, words
    )
    calendar = itip(
        message,
        series,
        view,
        reader.names,
        organizer=sender,
        attendee=Party(person.name, person.email),
        answer=_still_holds(message, reader.answers.get(message.key or "")),
        now=now,
        words=words,
    )
    letter = series_letter(
        message,
        person,
        series,
        view,
        provider=provider,
        association=known.association,
        others=reader.names.others(view) if view is not None else "",
        answer_url=desk.answer_url(person, series),
        seen_url=reader.seen_url,
        letters=desk.letters,
        now=now,
        words=words,
    )
    return Draft(
        letter,
        kind=message.kind,
        why=why(message, series),
        to=person,
        on_behalf_of=provider,
        message_id=message_id(message, series, person.person_id, person.email, desk.domain),
        calendar=(message.method, calendar),
        thread=thread,
        series_id=series.series_id,
        traceparent=current_traceparent(),
    )


def _led_by(message: Message, series: SeriesState, view: View | None) -> str:
    meeting = view.meeting(message.key) if view is not None and message.key else None
    return meeting.provider_id if meeting else series.provider_id


def _still_holds(message: Message, given: AnswerRow | None) -> str | None:
    if given is None or message.resets_answers or message.kind == "invitation":
        return None
    return given.answer


async def _postpone(person_id: str, series_id: str, reason: str, uow: NotifierUow) -> None:
    known = await uow.tellings.of_person(person_id)
    attempts = next((row.attempts for row in known if row.series_id == series_id), 0)
    pause = max(timedelta(seconds=5), backoff(attempts + 1, first=5, longest=600))
    await uow.tellings.later(person_id, series_id, due_at=uow.now + pause, error=reason)
