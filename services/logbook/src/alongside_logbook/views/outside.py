"""Hours from elsewhere as they are shown: by provider, with what was asked and answered."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from alongside.contracts import GroupKind
from alongside.errors import Forbidden, NotFound
from alongside_logbook.domain.entry import OUTSIDE, Ages, EntryStatus, EntryVersion, Mode
from alongside_logbook.domain.logs.overlaps import clashes, stretch
from alongside_logbook.domain.outside import is_timed
from alongside_logbook.domain.providers import Claim, Registry, veiled
from alongside_logbook.domain.vouching import Shown, shown
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.handlers.outside_providers import address_of, may_change, provider_row
from alongside_logbook.handlers.vouching import open_request
from alongside_logbook.store.tables import EntryRow, OutsideProviderRow, VouchRequestRow
from alongside_logbook.store.uow import LogbookUow
from alongside_logbook.views.entries import EntryView, entry_views
from alongside_logbook.views.people import Names, PersonRef, View

_MOST_SHOWN = 100


class ProviderStepView(View):
    """Something that was said about a provider."""

    at: datetime
    by: PersonRef
    act: str
    claims: tuple[Claim, ...]


class ProviderView(View):
    """Somebody who gives hours elsewhere, or a registered person who did."""

    provider_id: str
    name: str
    registered: bool
    """They have an account here, and confirm in the app."""
    address: str | None = None
    """Whole for coordinators and for who named them; of others only enough to recognise it.
    Null where the key it was sealed with is another one now."""
    agency: str | None = None
    claims: tuple[Claim, ...] = ()
    registry: Registry | None = None
    """Null for a registered person: the association keeps what they hold."""
    checked_by: PersonRef | None = None
    checked_at: datetime | None = None
    answered_at: datetime | None = None
    may_change: bool = False
    history: tuple[ProviderStepView, ...] = ()


class RequestView(View):
    """A letter that asks a provider, and what came of it."""

    request_id: str
    asked_at: datetime
    expires_at: datetime
    answered_at: datetime | None
    state: Shown
    entries: int
    confirmed: int
    returned: int


class WithProvider(View):
    """Somebody's hours with one provider from elsewhere. Minutes."""

    provider: ProviderView
    confirmed: int
    waiting: int
    returned: int
    to_ask: int
    """How many entries wait for this provider's word."""
    entries: tuple[EntryView, ...]
    """The newest; those that wait first."""
    request: RequestView | None
    """What was asked last."""


class OutsideView(View):
    """Somebody's hours from elsewhere."""

    groups: tuple[WithProvider, ...]
    twice: tuple[str, ...]
    """Ids of entries that look like another one, or overlap it."""


class Line(View):
    """One session that a provider is asked about."""

    entry_id: str
    version: int
    supervisee: PersonRef
    title: str
    held_on: date
    starts_at: datetime | None
    zone: str
    minutes: int
    about_rsc_minutes: int
    other_minutes: int
    kind: GroupKind
    head_count: int
    mode: Mode | None
    ages: tuple[Ages, ...]
    status: EntryStatus


class VouchView(View):
    """What a link asks: nothing beyond who asks, and about which sessions."""

    request_id: str
    supervisee: str
    provider: str
    association: str
    minutes: int
    expires_at: datetime
    claims: tuple[Claim, ...]
    states_claims: bool
    """Whether the provider is asked what they hold: not once a coordinator looked it up."""
    lines: tuple[Line, ...]


async def outside_view(actor: Actor, uow: LogbookUow) -> OutsideView:
    """Return one's own hours from elsewhere, by provider."""
    rows = await uow.outside.entries_of(actor.person_id)
    by_provider: dict[str, list[EntryVersion]] = defaultdict(list)
    for row in rows:
        by_provider[row.provider_id].append(row.current)
    known = {row.provider_id: row for row in await uow.outside.known_to(actor.person_id)}
    people = await uow.people.many(by_provider.keys() - known.keys())
    last: dict[str, VouchRequestRow] = {}
    for request in await uow.outside.requests_of(actor.person_id):
        last.setdefault(request.provider_id, request)
    picked = sorted(rows, key=lambda row: row.status == "confirmed")[:_MOST_SHOWN]
    views: dict[str, list[EntryView]] = defaultdict(list)
    for view in await entry_views(picked, actor, uow):
        views[view.provider.person_id].append(view)
    names = await Names.of(uow, [row.checked_by for row in known.values()])
    groups = [
        WithProvider(
            provider=_provider(known[provider_id], actor, names, uow)
            if provider_id in known
            else ProviderView(
                provider_id=provider_id, name=people[provider_id].name, registered=True
            ),
            **_sums(by_provider[provider_id], provider_id),
            entries=tuple(views[provider_id]),
            request=_request(last[provider_id], uow.now) if provider_id in last else None,
        )
        for provider_id in (*known, *people)
    ]
    groups.sort(key=lambda each: (-each.to_ask, -each.returned, each.provider.name))
    return OutsideView(groups=tuple(groups), twice=await _twice(picked, actor, uow))


