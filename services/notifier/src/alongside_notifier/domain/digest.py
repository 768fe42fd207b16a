"""The week ahead, told on Monday morning: when it is due, and which sessions are in it."""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta

from alongside.zones import zone
from alongside_notifier.domain.quiet import Quiet, disturbs_from
from alongside_notifier.domain.view import Meeting, View

MORNING = time(7)
"""In the reader's own zone; later where that lies in their quiet hours."""

_WEEK = 7


def due_week(now: datetime, quiet: Quiet | None, zone_name: str) -> str | None:
    """Return the week (`2027-W02`) whose digest may go out now: on its Monday, from the morning on."""
    there = zone(zone_name)
    today = now.astimezone(there).date()
    year, week, weekday = today.isocalendar()
    morning = datetime.combine(today, MORNING, there).astimezone(UTC)
    if weekday != 1 or now < disturbs_from(morning, quiet, zone_name):
        return None
    if disturbs_from(now, quiet, zone_name) > now:
        return None
    return f"{year}-W{week:02d}"


def this_week(views: Iterable[View], now: datetime, zone_name: str) -> list[tuple[View, Meeting]]:
    """Return what is still to come of the week, by the reader's calendar, the nearest first."""
    there = zone(zone_name)
    today = now.astimezone(there).date()
    monday = today + timedelta(days=_WEEK - today.weekday())
    end = datetime.combine(monday, time(0), there).astimezone(UTC)
    found = [
        (view, meeting)
        for view in views
        if not view.cancelled
        for meeting in view.planned()
        if now < meeting.starts_at < end
    ]
    return sorted(found, key=lambda each: (each[1].starts_at, each[0].series.series_id))
