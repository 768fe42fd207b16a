"""Copies of series and their occurrences, and whether attendance was recorded."""

from datetime import date, datetime

from sqlalchemy import (
    Column,
    Date,
    Index,
    String,
)
from sqlmodel import Field

from alongside.contracts import SeriesState
from alongside.db import PydanticJson, UtcDateTime
from alongside_logbook.store.tables.base import (
    LogbookTable,
    key_column,
    number_column,
    optional_text,
    text_column,
)


class SeriesRow(LogbookTable, table=True):
    """A copy of a series, as it was last said."""

    __tablename__ = "series"

    series_id: str = key_column()
    version: int = number_column()
    group_id: str = Field(
        default="", sa_column=Column(String(64), nullable=False, server_default="", index=True)
    )
    """Whose meetings they are: a group has one series after another."""
    state: SeriesState = Field(sa_column=Column(PydanticJson(SeriesState), nullable=False))


class SessionRow(LogbookTable, table=True):
    """One occurrence, laid out for searching, and whether attendance was recorded."""

    __tablename__ = "sessions"
    __table_args__ = (
        Index("ix_sessions_recorded_starts", "recorded_at", "starts_at"),
        Index("ix_sessions_provider", "provider_id", "starts_at"),
    )

    series_id: str = key_column()
    key: str = key_column(16)
    title: str = text_column(200)
    kind: str = text_column(16)
    zone: str = text_column()
    provider_id: str = text_column()
    starts_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    ends_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    held_on: date = Field(sa_column=Column(Date, nullable=False))
    scheduled_minutes: int = number_column()
    status: str = text_column(16)
    roster_size: int = number_column()
    """How many are on the roster on that day, without those who lead."""
    recordings: int = number_column(0)
    """Rises with every recording or correction: the row that two recorders meet at."""
    recorded_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    recorded_by: str | None = optional_text()


class SeriesPersonRow(LogbookTable, table=True):
    """Who leads a series, and who is or was on its roster: the ground of who may see whose hours."""

    __tablename__ = "series_people"
    __table_args__ = (Index("ix_series_people_person", "person_id", "part"),)

    series_id: str = key_column()
    person_id: str = key_column()
    part: str = key_column(8)
    """leader (of the whole series), stand_in (of some of its dates) or member."""
