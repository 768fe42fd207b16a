"""What happens, step by step: who does what at which instant. No step knows of any address or id."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from alongside_demo.groups import Group, Series
from alongside_demo.people import Credential, Person

Answer = Literal["accepted", "declined", "tentative"]
Presence = Literal["present", "absent", "late", "left_early"]
Reason = Literal["typing_error", "was_there", "was_not_there", "minutes_wrong", "stands"]


@dataclass(frozen=True, slots=True)
class Meeting:
    """One meeting of a series, by its identity for ever."""

    series: str
    key: str


@dataclass(frozen=True, slots=True)
class Mark:
    """How one person's attendance differed from the whole of a meeting."""

    person: str
    presence: Presence
    minutes: int
    about_rsc: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something that somebody does. `who` is a person's key."""

    at: datetime
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Register(Step):
    """The coordinator adds somebody."""

    person: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Endorse(Step):
    """The coordinator notes what a provider holds."""

    person: str
    credential: Credential


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove(Step):
    """The coordinator lets somebody go."""

    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeGroup(Step):
    """A provider makes a group, with whoever is in it from the beginning."""

    group: Group
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan(Step):
    """A provider plans a series of a group."""

    series: Series


@dataclass(frozen=True, slots=True, kw_only=True)
class Join(Step):
    """A provider takes somebody into a group from a day on."""

    group: str
    person: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave(Step):
    """A provider takes somebody off a roster after a day."""

    group: str
    person: str
    last_day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Move(Step):
    """A provider moves one meeting to another wall time."""

    meeting: Meeting
    start: datetime
    """Naive: wall time in the zone of the group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel(Step):
    """A provider cancels one meeting."""

    meeting: Meeting


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerInvitation(Step):
    """Somebody answers for a whole series, or for one meeting of it."""

    series: str
    key: str | None
    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(Step):
    """A provider records who was there: everybody, but for the exceptions."""

    meeting: Meeting
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Correct(Step):
    """A provider looks again at what one person returned."""

    meeting: Meeting
    mark: Mark
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm(Step):
    """Somebody stands behind what was recorded of them."""

    meetings: tuple[Meeting, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Return(Step):
    """Somebody does not agree with what was recorded of them, and says why."""

    meeting: Meeting
    because: str
