"""Who of those who lead holds what on which date: facts for planning.

Whether a credential is good for an endorsement, the logbook judges. Here it only counts that one
is valid on a date, and of which standing.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby, pairwise
from typing import Literal

from pydantic import BaseModel

from alongside.contracts import Credential, SeriesState
from alongside.web import times
from alongside.zones import zone
from alongside_scheduler.domain.series import leaders
from alongside_scheduler.store.uow import SchedulerUow

CoverState = Literal["endorsed", "vetted", "emerging", "none", "away"]
"""Of the best credential on a date; none is valid; or somebody else leads that one."""

_BEST_FIRST: tuple[CoverState, ...] = ("endorsed", "vetted", "emerging")
_MOST_NAMED = 3


class CoveredDay(BaseModel):
    """A session's date, and what somebody who leads holds on it."""

    key: str
    day: date
    state: CoverState
    credential: str | None = None


class LeaderCover(BaseModel):
    """What one of those who lead holds, date by date."""

    person_id: str
    name: str
    days: list[CoveredDay]


class Cover(BaseModel):
    """Which dates of a series are covered by whom, and what to think of."""

    leaders: list[LeaderCover]
    warnings: list[str]
    """Dates without any valid credential."""
    notes: list[str]
    """Standing that is not endorsed, or that changes on the way."""


class CoverNotice(BaseModel):
    """What to think of in a series that runs, for the page of its group."""

    series_id: str
    title: str
    warnings: list[str]
    notes: list[str]


async def cover_of(series: SeriesState, uow: SchedulerUow, *, ahead_only: bool = False) -> Cover:
    """Return who holds what on each date of a series, kept or not; perhaps only from now on."""
    at = zone(series.zone)
    sessions = sorted(
        (
            each
            for each in series.occurrences
            if each.status == "planned" and not (ahead_only and each.ends_at <= uow.now)
        ),
        key=lambda each: each.starts_at,
    )
    lead = {each.key: leaders(series, each) for each in sessions}
    everybody = list(dict.fromkeys(person for group in lead.values() for person in group))
    held = await uow.people.credentials(everybody)
    people = await uow.people.named({*everybody, *(each.person_id for each in series.members)})
    covers = [
        LeaderCover(
            person_id=person,
            name=people[person].name if person in people else "",
            days=[
                _covered(each.key, each.starts_at.astimezone(at).date(), held[person])
                if person in lead[each.key]
                else CoveredDay(
                    key=each.key, day=each.starts_at.astimezone(at).date(), state="away"
                )
                for each in sessions
            ],
        )
        for person in everybody
    ]
    here = {each.person_id for each in series.members if each.left_on is None}
    after = [
        (people[person].name, people[person].pursuing or "")
        for person in here
        if person in people and people[person].pursuing
    ]
    return Cover(
        leaders=covers,
        warnings=[*_gaps(covers, held), *_nobody(covers, sorted(after))],
        notes=list(_standings(covers)),
    )


async def group_cover(group_id: str, uow: SchedulerUow) -> list[CoverNotice]:
    """Return what to think of in the series of a group that have something ahead; often nothing."""
    found = []
    for series in await uow.series.of_group(group_id):
        if series.status != "planned" or all(
            each.ends_at <= uow.now or each.status != "planned" for each in series.occurrences
        ):
            continue
        cover = await cover_of(series, uow, ahead_only=True)
        if cover.warnings or cover.notes:
            found.append(
                CoverNotice(
                    series_id=series.series_id,
                    title=series.title,
                    warnings=cover.warnings,
                    notes=cover.notes,
                )
            )
    return found


def _covered(key: str, day: date, held: Sequence[Credential]) -> CoveredDay:
    valid = [
        each
        for each in held
        if each.valid_from <= day and (each.valid_until is None or day <= each.valid_until)
    ]
    for standing in _BEST_FIRST:
        best = next((each for each in valid if each.standing == standing), None)
        if best is not None:
            return CoveredDay(key=key, day=day, state=standing, credential=best.kind)
    return CoveredDay(key=key, day=day, state="none")


def _gaps(covers: Iterable[LeaderCover], held: dict[str, tuple[Credential, ...]]) -> Iterable[str]:
    """Say of each who leads when nothing they hold is valid, and what ended before."""
    for each in covers:
        bare = [day.day for day in each.days if day.state == "none"]
        if not bare:
            continue
        over = [
            one
            for one in held[each.person_id]
            if one.valid_until is not None and one.valid_until < bare[-1]
        ]
        covered = [day.day for day in each.days if day.state not in {"none", "away"}]
        last = max(over, key=lambda one: one.valid_until or date.min, default=None)
        if covered and last is not None and last.valid_until and covered[-1] <= last.valid_until:
            after = sum(day > last.valid_until for day in bare)
            number = "one session comes" if after == 1 else f"{after} sessions come"
            yield f"{each.name}: {last.kind} ends on {times.day(last.valid_until)}; {number} after it."
            bare = [day for day in bare if day <= last.valid_until]
        if bare:
            yield f"{each.name} has no credential that is valid on {_days(bare)}."


def _nobody(covers: Sequence[LeaderCover], after: Sequence[tuple[str, str]]) -> Iterable[str]:
    """Say on which dates nobody who leads holds anything, while members pursue an endorsement."""
    if not covers or not after:
        return
    bare = [
        days[0].day
        for days in zip(*(each.days for each in covers), strict=True)
        if all(day.state in {"none", "away"} for day in days)
    ]
    if not bare:
        return
    who = ", ".join(f"{name} ({category})" for name, category in after[:_MOST_NAMED])
    more = f" and {len(after) - _MOST_NAMED} more" if len(after) > _MOST_NAMED else ""
    verb = "pursues" if len(after) == 1 else "pursue"
    number = "one date" if len(bare) == 1 else f"{len(bare)} dates"
    yield (
        f"On {number} nobody who leads holds a valid credential, and {who}{more} {verb} an "
        f"endorsement. First: {times.day(bare[0])}."
    )


def _standings(covers: Iterable[LeaderCover]) -> Iterable[str]:
    """Say where standing is vetted or emerging, and where it changes on the way."""
    for each in covers:
        days = [day for day in each.days if day.state not in {"none", "away"}]
        runs = [(state, list(run)) for state, run in groupby(days, key=lambda day: day.state)]
        if len(runs) == 1 and runs[0][0] != "endorsed":
            yield f"{each.name} leads as {runs[0][0]}. What that counts for, the rules page says."
        for (_, _), (state, run) in pairwise(runs):
            yield f"{each.name} is {state} from {times.day(run[0].day)} on."


def _days(days: Sequence[date]) -> str:
    shown = ", ".join(times.day(day) for day in days[:_MOST_NAMED])
    return f"{shown} and {len(days) - _MOST_NAMED} more" if len(days) > _MOST_NAMED else shown
