"""Telling people: what their calendars have not heard yet becomes mails."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta

import structlog

from alongside.contracts import PersonState, SeriesState
from alongside.db.claim import backoff
from alongside.observability.tracing import SpanKind, continued
from alongside_notifier.desk import Desk
from alongside_notifier.domain.answers import Given
from alongside_notifier.domain.calendar import Names
from alongside_notifier.domain.itip import Party, itip, message_id
from alongside_notifier.domain.told import Message, left_to_tell
from alongside_notifier.domain.view import View
from alongside_notifier.domain.words import Words
from alongside_notifier.handlers.channels import tell_by_channels
from alongside_notifier.handlers.mailroom import queue_letter
from alongside_notifier.handlers.refresh import names_for, seat_view
from alongside_notifier.handlers.series_letters import series_letter, why
from alongside_notifier.store.short_notice import change_of
from alongside_notifier.store.uow import NotifierUow

log = structlog.get_logger(__name__)

OpenUow = Callable[[], AbstractAsyncContextManager[NotifierUow]]

_ROUND = 50


async def tell_due(open_uow: OpenUow, desk: Desk) -> int:
    """Tell everybody what is due, each person and series in a transaction of its own."""
    async with open_uow() as uow:
        due = await uow.tellings.due(uow.now, _ROUND)
    for person_id, series_id, traceparent in due:
        try:
            with continued(traceparent, "tell", SpanKind.INTERNAL):
                async with open_uow() as uow:
                    if await tell(person_id, series_id, uow, desk):
                        await uow.commit()
        except Exception as error:  # one telling must not keep the others waiting
            log.exception("telling_failed", person=person_id, series=series_id)
            async with open_uow() as uow:
                await _postpone(person_id, series_id, repr(error), uow)
                await uow.commit()
    return len(due)


async def tell(person_id: str, series_id: str, uow: NotifierUow, desk: Desk) -> bool:
    """Queue what this person has yet to hear of a series, and remember that they were told."""
    seat = await uow.seats.take(person_id, series_id)
    if seat is None or not await uow.tellings.is_due(person_id, series_id, uow.now):
        return False
    person = await uow.people.get(person_id)
    series = await uow.series.get(series_id)
    if person is None or series is None:
        # The people topic may be behind the sessions topic: wait, and do not forget.
        await _postpone(person_id, series_id, "The person is not known here yet.", uow)
        return True
    await uow.tellings.nothing(series_id, [person_id])
    if person.left_at is not None:
        return True
    view = seat_view(series, person_id, seat)
    chosen = await uow.people.preferences(person_id)
    left = left_to_tell(
        seat.told,
        series,
        view,
        person_id=person_id,
        address=person.email,
        now=uow.now,
        small_changes=chosen.small_changes,
    )
    told = left.told
    names = await names_for(series, uow)
    hurried = bool(await uow.short_notice.untold(series_id, [person_id]))
    seen_url = desk.seen_url(person, series) if hurried else None
    words = desk.words(chosen.language)
    for message in left.messages:
        sent_as = await _queue(
            message, person, series, view, names, told.thread, seen_url, words, uow, desk
        )
        if message.kind == "invitation" or told.thread is None:
            told = told.model_copy(update={"thread": sent_as})
    await uow.seats.set_told(person_id, series_id, told)
    if hurried and left.messages:
        await uow.short_notice.told(person_id, series_id, uow.now)
        changes = [
            change_of(row)
            for row in await uow.short_notice.of(person_id, series_id)
            if row.told_at == uow.now
        ]
        await tell_by_channels("change", person, series, changes, uow, desk)
    elif hurried:
        await uow.short_notice.forget_untold(series_id, [person_id])
    return True


async def _queue(
    message: Message,
    person: PersonState,
    series: SeriesState,
    view: View | None,
    names: Names,
    thread: str | None,
    seen_url: str | None,
    words: Words,
    uow: NotifierUow,
    desk: Desk,
) -> str:
    provider = await uow.people.get(_led_by(message, series, view))
    association = names.association
    sender = desk.sender_for(
        person.person_id, provider.name if provider else "", association, words
    )
    given = await uow.answers.given(person.person_id, series.series_id, message.key)
    calendar = itip(
        message,
        series,
        view,
        names,
        organizer=sender,
        attendee=Party(person.name, person.email),
        answer=_still_holds(message, given),
        now=uow.now,
        words=words,
    )
    identity = message_id(message, series, person.person_id, person.email, desk.domain)
    letter = series_letter(
        message,
        person,
        series,
        view,
        provider=provider,
        association=association,
        others=names.others(view) if view is not None else "",
        answer_url=desk.answer_url(person, series),
        seen_url=seen_url,
        letters=desk.letters,
        now=uow.now,
        words=words,
    )
    await queue_letter(
        letter,
        kind=message.kind,
        why=why(message, series),
        to=person,
        on_behalf_of=provider,
        message_id=identity,
        calendar=(message.method, calendar),
        thread=thread,
        series_id=series.series_id,
        uow=uow,
        desk=desk,
    )
    return identity


def _led_by(message: Message, series: SeriesState, view: View | None) -> str:
    meeting = view.meeting(message.key) if view is not None and message.key else None
    return meeting.provider_id if meeting else series.provider_id


def _still_holds(message: Message, given: Given | None) -> str | None:
    if given is None or message.resets_answers or message.kind == "invitation":
        return None
    return given.answer


async def _postpone(person_id: str, series_id: str, reason: str, uow: NotifierUow) -> None:
    known = await uow.tellings.of_person(person_id)
    attempts = next((row.attempts for row in known if row.series_id == series_id), 0)
    pause = max(timedelta(seconds=5), backoff(attempts + 1, first=5, longest=600))
    await uow.tellings.later(person_id, series_id, due_at=uow.now + pause, error=reason)
