"""The installation: one row. And the days on which it is closed."""

from datetime import date, datetime

from sqlalchemy import Column, Date, Index, Integer, String, text
from sqlmodel import Field

from alongside.db import UtcDateTime
from alongside_scheduler.store.tables.base import SchedulerTable, key_column


class AssociationRow(SchedulerTable, table=True):
    """Whose installation this is: one row."""

    __tablename__ = "association"

    id: str = key_column()
    version: int = Field(sa_column=Column(Integer, nullable=False))
    name: str = Field(sa_column=Column(String(200), nullable=False))
    zone: str = Field(sa_column=Column(String(64), nullable=False))
    rules: str = Field(sa_column=Column(String(64), nullable=False))
    holidays: str = Field(
        default="", sa_column=Column(String(8), nullable=False, server_default=text("''"))
    )
    """Which public holidays hold: empty for none, `US`, or a state such as `US-MN`."""


class ClosureRow(SchedulerTable, table=True):
    """Days on which the association is closed; both ends are inclusive."""

    __tablename__ = "closures"
    __table_args__ = (Index("ix_closures_last_day", "last_day"),)

    id: str = key_column()
    name: str = Field(sa_column=Column(String(100), nullable=False))
    first_day: date = Field(sa_column=Column(Date, nullable=False))
    last_day: date = Field(sa_column=Column(Date, nullable=False))
    added_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