async def providers_view(actor: Actor, uow: LogbookUow) -> tuple[ProviderView, ...]:
    """Return providers from elsewhere: a coordinator all of them, others those they named."""
    rows = (
        await uow.outside.everybody()
        if actor.coordinator
        else await uow.outside.known_to(actor.person_id)
    )
    names = await Names.of(uow, [row.checked_by for row in rows])
    return tuple(_provider(row, actor, names, uow) for row in rows)


async def provider_view(provider_id: str, actor: Actor, uow: LogbookUow) -> ProviderView:
    """Return one provider from elsewhere with what was said of them and by whom."""
    row = await provider_row(provider_id, uow)
    if not actor.coordinator and row.created_by != actor.person_id:
        theirs = await uow.entries.supervisees_of(provider_id)
        if actor.person_id not in theirs:
            raise NotFound("There is no such provider.")
    names = await Names.of(uow, [row.checked_by, *(step.by for step in row.history)])
    return _provider(row, actor, names, uow).model_copy(
        update={
            "history": tuple(
                ProviderStepView(at=step.at, by=names(step.by), act=step.act, claims=step.claims)
                for step in reversed(row.history)
            )
        }
    )


async def vouch_view(request_id: str, uow: LogbookUow) -> VouchView:
    """Return what a link asks now; raise `LinkOver` if it is over."""
    row, provider, entries = await open_request(request_id, uow)
    names = await Names.of(uow, [row.supervisee_id])
    association = await uow.people.association()
    return VouchView(
        request_id=row.request_id,
        supervisee=names(row.supervisee_id).name,
        provider=provider.name,
        association=association.name if association else "Alongside",
        minutes=sum(entry.minutes for entry in entries),
        expires_at=row.expires_at,
        claims=provider.claims,
        states_claims=provider.registry_state == "unchecked",
        lines=tuple(_line(entry, names) for entry in entries),
    )


async def given_view(actor: Actor, uow: LogbookUow) -> tuple[Line, ...]:
    """Return the sessions elsewhere that others say this person gave, and that wait for their word."""
    entries = [row.current for row in await uow.outside.given(actor.person_id)]
    names = await Names.of(uow, [entry.supervisee_id for entry in entries])
    return tuple(_line(entry, names) for entry in entries)


async def own_line(entry_id: str, actor: Actor, uow: LogbookUow) -> tuple[Line, str]:
    """Return one of one's own entries from elsewhere, and with whom it was."""
    row = await uow.entries.get(entry_id)
    if row is None or row.supervisee_id != actor.person_id:
        raise NotFound("There is no such entry.")
    if row.occurrence_key != OUTSIDE:
        raise Forbidden("Attendance at a session planned here is corrected by who led it.")
    return _line(row.current, await Names.of(uow, [row.supervisee_id])), row.provider_id


def _line(entry: EntryVersion, names: Names) -> Line:
    return Line(
        **entry.model_dump(include=set(Line.model_fields) - {"supervisee", "starts_at"}),
        supervisee=names(entry.supervisee_id),
        starts_at=entry.started_at if is_timed(entry) else None,
    )


def _provider(row: OutsideProviderRow, actor: Actor, names: Names, uow: LogbookUow) -> ProviderView:
    address = address_of(row, uow)
    whole = actor.coordinator or (row.created_by == actor.person_id and row.answered_at is None)
    return ProviderView(
        provider_id=row.provider_id,
        name=row.name,
        registered=False,
        address=address if whole or address is None else veiled(address),
        agency=row.agency,
        claims=row.claims,
        registry=row.registry_state,
        checked_by=names.maybe(row.checked_by),
        checked_at=row.checked_at,
        answered_at=row.answered_at,
        may_change=may_change(row, actor),
    )


def _request(row: VouchRequestRow, now: datetime) -> RequestView:
    decisions = [line.decision for line in row.lines]
    return RequestView(
        request_id=row.request_id,
        asked_at=row.asked_at,
        expires_at=row.expires_at,
        answered_at=row.answered_at,
        state=shown(row.state, row.expires_at, now),
        entries=len(row.lines),
        confirmed=decisions.count("confirmed"),
        returned=decisions.count("returned"),
    )


def _sums(entries: Iterable[EntryVersion], provider_id: str) -> dict[str, int]:
    found = {"confirmed": 0, "waiting": 0, "returned": 0, "to_ask": 0}
    for entry in entries:
        name = {"confirmed": "confirmed", "recorded": "waiting"}.get(entry.status, "returned")
        found[name] += entry.minutes
        found["to_ask"] += entry.status == "recorded" and entry.awaits == provider_id
    return found


async def _twice(rows: Sequence[EntryRow], actor: Actor, uow: LogbookUow) -> tuple[str, ...]:
    if not rows:
        return ()
    days = [row.held_on for row in rows]
    around = await uow.entries.around([actor.person_id], min(days), max(days))
    found = [each for row in around if (each := stretch(row.current)) is not None]
    pairs = clashes(found)
    return tuple(sorted({*pairs, *(clash.key for clash in pairs.values())}))
