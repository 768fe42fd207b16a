"""What came of a consultant's visit to a site: held or not, how long, and what for.

A visit is consultation that somebody gives. It is never an hour of RSC that anybody receives, so
nothing here knows entries, categories or requirements, and nothing there knows visits.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from alongside.errors import Invalid

Activity = Literal["staff", "leadership", "joint", "training", "other"]

ACTIVITIES: dict[Activity, str] = {
    "staff": "Consultation with staff",
    "leadership": "Consultation with leadership",
    "joint": "Joint visit or observation",
    "training": "Training",
    "other": "Something else",
}

NotHeld = Literal["site_closed", "site_called_off", "consultant_away", "weather", "other"]

NOT_HELD: dict[NotHeld, str] = {
    "site_closed": "The site was closed",
    "site_called_off": "The site called it off",
    "consultant_away": "The consultant was away",
    "weather": "Weather",
    "other": "Something else",
}

LONGEST_MINUTES = 12 * 60
MOST_PEOPLE = 500


class VisitLog(BaseModel):
    """What is logged of one visit: no names and no content."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    held: bool = True
    minutes: int | None = None
    """How long it was; by default as long as planned. Nothing where it was not held."""
    activity: Activity | None = None
    """What most of it was; by default consultation with staff."""
    people: int | None = None
    """How many of the site took part, if that is kept."""
    reason: NotHeld | None = None
    """Why it was not held."""


def checked(log: VisitLog, scheduled_minutes: int) -> VisitLog:
    """Return a log that is whole and holds together; raise `Invalid` naming the field otherwise."""
    if not log.held:
        if log.minutes:
            raise Invalid(
                "It was not held, yet it took minutes. Clear them, or say that it was held.",
                field="minutes",
            )
        if log.reason is None:
            raise Invalid("Say why it was not held.", field="reason")
        return VisitLog(held=False, minutes=0, reason=log.reason)
    minutes = scheduled_minutes if log.minutes is None else log.minutes
    if not 1 <= minutes <= LONGEST_MINUTES:
        raise Invalid(
            f"A visit takes 1 to {LONGEST_MINUTES} minutes. If nobody met, say that it was not held.",
            field="minutes",
        )
    if log.people is not None and not 0 <= log.people <= MOST_PEOPLE:
        raise Invalid(f"Choose between 0 and {MOST_PEOPLE}.", field="people")
    return VisitLog(held=True, minutes=minutes, activity=log.activity or "staff", people=log.people)
