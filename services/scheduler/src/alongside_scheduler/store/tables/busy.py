"""Busy times read from people's other calendars, and the times that suit them.

Of another calendar nothing is kept but when its owner is busy: no titles, no places, no guests.
"""

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlmodel import Field

from alongside.db import PydanticJson, UtcDateTime
from alongside_scheduler.store.tables.base import BIG_ID, SchedulerTable

WeeklyHours = tuple[tuple[int, int, int], ...]
"""Weekday (0 is Monday), first and last minute of the day, in the person's own zone."""


class BusyCalendarRow(SchedulerTable, table=True):
    """A calendar elsewhere. Its address opens it to anybody, so it is kept sealed."""

    __tablename__ = "busy_calendars"
    __table_args__ = (
        UniqueConstraint("person_id", "fingerprint", name="uq_busy_calendars_person_id"),
        Index("ix_busy_calendars_next_attempt_at", "next_attempt_at"),
    )

    id: int | None = Field(
        default=None, sa_column=Column(BIG_ID, primary_key=True, autoincrement=True)
    )
    calendar_id: str = Field(sa_column=Column(String(64), nullable=False, unique=True))
    person_id: str = Field(sa_column=Column(String(64), ForeignKey("people.id"), nullable=False))
    label: str = Field(sa_column=Column(String(100), nullable=False))
    host: str = Field(sa_column=Column(String(253), nullable=False))
    sealed_address: str = Field(sa_column=Column(Text, nullable=False))
    fingerprint: str = Field(sa_column=Column(String(64), nullable=False))
    added_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    etag: str | None = Field(default=None, sa_column=Column(String(500)))
    last_modified: str | None = Field(default=None, sa_column=Column(String(100)))
    asked_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    """When its owner last pressed "fetch now"."""
    answered_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    """When it last answered well: with a calendar, or with "nothing changed"."""
    read_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    """When it was last read whole."""
    left_out: int = Field(
        default=0, sa_column=Column(Integer, nullable=False, server_default=text("0"))
    )
    """Events of it that could not be understood, or repeat more often than anybody meets."""
    attempts: int = Field(
        default=0, sa_column=Column(Integer, nullable=False, server_default=text("0"))
    )
    next_attempt_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    claimed_by: str | None = Field(default=None, sa_column=Column(String(64)))
    claimed_until: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    done_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    """Never set: a calendar is never finished. Claims look at it."""
    last_error: str | None = Field(default=None, sa_column=Column(Text))


class BusySpanRow(SchedulerTable, table=True):
    """A stretch of time in which somebody is busy elsewhere. Those of one calendar never touch."""

    __tablename__ = "busy_spans"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="ck_busy_spans_takes_time"),
        Index("ix_busy_spans_person_id_starts_at", "person_id", "starts_at"),
    )

    calendar_no: int = Field(
        sa_column=Column(
            BIG_ID, ForeignKey("busy_calendars.id"), primary_key=True, autoincrement=False
        )
    )
    starts_at: datetime = Field(sa_column=Column(UtcDateTime, primary_key=True))
    ends_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    person_id: str = Field(sa_column=Column(String(64), nullable=False))


class SuitingTimesRow(SchedulerTable, table=True):
    """The times of a week at which somebody can usually meet."""

    __tablename__ = "suiting_times"

    person_id: str = Field(sa_column=Column(String(64), ForeignKey("people.id"), primary_key=True))
    hours: WeeklyHours = Field(sa_column=Column(PydanticJson(WeeklyHours), nullable=False))
    changed_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
