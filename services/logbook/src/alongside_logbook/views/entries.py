"""Hour entries as they are shown, with what they count for and their history."""

from collections.abc import Sequence
from datetime import date, datetime

from alongside.contracts import GroupKind
from alongside.contracts.hours import EntryOrigin
from alongside.errors import NotFound
from alongside_logbook.domain.attendance import CorrectionReason, Presence
from alongside_logbook.domain.chain import broken
from alongside_logbook.domain.entry import (
    OUTSIDE,
    Act,
    Ages,
    EntryStatus,
    EntryVersion,
    Mode,
    Override,
)
from alongside_logbook.domain.outside import is_timed
from alongside_logbook.domain.rules.engine import State
from alongside_logbook.domain.signatures import Signature, signatures
from alongside_logbook.domain.steps import only_said
from alongside_logbook.handlers.access import may_see_hours
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.store.entry_reads import ShownEntry
from alongside_logbook.store.tables import EntryRow
from alongside_logbook.store.uow import LogbookUow
from alongside_logbook.views.people import Names, PersonRef, View


class GoalVerdict(View):
    """What an entry counts for toward one goal."""

    goal: str
    counts: State
    reason: str
    buckets: dict[str, int]
    warnings: tuple[str, ...]


class EntryView(View):
    """An hour entry: what was attended, who stands behind it, what it counts for and why."""

    entry_id: str
    version: int
    supervisee: PersonRef
    provider: PersonRef
    series_id: str
    occurrence_key: str
    title: str
    kind: GroupKind
    started_at: datetime
    zone: str
    held_on: date
    timed: bool
    """Whether somebody said when on that day it began."""
    scheduled_minutes: int
    presence: Presence
    minutes: int
    about_rsc_minutes: int
    other_minutes: int
    """Of these, administrative or clinical: they qualify for nothing."""
    mode: Mode | None
    ages: tuple[Ages, ...]
    """Empty: nobody said."""
    peer: bool
    origin: EntryOrigin
    head_count: int
    status: EntryStatus
    said_first: bool
    """Whether only the supervisee spoke for it so far."""
    override: Override | None
    """Why a coordinator stood in for the provider, now or in an earlier version."""
    override_note: str | None = None
    """The coordinator's words on the evidence; for the person and coordinators only."""
    awaits: PersonRef | None
    at: datetime
    """When the newest version was written."""
    counts: State | None
    """counted, pending or not_counted; null while nothing was worked out yet."""
    reason: str
    buckets: dict[str, int]
    provider_held: str | None
    warnings: tuple[str, ...]
    goals: tuple[GoalVerdict, ...] = ()
    """The same toward each goal, the category that is pursued among them."""
    returned_because: str | None = None
    """For the two people it concerns and coordinators only."""


class EntriesPage(View):
    """Some entries, newest first."""

    entries: tuple[EntryView, ...]
    total: int
    page: int
    pages: int


class Step(View):
    """One version in the history of an entry."""

    version: int
    act: Act
    at: datetime
    by: PersonRef
    minutes: int
    presence: Presence
    about_rsc_minutes: int
    other_minutes: int
    status: EntryStatus
    override: Override | None
    override_note: str | None
    correction: CorrectionReason | None
    returned_because: str | None
    position: int
    prev_hash: str
    hash: str


class Signed(View):
    """Somebody's word for an entry as it now is."""

    by: PersonRef
    at: datetime
    version: int


class EntryHistory(View):
    """An entry with every version of it, oldest first."""

    entry: EntryView
    steps: tuple[Step, ...]
    problem: str | None
    """What is wrong with the person's chain; null if it holds together."""
    provider_signed: Signed | None
    """Whose word stands on the provider's side for the newest version; null: it is missing."""
    supervisee_signed: Signed | None


async def entry_views(
    rows: Sequence[EntryRow], actor: Actor, uow: LogbookUow
) -> tuple[EntryView, ...]:
    """Return entries as this person may see them."""
    people = {row.supervisee_id for row in rows} | {row.provider_id for row in rows}
    names = await Names.of(uow, people)
    return tuple(view_of(row, actor, names) for row in rows)


