"""Who was there and how long: everybody, unless somebody says otherwise, in whole minutes."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from alongside.errors import Invalid
from alongside_logbook.domain.words import duration

Mode = Literal["in_person", "virtual"]
Ages = Literal["0-3", "3-6"]
"""Whom the work that was talked about concerned: before birth to 36 months, or 3 up to 6 years."""

Presence = Literal["present", "absent", "late", "left_early", "part"]
"""part: there for some of it, whichever; the minutes say how long."""

CorrectionReason = Literal["typing_error", "was_there", "was_not_there", "minutes_wrong", "stands"]
"""stands: looked at again, and right as it was."""

CORRECTION_REASONS: dict[CorrectionReason, str] = {
    "typing_error": "Typing error",
    "was_there": "Was there after all",
    "was_not_there": "Was not there",
    "minutes_wrong": "Minutes were wrong",
    "stands": "Looked again: right as it was",
}

PRESENCES: dict[Presence, str] = {
    "present": "Present",
    "absent": "Absent",
    "late": "Came late",
    "left_early": "Left early",
    "part": "Part of it",
}


class Departure(BaseModel):
    """How one person's attendance differed from the whole session."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    person_id: Annotated[str, Field(min_length=1, max_length=64)]
    presence: Presence = "present"
    minutes: int | None = None
    """Minutes attended; needed for late, left_early and part, and implied for present and absent."""
    about_rsc_minutes: int = 0
    """Of these, about the RSC that the person gives to others."""
    other_minutes: int = 0
    """Of these, administrative or clinical and not reflective: they qualify for nothing."""
    ages: Annotated[tuple[Ages, ...], Field(max_length=2)] | None = None
    """Whom the person's work concerned; null: as was said before, or as what they pursue says."""


class Mark(BaseModel):
    """One person's attendance, complete and checked."""

    model_config = ConfigDict(frozen=True)

    person_id: str
    presence: Presence
    minutes: int
    about_rsc_minutes: int = 0
    other_minutes: int = 0
    ages: tuple[Ages, ...] | None = None
    """Null: nobody said now."""


def mark_all(
    roster: Iterable[str], scheduled: int, exceptions: Iterable[Departure]
) -> dict[str, Mark]:
    """Return everybody's attendance: present for the whole session, but for the exceptions.

    Raises `Invalid` with a message per person whose exception makes no sense.
    """
    marks = {
        person: Mark(person_id=person, presence="present", minutes=scheduled) for person in roster
    }
    wrong: dict[str, str] = {}
    seen: set[str] = set()
    for exception in exceptions:
        person = exception.person_id
        problem = _problem(exception, scheduled, marks, seen)
        seen.add(person)
        if problem:
            wrong[person] = problem
        else:
            marks[person] = _mark(exception, scheduled)
    if wrong:
        raise Invalid.many(wrong)
    return marks


def _minutes(exception: Departure, scheduled: int) -> int | None:
    if exception.presence == "absent":
        return 0
    if exception.presence == "present":
        return scheduled
    return exception.minutes


def _problem(
    exception: Departure, scheduled: int, marks: Mapping[str, Mark], seen: set[str]
) -> str | None:
    if exception.person_id not in marks:
        return "This person was not on the roster on that day."
    if exception.person_id in seen:
        return "This person is named twice."
    return _problem_of_minutes(exception, scheduled)


def _problem_of_minutes(exception: Departure, scheduled: int) -> str | None:
    minutes = _minutes(exception, scheduled)
    if minutes is None:
        return "Say how many minutes this person was there."
    if exception.minutes not in {None, minutes}:
        meant = f"{PRESENCES[exception.presence]} means {duration(minutes)} here"
        return f"{meant}: clear the minutes, or say that they came late or left early."
    if not 0 <= minutes <= scheduled:
        return f"The session was {scheduled} minutes long: choose between 0 and {scheduled}."
    if not 0 <= exception.about_rsc_minutes <= minutes:
        return f"Of {minutes} minutes, between 0 and {minutes} can be about the RSC one gives."
    if not 0 <= exception.other_minutes <= minutes - exception.about_rsc_minutes:
        most = minutes - exception.about_rsc_minutes
        return f"Between 0 and {most} minutes can have been administrative or clinical."
    return None


def _mark(exception: Departure, scheduled: int) -> Mark:
    minutes = _minutes(exception, scheduled) or 0
    presence = exception.presence
    # One fact, one way to say it: nobody is "late" by nothing, or "partly" there for no minute.
    if minutes == 0:
        presence = "absent"
    elif minutes == scheduled:
        presence = "present"
    return Mark(
        person_id=exception.person_id,
        presence=presence,
        minutes=minutes,
        about_rsc_minutes=exception.about_rsc_minutes,
        other_minutes=exception.other_minutes,
        ages=None if exception.ages is None else tuple(sorted(set(exception.ages))),
    )
