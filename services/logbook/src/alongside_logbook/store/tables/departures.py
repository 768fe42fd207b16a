"""Who asked that what need not be kept of them be removed, or left; and what was done about it."""

from datetime import datetime

from sqlalchemy import Column, Index
from sqlmodel import Field

from alongside.db import UtcDateTime
from alongside_logbook.store.tables.base import LogbookTable, key_column


class DepartureRow(LogbookTable, table=True):
    """One person's leaving. Removal comes after a while in which it can be taken back."""

    __tablename__ = "departures"
    __table_args__ = (
        Index("ix_departures_due", "removed_at", "due_at"),
        Index("ix_departures_forget", "forgotten_at", "forget_at"),
    )

    person_id: str = key_column()
    asked_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    due_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    """When what need not be kept is removed."""
    removed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    left_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    """When they left the association; none while they are still here."""
    forget_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    """When nothing need be kept any longer that says who they were."""
    forgotten_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
