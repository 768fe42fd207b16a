"""What is looked for when a group needs a time, and the times found, as texts that name them."""

from datetime import date, datetime, timedelta
from typing import Annotated
from urllib.parse import urlencode

from pydantic import BaseModel, Field

from alongside.errors import Invalid
from alongside.zones import zone
from alongside_scheduler.domain.finding import SLOT_RHYTHMS, Search, Slot, SlotRhythm
from alongside_scheduler.store.tables import GroupRow

FEWEST_WEEKS, MOST_WEEKS = 4, 26
SHORTEST, LONGEST = 15, 8 * 60
_MOST_YEARS = timedelta(days=366)


class FindTime(BaseModel):
    """What is looked for."""

    rhythm: SlotRhythm = "weekly"
    minutes: Annotated[int, Field(description="How long they meet.")] = 120
    weeks: Annotated[int, Field(description="How far to look.")] = 12
    first_day: Annotated[date | None, Field(description="Default: a week from today.")] = None
    most: Annotated[int, Field(ge=1, le=30, description="How many times to return.")] = 8


def leaders_of(group: GroupRow) -> list[str]:
    """Return who leads a group: nobody meets without them."""
    return [group.provider_id, *([group.co_provider_id] if group.co_provider_id else [])]


def search_of(asked: FindTime, group: GroupRow, now: datetime) -> Search:
    """Return what is looked for, checked; raise `Invalid` with every fault."""
    at = zone(group.zone)
    today = now.astimezone(at).date()
    first_day = asked.first_day or today + timedelta(days=7)
    problems: dict[str, str] = {}
    if asked.rhythm not in SLOT_RHYTHMS:
        problems["rhythm"] = f"Choose one of: {', '.join(SLOT_RHYTHMS)}."
    if not SHORTEST <= asked.minutes <= LONGEST:
        problems["minutes"] = f"A session takes {SHORTEST} to {LONGEST} minutes."
    if not FEWEST_WEEKS <= asked.weeks <= MOST_WEEKS:
        problems["weeks"] = f"Look {FEWEST_WEEKS} to {MOST_WEEKS} weeks ahead."
    if not today <= first_day <= today + _MOST_YEARS:
        problems["first_day"] = "Begin today, or within a year."
    if problems:
        raise Invalid.many(problems)
    return Search(asked.rhythm, asked.minutes, at, first_day, asked.weeks)


def written(slot: Slot) -> str:
    """Return a slot as a short text, such as `2026-03-10T10:00/-1`."""
    week = "" if slot.week_of_month is None else f"/{slot.week_of_month}"
    return f"{slot.first:%Y-%m-%dT%H:%M}{week}"


def slot_of(text: str, search: Search) -> Slot:
    """Return the slot of such a text; raise `Invalid` unless it is one of this search."""
    moment, _, week = text.partition("/")
    try:
        slot = Slot(datetime.strptime(moment, "%Y-%m-%dT%H:%M"), int(week) if week else None)  # noqa: DTZ007  # wall time
        dates = slot.dates(search.rhythm, search.last_day)
    except ValueError:
        dates = []
    is_monthly = search.rhythm == "monthly"
    if (
        not dates
        or dates[0] != slot.first.date()
        or slot.first.date() < search.first_day
        or (slot.week_of_month is not None) != is_monthly
    ):
        raise Invalid(f"{text[:30]!r} is none of the times that were proposed.", field="proposal")
    return slot


def plan_path(group_id: str, slot: Slot, search: Search) -> str:
    """Return the page that plans sessions, filled in with a slot."""
    rhythm = slot.rhythm(search.rhythm, search.last_day)
    ends = slot.first + timedelta(minutes=search.minutes)
    filled = {
        "frequency": rhythm.frequency,
        "starts_on": slot.first.date().isoformat(),
        "start_time": f"{slot.first:%H:%M}",
        "end_time": f"{ends:%H:%M}",
        "zone": str(search.zone),
        "interval": rhythm.interval,
        "ends": "count",
        "count": len(slot.dates(search.rhythm, search.last_day)),
        "weekday": slot.first.weekday(),
        "week_of_month": slot.week_of_month or "",
    }
    return f"/groups/{group_id}/series/new?{urlencode(filled)}"
