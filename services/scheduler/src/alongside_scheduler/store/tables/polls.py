"""Polls: which of a few times suits a group."""

from datetime import date, datetime

from sqlalchemy import Column, Date, ForeignKey, Integer, String
from sqlmodel import Field

from alongside.db import PydanticJson, UtcDateTime
from alongside_scheduler.store.tables.base import SchedulerTable, key_column, reference

Proposals = tuple[tuple[datetime, int | None], ...]
"""Of each, the first session in wall time (without an offset), and for months which week of them."""


class PollRow(SchedulerTable, table=True):
    """A question to a group. What it proposes never changes; proposals are numbered from 0."""

    __tablename__ = "polls"

    id: str = key_column()
    group_id: str = Field(
        sa_column=Column(String(64), ForeignKey("groups.id"), nullable=False, index=True)
    )
    made_by: str = Field(sa_column=reference("people.id"))
    made_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    closes_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    decided_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    decided_no: int | None = Field(default=None, sa_column=Column(Integer))
    withdrawn_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    zone: str = Field(sa_column=Column(String(64), nullable=False))
    rhythm: str = Field(sa_column=Column(String(16), nullable=False))
    """weekly, fortnightly or monthly."""
    minutes: int = Field(sa_column=Column(Integer, nullable=False))
    first_day: date = Field(sa_column=Column(Date, nullable=False))
    weeks: int = Field(sa_column=Column(Integer, nullable=False))
    """How far ahead was looked, and would be planned."""
    proposals: Proposals = Field(sa_column=Column(PydanticJson(Proposals), nullable=False))


class PollAnswerRow(SchedulerTable, table=True):
    """What one person said to each proposal: yes, if_need_be or no, in their order."""

    __tablename__ = "poll_answers"

    poll_id: str = Field(sa_column=reference("polls.id", primary_key=True))
    person_id: str = Field(sa_column=reference("people.id", primary_key=True))
    answers: tuple[str, ...] = Field(
        sa_column=Column(PydanticJson(tuple[str, ...]), nullable=False)
    )
    answered_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
