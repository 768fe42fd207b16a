"""Copies of what other services said."""

from datetime import datetime

from sqlalchemy import Column, Integer, String
from sqlmodel import Field

from alongside.db import UtcDateTime
from alongside_scheduler.store.tables.base import SchedulerTable, key_column


class AnswerRow(SchedulerTable, table=True):
    """A copy of somebody's newest answer; an empty key stands for the whole series."""

    __tablename__ = "answers"

    series_id: str = key_column()
    key: str = key_column(13)
    person_id: str = key_column()
    answer: str = Field(sa_column=Column(String(16), nullable=False))
    proposed_start: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    answered_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    channel: str = Field(sa_column=Column(String(8), nullable=False))


class ProgressRow(SchedulerTable, table=True):
    """A copy of where a supervisee stands."""

    __tablename__ = "progress"

    supervisee_id: str = key_column()
    version: int = Field(sa_column=Column(Integer, nullable=False))
    category: str = Field(sa_column=Column(String(16), nullable=False))
    required_minutes: int = Field(sa_column=Column(Integer, nullable=False))
    counted_minutes: int = Field(sa_column=Column(Integer, nullable=False))
    pending_minutes: int = Field(sa_column=Column(Integer, nullable=False))
    appears_met: bool = Field(nullable=False)


class RecordedRow(SchedulerTable, table=True):
    """A meeting whose attendance is recorded, as the logbook said."""

    __tablename__ = "recorded"

    series_id: str = key_column()
    key: str = key_column(13)
