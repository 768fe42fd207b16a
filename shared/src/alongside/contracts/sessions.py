"""Facts about series and their occurrences. Key: the series.

Said by the scheduler. Each event carries the series as it is afterwards (`SeriesState`), so a
consumer may keep the newest version only. An individual session is a series of one occurrence.
"""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, TypeAdapter

from alongside.contracts.event import Event, Fact, Open

SESSIONS = "alongside.sessions.v1"

GroupKind = Literal["group", "individual"]
SeriesPurpose = Literal["rsc", "consultation"]
"""Reflective supervision/consultation that somebody receives, or a consultant's visits to a site."""

SiteKind = Literal["child_care", "pre_k", "early_intervention", "other"]

Frequency = Literal["once", "weekly", "monthly_by_weekday", "monthly_by_date", "dates"]


class Pattern(Fact):
    """How the occurrences were derived, in wall time of the series' zone; enough to write an RRULE.

    `count` is the number of starts the pattern yields, counted from `first_start`. `dates`
    follow no rule: the occurrences say when they are.
    """

    frequency: Frequency
    interval: int = 1
    count: int
    first_start: datetime
    """Naive wall time in the series' zone: DTSTART."""
    weekday: int | None = None
    """0 = Monday, for weekly and monthly_by_weekday."""
    week_of_month: int | None = None
    """1 to 4, or -1 for the last, for monthly_by_weekday."""
    month_day: int | None = None


class Member(Fact):
    """Somebody on the roster, from a date until a date (both inclusive, wall dates in the series' zone)."""

    person_id: str
    joined_on: date
    left_on: date | None = None
    sequence: int = 0
    """The series counter when this person joined or left: their CANCEL, or a later REQUEST, carries it."""


class Occurrence(Fact):
    """One meeting of the series. `key` is its identity for ever."""

    key: str
    """Original start as wall time, `YYYYMMDDTHHMM`: what RECURRENCE-ID says, never renumbered."""
    original_start: AwareDatetime
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    status: Literal["planned", "cancelled"] = "planned"
    moved: bool = False
    """True when time or place differ from what the pattern says."""
    sequence: int = 0
    """The series counter at the last change of this occurrence alone; 0 while it follows the master."""
    place: str | None = None
    link: str | None = None
    provider_id: str | None = None
    """Who leads this one, where it is not the provider of the series."""
    changed_at: AwareDatetime | None = None


class Site(Fact):
    """Where a consultant goes: a child care, a Pre-K class, a team of early intervention."""

    site_id: str
    name: str
    kind: Open[SiteKind]


class SeriesState(Fact):
    """A series as it is after the event. `version` rises by one with every event of the series."""

    series_id: str
    version: int
    uid: str
    """iCalendar UID: one a series, the same in mail, feed, download and API."""
    sequence: int
    """The series counter: iCalendar SEQUENCE of the newest change that any calendar must take."""
    master_sequence: int
    """The series counter at the last change of the whole series: SEQUENCE of the master VEVENT."""
    status: Literal["planned", "cancelled"] = "planned"
    group_id: str
    title: str
    """What calendars show: the group's name."""
    kind: GroupKind
    purpose: SeriesPurpose = "rsc"
    """A consultant's visits are never RSC received: whoever counts hours looks here first."""
    site: Site | None = None
    """Where the visits go, for the purpose consultation."""
    zone: str
    tzdata: str
    """Version of the time-zone database by which the instants were derived."""
    duration_minutes: int
    place: str | None = None
    link: str | None = None
    provider_id: str
    co_provider_ids: tuple[str, ...] = ()
    show_roster: bool = False
    pattern: Pattern
    members: tuple[Member, ...]
    occurrences: tuple[Occurrence, ...]
    continues: str | None = None
    """The series of which this one is the later part, after a change to "this and all later"."""
    continued_by: str | None = None
    """The series that took over the later part of this one."""
    created_at: AwareDatetime
    revised_at: AwareDatetime
    """When a calendar-relevant change was last made to the master: its DTSTAMP in feeds."""


class SessionsEvent(Event):
    """Base of the facts on the sessions topic: each carries the whole series."""

    topic = SESSIONS
    series: SeriesState
    actor_id: str | None = None
    """Who did it, for the history; null for the clock."""

    @property
    def key(self) -> str:
        return self.series.series_id


class SeriesScheduled(SessionsEvent):
    """A new series stands in everybody's calendar."""

    type: Literal["alongside.sessions.SeriesScheduled.v1"] = "alongside.sessions.SeriesScheduled.v1"


class SeriesChanged(SessionsEvent):
    """Something of the whole series changed: place, link, length, provider, title, or its zone's clocks."""

    type: Literal["alongside.sessions.SeriesChanged.v1"] = "alongside.sessions.SeriesChanged.v1"


class SessionMoved(SessionsEvent):
    """One occurrence has another time or place."""

    type: Literal["alongside.sessions.SessionMoved.v1"] = "alongside.sessions.SessionMoved.v1"
    occurrence_key: str


class SessionCancelled(SessionsEvent):
    """One occurrence will not happen."""

    type: Literal["alongside.sessions.SessionCancelled.v1"] = (
        "alongside.sessions.SessionCancelled.v1"
    )
    occurrence_key: str


class RosterChanged(SessionsEvent):
    """Somebody joined or left from a date."""

    type: Literal["alongside.sessions.RosterChanged.v1"] = "alongside.sessions.RosterChanged.v1"
    joined: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


class SeriesEnded(SessionsEvent):
    """The whole series is cancelled, or nothing is left of it."""

    type: Literal["alongside.sessions.SeriesEnded.v1"] = "alongside.sessions.SeriesEnded.v1"


AnySessionsEvent = Annotated[
    SeriesScheduled | SeriesChanged | SessionMoved | SessionCancelled | RosterChanged | SeriesEnded,
    Field(discriminator="type"),
]

sessions_events: TypeAdapter[AnySessionsEvent] = TypeAdapter(AnySessionsEvent)
