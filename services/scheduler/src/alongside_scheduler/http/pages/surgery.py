"""Surgery on a series: choose what, say how, look at what it does to everybody, save.

One form, one route: what is saved is what was shown. A form that says something else than its
preview did, or about a series that somebody changed meanwhile, is shown again instead.
"""

from datetime import datetime
from hashlib import sha256
from typing import Any

from fastapi import APIRouter, Request, Response

from alongside.contracts import SeriesState
from alongside.errors import AlongsideError, Conflict, Invalid, NotFound
from alongside.web import times
from alongside.web.auth import AsSupervisor, Viewer
from alongside.web.forms import Form, FormErrors, form_data
from alongside.web.pages import Pages, PagesDep, redirect
from alongside.zones import zone
from alongside_scheduler.domain import series as life
from alongside_scheduler.handlers import steps
from alongside_scheduler.handlers.surgery import ChangedMeanwhile
from alongside_scheduler.http import words
from alongside_scheduler.http.doors import Doors, DoorsDep, actor_of
from alongside_scheduler.http.pages.reading import Typed
from alongside_scheduler.http.pages.timeline import timeline
from alongside_scheduler.views.previews import SurgeryPreview
from alongside_scheduler.views.series import show_series
from alongside_scheduler.views.surgery import operate_flagged, preview_surgery

routes = APIRouter(include_in_schema=False)

_FIELDS = (
    "key", "on", "start_time", "end_time", "duration_minutes", "rhythm", "ends", "count", "until",
    "title", "place", "link", "provider_id", "co_provider_id", "first_day", "last_day",
    "group_too",
)  # fmt: skip
_OF_ONE_SESSION = frozenset({"move", "move_later", "cancel", "cancel_later", "stand_in"})
_ASKS_NOTHING = frozenset({"cancel", "cancel_later", "cancel_all"})
"""Steps of which everything is said once the session is chosen: shown at once."""
_RHYTHMS: dict[str, dict[str, Any]] = {
    "same": {},
    "weekly": {"frequency": "weekly", "interval": 1},
    "fortnightly": {"frequency": "weekly", "interval": 2},
    "monthly_by_weekday": {"frequency": "monthly_by_weekday", "interval": 1},
    "monthly_by_date": {"frequency": "monthly_by_date", "interval": 1},
}


@routes.get("/series/{series_id}/change")
async def ask(  # one each from path, query, and what every page takes
    series_id: str,
    viewer: AsSupervisor,
    doors: DoorsDep,
    pages: PagesDep,
    step: str = "",
    key: str = "",
) -> Response:
    """Ask what is to change, or, once that is chosen, how."""
    async with doors.reading(viewer) as uow:
        series = await show_series(series_id, uow)
        now = uow.now
    if step and step not in words.STEPS:
        raise NotFound
    values = _first_values(series, step, key, now) if step else {"key": key}
    if step not in _ASKS_NOTHING or (key != values["key"] and step != "cancel_all"):
        return await _page(series, step, values, viewer, doors, pages)
    try:
        command = _step(step, Typed(_filled(values)))
        preview = await _previewed(series_id, command, viewer, doors)
    except (Invalid, Conflict) as error:
        return await _page(series, step, values, viewer, doors, pages, error=error)
    seen = _seal(command)
    return await _page(series, step, values, viewer, doors, pages, preview=preview, seen=seen)


