"""Asking a provider from elsewhere by a mailed link, and hearing what they answer."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from alongside.contracts import HoursConfirmed, HoursReturned, VouchAnswered, VouchAsked
from alongside.errors import Conflict, Gone, NotFound
from alongside_logbook.domain.entry import EntryVersion
from alongside_logbook.domain.outside import decline, vouch
from alongside_logbook.domain.providers import Claim, ProviderStep, checked_claims, checked_name
from alongside_logbook.domain.vouching import (
    DAY,
    LINK_LIFETIME,
    NOT_MINE,
    Answer,
    Shown,
    State,
    VouchLine,
    checked_answers,
    lines_for,
    may_ask,
    shown,
)
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.handlers.outside_providers import address_of, provider_row
from alongside_logbook.handlers.progress import recompute
from alongside_logbook.store.tables import OutsideProviderRow, VouchRequestRow
from alongside_logbook.store.uow import LogbookUow

PURPOSE = "vouch"
"""What the links are sealed for; the notifier seals them alike."""

_OVER: dict[Shown, str] = {
    "answered": "You have answered already. Thank you; there is nothing more to do.",
    "refused": "You said that these are not hours you gave. Nothing more is asked of you.",
    "replaced": "This link was replaced by a newer one. Please use the newest mail.",
    "expired": "This link was good for 30 days. Whoever asked can send you a new one.",
    "asked": "What this link asked about was changed or taken back. "
    "If there is still something to confirm, you will get a new mail.",
}


class LinkOver(Gone):
    """This link no longer works. Whoever asked can send you a new one."""

    code = "link_over"
    title = "This link no longer works"


class AskProvider(BaseModel):
    """Which provider is asked about all that waits for them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    provider_id: str = Field(min_length=1, max_length=64)


class Asked(BaseModel):
    """A letter that is on its way."""

    model_config = ConfigDict(frozen=True)

    request_id: str
    provider_id: str
    entries: int
    minutes: int
    left: int
    """How many more wait for this provider than one letter asks about."""
    expires_at: datetime


class AnswerRequest(BaseModel):
    """What a provider says: their name, what they hold, and of each session whether it is right."""

    model_config = ConfigDict(frozen=True)

    request_id: str
    name: str
    answers: tuple[Answer, ...]
    claims: tuple[Claim, ...] | None = None
    """Null: nothing is said about it."""


class Answered(BaseModel):
    """What an answer came to."""

    model_config = ConfigDict(frozen=True)

    confirmed: int
    returned: int


async def ask_provider(command: AskProvider, actor: Actor, uow: LogbookUow) -> Asked:
    """Have a link mailed to a provider, about exactly the versions that wait for them now.

    An earlier open link of the same two people is replaced. Asking again is asking anew.
    """
    await uow.entries.hold(actor.person_id)
    if await uow.people.get(command.provider_id) is not None:
        raise Conflict("They have an account here, and confirm when they sign in.")
    provider = await provider_row(command.provider_id, uow)
    waiting = [
        row.current for row in await uow.outside.awaiting(actor.person_id, provider.provider_id)
    ]
    lines = lines_for(waiting, provider.provider_id)
    if not lines:
        raise Conflict("Nothing waits for this provider.")
    address = address_of(provider, uow)
    if address is None:
        raise Conflict("The address can no longer be read. Correct it, then ask.")
    await _not_too_often(actor.person_id, provider.provider_id, uow)
    row = VouchRequestRow(
        request_id=uow.new_id(),
        supervisee_id=actor.person_id,
        provider_id=provider.provider_id,
        asked_at=uow.now,
        expires_at=uow.now + LINK_LIFETIME,
        state="asked",
        lines=lines,
    )
    await uow.outside.add_request(row)
    asked = {line.entry_id for line in lines}
    minutes = sum(entry.minutes for entry in waiting if entry.entry_id in asked)
    await uow.emit(
        VouchAsked(
            id=uow.new_id(),
            occurred_at=uow.now,
            request_id=row.request_id,
            supervisee_id=actor.person_id,
            provider_name=provider.name,
            provider_email=address,
            entries=len(lines),
            minutes=minutes,
            expires_at=row.expires_at,
        )
    )
    return Asked(
        request_id=row.request_id,
        provider_id=provider.provider_id,
        entries=len(lines),
        minutes=minutes,
        left=len(waiting) - len(lines),
        expires_at=row.expires_at,
    )


async def open_request(
    request_id: str, uow: LogbookUow
) -> tuple[VouchRequestRow, OutsideProviderRow, tuple[EntryVersion, ...]]:
    """Return a request with what can still be answered; raise `LinkOver` if it is over."""
    row = await uow.outside.request(request_id)
    if row is None:
        raise LinkOver
    state = shown(row.state, row.expires_at, uow.now)
    if state != "asked":
        raise LinkOver(_OVER[state])
    provider = await uow.outside.get(row.provider_id)
    entries = _still_open(row, await _entries(row, uow))
    if provider is None or not entries:
        raise LinkOver(_OVER["asked"])
    return row, provider, entries