async def entries_page(
    person_id: str,
    actor: Actor,
    uow: LogbookUow,
    *,
    page: int = 1,
    size: int = 50,
    status: EntryStatus | None = None,
) -> EntriesPage:
    """Return a page of a person's entries."""
    await may_see_hours(actor, person_id, uow)
    rows, total = await uow.entries.page(
        person_id, status=status, limit=size, offset=(page - 1) * size
    )
    return EntriesPage(
        entries=await entry_views(rows, actor, uow),
        total=total,
        page=page,
        pages=max(1, -(-total // size)),
    )


async def entry_view(entry_id: str, actor: Actor, uow: LogbookUow) -> EntryView:
    """Return one entry."""
    row = await _row(entry_id, actor, uow)
    return (await entry_views([row], actor, uow))[0]


async def entry_history(entry_id: str, actor: Actor, uow: LogbookUow) -> EntryHistory:
    """Return an entry with its history, and whether the chain it is part of holds together."""
    row = await _row(entry_id, actor, uow)
    versions = await uow.entries.history(entry_id)
    read = [EntryVersion.model_validate_json(version.body) for version in versions]
    names = await Names.of(
        uow, {row.supervisee_id, row.provider_id, *(version.actor_id for version in read)}
    )
    open_ = _concerns(row, actor)
    shown = _may_read_note(row, actor)
    words = signatures(read)
    links, head = await uow.entries.chain(row.supervisee_id)
    return EntryHistory(
        entry=view_of(row, actor, names),
        steps=tuple(
            Step(
                version=version.version,
                act=version.act,
                at=version.at,
                by=names(version.actor_id),
                minutes=version.minutes,
                presence=version.presence,
                about_rsc_minutes=version.about_rsc_minutes,
                other_minutes=version.other_minutes,
                status=version.status,
                override=version.override,
                override_note=version.override_note if shown else None,
                correction=version.correction,
                returned_because=version.returned_because if open_ else None,
                position=kept.position,
                prev_hash=kept.prev_hash,
                hash=kept.hash,
            )
            for version, kept in zip(read, versions, strict=True)
        ),
        problem=broken(links, head),
        provider_signed=_signed(words.provider, names),
        supervisee_signed=_signed(words.supervisee, names),
    )


async def _row(entry_id: str, actor: Actor, uow: LogbookUow) -> EntryRow:
    row = await uow.entries.get(entry_id)
    if row is None:
        raise NotFound
    await may_see_hours(actor, row.supervisee_id, uow)
    return row


def _concerns(row: EntryRow | ShownEntry, actor: Actor) -> bool:
    return actor.coordinator or actor.person_id in {row.supervisee_id, row.provider_id}


def _may_read_note(row: EntryRow | ShownEntry, actor: Actor) -> bool:
    return actor.coordinator or actor.person_id == row.supervisee_id


def _signed(word: Signature | None, names: Names) -> Signed | None:
    if word is None:
        return None
    return Signed(by=names(word.person_id), at=word.at, version=word.version)


_AS_KEPT = (EntryView.model_fields.keys() & EntryVersion.model_fields.keys()) - {
    "awaits",
    "returned_because",
    "override_note",
}


def view_of(row: EntryRow | ShownEntry, actor: Actor, names: Names) -> EntryView:
    """Return an entry as this person may see it."""
    entry, verdict = row.current, row.verdict
    return EntryView(
        **{name: getattr(entry, name) for name in _AS_KEPT},
        supervisee=names(entry.supervisee_id),
        provider=names(entry.provider_id),
        awaits=names.maybe(entry.awaits),
        said_first=only_said(entry),
        timed=entry.occurrence_key != OUTSIDE or is_timed(entry),
        override_note=entry.override_note if _may_read_note(row, actor) else None,
        counts=verdict.state if verdict else None,
        reason=verdict.reason if verdict else "Being worked out.",
        buckets=dict(verdict.buckets) if verdict else {},
        provider_held=verdict.held if verdict else None,
        warnings=tuple(
            dict.fromkeys(
                (*(verdict.warnings if verdict else ()), *names.doubts(entry.provider_id))
            )
        ),
        goals=tuple(
            GoalVerdict(
                goal=goal,
                counts=each.state,
                reason=each.reason,
                buckets=each.buckets,
                warnings=each.warnings,
            )
            for goal, each in (row.verdicts or {}).items()
        ),
        returned_because=entry.returned_because if _concerns(row, actor) else None,
    )
