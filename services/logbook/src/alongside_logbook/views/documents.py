"""Issued documents as they are listed, and what a check of one found."""

from datetime import date, datetime

from alongside_logbook.domain.papers.documents import KINDS, Facts, Kind, spelled
from alongside_logbook.domain.papers.sheet import Content
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.handlers.document_lines import goals_toward
from alongside_logbook.handlers.documents import Finding, Issued, check_document, issued_document
from alongside_logbook.handlers.drafting import may_issue
from alongside_logbook.store.uow import LogbookUow
from alongside_logbook.views.people import Names, PersonRef, View

_LISTED = 100

FINDINGS: dict[Finding, tuple[str, str, str]] = {
    "genuine": (
        "Genuine, and unchanged since",
        "The record says today what this document says.",
        "good",
    ),
    "moved_on": (
        "Genuine; the record has changed since",
        "The record said this on the day of issue; newer versions were added since. Ask for a new one.",
        "warn",
    ),
    "withdrawn": (
        "Withdrawn",
        "This was issued here and taken back later. Do not rely on it.",
        "bad",
    ),
    "altered": (
        "Does not match the record",
        "This document, or the record behind it, was changed after it was written. Do not rely on it.",
        "bad",
    ),
    "unknown": (
        "No document with this code",
        "Compare it letter by letter with the printed one. If it is the same, it is not from here.",
        "bad",
    ),
}
"""What each finding is called, what it means, and its tone."""


class GoalRef(View):
    """Something that hours can be counted toward."""

    name: str
    title: str


class DocumentView(View):
    """An issued document, in short."""

    code: str
    kind: Kind
    title: str
    person: PersonRef
    since: date
    until: date
    goal: str | None
    issued_at: datetime
    issued_by: PersonRef
    revoked_at: datetime | None
    minutes: int
    """Confirmed by both."""
    training_minutes: int


class DocumentsView(View):
    """What was issued for somebody, newest first, and what hours can be counted toward."""

    person: PersonRef
    documents: tuple[DocumentView, ...]
    total: int
    goals: tuple[GoalRef, ...]


class CheckView(View):
    """What a check found. Of the document only what stands on it."""

    finding: Finding
    title: str
    words: str
    tone: str
    facts: Facts | None = None
    content: Content | None = None
    code: str | None = None
    withdrawn_at: datetime | None = None


async def documents_view(person_id: str, actor: Actor, uow: LogbookUow) -> DocumentsView:
    """Return the documents of a person, for themselves and coordinators."""
    may_issue(actor, person_id)
    rows, total = await uow.documents.of_person(person_id, limit=_LISTED)
    names = await Names.of(uow, [person_id, *(row.issued_by for row in rows)])
    listed = []
    for row in rows:
        facts = Facts.model_validate_json(row.facts)
        listed.append(
            DocumentView(
                code=spelled(row.code),
                kind=facts.kind,
                title=facts.title,
                person=names(row.person_id),
                since=row.since,
                until=row.until,
                goal=row.goal,
                issued_at=row.issued_at,
                issued_by=names(row.issued_by),
                revoked_at=row.revoked_at,
                minutes=facts.totals.minutes,
                training_minutes=facts.trainings.minutes,
            )
        )
    return DocumentsView(
        person=names(person_id),
        documents=tuple(listed),
        total=total,
        goals=tuple(
            GoalRef(name=each.name, title=each.title) for each in await goals_toward(person_id, uow)
        ),
    )


async def document_view(
    code: str, actor: Actor, uow: LogbookUow
) -> tuple[DocumentView, CheckView, Issued]:
    """Return one document, whether the record says the same now, and all that is on it."""
    issued = await issued_document(code, actor, uow)
    facts = issued.facts
    names = await Names.of(uow, [facts.person_id, facts.issued_by_id])
    checked = await check_view(code, uow)
    view = DocumentView(
        code=spelled(code),
        kind=facts.kind,
        title=facts.title,
        person=names(facts.person_id),
        since=facts.since,
        until=facts.until,
        goal=facts.goal,
        issued_at=facts.issued_at,
        issued_by=names(facts.issued_by_id),
        revoked_at=checked.withdrawn_at,
        minutes=facts.totals.minutes,
        training_minutes=facts.trainings.minutes,
    )
    return view, checked, issued


async def check_view(code: str | None, uow: LogbookUow) -> CheckView:
    """Return what a check of a code found, in words; none is a text that can be no code."""
    if code is None:
        title, words, tone = FINDINGS["unknown"]
        return CheckView(finding="unknown", title=title, words=words, tone=tone)
    found = await check_document(code, uow)
    title, words, tone = FINDINGS[found.finding]
    return CheckView(
        finding=found.finding,
        title=title,
        words=words,
        tone=tone,
        facts=found.facts,
        content=found.content,
        code=spelled(code) if found.row else None,
        withdrawn_at=found.row.revoked_at if found.row else None,
    )


def kinds() -> list[tuple[Kind, str, str]]:
    """Return the kinds of documents: name, title, what it is for."""
    return [(kind, title, words) for kind, (title, words) in KINDS.items()]
