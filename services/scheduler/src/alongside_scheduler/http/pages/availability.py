"""A provider's availability: their week, drawn and edited; days apart; rules; the page to share."""

from datetime import date
from typing import Any

from fastapi import APIRouter, Request, Response

from alongside.errors import AlongsideError, Conflict, Invalid, NotFound
from alongside.web import times
from alongside.web.auth import AsSupervisor, Viewer
from alongside.web.forms import Form, FormErrors, form_data
from alongside.web.pages import Pages, PagesDep, redirect
from alongside.web.qr import qr_code
from alongside.zones import all_zones
from alongside_scheduler.domain.publishing import STEPS
from alongside_scheduler.domain.wording import WEEKDAYS
from alongside_scheduler.handlers import availability as cases
from alongside_scheduler.http.doors import Doors, DoorsDep
from alongside_scheduler.http.pages.reading import Typed
from alongside_scheduler.http.week import drawn_week, short_clock
from alongside_scheduler.views.requests import count_waiting

routes = APIRouter(include_in_schema=False)

LENGTHS = (30, 45, 60, 75, 90, 120)
_NUMBERS = (
    "step_minutes", "buffer_minutes", "notice_hours", "horizon_days", "cancel_hours",
    "day_sessions", "day_minutes", "week_sessions", "week_minutes",
)  # fmt: skip


@routes.get("/availability")
async def show(viewer: AsSupervisor, doors: DoorsDep, pages: PagesDep) -> Response:
    """Show when one can be booked."""
    return await _page(viewer, doors, pages)


@routes.post("/availability/windows")
async def add_window(
    request: Request, viewer: AsSupervisor, doors: DoorsDep, pages: PagesDep
) -> Response:
    """Add the same hours to several weekdays."""
    form = await form_data(request)
    typed = Typed(form)
    try:
        days = [int(day) for day in form.many("weekdays") if day in set("0123456")]
        typed.need("weekdays", days or None, "Choose at least one day.")
        hours = _hours(typed)
        async with doors.writing(viewer) as uow:
            await cases.add_hours(viewer.person_id, days, hours, uow)
    except (Invalid, Conflict) as error:
        return await _page(viewer, doors, pages, error=error, form=form, part="windows")
    return redirect("/availability#week", "Added.")


@routes.post("/availability/windows/remove")
async def drop_window(request: Request, viewer: AsSupervisor, doors: DoorsDep) -> Response:
    """Take one window away."""
    typed = Typed(await form_data(request))
    day, begins, ends = typed.number("weekday"), typed.clock("begins"), typed.clock("ends")
    if day is None or begins is None or ends is None:
        raise NotFound("There is no such window.")
    window = cases.WindowText(weekday=day, begins=begins, ends=ends)
    async with doors.writing(viewer) as uow:
        await cases.drop_hours(viewer.person_id, window, uow)
    return redirect("/availability#week", "Taken away. What is booked stays booked.")


@routes.post("/availability/exceptions")
async def add_exception(
    request: Request, viewer: AsSupervisor, doors: DoorsDep, pages: PagesDep
) -> Response:
    """Let other hours, or none, hold on some days."""
    form = await form_data(request)
    typed = Typed(form)
    try:
        exception = _exception(typed)
        async with doors.writing(viewer) as uow:
            await cases.add_exception(viewer.person_id, exception, uow)
    except (Invalid, Conflict) as error:
        return await _page(viewer, doors, pages, error=error, form=form, part="exceptions")
    return redirect("/availability#apart", "Noted. What is booked on these days stays booked.")


@routes.post("/availability/exceptions/remove")
async def drop_exception(request: Request, viewer: AsSupervisor, doors: DoorsDep) -> Response:
    """Let the weekly hours hold again."""
    first = Typed(await form_data(request)).day("first")
    async with doors.writing(viewer) as uow:
        await cases.drop_exception(viewer.person_id, first or date.min, uow)
    return redirect("/availability#apart", "The weekly hours hold again.")


@routes.post("/availability/rules")
async def set_rules(
    request: Request, viewer: AsSupervisor, doors: DoorsDep, pages: PagesDep
) -> Response:
    """Keep the rules of booking."""
    form = await form_data(request)
    typed = Typed(form)
    try:
        facts: dict[str, Any] = {name: typed.number(name) for name in _NUMBERS}
        facts["lengths"] = [int(each) for each in form.many("lengths") if each.isdecimal()]
        typed.check()
        command = cases.SetAvailability(
            **facts,
            zone=typed.text("zone"),
            open_to=typed.text("open_to"),
            place=typed.maybe("place"),
            link=typed.maybe("link"),
        )
        async with doors.writing(viewer) as uow:
            await cases.set_availability(viewer.person_id, command, uow)
    except (Invalid, Conflict) as error:
        return await _page(viewer, doors, pages, error=error, form=form, part="rules")
    return redirect("/availability", "Saved.")


