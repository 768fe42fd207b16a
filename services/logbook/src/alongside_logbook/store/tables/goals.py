"""What people chose to work toward, step by step, and where they stand toward each further goal."""

from datetime import date, datetime

from sqlalchemy import Column, Date, Index, Integer
from sqlmodel import Field

from alongside.db import PydanticJson, UtcDateTime
from alongside_logbook.domain.progress import Progress
from alongside_logbook.store.tables.base import (
    LogbookTable,
    key_column,
    number_column,
    text_column,
)


class GoalRow(LogbookTable, table=True):
    """One step in the history of a person's goals. Rows are only ever added; the last of a goal holds."""

    __tablename__ = "goals"

    person_id: str = key_column()
    number: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    purpose: str = text_column(24)
    category: str = text_column(56)
    act: str = text_column(8)
    since: date | None = Field(default=None, sa_column=Column(Date))
    actor_id: str = text_column()
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class GoalProgressRow(LogbookTable, table=True):
    """Where somebody stands toward a goal besides the category they pursue, ready to be shown."""

    __tablename__ = "goal_progress"
    __table_args__ = (Index("ix_goal_progress_goal", "goal", "status"),)

    supervisee_id: str = key_column()
    goal: str = key_column(80)
    place: int = number_column()
    """The place among the person's goals, for the order they are shown in."""
    as_of: date = Field(sa_column=Column(Date, nullable=False))
    status: str = text_column(20)
    required: int = number_column()
    counted: int = number_column()
    pending: int = number_column()
    body: Progress = Field(sa_column=Column(PydanticJson(Progress), nullable=False))
