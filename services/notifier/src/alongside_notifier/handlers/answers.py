"""Answers to invitations: from a page and from a calendar, one truth."""

from datetime import datetime, timedelta
from typing import Literal

from alongside.contracts import InvitationAnswered, SeriesState
from alongside.errors import Conflict, Gone, NotFound
from alongside_notifier.desk import Desk
from alongside_notifier.domain.answers import (
    Answer,
    Given,
    Refused,
    Reply,
    Unchanged,
    judge,
    occurrence_key,
    read_reply,
)
from alongside_notifier.domain.taken import Taken
from alongside_notifier.domain.told import NOTHING
from alongside_notifier.domain.view import View
from alongside_notifier.handlers.refresh import hold_lead_feeds, refresh_lead_feeds, seat_view
from alongside_notifier.handlers.standing import standing_answer
from alongside_notifier.store.uow import NotifierUow


async def answer_on_page(
    person_id: str,
    series_id: str,
    key: str | None,
    answer: Answer,
    uow: NotifierUow,
    desk: Desk,
    *,
    note: str = "",
) -> Given:
    """Record what a person said on a page, for the series or one meeting, and say it to others."""
    person = await uow.people.get(person_id)
    series = await uow.series.get(series_id)
    if person is None or series is None:
        raise NotFound
    if person.left_at is not None:
        raise Gone("This link is no longer valid.")
    seat = await uow.seats.get(person_id, series_id)
    view = seat_view(series, person_id, seat)
    if view is None:
        raise Gone("You are no longer on the roster of this series.")
    if view.cancelled:
        raise Conflict("This is cancelled; there is nothing to answer.")
    _check_open(view, key, uow.now)
    sequence = max(view.sequence, seat.told.sequence if seat else 0)
    if key is not None:
        meeting = view.meeting(key)
        sequence = max(sequence, meeting.sequence if meeting else 0)
    before = await uow.answers.given(person_id, series_id, key)
    given = Given(answer, sequence, uow.now, key, note)
    if before is not None and (before.answer, before.sequence) == (answer, sequence):
        newest = await answer_for(person_id, series, key, uow) if key else before.answer
        if newest == answer:
            return before
    await _keep(given, person_id, series_id, "web", uow, desk)
    return given


async def answer_by_mail(raw: bytes, uow: NotifierUow, desk: Desk) -> Taken:
    """Judge a REPLY or COUNTER mail, and record it if it says something new."""
    reply = read_reply(raw, desk.mail_from)
    if isinstance(reply, Refused):
        return Taken("refused", reply.reason)
    return await _judged(reply, uow, desk)


async def answer_for(
    person_id: str, series: SeriesState, key: str | None, uow: NotifierUow
) -> str | None:
    """Return what a person's answer is for one meeting, or for the series."""
    rows = await uow.answers.of_person(person_id, [series.series_id])
    return standing_answer(rows, series, key)


async def _judged(reply: Reply, uow: NotifierUow, desk: Desk) -> Taken:
    person = await uow.people.by_email(reply.attendee)
    series = await uow.series.by_uid(reply.uid)
    seat = previous = None
    if person is not None and series is not None:
        seat = await uow.seats.get(person.person_id, series.series_id)
        key = occurrence_key(series, reply.recurrence) if reply.recurrence else None
        previous = await uow.answers.given(person.person_id, series.series_id, key)
    verdict = judge(
        reply,
        series=series,
        expected_token=desk.tag_of(person.person_id, reply.tokens) if person else None,
        told=seat.told if seat else NOTHING,
        previous=previous,
        now=uow.now,
    )
    person_id = person.person_id if person else None
    series_id = series.series_id if series else None
    match verdict:
        case Refused():
            return Taken("refused", verdict.reason, person_id, series_id)
        case Unchanged():
            return Taken("unchanged", verdict.reason, person_id, series_id)
        case Given() if person_id is not None and series_id is not None:
            await _keep(verdict, person_id, series_id, "mail", uow, desk)
            return Taken("taken", f"Recorded: {verdict.answer}.", person_id, series_id)
        case _:  # pragma: no cover  # judge refuses before
            return Taken("refused", "Nobody here has the address that answered.")


async def _keep(
    given: Given,
    person_id: str,
    series_id: str,
    channel: Literal["mail", "web"],
    uow: NotifierUow,
    desk: Desk,
) -> None:
    led = await hold_lead_feeds(series_id, uow)
    said_at = given.stamp if channel == "mail" else uow.now
    # Whoever answers what changed has seen it.
    await uow.short_notice.seen(person_id, series_id, uow.now, key=given.key, at=said_at)
    # Others keep what was answered last, by this instant: clocks differ, and are put back.
    last = await uow.answers.last_said(person_id, series_id, given.key)
    said_at = max(said_at, last + timedelta.resolution) if last else said_at
    kept_at = max(uow.now, said_at)
    await uow.answers.keep(person_id, series_id, given, now=kept_at, channel=channel)
    await refresh_lead_feeds(series_id, led, uow, desk)
    await uow.emit(
        InvitationAnswered(
            id=uow.new_id(),
            occurred_at=uow.now,
            series_id=series_id,
            occurrence_key=given.key,
            person_id=person_id,
            answer=given.answer,
            proposed_start=given.proposed_start,
            answered_at=said_at,
            channel=channel,
        )
    )


def _check_open(view: View, key: str | None, now: datetime) -> None:
    if key is None:
        if not view.has_future(now):
            raise Conflict("All its sessions are over.")
        return
    meeting = view.meeting(key)
    if meeting is None:
        raise NotFound("There is no such session in this series.")
    if meeting.cancelled:
        raise Conflict("This session is cancelled; there is nothing to answer.")
    if meeting.is_over(now):
        raise Conflict("This session is over.")
