"""Issuing documents, withdrawing them, and telling whether the record still says what one says."""

import secrets
import zlib
from dataclasses import dataclass
from typing import Literal, NamedTuple

from pydantic import ValidationError

from alongside.errors import NotFound
from alongside_logbook.domain.chain import Link, broken
from alongside_logbook.domain.papers.documents import (
    Facts,
    Format,
    code_of,
    digest,
    recounted,
    recounted_trainings,
    spelled,
)
from alongside_logbook.domain.papers.sheet import Content
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.handlers.drafting import Wanted, draft, may_issue
from alongside_logbook.handlers.progress import recompute
from alongside_logbook.store.tables import DocumentRow
from alongside_logbook.store.uow import LogbookUow

_NONCE_BYTES = 18

Finding = Literal["genuine", "moved_on", "withdrawn", "altered", "unknown"]
"""genuine: the record says the same now. moved_on: it said so, and newer versions have come since.
withdrawn: whoever issued it took it back. altered: the document, or the record behind it, is not as it
was written. unknown: there is no document of this code."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A document with its code."""

    code: str
    facts: Facts
    content: Content
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found; the facts are those the document itself says, none if they cannot be trusted."""

    finding: Finding
    facts: Facts | None = None
    content: Content | None = None
    code: str | None = None
    row: DocumentRow | None = None


async def issue_document(wanted: Wanted, actor: Actor, uow: LogbookUow) -> Issued:
    """Issue a document: from now on its code tells whether it is genuine.

    The person's history is held meanwhile, so what the document says is of one moment.
    """
    person_id = wanted.person_id or actor.person_id
    may_issue(actor, person_id)
    await recompute(person_id, uow)
    await uow.trainings.hold(person_id)
    made = await draft(wanted, actor, uow)
    facts = made.facts.model_copy(update={"nonce": secrets.token_urlsafe(_NONCE_BYTES)})
    text = facts.text()
    code = code_of(text)
    await uow.documents.add(
        DocumentRow(
            code=code,
            person_id=facts.person_id,
            kind=facts.kind,
            goal=facts.goal,
            since=facts.since,
            until=facts.until,
            issued_at=facts.issued_at,
            issued_by=facts.issued_by_id,
            facts=text,
            content=zlib.compress(made.content.text().encode(), 9),
        )
    )
    return Issued(code, facts, made.content)


async def revoke_document(code: str, actor: Actor, uow: LogbookUow) -> None:
    """Withdraw a document; whoever checks it is told so. Doing it again changes nothing."""
    row = await _mine(code, actor, uow)
    await uow.documents.revoke(row.code, actor.person_id, uow.now)


async def issued_document(code: str, actor: Actor, uow: LogbookUow) -> Issued:
    """Return an issued document, to be written in any format.

    Raises `NotFound` for whoever may not see it, and for one that was tampered with.
    """
    row = await _mine(code, actor, uow)
    facts, content = _facts(row), _content(row)
    if facts is None or content is None:
        raise NotFound("This document was changed in the database after it was issued.")
    return Issued(row.code, facts, content, revoked=row.revoked_at is not None)


async def hand_out(issued: Issued, file_format: Format, sha256: str, uow: LogbookUow) -> None:
    """Remember the SHA-256 of a file that is handed out now."""
    await uow.documents.hand_out(issued.code, file_format, sha256, uow.now)


async def check_document(code: str, uow: LogbookUow) -> Checked:
    """Tell whether the document of this code is genuine, from the record as it is now.

    Chains are hashed again and minutes are summed again: a changed row anywhere shows.
    """
    row = await uow.documents.get(code)
    if row is None:
        return Checked("unknown")
    facts, content = _facts(row), _content(row)
    if facts is None or content is None:
        return Checked("altered", code=code, row=row)
    if row.revoked_at is not None:
        return Checked("withdrawn", facts, content, code, row)
    hours, trainings = await _hours(facts, uow), await _trainings(facts, uow)
    if not (hours.same and trainings.same):
        return Checked("altered", facts, content, code, row)
    moved_on = hours.moved or trainings.moved
    return Checked("moved_on" if moved_on else "genuine", facts, content, code, row)


class _Compared(NamedTuple):
    same: bool
    """As it was then."""
    moved: bool = False
    """Newer versions belong to the period."""


async def _hours(facts: Facts, uow: LogbookUow) -> _Compared:
    if facts.kind == "trainings":
        return _Compared(same=True)
    links, head = await uow.entries.chain(facts.person_id)
    if broken(links, head) or not _sealed_then(links, facts.position, facts.head):
        return _Compared(same=False)
    totals, moved = recounted(links, facts.position, facts.since, facts.until)
    return _Compared(totals == facts.totals, moved)


async def _trainings(facts: Facts, uow: LogbookUow) -> _Compared:
    if facts.kind not in {"trainings", "yearly"}:
        return _Compared(same=True)
    links, head = await uow.trainings.chain(facts.person_id)
    if broken(links, head) or not _sealed_then(
        links, facts.trainings_position, facts.trainings_head
    ):
        return _Compared(same=False)
    trainings, moved = recounted_trainings(
        links, facts.trainings_position, facts.since, facts.until
    )
    return _Compared(trainings == facts.trainings, moved)


def _sealed_then(links: list[Link], position: int, head: str) -> bool:
    if position == 0:
        return True
    return len(links) >= position and links[position - 1].hash == head


def _facts(row: DocumentRow) -> Facts | None:
    if code_of(row.facts) != row.code:
        return None
    try:
        return Facts.model_validate_json(row.facts)
    except ValidationError:
        return None


def _content(row: DocumentRow) -> Content | None:
    facts = _facts(row)
    try:
        text = zlib.decompress(row.content).decode()
    except (zlib.error, UnicodeDecodeError):
        return None
    if facts is None or digest(text) != facts.content:
        return None
    return Content.model_validate_json(text)


async def _mine(code: str, actor: Actor, uow: LogbookUow) -> DocumentRow:
    row = await uow.documents.get(code)
    if row is None:
        raise NotFound("There is no such document.")
    may_issue(actor, row.person_id)
    return row


async def prove_documents(person_id: str, uow: LogbookUow) -> list[str]:
    """Return which of a person's documents were changed after they were issued, a line each."""
    rows, _ = await uow.documents.of_person(person_id)
    return [
        f"the document {spelled(row.code)} was changed after it was issued"
        for row in rows
        if _content(row) is None
    ]
