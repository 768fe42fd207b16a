"""Calendar health as JSON."""

from datetime import datetime
from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict

from alongside.errors import NotFound
from alongside.web.auth import AsCoordinator, CurrentViewer
from alongside_notifier.http.health import Checked, check
from alongside_notifier.http.reading import Read, mail_folder
from alongside_notifier.http.upcoming import upcoming_for
from alongside_notifier.store.uow import NotifierUow

router = APIRouter(prefix="/api/notifier/v1", tags=["calendar health"])


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class FindingView(_Model):
    """How one of the four stands, and what to do about it."""

    about: Literal["calendar", "mail", "answers", "address"]
    tone: Literal["good", "warn", "bad", "info", "calm"]
    state: str
    said: str
    advice: str


class ProgramView(_Model):
    """A calendar app, when it last fetched a feed, and how often it has."""

    program: str
    fetched_at: datetime
    times: int
    address_until: datetime | None
    """Until when the address goes on by which it asks, if that was replaced."""


class LastMail(_Model):
    """The last mail, without its contents."""

    kind: str
    at: datetime
    state: str


class UpcomingView(_Model):
    """A mail to come, as things stand now: which kind, when and why, and nothing of what it says."""

    kind: Literal["change", "reminder", "digest", "unseen", "queued"]
    mail_kind: str | None
    """Of a mail that is written and waits to be sent."""
    at: datetime
    why: str


class HealthView(_Model):
    """How news reaches one person."""

    person_id: str
    name: str
    findings: list[FindingView]
    programs: list[ProgramView]
    last_mail: LastMail | None
    unanswered: int
    answered: int
    answered_at: datetime | None
    silent_since: datetime | None


@router.get("/calendar-health")
async def my_health(request: Request, viewer: CurrentViewer, read: Read) -> HealthView:
    """Return how news reaches me."""
    return await _one(viewer.person_id, request, read, mine=True)


@router.get("/calendar-health/people")
async def health_of_everybody(
    request: Request, viewer: AsCoordinator, read: Read
) -> list[HealthView]:
    """Return how news reaches each person of the association; for a coordinator."""
    del viewer
    people = await read.people.present()
    found = await check(people, read, mine=False, goes_nowhere=mail_folder(request) is not None)
    return [_view(one) for one in sorted(found, key=lambda one: one.person.person_id)]


@router.get("/calendar-health/people/{person_id}")
async def health_of(
    person_id: str, request: Request, viewer: AsCoordinator, read: Read
) -> HealthView:
    """Return how news reaches one person; for a coordinator."""
    del viewer
    return await _one(person_id, request, read, mine=False)


@router.get("/messages/upcoming")
async def my_upcoming(viewer: CurrentViewer, read: Read) -> list[UpcomingView]:
    """Return what will be sent to me next."""
    return await _upcoming(viewer.person_id, read)


@router.get("/messages/upcoming/people/{person_id}")
async def upcoming_of(person_id: str, viewer: AsCoordinator, read: Read) -> list[UpcomingView]:
    """Return what will be sent to a person next; for a coordinator."""
    del viewer
    return await _upcoming(person_id, read)


async def _upcoming(person_id: str, read: NotifierUow) -> list[UpcomingView]:
    person = await read.people.get(person_id)
    if person is None or person.left_at is not None:
        raise NotFound
    return [
        UpcomingView(kind=each.kind, mail_kind=each.mail_kind, at=each.at, why=each.why)
        for each in await upcoming_for(person, read)
    ]


async def _one(person_id: str, request: Request, read: NotifierUow, *, mine: bool) -> HealthView:
    person = await read.people.get(person_id)
    if person is None or person.left_at is not None:
        raise NotFound
    nowhere = mail_folder(request) is not None
    (checked,) = await check([person], read, mine=mine, goes_nowhere=nowhere)
    return _view(checked)


def _view(checked: Checked) -> HealthView:
    facts = checked.facts
    return HealthView(
        person_id=checked.person.person_id,
        name=checked.person.name,
        findings=[
            FindingView(
                about=each.about,
                tone=each.tone,
                state=each.state,
                said=each.said,
                advice=each.advice,
            )
            for each in checked.findings
        ],
        programs=[
            ProgramView(
                program=each.program,
                fetched_at=each.at,
                times=each.times,
                address_until=each.ends_at,
            )
            for each in facts.fetched
        ],
        last_mail=LastMail(kind=facts.mail.kind, at=facts.mail.at, state=facts.mail.state)
        if facts.mail
        else None,
        unanswered=facts.unanswered,
        answered=facts.answered,
        answered_at=facts.answered_at,
        silent_since=facts.silent_since,
    )