@routes.post("/availability/publish")
async def publish(
    request: Request, viewer: AsSupervisor, doors: DoorsDep, pages: PagesDep
) -> Response:
    """Open or close the booking page."""
    is_open = (await form_data(request)).text("published") == "yes"
    command = cases.SetAvailability(published=is_open)
    try:
        async with doors.writing(viewer) as uow:
            await cases.set_availability(viewer.person_id, command, uow)
    except (Invalid, Conflict) as error:
        return await _page(viewer, doors, pages, error=error, part="publish")
    said = "People can book now." if is_open else "Closed. What is booked stays booked."
    return redirect("/availability", said)


def _exception(typed: Typed) -> cases.ExceptionText:
    first, last = typed.day("first"), typed.day("last")
    typed.need("first", first)
    hours = [_hours(typed)] if typed.text("kind") == "hours" else []
    typed.check()
    if first is None:
        raise Invalid
    return cases.ExceptionText(first=first, last=last or first, hours=hours)


def _hours(typed: Typed) -> cases.HoursText:
    begins, ends = typed.clock("begins"), typed.clock("ends")
    typed.need("begins", begins)
    typed.need("ends", ends)
    typed.check()
    if begins is None or ends is None:
        raise Invalid
    hours = cases.HoursText(begins=begins, ends=ends)
    whole = hours.minutes()
    if whole.ends <= whole.begins:
        raise Invalid("It ends before it begins.", field="ends")
    return hours


async def _page(
    viewer: Viewer,
    doors: Doors,
    pages: Pages,
    *,
    error: AlongsideError | None = None,
    form: Form | None = None,
    part: str = "",
) -> Response:
    async with doors.reading(viewer) as uow:
        mine = await cases.show_or_begin(viewer.person_id, viewer.zone, uow)
        waiting = await count_waiting(uow)
    address = f"{doors.settings.origin}/book/{viewer.person_id}"
    lengths = sorted({*LENGTHS, *mine.lengths})
    return pages.render(
        "availability.html",
        error.status if error else 200,
        mine=mine,
        week=drawn_week(mine.windows),
        waiting=waiting,
        address=address,
        qr=qr_code(address, "Code that opens your booking page"),
        values=_values(mine, form if part == "rules" else None),
        typed=form or Form(),
        chosen=form.many("weekdays") if form and part == "windows" else ["0"],
        part=part,
        weekdays=[(str(number), name[:3]) for number, name in enumerate(WEEKDAYS)],
        lengths=[(str(each), times.duration(each)) for each in lengths],
        steps=[(str(each), f"every {each} minutes") for each in STEPS],
        zones=all_zones(),
        clock=short_clock,
        rules=_rules(mine),
        errors=FormErrors.of(error) if error else {},
    )


def _rules(mine: cases.AvailabilityView) -> list[tuple[str, str]]:
    """Return the rules in words."""
    lengths = ", ".join(map(times.duration, mine.lengths))
    limits = [
        f"{most} a {unit}"
        for most, unit in (
            (mine.day_sessions, "day"),
            (mine.day_minutes and times.duration(mine.day_minutes), "day"),
            (mine.week_sessions, "week"),
            (mine.week_minutes and times.duration(mine.week_minutes), "week"),
        )
        if most
    ]
    return [
        ("A session", f"{lengths}, beginning every {mine.step_minutes} minutes"),
        ("Kept free after", times.duration(mine.buffer_minutes)),
        ("Booked", f"{mine.notice_hours} hours to {mine.horizon_days} days ahead"),
        ("Moved, cancelled", f"until {mine.cancel_hours} hours before"),
        ("At most", ", ".join(limits) or "no limit"),
        ("Who", "people in my groups" if mine.open_to == "own" else "anybody in the association"),
        ("Where", ", ".join(filter(None, (mine.place, mine.link))) or "as the group says"),
    ]


def _values(mine: cases.AvailabilityView, form: Form | None) -> dict[str, Any]:
    names = (*_NUMBERS, "zone", "open_to", "place", "link")
    if form is not None:
        return {name: form.text(name) for name in names} | {"lengths": form.many("lengths")}
    return {name: getattr(mine, name) for name in names} | {
        "lengths": [str(each) for each in mine.lengths]
    }
