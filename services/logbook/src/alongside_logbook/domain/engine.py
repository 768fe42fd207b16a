"""What each hour counts for, and why, or why not. Whole minutes; order and company change nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict

from alongside.contracts import Credential, GroupKind
from alongside_logbook.domain.packs import Pack, Requirement
from alongside_logbook.domain.standing import Standing, judging_day, standing_on
from alongside_logbook.domain.words import day as say_day
from alongside_logbook.domain.words import duration

State = Literal["counted", "pending", "not_counted"]
ReasonCode = Literal[
    "counted",
    "awaits_confirmation",
    "returned",
    "absent",
    "own_session",
    "provider_refused",
    "ask_association",
    "nothing_required",
    "no_category",
]


@dataclass(frozen=True, slots=True)
class Hour:
    """The facts of an entry that rules look at."""

    entry_id: str
    supervisee_id: str
    provider_id: str
    held_on: date
    """The day of the session where it was held."""
    minutes: int
    about_rsc_minutes: int
    status: Literal["recorded", "confirmed", "returned", "withdrawn"]
    head_count: int = 1
    scheduled_minutes: int = 0
    other_minutes: int = 0
    """Of the minutes, administrative or clinical: they qualify for nothing."""
    kind: GroupKind = "group"
    ages: tuple[str, ...] = ()
    """Whom the work concerned: `0-3`, `3-6`; empty where nobody said."""
    peer: bool = False
    series_id: str = ""
    override: bool = False
    """A coordinator stood in for the provider."""


class Verdict(BaseModel):
    """What an entry counts for under one pack."""

    model_config = ConfigDict(frozen=True)

    state: State
    code: ReasonCode
    reason: str
    buckets: dict[str, int] = {}
    """Minutes per requirement: counted, or to be counted once confirmed; empty if they never will be."""
    held: str | None = None
    """The provider's credential on the day that decides."""
    warnings: tuple[str, ...] = ()

    def minutes(self, requirement: Requirement, state: State) -> int:
        """Return the minutes in a requirement's bucket, if the verdict is of that state."""
        return self.buckets.get(requirement.id, 0) if self.state == state else 0


def judge(
    hour: Hour, pack: Pack | None, credentials: Iterable[Credential], application_day: date
) -> Verdict:
    """Say what an hour counts for, with the reason in words."""
    if hour.minutes == 0:
        return _not("absent", "Absent: 0 minutes were attended.")
    if hour.provider_id == hour.supervisee_id:
        return _not(
            "own_session", "Nobody earns received hours from a session they lead themselves."
        )
    if pack is None:
        return _not(
            "no_category",
            "Kept. No endorsement category is pursued yet, so nothing is counted toward one.",
        )
    if not pack.required or pack.providers is None:
        return _not(
            "nothing_required", f"Kept. {pack.category} asks for no hours; they are encouraged."
        )
    standing = standing_on(
        credentials, pack.providers, judging_day(pack, hour.held_on, application_day)
    )
    warnings = (*standing.warnings, *_notices(hour, pack))
    if standing.verdict != "counts":
        return _without(standing, warnings)
    return _with(hour, pack, standing, warnings)


def judge_all(
    hours: Iterable[Hour],
    pack: Pack | None,
    credentials: Mapping[str, tuple[Credential, ...]],
    application_day: date,
) -> dict[str, Verdict]:
    """Judge many hours; each verdict stands alone, so their order does not matter."""
    return {
        hour.entry_id: judge(hour, pack, credentials.get(hour.provider_id, ()), application_day)
        for hour in hours
    }


def _with(hour: Hour, pack: Pack, standing: Standing, warnings: tuple[str, ...]) -> Verdict:
    buckets = {requirement.id: _minutes_for(hour, requirement) for requirement in pack.required}
    amount = duration(buckets[pack.main.id])
    parts = "".join(
        f" {duration(buckets[part.id])} of it about the RSC one gives."
        for part in pack.required
        if part.of is not None
    )
    if hour.status == "confirmed":
        reason = f"Counts {amount}.{parts} {standing.because}"
        state: State = "counted"
        code: ReasonCode = "counted"
    elif hour.status == "returned":
        reason = f"Returned: {amount} wait until the provider has looked again."
        state, code = "pending", "returned"
    else:
        reason = f"{amount} count once the supervisee has confirmed them.{parts} {standing.because}"
        state, code = "pending", "awaits_confirmation"
    return Verdict(
        state=state,
        code=code,
        reason=reason,
        buckets=buckets,
        held=standing.held,
        warnings=warnings,
    )


def _without(standing: Standing, warnings: tuple[str, ...]) -> Verdict:
    asks = standing.verdict == "ask"
    return Verdict(
        state="not_counted",
        code="ask_association" if asks else "provider_refused",
        reason=f"{'Not counted for now.' if asks else 'Not counted.'} {standing.because}",
        held=standing.held,
        warnings=warnings,
    )


def _not(code: ReasonCode, reason: str) -> Verdict:
    return Verdict(state="not_counted", code=code, reason=reason)


def _minutes_for(hour: Hour, requirement: Requirement) -> int:
    if requirement.counts == "about_rsc":
        return min(hour.about_rsc_minutes, hour.minutes)
    return hour.minutes


def _notices(hour: Hour, pack: Pack) -> Iterable[str]:
    size = pack.notices.group_size
    if size is not None and hour.head_count > size.people:
        yield (
            f"{hour.head_count} people were in the group on {say_day(hour.held_on)}, more than "
            f"{size.people}. No rule on group size was found, so it is counted in full and marked."
        )
    shortest = pack.notices.shortest_session
    if shortest is not None and hour.scheduled_minutes < shortest.minutes:
        yield f"The session was shorter than {duration(shortest.minutes)}."
