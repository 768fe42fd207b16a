"""Series: one as it is, and one as it would be."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from alongside.contracts import Occurrence, SeriesState
from alongside.errors import NotFound
from alongside.web import times
from alongside.zones import zone
from alongside_scheduler.domain import people as credentials
from alongside_scheduler.domain import wording
from alongside_scheduler.domain.access import Actor
from alongside_scheduler.domain.recurrence import is_doubled, is_skipped
from alongside_scheduler.domain.series import expected
from alongside_scheduler.handlers.planning import ScheduleSeries, draft_series
from alongside_scheduler.store.uow import SchedulerUow
from alongside_scheduler.views.groups import leads_group
from alongside_scheduler.views.people import names_of

_MOST_DAYS_NAMED = 3


class PreviewRow(BaseModel):
    """One session as it would be."""

    key: str
    starts_at: datetime
    ends_at: datetime
    local: str
    notes: list[str]


class SeriesPreview(BaseModel):
    """A series as it would be: nothing is kept or said."""

    words: str
    zone: str
    duration_minutes: int
    sessions: list[PreviewRow]
    invited: list[str]
    notes: list[str]
    warnings: list[str]
    conflicts: list[str]


async def preview_series(
    group_id: str, command: ScheduleSeries, uow: SchedulerUow
) -> SeriesPreview:
    """Return every date of a series before it is planned, and what speaks against it."""
    series = await draft_series(group_id, command, uow)
    at = zone(series.zone)
    people = {series.provider_id, *series.co_provider_ids}
    members = [each.person_id for each in series.members]
    names = await names_of({*people, *members}, uow)
    held = await uow.people.credentials([series.provider_id])
    days = [each.starts_at.astimezone(at).date() for each in series.occurrences]
    bare = credentials.uncovered(held[series.provider_id], days)
    warnings = []
    if bare:
        shown = ", ".join(times.day(day) for day in bare[:_MOST_DAYS_NAMED])
        more = f" and {len(bare) - _MOST_DAYS_NAMED} more" if len(bare) > _MOST_DAYS_NAMED else ""
        warnings.append(
            f"{names[series.provider_id]} has no credential that is valid on {shown}{more}."
        )
    past = sum(each.starts_at < uow.now for each in series.occurrences)
    if past:
        warnings.append(f"{past} of these sessions would be in the past.")
    if not members:
        warnings.append("Nobody is on the roster yet; people can be added later.")
    return SeriesPreview(
        words=wording.whole(series.pattern),
        zone=series.zone,
        duration_minutes=series.duration_minutes,
        sessions=list(_rows(series, at)),
        invited=sorted((names[each] for each in members), key=str.lower),
        notes=list(_notes(series, command, at)),
        warnings=warnings,
        conflicts=[str(clash) for clash in await uow.series.clashes(series)],
    )


async def show_series(series_id: str, uow: SchedulerUow) -> SeriesState:
    """Return a series: whole to who leads it, without the others to a member."""
    series = await uow.series.get(series_id)
    actor = uow.actor
    if actor.is_coordinator or actor.leads(series.provider_id, series.co_provider_ids):
        return series
    mine = tuple(each for each in series.members if each.person_id == actor.person_id)
    led = any(each.provider_id == actor.person_id for each in series.occurrences)
    if actor.person_id is None or not (mine or led):
        raise NotFound("There is no such series.")
    return series.model_copy(update={"members": mine})


def seen_sessions(series: SeriesState, actor: Actor) -> list[Occurrence]:
    """Return the sessions of a series that are for who asks: all of them for who leads it."""
    everything = actor.is_coordinator or actor.leads(series.provider_id, series.co_provider_ids)
    at = zone(series.zone)
    return [
        each
        for each in sorted(series.occurrences, key=lambda each: each.starts_at)
        if everything
        or each.provider_id == actor.person_id
        or actor.person_id in expected(series, each, at)
    ]


async def sees_group(series: SeriesState, uow: SchedulerUow) -> bool:
    """Tell whether who asks may see the group's own page, too."""
    row = await uow.groups.get(series.group_id)
    roster = await uow.groups.roster(series.group_id)
    return leads_group(uow.actor, row) or uow.actor.person_id in {each.person_id for each in roster}


def _rows(series: SeriesState, at: ZoneInfo) -> Iterable[PreviewRow]:
    for each in series.occurrences:
        yield PreviewRow(
            key=each.key,
            starts_at=each.starts_at,
            ends_at=each.ends_at,
            local=times.local(each.starts_at, at),
            notes=_row_notes(each, at),
        )


def _row_notes(each: Occurrence, at: ZoneInfo) -> list[str]:
    wall = datetime.strptime(each.key, "%Y%m%dT%H%M")  # noqa: DTZ007  # a wall time
    if is_skipped(wall, at):
        return ["The clocks jump over this time that day; the session moves forward with them."]
    if is_doubled(wall, at):
        return ["The clocks show this time twice that day; the session is at the first."]
    return []


def _notes(series: SeriesState, command: ScheduleSeries, at: ZoneInfo) -> Iterable[str]:
    first = series.occurrences[0].starts_at.astimezone(at).date()
    if command.frequency not in {"once", "dates"} and command.starts_on not in {None, first}:
        yield f"The first fitting day on or after {times.day(command.starts_on or first)} is {times.day(first)}."
    if wording.skips_months(series.pattern):
        day = wording.ordinal(series.pattern.month_day or 1)
        yield f"Months without a {day} are left out."
    before: timedelta | None = None
    for each in series.occurrences:
        offset = each.starts_at.astimezone(at).utcoffset()
        if before is not None and offset != before:
            name = times.zone_name(each.starts_at, at)
            yield (
                f"The clocks change before {times.day(each.starts_at, at)}: from then on the same "
                f"wall time is {name}. People in other zones may see another hour."
            )
        before = offset
