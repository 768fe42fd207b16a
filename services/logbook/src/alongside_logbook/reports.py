"""What the commands print, and where they get it."""

from alongside.cli_support import service
from alongside.errors import NotFound
from alongside_logbook.domain.words import duration
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.handlers.verification import Verification, verify
from alongside_logbook.store.uow import LogbookUow
from alongside_logbook.views.progress import ProgressView, progress_view


async def progress_of(who: str) -> ProgressView:
    """Return where somebody stands, by address or id."""
    async with service("logbook") as logbook, logbook.uow() as uow:
        person_id = await _person_id(who, uow)
        return await progress_view(person_id, Actor(person_id), uow)


async def verified(who: str) -> Verification:
    """Check the history of somebody, or with no name of everybody."""
    async with service("logbook") as logbook, logbook.uow() as uow:
        return await verify(uow, await _person_id(who, uow) if who else None)


async def _person_id(who: str, uow: LogbookUow) -> str:
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
