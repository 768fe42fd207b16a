"""How news reaches people, gathered for the page and the JSON route."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from alongside.contracts import PersonState
from alongside_notifier.domain.bounces import FAILURES, Failure
from alongside_notifier.domain.health import (
    SHOWN,
    Facts,
    Fetched,
    Finding,
    Mailed,
    findings,
    programs,
)
from alongside_notifier.domain.view import view_of
from alongside_notifier.handlers.standing import standing_answer
from alongside_notifier.store.health import Asked
from alongside_notifier.store.tables import AnswerRow
from alongside_notifier.store.uow import NotifierUow


@dataclass(frozen=True, slots=True)
class Checked:
    """One person: what is known, and what follows from it."""

    person: PersonState
    facts: Facts
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Traces:
    """What happened in the two weeks that are drawn. No contents."""

    since: datetime
    fetched: tuple[Fetched, ...]
    mails: Sequence[Mailed]
    answered_at: Sequence[datetime]


async def check(
    people: Sequence[PersonState], read: NotifierUow, *, mine: bool, goes_nowhere: bool
) -> list[Checked]:
    """Return how news reaches these people, in as many queries for all as for one."""
    ids = [person.person_id for person in people]
    feeds = await read.health.with_feed(ids)
    fetched = await read.health.fetches(ids, read.now)
    mails = await read.health.last_mails(ids)
    back = await read.health.bounced([person.email for person in people])
    asked = await read.health.asked(ids, read.now)
    waiting, settled = _answered(asked, read.now)
    latest: dict[str, datetime] = {}
    for row in asked.answers:
        latest[row.person_id] = max(row.answered_at, latest.get(row.person_id, row.answered_at))
    found = []
    for person in people:
        bounced = back.get(person.email.lower())
        facts = Facts(
            has_feed=person.person_id in feeds,
            fetched=programs(fetched.get(person.person_id, ())),
            mail=mails.get(person.person_id),
            goes_nowhere=goes_nowhere,
            unanswered=waiting[person.person_id],
            answered=settled[person.person_id],
            answered_at=latest.get(person.person_id),
            strikes=bounced.strikes if bounced else 0,
            failure=_failure(bounced.failure) if bounced else "other",
            silent_since=bounced.silent_since if bounced else None,
        )
        found.append(Checked(person, facts, findings(facts, read.now, mine=mine)))
    return found


async def traces(checked: Checked, read: NotifierUow) -> Traces:
    """Return what is drawn of one person."""
    since = read.now - SHOWN
    person_id = checked.person.person_id
    answers = await read.answers.of_person(person_id)
    return Traces(
        since,
        checked.facts.fetched,
        await read.health.mails_since(person_id, since),
        [row.answered_at for row in answers if row.answered_at >= since],
    )


def _answered(asked: Asked, now: datetime) -> tuple[Counter[str], Counter[str]]:
    """Count the sessions to come that each person left open, and those they answered."""
    given: dict[tuple[str, str], list[AnswerRow]] = defaultdict(list)
    for row in asked.answers:
        given[row.person_id, row.series_id].append(row)
    waiting: Counter[str] = Counter()
    settled: Counter[str] = Counter()
    for person_id, series_id in asked.pairs:
        series = asked.series[series_id]
        view = view_of(series, person_id)
        if view is None or view.cancelled or view.leads:
            continue
        mine = given[person_id, series_id]
        for meeting in view.planned():
            if not meeting.is_over(now):
                said = standing_answer(mine, series, meeting.key)
                (settled if said else waiting)[person_id] += 1
    return waiting, settled


def _failure(kept: str) -> Failure:
    return kept if kept in FAILURES else "other"
