"""What a preview of surgery says, and what is said once it was done."""

from datetime import datetime

from pydantic import BaseModel

from alongside.contracts import SeriesState
from alongside_scheduler.domain import impact


class Slot(BaseModel):
    """When and where a session is, in the zone of its series and of whoever looks."""

    key: str
    starts_at: datetime
    ends_at: datetime
    minutes: int
    local: str
    for_you: str
    place: str | None
    link: str | None
    provider: str


class SessionRow(BaseModel):
    """What becomes of one session."""

    fate: impact.Fate
    what: list[str]
    before: Slot | None
    after: Slot | None


class Fact(BaseModel):
    """Something of the whole series that differs."""

    name: str
    before: str
    after: str


class Outlook(BaseModel):
    """Where somebody's hours lead: the day the goal is reached, or what is missing then."""

    reached_at: datetime | None
    short_minutes: int
    words: str


class Message(BaseModel):
    """What somebody is told."""

    message: impact.Message
    new_series: bool
    words: str
    sessions: list[datetime]


class PersonRow(BaseModel):
    """What it means for one person."""

    person_id: str
    name: str
    leads: bool
    messages: list[Message]
    minutes_before: int
    minutes_after: int
    outlook_before: Outlook | None = None
    outlook_after: Outlook | None = None


class SurgeryPreview(BaseModel):
    """A step as it would be: nothing is kept or said. Save it with `expected_version`."""

    series_id: str
    version: int
    step: str
    words: str
    zone: str
    sessions: list[SessionRow]
    unchanged: int
    """How many sessions ahead stay as they are."""
    facts: list[Fact]
    people: list[PersonRow]
    warnings: list[str]
    notes: list[str]
    conflict: str | None = None
    next_free: list[datetime] = []

    @property
    def may_be_saved(self) -> bool:
        """Whether nobody would be in two places, and something would change."""
        return self.conflict is None and bool(self.sessions or self.facts)


class SurgeryDone(BaseModel):
    """What a step made of a series."""

    series: SeriesState
    later: SeriesState | None
    warnings: list[str]
