"""What a step of surgery would do, for whoever decides: session by session, person by person."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from alongside.contracts import SeriesState
from alongside.web import times
from alongside.zones import zone
from alongside_scheduler.domain import impact, wording
from alongside_scheduler.domain import people as credentials
from alongside_scheduler.domain import series as life
from alongside_scheduler.domain.booking import AlreadyBooked
from alongside_scheduler.domain.forecast import Forecast, forecast
from alongside_scheduler.handlers import steps
from alongside_scheduler.handlers.surgery import Operated, keep, operate, work_out
from alongside_scheduler.store.sessions import Session
from alongside_scheduler.store.tables import ProgressRow
from alongside_scheduler.store.uow import SchedulerUow
from alongside_scheduler.views.people import names_of
from alongside_scheduler.views.previews import (
    Fact,
    Message,
    Outlook,
    PersonRow,
    SessionRow,
    Slot,
    SurgeryDone,
    SurgeryPreview,
)

_MOST_NAMED = 3
_MOST_OTHER = 200
_FATES = {
    "moved": ("moves", "move"),
    "cancelled": ("is cancelled", "are cancelled"),
    "changed": ("changes", "change"),
    "new": ("is new", "are new"),
    "gone": ("falls away", "fall away"),
}


async def operate_flagged(series_id: str, step: steps.Step, uow: SchedulerUow) -> SurgeryDone:
    """Take a step, and say in words which hours may not count for want of a credential."""
    done = await operate(series_id, step, uow)
    return SurgeryDone(
        series=done.series, later=done.later, warnings=await _uncredentialed(done, uow)
    )


async def preview_surgery(
    series_id: str, step: steps.Step, uow: SchedulerUow, *, viewer_zone: str
) -> SurgeryPreview:
    """Take a step in a transaction that whoever calls must not commit; return what it comes to."""
    done = await work_out(series_id, step, uow)
    preview = await _described(done, step, uow, zone(viewer_zone))
    try:
        await keep(done, uow)
    except AlreadyBooked as clash:
        free: Sequence[datetime] = getattr(clash, "next_free", ())
        preview = preview.model_copy(update={"conflict": clash.detail, "next_free": list(free)})
    return preview


async def _described(
    done: Operated, step: steps.Step, uow: SchedulerUow, viewer_zone: ZoneInfo
) -> SurgeryPreview:
    at = zone(done.before.zone)
    states = [each for each in (done.before, done.series, done.later) if each is not None]
    names = await names_of({person for each in states for person in impact.people_of(each)}, uow)
    changes = impact.session_changes(done.before, done.series, done.later, done.pairs)
    stakes = impact.stakes(done.before, done.series, done.later, zone=at, now=uow.now)
    facts = list(_facts(done.before, done.later or done.series, names))
    touched = {each.before.key for each in changes if each.before}
    ahead = [each for each in done.before.occurrences if each.status == "planned"]
    rows = [
        SessionRow(
            fate=each.fate,
            what=list(each.what),
            before=_slot(each.before, at, viewer_zone, names),
            after=_slot(each.after, at, viewer_zone, names),
        )
        for each in changes
    ]
    return SurgeryPreview(
        series_id=done.before.series_id,
        version=done.before.version,
        step=step.step,
        words=_headline(changes, facts),
        zone=done.before.zone,
        sessions=rows,
        unchanged=sum(each.key not in touched and each.starts_at > uow.now for each in ahead),
        facts=facts,
        people=await _people(done, stakes, names, uow, viewer_zone),
        warnings=await _uncredentialed(done, uow),
        notes=list(_notes(done, at, uow.now)),
    )


def _slot(
    moment: impact.Moment | None, at: ZoneInfo, viewer_zone: ZoneInfo, names: Mapping[str, str]
) -> Slot | None:
    if moment is None or moment.cancelled:
        return None
    return Slot(
        key=moment.key,
        starts_at=moment.starts_at,
        ends_at=moment.ends_at,
        minutes=moment.minutes,
        local=times.local(moment.starts_at, at),
        for_you=times.local(moment.starts_at, viewer_zone),
        place=moment.place,
        link=moment.link,
        provider=names.get(moment.provider_id, ""),
    )


def _headline(changes: Sequence[impact.SessionChange], facts: Sequence[Fact]) -> str:
    counted = Counter(each.fate for each in changes)
    parts = []
    for fate, (one, many) in _FATES.items():
        number = counted.get(fate, 0)  # type: ignore[call-overload]  # the keys are fates
        if number:
            parts.append(f"{number} session {one}" if number == 1 else f"{number} sessions {many}")
    if parts:
        return ", ".join(parts)
    return "Only words change" if facts else "Nothing would change"


def _facts(before: SeriesState, after: SeriesState, names: Mapping[str, str]) -> Iterable[Fact]:
    def said(series: SeriesState) -> dict[str, str]:
        co_providers = (names.get(each, "") for each in series.co_provider_ids)
        return {
            "Title": series.title,
            "Rhythm": wording.rhythm(series.pattern),
            "Length": times.duration(series.duration_minutes),
            "Place": series.place or "",
            "Link": series.link or "",
            "Provider": names.get(series.provider_id, ""),
            "Co-provider": ", ".join(co_providers),
        }

    old, new = said(before), said(after)
    for name, text in old.items():
        if text != new[name]:
            yield Fact(name=name, before=text, after=new[name])


async def _people(
    done: Operated,
    stakes: Sequence[impact.Stakes],
    names: Mapping[str, str],
    uow: SchedulerUow,
    viewer_zone: ZoneInfo,
) -> list[PersonRow]:
    progress = await uow.copies.progress(each.person_id for each in stakes)
    rows = []
    for each in stakes:
        row = PersonRow(
            person_id=each.person_id,
            name=names.get(each.person_id, ""),
            leads=each.leads,
            messages=[_message(telling, done, viewer_zone) for telling in each.tellings],
            minutes_before=each.minutes_before,
            minutes_after=each.minutes_after,
        )
        stand = progress.get(each.person_id)
        if stand is not None and not each.leads:
            others = await _others(each.person_id, done, uow)
            row.outlook_before = _outlook(stand, each.sessions_before, others, viewer_zone)
            row.outlook_after = _outlook(stand, each.sessions_after, others, viewer_zone)
        rows.append(row)
    return sorted(rows, key=lambda row: (not row.leads, row.name.lower()))


def _message(telling: impact.Telling, done: Operated, viewer_zone: ZoneInfo) -> Message:
    new_series = done.later is not None and telling.series_id == done.later.series_id
    words = {
        "invitation": "Invitation to the new series" if new_series else "Invitation",
        "update": "Updated invitation",
        "cancellation": "Cancellation",
    }[telling.message]
    if telling.message == "cancellation" and telling.sessions:
        words += f" of {times.day(telling.sessions[0], viewer_zone)}"
    elif telling.message == "update" and len(telling.sessions) == 1:
        words += f" for {times.day(telling.sessions[0], viewer_zone)}"
    return Message(
        message=telling.message,
        new_series=new_series,
        words=words,
        sessions=list(telling.sessions),
    )


async def _others(person_id: str, done: Operated, uow: SchedulerUow) -> list[tuple[datetime, int]]:
    """Return the sessions ahead in this person's other series, in which they receive."""
    found = await uow.sessions.between(uow.now, None, person_id=person_id, limit=_MOST_OTHER)
    return [
        (each.occurrence.starts_at, life.minutes_of(each.occurrence))
        for each in found
        if each.series.series_id != done.before.series_id and _receives(person_id, each)
    ]


