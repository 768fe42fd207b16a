"""A time for a group: the best ones drawn, then planned, or put to a poll."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from alongside.errors import AlongsideError, Conflict, Invalid
from alongside.web.auth import AsSupervisor, Viewer
from alongside.web.forms import FormErrors, form_data, validated
from alongside.web.pages import Pages, PagesDep, redirect
from alongside.web.times import day
from alongside_scheduler.domain.finding import Attendance
from alongside_scheduler.handlers import polls as cases
from alongside_scheduler.handlers.finding import FindTime
from alongside_scheduler.handlers.rosters import today_in
from alongside_scheduler.http import words
from alongside_scheduler.http.doors import Doors, DoorsDep
from alongside_scheduler.http.pages.reading import Typed
from alongside_scheduler.views.finding import FoundTime, FoundTimes, find_times
from alongside_scheduler.views.groups import show_group
from alongside_scheduler.views.polls import polls_of

routes = APIRouter(include_in_schema=False)

_ANSWER_DAYS = 5
_MOST_NAMED = 4


@dataclass(frozen=True, slots=True)
class RowDrawn:
    """One person's dates as dots, and the same in words."""

    dots: list[Attendance]
    words: str


def drawn_row(found: FoundTime, number: int, zone: str) -> RowDrawn:
    """Draw how a person stands to the dates of a time."""
    dots = found.rows[number]
    return RowDrawn(dots, row_words(dots, [day(each, zone) for each in found.starts]))


def row_words(dots: list[Attendance], days: list[str]) -> str:
    """Return `free on 10 of 12 dates; busy Tue, Dec 8, 2026`."""
    parts = [f"free on {dots.count('free')} of {len(dots)} dates"]
    for state, word in (("busy", "busy"), ("outside", "outside of usual hours")):
        when = [name for name, dot in zip(days, dots, strict=True) if dot == state]
        if when:
            shown = "; ".join(when[:_MOST_NAMED])
            more = f" and {len(when) - _MOST_NAMED} more" if len(when) > _MOST_NAMED else ""
            parts.append(f"{word} {shown}{more}")
    return "; ".join(parts)


@routes.get("/groups/{group_id}/find-a-time")
async def find(
    group_id: str, request: Request, viewer: AsSupervisor, doors: DoorsDep, pages: PagesDep
) -> Response:
    """Show the best times for everybody in a group."""
    asked = {name: value for name, value in request.query_params.items() if value}
    known = {
        name: asked[name] for name in ("rhythm", "minutes", "weeks", "first_day") if name in asked
    }
    try:
        wanted = FindTime.model_validate(known)
    except ValidationError:
        # Addresses are typed by machines; what cannot be read is left at what it usually is.
        wanted = FindTime()
    return await _page(group_id, wanted, viewer, doors, pages)


@routes.post("/groups/{group_id}/polls")
async def open_poll(
    group_id: str, request: Request, viewer: AsSupervisor, doors: DoorsDep, pages: PagesDep
) -> Response:
    """Put some of the times to the group."""
    form = await form_data(request)
    typed = Typed(form)
    facts = {
        "rhythm": typed.text("rhythm"),
        "minutes": typed.number("minutes"),
        "weeks": typed.number("weeks"),
        "first_day": typed.day("first_day"),
    }
    chosen = form.many("proposal")
    closes_on = typed.day("closes_on")
    wanted = validated(FindTime, {name: value for name, value in facts.items() if value})
    try:
        typed.need("closes_on", closes_on)
        typed.check()
        command = validated(cases.OpenPoll, {**facts, "proposals": chosen, "closes_on": closes_on})
        async with doors.writing(viewer) as uow:
            opened = await cases.open_poll(group_id, command, uow)
    except (Invalid, Conflict) as error:
        return await _page(
            group_id, wanted, viewer, doors, pages,
            error=error, chosen=chosen, closes_on=typed.text("closes_on"),
        )  # fmt: skip
    people = "1 person is" if opened.asked == 1 else f"{opened.asked} people are"
    return redirect(opened.path, f"The poll is open, and {people} told.")


async def _page(
    group_id: str,
    wanted: FindTime,
    viewer: Viewer,
    doors: Doors,
    pages: Pages,
    *,
    error: AlongsideError | None = None,
    chosen: list[str] | None = None,
    closes_on: str = "",
) -> Response:
    found: FoundTimes | None = None
    async with doors.reading(viewer) as uow:
        group = (await show_group(group_id, uow)).group
        try:
            found = await find_times(group_id, wanted, uow)
        except Invalid as refusal:
            error = error or refusal
        polls = await polls_of(group_id, uow)
        today = today_in(group.zone, uow.now)
    return pages.render(
        "find_a_time.html",
        error.status if error else 200,
        group=group,
        found=found,
        drawn=_drawn(found, group.zone) if found else [],
        values=_values(found.asked if found else wanted, today),
        polls=polls,
        chosen=chosen or [],
        closes_on=closes_on or (today + timedelta(days=_ANSWER_DAYS)).isoformat(),
        errors=FormErrors.of(error) if error else {},
        rhythms=words.SLOT_RHYTHMS,
        lengths=words.LENGTHS,
        reaches=words.REACHES,
        states=words.POLL_STATES,
    )


def _drawn(found: FoundTimes, zone: str) -> list[list[RowDrawn]]:
    return [
        [drawn_row(each, number, zone) for number in range(len(found.people))]
        for each in found.found
    ]


def _values(asked: FindTime, today: date) -> dict[str, Any]:
    first_day = asked.first_day or today + timedelta(days=7)
    return asked.model_dump() | {"first_day": first_day.isoformat()}
