"""A series as it would be: every date, what becomes of days off, and where it leads people."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from alongside.contracts import Occurrence, SeriesState
from alongside.web import times
from alongside.zones import zone
from alongside_scheduler.domain import wording
from alongside_scheduler.domain.recurrence import Meeting, is_doubled, is_skipped, occurrence_key
from alongside_scheduler.handlers.planning import Draft, ScheduleSeries, draft_series
from alongside_scheduler.store.uow import SchedulerUow
from alongside_scheduler.views.credentials import Cover, cover_of
from alongside_scheduler.views.elsewhere import busy_elsewhere
from alongside_scheduler.views.forecasts import MemberForecast, forecasts
from alongside_scheduler.views.instead import fitting_starts
from alongside_scheduler.views.people import names_of

Fate = Literal["planned", "kept", "moved"]


class PreviewRow(BaseModel):
    """One session as it would be."""

    key: str
    starts_at: datetime
    ends_at: datetime
    local: str
    notes: list[str]


class PreviewSession(PreviewRow):
    """A session as it would be, and what the rhythm had to do with days off."""

    day: date
    """The wall date on which it is."""
    planned_for: date
    """The wall date for which the rhythm first means it: its identity."""
    day_off: str | None = None
    """What the day off is called for which it was first meant."""
    fate: Fate = "planned"
    """Whether it is kept on that day off, or moved away from it."""
    taken: bool = False
    """Somebody would be in two places."""


class SkippedDay(BaseModel):
    """A day of the rhythm on which nothing would take place."""

    key: str
    day: date
    day_off: str


class SeriesPreview(BaseModel):
    """A series as it would be: nothing is kept or said."""

    words: str
    zone: str
    duration_minutes: int
    sessions: list[PreviewSession]
    skipped: list[SkippedDay]
    invited: list[str]
    notes: list[str]
    warnings: list[str]
    conflicts: list[str]
    instead: list[datetime]
    """With conflicts: first starts (UTC) with which everybody is free for the whole series."""
    forecasts: list[MemberForecast]
    cover: Cover


async def preview_series(
    group_id: str, command: ScheduleSeries, uow: SchedulerUow
) -> SeriesPreview:
    """Return every date of a series before it is planned, and what speaks for and against it."""
    draft = await draft_series(group_id, command, uow)
    series = draft.series
    at = zone(series.zone)
    members = [each.person_id for each in series.members]
    names = await names_of(set(members), uow)
    cover = await cover_of(series, uow)
    clashes = await uow.series.clashes(series)
    return SeriesPreview(
        words=wording.whole(series.pattern, len(series.occurrences)),
        zone=series.zone,
        duration_minutes=series.duration_minutes,
        sessions=list(_rows(draft, at, {clash.starts_at for clash in clashes})),
        skipped=list(_skipped(draft)),
        invited=sorted((names[each] for each in members), key=str.lower),
        notes=[*_notes(series, command, at), *_on_days_off(draft), *cover.notes],
        warnings=[
            *cover.warnings,
            *await busy_elsewhere(series, uow),
            *_warnings(series, uow.now),
        ],
        conflicts=[str(clash) for clash in clashes],
        instead=await fitting_starts(series, command, uow) if clashes else [],
        forecasts=await forecasts([series], uow),
        cover=cover,
    )


def _rows(draft: Draft, at: ZoneInfo, taken: Collection[datetime]) -> Iterable[PreviewSession]:
    held = [each for each in draft.meetings if each.held_on is not None]
    for each, meeting in zip(draft.series.occurrences, held, strict=True):
        yield PreviewSession(
            key=each.key,
            starts_at=each.starts_at,
            ends_at=each.ends_at,
            local=times.local(each.starts_at, at),
            notes=_row_notes(each, at),
            day=meeting.held_on or meeting.day,
            planned_for=meeting.day,
            day_off=meeting.day_off,
            fate=_fate(meeting),
            taken=each.starts_at in taken,
        )


def _fate(meeting: Meeting) -> Fate:
    if meeting.moved:
        return "moved"
    return "kept" if meeting.day_off else "planned"


def _skipped(draft: Draft) -> Iterable[SkippedDay]:
    at = draft.series.pattern.first_start.time()
    for each in draft.meetings:
        if each.held_on is None:
            key = occurrence_key(datetime.combine(each.day, at))
            yield SkippedDay(key=key, day=each.day, day_off=each.day_off or "")


def _row_notes(each: Occurrence, at: ZoneInfo) -> list[str]:
    wall = datetime.strptime(each.key, "%Y%m%dT%H%M")  # noqa: DTZ007  # a wall time
    if each.moved:
        wall = datetime.combine(each.starts_at.astimezone(at).date(), wall.time())
    if is_skipped(wall, at):
        return ["The clocks jump over this time that day; the session moves forward with them."]
    if is_doubled(wall, at):
        return ["The clocks show this time twice that day; the session is at the first."]
    return []


def _warnings(series: SeriesState, now: datetime) -> Iterable[str]:
    past = sum(each.starts_at < now for each in series.occurrences)
    if past:
        yield f"{past} of these sessions would be in the past."
    if not series.members:
        yield "Nobody is on the roster yet; people can be added later."


def _notes(series: SeriesState, command: ScheduleSeries, at: ZoneInfo) -> Iterable[str]:
    first = series.pattern.first_start.date()
    if command.frequency not in {"once", "dates"} and command.starts_on not in {None, first}:
        yield f"The first fitting day on or after {times.day(command.starts_on or first)} is {times.day(first)}."
    if wording.skips_months(series.pattern):
        day = wording.ordinal(series.pattern.month_day or 1)
        yield f"Months without a {day} are left out."
    before: timedelta | None = None
    for each in sorted(series.occurrences, key=lambda each: each.starts_at):
        offset = each.starts_at.astimezone(at).utcoffset()
        if before is not None and offset != before:
            name = times.zone_name(each.starts_at, at)
            yield (
                f"The clocks change before {times.day(each.starts_at, at)}: from then on the same "
                f"wall time is {name}. People in other zones may see another hour."
            )
        before = offset


def _on_days_off(draft: Draft) -> Iterable[str]:
    """Say what becomes of days off, in one sentence for each kind."""
    fates = [each for each in draft.meetings if each.day_off]
    for number, words in (
        (sum(each.held_on is None for each in fates), "is skipped|are skipped"),
        (sum(each.moved for each in fates), "is moved to another day|are moved to another day"),
        (sum(each.held_on == each.day for each in fates), "takes place|take place"),
    ):
        if number:
            one, many = words.split("|")
            said = (
                f"One session on a day off {one}"
                if number == 1
                else f"{number} sessions on days off {many}"
            )
            yield f"{said}."