def _receives(person_id: str, session: Session) -> bool:
    series, occurrence = session.series, session.occurrence
    return series.purpose == "rsc" and person_id not in life.leaders(series, occurrence)


def _outlook(
    stand: ProgressRow,
    sessions: Sequence[tuple[datetime, int]],
    others: Sequence[tuple[datetime, int]],
    viewer_zone: ZoneInfo,
) -> Outlook:
    found: Forecast = forecast(
        stand.required_minutes,
        stand.counted_minutes,
        stand.pending_minutes,
        sessions,
        other=others,
    )
    goal = times.duration(stand.required_minutes)
    if found.met:
        words = f"{goal} are there already"
    elif found.reached_at is not None:
        words = f"{goal} on {times.day(found.reached_at, viewer_zone)}"
    else:
        words = f"{times.duration(found.short_minutes)} short of {goal}"
    return Outlook(reached_at=found.reached_at, short_minutes=found.short_minutes, words=words)


async def _uncredentialed(done: Operated, uow: SchedulerUow) -> list[str]:
    """Say on which days who newly leads holds no valid credential: those hours are flagged."""
    at = zone(done.before.zone)
    known = set(_led(done.before, at))
    new: dict[str, list[date]] = {}
    for series in (done.series, done.later):
        for provider_id, day in _led(series, at) if series else ():
            if (provider_id, day) not in known:
                new.setdefault(provider_id, []).append(day)
    held = await uow.people.credentials(new)
    names = await names_of(set(new), uow)
    warnings = []
    for provider_id, days in new.items():
        bare = credentials.uncovered(held[provider_id], sorted(set(days)))
        if bare:
            shown = ", ".join(times.day(day) for day in bare[:_MOST_NAMED])
            more = f" and {len(bare) - _MOST_NAMED} more" if len(bare) > _MOST_NAMED else ""
            warnings.append(
                f"{names[provider_id]} has no credential that is valid on {shown}{more}: "
                "hours of these days may not count."
            )
    return warnings


def _led(series: SeriesState, at: ZoneInfo) -> Iterable[tuple[str, date]]:
    for each in series.occurrences:
        if series.status == "planned" and each.status == "planned":
            day = each.starts_at.astimezone(at).date()
            yield each.provider_id or series.provider_id, day


def _notes(done: Operated, at: ZoneInfo, now: datetime) -> Iterable[str]:
    if done.later is not None:
        first = min(each.starts_at for each in done.later.occurrences)
        last = max(each.starts_at for each in done.series.occurrences)
        yield (
            f"The series ends after {times.day(last, at)}. From {times.day(first, at)} on it goes "
            "on as a new one, with the same people; each calendar gets both in one go."
        )
    elif done.pairs:
        yield "Nothing of the series has taken place, so calendars keep it as one series."
    if done.dropped:
        days = [
            times.day(each.starts_at, at)
            for each in done.before.occurrences
            if each.key in done.dropped
        ]
        shown = ", ".join(days[:_MOST_NAMED])
        more = f" and {len(days) - _MOST_NAMED} more" if len(days) > _MOST_NAMED else ""
        yield f"Changed on their own before, these follow the new rhythm now: {shown}{more}."
    own = [
        each
        for each in (done.later.occurrences if done.later else ())
        if each.status == "cancelled" or each.provider_id or each.place or each.link or each.moved
    ]
    if own:
        days = [times.day(each.starts_at, at) for each in own]
        yield f"What was arranged for single sessions stays on {', '.join(days[:_MOST_NAMED])}."
    changes = impact.session_changes(done.before, done.series, done.later, done.pairs)
    over = [each for each in changes if each.after and each.after.ends_at <= now]
    if over:
        yield "What is over is not told to anybody; it is on record here and for attendance."