async def answer_request(command: AnswerRequest, uow: LogbookUow) -> Answered:
    """Take a provider's answer: each session is confirmed or returned, once, and the link is over.

    A session that changed since the link was mailed is left out: it will be asked anew.
    """
    row, provider, entries = await _held(command.request_id, uow)
    open_lines = [VouchLine(entry_id=each.entry_id, version=each.version) for each in entries]
    name = checked_name(command.name)
    answers = checked_answers(
        open_lines, command.answers, asked=(line.entry_id for line in row.lines)
    )
    claims = None if command.claims is None else checked_claims(command.claims)
    decided: dict[str, VouchLine] = {}
    for entry in entries:
        line, said = answers[entry.entry_id]
        await decide(entry, said, uow)
        decided[entry.entry_id] = line.model_copy(
            update={"decision": "confirmed" if said.right else "returned"}
        )
    await _hear(provider, name, claims, uow)
    await _close(row, provider, "answered", decided, uow)
    await recompute(row.supervisee_id, uow)
    confirmed = sum(1 for line in decided.values() if line.decision == "confirmed")
    return Answered(confirmed=confirmed, returned=len(decided) - confirmed)


async def refuse_request(request_id: str, uow: LogbookUow) -> None:
    """Hear that somebody gave none of these hours: all are returned, and they are asked no more."""
    row, provider, entries = await _held(request_id, uow)
    decided: dict[str, VouchLine] = {}
    for entry in entries:
        await decide(entry, Answer(entry_id=entry.entry_id, right=False, reason=NOT_MINE), uow)
        decided[entry.entry_id] = VouchLine(
            entry_id=entry.entry_id, version=entry.version, decision="returned"
        )
    await _close(row, provider, "refused", decided, uow)
    await recompute(row.supervisee_id, uow)


async def _held(
    request_id: str, uow: LogbookUow
) -> tuple[VouchRequestRow, OutsideProviderRow, tuple[EntryVersion, ...]]:
    # Two who answer at once meet at the history; the second one finds the link over.
    row = await uow.outside.request(request_id)
    if row is None:
        raise LinkOver
    await uow.entries.hold(row.supervisee_id)
    return await open_request(request_id, uow)


async def _not_too_often(supervisee_id: str, provider_id: str, uow: LogbookUow) -> None:
    if await uow.outside.was_refused(supervisee_id, provider_id):
        raise Conflict(
            "They answered that these are not hours they gave, so nothing more is mailed there. "
            "Correct the address, choose another provider, or ask your coordinator."
        )
    since = uow.now - DAY
    may_ask(
        by_me=await uow.outside.asked_since(since, supervisee_id=supervisee_id),
        by_me_of_them=await uow.outside.asked_since(
            since, supervisee_id=supervisee_id, provider_id=provider_id
        ),
        of_them=await uow.outside.asked_since(since, provider_id=provider_id),
    )


async def _entries(row: VouchRequestRow, uow: LogbookUow) -> dict[str, EntryVersion]:
    found = await uow.outside.entries(line.entry_id for line in row.lines)
    return {entry_id: entry.current for entry_id, entry in found.items()}


def _still_open(row: VouchRequestRow, known: dict[str, EntryVersion]) -> tuple[EntryVersion, ...]:
    found = ((line, known.get(line.entry_id)) for line in row.lines)
    return tuple(
        entry
        for line, entry in found
        if entry is not None
        and entry.version == line.version
        and entry.status == "recorded"
        and entry.awaits == row.provider_id
    )


async def decide(entry: EntryVersion, said: Answer, uow: LogbookUow) -> None:
    """Write down what a provider says of one entry that waits for them."""
    seen = entry.version
    if said.right:
        step = vouch(entry, entry.provider_id, uow.now, seen=seen)
        if step is None:
            raise NotFound
        await uow.entries.append(step)
        await uow.emit(HoursConfirmed(id=uow.new_id(), occurred_at=uow.now, entry=step.state()))
        return
    back = decline(entry, entry.provider_id, said.reason, uow.now, seen=seen)
    await uow.entries.append(back)
    await uow.emit(HoursReturned(id=uow.new_id(), occurred_at=uow.now, entry=back.state()))


async def _close(
    row: VouchRequestRow,
    provider: OutsideProviderRow,
    state: State,
    decided: dict[str, VouchLine],
    uow: LogbookUow,
) -> None:
    row.state, row.answered_at = state, uow.now
    row.lines = tuple(decided.get(line.entry_id, line) for line in row.lines)
    await uow.outside.keep_request(row)
    decisions = [line.decision for line in decided.values()]
    await uow.emit(
        VouchAnswered(
            id=uow.new_id(),
            occurred_at=uow.now,
            request_id=row.request_id,
            supervisee_id=row.supervisee_id,
            provider_name=provider.name,
            confirmed=decisions.count("confirmed"),
            returned=decisions.count("returned"),
            not_theirs=state == "refused",
        )
    )


async def _hear(
    provider: OutsideProviderRow, name: str, claims: tuple[Claim, ...] | None, uow: LogbookUow
) -> None:
    """Keep what a provider says of themselves; what a coordinator looked up stays."""
    provider.answered_at = provider.answered_at or uow.now
    provider.name = name
    if claims is not None and provider.registry_state == "unchecked" and claims != provider.claims:
        provider.claims = claims
        provider.history = (
            *provider.history,
            ProviderStep(at=uow.now, by=provider.provider_id, act="stated", claims=claims),
        )
        await uow.progress.make_stale(set(await uow.entries.supervisees_of(provider.provider_id)))
    await uow.outside.keep(provider)
