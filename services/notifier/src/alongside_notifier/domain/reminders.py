"""When to remind somebody, and when not any more."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alongside.errors import Invalid
from alongside_notifier.domain.quiet import Quiet, disturbs_from, remind_at
from alongside_notifier.domain.view import View

MOST_LEADS = 5
LONGEST_LEAD = 14 * 24 * 60
"""Minutes."""


@dataclass(frozen=True, slots=True, order=True)
class Due:
    """A reminder: of one meeting, as it stands, so many minutes ahead."""

    due_at: datetime
    key: str
    starts_at: datetime
    lead_minutes: int


def reminders_of(
    view: View | None,
    leads: Iterable[int],
    now: datetime,
    quiet: Quiet | None = None,
    zone_name: str = "UTC",
) -> tuple[Due, ...]:
    """Return the reminders that are still to come, none of them in the reader's quiet hours.

    What is due already is not caught up here: whoever hears of a session this late is being
    told of it at this moment.
    """
    if view is None or view.cancelled:
        return ()
    return tuple(
        sorted(
            Due(due_at, meeting.key, meeting.starts_at, lead)
            for meeting in view.planned()
            for lead in set(leads)
            if (due_at := _at(meeting.starts_at, lead, quiet, zone_name, now))
        )
    )


def waiting_of(
    view: View | None,
    leads: Iterable[int],
    now: datetime,
    quiet: Quiet | None = None,
    zone_name: str = "UTC",
) -> tuple[Due, ...]:
    """Return the reminders that were due and, where they still wait, go out now or after quiet hours.

    Beside `reminders_of`: nobody is to lose one because a series was edited, or their quiet hours
    or zone changed, while it waited.
    """
    if view is None or view.cancelled:
        return ()
    wakes = disturbs_from(now, quiet, zone_name)
    return tuple(
        sorted(
            Due(wakes if wakes > now else due_at, meeting.key, meeting.starts_at, lead)
            for meeting in view.planned()
            if wakes < meeting.starts_at
            for lead in set(leads)
            if (due_at := meeting.starts_at - timedelta(minutes=lead)) <= now
            and not _at(meeting.starts_at, lead, quiet, zone_name, now)
        )
    )


def _at(
    starts_at: datetime, lead: int, quiet: Quiet | None, zone_name: str, now: datetime
) -> datetime | None:
    return remind_at(starts_at - timedelta(minutes=lead), starts_at, quiet, zone_name, now)


def leads_for(
    own: Sequence[int] | None, groups: Sequence[int] | None, usual: Sequence[int]
) -> Sequence[int]:
    """Return when somebody is reminded: as they chose, else as their group has it, else as usual."""
    if own is not None:
        return own
    return usual if groups is None else groups


def checked_leads(leads: Iterable[int] | None) -> tuple[int, ...] | None:
    """Return lead times in order, each once. Raises `Invalid` for too many, or one that is too long."""
    if leads is None:
        return None
    ordered = tuple(sorted(set(leads), reverse=True))
    if len(ordered) > MOST_LEADS:
        raise Invalid(f"At most {MOST_LEADS} reminders for one session.", field="leads")
    if any(not 0 < lead <= LONGEST_LEAD for lead in ordered):
        raise Invalid("A reminder is between 1 minute and 14 days ahead.", field="leads")
    return ordered


def why_not(due: Due, view: View | None, answer: str | None, now: datetime) -> str | None:
    """Return why a due reminder is not sent, or None if it is."""
    meeting = view.meeting(due.key) if view else None
    if now >= due.starts_at:
        return "it had begun"
    if view is None or meeting is None:
        return "no longer on the roster"
    if view.cancelled or meeting.cancelled:
        return "cancelled"
    if meeting.starts_at != due.starts_at:
        return "moved"
    return "declined" if answer == "declined" else None
