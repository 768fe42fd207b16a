"""Where people stand: worked out when something is written, so that pages read ready rows."""

from datetime import date, datetime

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Index,
    false,
)
from sqlmodel import Field

from alongside.db import PydanticJson, UtcDateTime
from alongside_logbook.domain.progress import Progress
from alongside_logbook.store.tables.base import (
    LogbookTable,
    key_column,
    number_column,
    optional_text,
    text_column,
)


class ProgressRow(LogbookTable, table=True):
    """Where somebody stands, ready to be shown."""

    __tablename__ = "progress"
    __table_args__ = (Index("ix_progress_due", "stale", "as_of"),)

    supervisee_id: str = key_column()
    version: int = number_column()
    as_of: date = Field(sa_column=Column(Date, nullable=False))
    stale: bool = Field(
        default=False, sa_column=Column(Boolean, nullable=False, server_default=false())
    )
    """True when something it rests on changed; the clock works it out again."""
    category: str | None = optional_text(16)
    status: str = text_column(20)
    required: int = number_column()
    counted: int = number_column()
    pending: int = number_column()
    unconfirmed: int = number_column()
    unconfirmed_since: date | None = Field(default=None, sa_column=Column(Date))
    body: Progress = Field(sa_column=Column(PydanticJson(Progress), nullable=False))


class MilestoneRow(LogbookTable, table=True):
    """That a requirement appeared met for the first time, so that it is said once."""

    __tablename__ = "milestones"

    supervisee_id: str = key_column()
    category: str = key_column(16)
    reached_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