@routes.post("/series/{series_id}/change")
async def change(
    series_id: str, request: Request, viewer: AsSupervisor, doors: DoorsDep, pages: PagesDep
) -> Response:
    """Show what a step would do, or take it if exactly that was shown."""
    form = await form_data(request)
    async with doors.reading(viewer) as uow:
        series = await show_series(series_id, uow)
    name = form.text("step")
    if name not in words.STEPS:
        raise NotFound
    values = {field: form.text(field) for field in _FIELDS}
    _take_free_time(form, series, values)
    try:
        step = _step(name, Typed(_filled(values)))
        seen = _seal(step)
        if form.text("action") == "save" and form.text("seen") == seen:
            version = Typed(form).number("expected_version")
            asked = step.model_copy(update={"expected_version": version})
            async with doors.writing(viewer) as uow:
                done = await operate_flagged(series_id, asked, uow)
            notice = "Saved. Everybody concerned is told."
            tone = "warn" if done.warnings else "good"
            path = _after(name, values["key"], done.later or done.series)
            return redirect(path, " ".join([notice, *done.warnings]), tone)  # type: ignore[arg-type]  # one of two tones
        preview = await _previewed(series_id, step, viewer, doors)
    except ChangedMeanwhile as error:
        preview = await _previewed(series_id, step, viewer, doors)
        return await _page(
            series, name, values, viewer, doors, pages, preview=preview, error=error, seen=seen
        )
    except (Invalid, Conflict) as error:
        return await _page(series, name, values, viewer, doors, pages, error=error)
    return await _page(series, name, values, viewer, doors, pages, preview=preview, seen=seen)


async def _previewed(
    series_id: str, step: steps.Step, viewer: Viewer, doors: Doors
) -> SurgeryPreview:
    async with doors.uow() as uow:
        uow.actor = actor_of(viewer)
        return await preview_surgery(series_id, step, uow, viewer_zone=viewer.zone)


async def _page(
    series: SeriesState,
    step: str,
    values: dict[str, str],
    viewer: Viewer,
    doors: Doors,
    pages: Pages,
    *,
    preview: SurgeryPreview | None = None,
    error: AlongsideError | None = None,
    seen: str = "",
) -> Response:
    async with doors.reading(viewer) as uow:
        actor = uow.actor
        if not (actor.is_coordinator or actor.leads(series.provider_id, series.co_provider_ids)):
            raise NotFound("There is no such series.")
        supervisors = await uow.people.with_role("supervisor")
        now = uow.now
    ahead = [
        each
        for each in sorted(series.occurrences, key=lambda each: each.starts_at)
        if each.status == "planned" and (each.starts_at > now or step == "stand_in")
    ]
    at = zone(series.zone)
    status = error.status if error else 409 if preview and preview.conflict else 200
    return pages.render(
        "series_change.html",
        status,
        series=series,
        step=step,
        label=words.STEPS.get(step, ("Change the series", ""))[0],
        choices=[(name, *texts) for name, texts in words.STEPS.items()],
        of_one=step in _OF_ONE_SESSION,
        sessions=[(each.key, times.local(each.starts_at, at)) for each in ahead],
        only=any(each.key == values.get("key") for each in series.occurrences),
        supervisors=[
            (row.id, row.name)
            for row in supervisors
            if row.id != series.provider_id or step not in {"hand_over", "stand_in"}
        ],
        rhythms=words.LATER_RHYTHMS,
        values=values,
        preview=preview,
        timeline=timeline(preview, series, now) if preview else None,
        seen=seen,
        errors=FormErrors.of(error) if error else {},
        is_stale=isinstance(error, ChangedMeanwhile),
    )


def _first_values(series: SeriesState, step: str, key: str, now: datetime) -> dict[str, str]:
    """Return what the fields say at first: how things are now."""
    values = dict.fromkeys(_FIELDS, "")
    at = zone(series.zone)
    planned = [each for each in series.occurrences if each.status == "planned"]
    ahead = sorted((each.starts_at, each) for each in planned if each.starts_at > now)
    chosen = next((each for each in planned if each.key == key), None)
    chosen = chosen or (ahead[0][1] if ahead else None)
    values |= {
        "title": series.title,
        "place": series.place or "",
        "link": series.link or "",
        "duration_minutes": str(series.duration_minutes),
        "co_provider_id": next(iter(series.co_provider_ids), ""),
        "rhythm": "same",
        "ends": "count",
    }
    if chosen is not None:
        starts, ends = chosen.starts_at.astimezone(at), chosen.ends_at.astimezone(at)
        own = step == "move"
        values |= {
            "key": chosen.key,
            "on": starts.date().isoformat(),
            "start_time": f"{starts:%H:%M}",
            "end_time": f"{ends:%H:%M}",
            "place": (chosen.place if own else None) or series.place or "",
            "link": (chosen.link if own else None) or series.link or "",
            "first_day": starts.date().isoformat(),
            "count": str(sum(each.key >= chosen.key for each in series.occurrences)),
        }
    return values


