"""Working out where somebody stands, in the transaction that changed it."""

from alongside.contracts import Credential, MilestoneReached, ProgressChanged
from alongside_logbook.domain.engine import judge_all
from alongside_logbook.domain.packs import Pack
from alongside_logbook.domain.progress import Progress, progress_of
from alongside_logbook.domain.providers import credentials
from alongside_logbook.handlers.board import show_on_board
from alongside_logbook.store.tables import PersonRow, ProgressRow
from alongside_logbook.store.uow import LogbookUow

_DEFAULT_RULES = "alliance"


async def recompute(supervisee_id: str, uow: LogbookUow) -> Progress:
    """Judge all hours of a person anew, keep the result, and say what changed.

    Whoever recomputes several people takes them in the order of their ids.
    """
    await uow.entries.hold(supervisee_id)
    person = await uow.people.get(supervisee_id)
    pack = await pack_for(person, uow)
    rows = await uow.entries.of_person(supervisee_id)
    credentials = await credentials_of({row.provider_id for row in rows}, uow)
    today = uow.now.date()
    verdicts = judge_all((row.current.hour() for row in rows), pack, credentials, today)
    await uow.entries.set_verdicts(
        {
            row.entry_id: verdicts[row.entry_id]
            for row in rows
            if row.verdict != verdicts[row.entry_id]
        }
    )
    progress = progress_of(
        [row.current for row in rows],
        verdicts,
        pack,
        today,
        usual_minutes=None if rows else await uow.sessions.usual_minutes(supervisee_id),
    )
    await _keep(supervisee_id, progress, person.pursuing if person else None, uow)
    goal = f"{pack.purpose}/{pack.category}" if pack else "none"
    await show_on_board(supervisee_id, [(goal, progress)], [row.current for row in rows], uow)
    return progress


async def refresh(uow: LogbookUow, *, limit: int = 50) -> int:
    """Work out again what is stale or of an earlier day; return how many were."""
    due = await uow.progress.due(uow.now.date(), limit=limit)
    for supervisee_id in due:
        await recompute(supervisee_id, uow)
    return len(due)


async def pack_for(person: PersonRow | None, uow: LogbookUow) -> Pack | None:
    """Return the pack of what a person pursues, under the association's rules, as of now."""
    if person is None or person.pursuing is None:
        return None
    association = await uow.people.association()
    rules = association.rules if association else _DEFAULT_RULES
    return uow.rules.find(rules, "apply", person.pursuing, uow.now.date())


async def credentials_of(
    provider_ids: set[str], uow: LogbookUow
) -> dict[str, tuple[Credential, ...]]:
    """Return what providers hold and held, as far as is known."""
    known = await uow.people.many(provider_ids)
    found = {person_id: person.credentials for person_id, person in known.items()}
    elsewhere = await uow.outside.many(provider_ids - known.keys())
    for provider_id, row in elsewhere.items():
        # A claim that nobody looked up yet counts, with a warning; one that was not found does not.
        claims = () if row.registry_state == "refused" else row.claims
        found[provider_id] = credentials(provider_id, claims)
    return found


async def _keep(
    supervisee_id: str, progress: Progress, pursuing: str | None, uow: LogbookUow
) -> None:
    before = await uow.progress.get(supervisee_id)
    said = _said(supervisee_id, 0, progress, uow)
    changed = before is None or _differs(before, said, uow)
    version = (before.version if before else 0) + (1 if changed else 0)
    await uow.progress.keep(supervisee_id, version, progress)
    if said is None or pursuing is None:
        return
    if changed:
        await uow.emit(said.model_copy(update={"version": version}))
    if progress.appears_met and await uow.progress.reach(supervisee_id, said.category, uow.now):
        await uow.emit(
            MilestoneReached(
                id=uow.new_id(),
                occurred_at=uow.now,
                supervisee_id=supervisee_id,
                category=said.category,
                counted_minutes=said.counted_minutes,
            )
        )


def _differs(before: ProgressRow, said: ProgressChanged | None, uow: LogbookUow) -> bool:
    ignored = {"id", "occurred_at", "version"}
    earlier = _said(before.supervisee_id, 0, before.body, uow)
    if said is None or earlier is None:
        return said is not earlier
    return said.model_dump(exclude=ignored) != earlier.model_dump(exclude=ignored)


def _said(
    supervisee_id: str, version: int, progress: Progress, uow: LogbookUow
) -> ProgressChanged | None:
    if progress.category is None:
        return None
    main, span = progress.main, progress.span
    return ProgressChanged(
        id=uow.new_id(),
        occurred_at=uow.now,
        supervisee_id=supervisee_id,
        version=version,
        category=progress.category,
        required_minutes=main.required if main else 0,
        counted_minutes=main.counted if main else 0,
        pending_minutes=main.pending if main else 0,
        window_start=span.first if span else None,
        window_end=span.last if span else None,
        appears_met=progress.appears_met,
    )
