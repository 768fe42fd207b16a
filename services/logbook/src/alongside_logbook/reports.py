"""What the commands print, and where they get it."""

import asyncio
import hashlib
from pathlib import Path

from alongside.cli_support import service
from alongside.errors import Invalid, NotFound
from alongside_logbook.documents.face import face_of
from alongside_logbook.documents.pdf import Press
from alongside_logbook.documents.writing import FORMATS, written
from alongside_logbook.domain.papers.documents import KINDS, spelled
from alongside_logbook.domain.words import duration
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.handlers.documents import hand_out, issue_document
from alongside_logbook.handlers.drafting import Wanted
from alongside_logbook.handlers.verification import Verification, verify
from alongside_logbook.store.uow import LogbookUow
from alongside_logbook.views.progress import ProgressView, progress_view


async def progress_of(who: str) -> ProgressView:
    """Return where somebody stands, by address or id."""
    async with service("logbook") as logbook, logbook.uow() as uow:
        person_id = await person_id_of(who, uow)
        return await progress_view(person_id, Actor(person_id), uow)


async def verified(who: str) -> Verification:
    """Check the history of somebody, or with no name of everybody."""
    async with service("logbook") as logbook, logbook.uow() as uow:
        return await verify(uow, await person_id_of(who, uow) if who else None)


async def document(who: str, kind: str, to: Path, *, goal: str = "", year: int = 0) -> str:
    """Issue a document of somebody's and write it to a file; return its code, spelled."""
    file_format = to.suffix.removeprefix(".").lower()
    if file_format not in FORMATS:
        raise Invalid("End it in .pdf, .xlsx or .csv.", field="--to")
    if kind not in KINDS:
        raise Invalid(f"Choose one of {', '.join(KINDS)}.", field="--kind")
    span = "year" if year else "goal" if goal else "all"
    async with service("logbook") as logbook:
        async with logbook.uow() as uow:
            person_id = await person_id_of(who, uow)
            sent = {"kind": kind, "goal": goal or None, "span": span, "year": year or None}
            issued = await issue_document(Wanted.model_validate(sent), Actor(person_id), uow)
            await uow.commit()
        face = face_of(issued.facts, issued.content, issued.code, logbook.settings.origin)
        content = await written(face, file_format, Press())
        async with logbook.uow() as uow:
            sha256 = hashlib.sha256(content).hexdigest()
            await hand_out(issued, file_format, sha256, uow)
            await uow.commit()
    await asyncio.to_thread(to.write_bytes, content)
    return spelled(issued.code)


async def person_id_of(who: str, uow: LogbookUow) -> str:
    """Return the id of somebody, by address or id; raise `NotFound` for nobody."""
    person = await uow.people.by_email(who) if "@" in who else await uow.people.get(who)
    if person is None:
        raise NotFound(f"Nobody is known here as {who}. `alongside person list` shows everybody.")
    return person.person_id


def told(shown: ProgressView) -> str:
    """Return where somebody stands, in lines."""
    progress = shown.progress
    lines = [f"{shown.person.name}: {progress.title or 'no category pursued'}"]
    lines += [
        f"  {bucket.label}: {duration(bucket.counted)} of {duration(bucket.required)} counted, "
        f"{duration(bucket.pending)} to be confirmed"
        for bucket in progress.buckets
    ]
    if progress.span is not None:
        lines.append(f"  Best window: {progress.span.first} to {progress.span.last}")
    if progress.appears_met:
        lines.append("  Appears to meet the hours. Only the association decides.")
    lines += [f"  {sentence}" for sentence in progress.missing]
    lines += [
        f"  Waiting for {each.person.name}: {duration(each.minutes)} in {each.entries}, "
        f"since {each.since}"
        for each in shown.awaited
    ]
    lines.append(f"  Attended in all: {duration(progress.attended)}")
    return "\n".join(lines)