def _take_free_time(form: Form, series: SeriesState, values: dict[str, str]) -> None:
    """Put a free time that was chosen in the place of the one that collides; the length stays."""
    try:
        free = datetime.fromisoformat(form.text("free"))
        minutes = life.minutes_of(life.find(series, values["key"]))
    except (ValueError, NotFound):
        return
    start = free.astimezone(zone(series.zone))
    typed = Typed(_filled(values))
    begin, end = typed.clock("start_time"), typed.clock("end_time")
    if begin and end:
        minutes = (end.hour - begin.hour) * 60 + end.minute - begin.minute
    over = start.hour * 60 + start.minute + minutes
    values["on"] = start.date().isoformat()
    values["start_time"] = f"{start:%H:%M}"
    values["end_time"] = f"{over // 60 % 24:02}:{over % 60:02}"


def _filled(values: dict[str, str]) -> Form:
    form = Form()
    for name, value in values.items():
        form.add(name, value)
    return form


def _step(name: str, typed: Typed) -> steps.Step:
    """Return the step that a form asks for; raise `Invalid` with what cannot be read."""
    facts: dict[str, Any] = {"step": name}
    if name in _OF_ONE_SESSION:
        facts["key"] = typed.text("key")
        typed.need("key", facts["key"], "Choose the session.")
    if name in {"move", "move_later"}:
        facts |= {each: typed.clock(each) for each in ("start_time", "end_time")}
        facts["on"] = typed.day("on")
        facts |= {each: typed.text(each) for each in ("place", "link")}
    if name == "move_later":
        facts |= _RHYTHMS.get(typed.text("rhythm"), {})
        by_date = typed.text("ends") == "until"
        facts |= {"until": typed.day("until")} if by_date else {"count": typed.number("count")}
        typed.need("until", facts.get("until", not by_date or None))
        facts["provider_id"] = typed.maybe("provider_id")
    elif name == "skip":
        facts |= {each: typed.day(each) for each in ("first_day", "last_day")}
        for each in ("first_day", "last_day"):
            typed.need(each, facts[each])
    elif name == "stand_in":
        facts["provider_id"] = typed.maybe("provider_id")
    elif name == "hand_over":
        facts |= {"provider_id": typed.text("provider_id"), "on": typed.day("on")}
        facts["group_too"] = typed.form.is_on("group_too")
        typed.need("provider_id", facts["provider_id"])
        typed.need("on", facts["on"])
    elif name == "change":
        co_provider = typed.maybe("co_provider_id")
        facts |= {
            "title": typed.text("title"),
            "place": typed.maybe("place"),
            "link": typed.maybe("link"),
            "duration_minutes": typed.number("duration_minutes"),
            "co_provider_ids": [co_provider] if co_provider else [],
        }
        typed.need("duration_minutes", facts["duration_minutes"])
    typed.check()
    return steps.any_step.validate_python(facts)


def _seal(step: steps.Step) -> str:
    """Return a short text that is the same exactly for the same step: what was shown is what is saved."""
    return sha256(step.model_dump_json(exclude={"expected_version"}).encode()).hexdigest()[:20]


def _after(name: str, key: str, series: SeriesState) -> str:
    if name in {"move", "cancel", "stand_in"}:
        return f"/sessions/{series.series_id}/{key}"
    return f"/series/{series.series_id}"
