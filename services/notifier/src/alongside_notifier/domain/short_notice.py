"""Changes at short notice: who is told less than a day ahead is told at once, and says they saw it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from alongside.contracts import SeriesState
from alongside_notifier.domain.view import Meeting, View

SHORT = timedelta(hours=24)
"""A session that would have begun, or begins now, within this time is changed at short notice."""

AGAIN = timedelta(hours=1)
"""So long after the mail, whoever has not said that they saw it is written to once more."""


@dataclass(frozen=True, slots=True)
class Change:
    """One session that was cancelled, moved, or takes place after all."""

    key: str
    was_at: datetime
    now_at: datetime | None
    """When it begins now; None if it was cancelled. The same as before where it had been cancelled."""

    @property
    def matters_until(self) -> datetime:
        """The start after which nobody is written to about it any more."""
        return self.now_at or self.was_at


def at_short_notice(
    before: View | None, series: SeriesState, view: View | None, now: datetime
) -> tuple[Change, ...]:
    """Return what of somebody's sessions was changed at short notice between two states of a series.

    Leaving the roster, or being stood in for, is no change of the session.
    """
    if before is None:
        return ()
    changes = [_change(meeting, before, series, view) for meeting in before.meetings]
    return tuple(
        sorted(
            (
                each
                for each in changes
                if each is not None
                and now < each.matters_until
                and any(now < start < now + SHORT for start in (each.was_at, each.matters_until))
            ),
            key=lambda each: (each.was_at, each.key),
        )
    )


def still_holds(change: Change, series: SeriesState) -> bool:
    """Tell whether a session stands as it was told, so that there is something to have seen."""
    return _starts(series).get(change.key) == change.now_at


def _change(
    meeting: Meeting, before: View, series: SeriesState, view: View | None
) -> Change | None:
    was = _starts(before.series).get(meeting.key)
    starts = _starts(series)
    if meeting.key in starts:
        mine = view.meeting(meeting.key) if view is not None else None
        if mine is None or (mine.cancelled and starts[meeting.key] is not None):
            return None
    now_at = starts.get(meeting.key)
    if was == now_at or (meeting.cancelled and was is not None):
        return None
    return Change(meeting.key, was or meeting.starts_at, now_at)


def _starts(series: SeriesState) -> dict[str, datetime | None]:
    """Return when each session begins; None for those that do not take place."""
    off = series.status == "cancelled"
    return {
        each.key: None if off or each.status == "cancelled" else each.starts_at
        for each in series.occurrences
    }
