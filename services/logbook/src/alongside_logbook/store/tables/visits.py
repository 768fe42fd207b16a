"""What was logged of consultants' visits. Nothing about hours looks here."""

from datetime import date, datetime

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Index,
    Integer,
)
from sqlmodel import Field

from alongside.db import UtcDateTime
from alongside_logbook.store.tables.base import (
    LogbookTable,
    key_column,
    number_column,
    optional_text,
    text_column,
)


class VisitRow(LogbookTable, table=True):
    """A consultant's visit to a site, and what was logged of it. Nothing about hours looks here."""

    __tablename__ = "visits"
    __table_args__ = (
        Index("ix_visits_consultant_starts", "consultant_id", "starts_at"),
        Index("ix_visits_held_on", "held_on"),
    )

    series_id: str = key_column()
    key: str = key_column(16)
    title: str = text_column(200)
    site_id: str = text_column()
    site: str = text_column(100)
    site_kind: str = text_column(24)
    consultant_id: str = text_column()
    zone: str = text_column()
    starts_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    held_on: date = Field(sa_column=Column(Date, nullable=False))
    scheduled_minutes: int = number_column()
    status: str = text_column(16)
    version: int = number_column(0)
    """How often it was logged or corrected; 0 before."""
    held: bool | None = Field(default=None, sa_column=Column(Boolean))
    minutes: int | None = Field(default=None, sa_column=Column(Integer))
    activity: str | None = optional_text(16)
    people: int | None = Field(default=None, sa_column=Column(Integer))
    reason: str | None = optional_text(24)
    logged_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    logged_by: str | None = optional_text()


class VisitVersionRow(LogbookTable, table=True):
    """One version of what was logged of a visit. Rows are only ever added."""

    __tablename__ = "visit_versions"

    series_id: str = key_column()
    key: str = key_column(16)
    version: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    held: bool = Field(sa_column=Column(Boolean, nullable=False))
    minutes: int = number_column()
    activity: str | None = optional_text(16)
    people: int | None = Field(default=None, sa_column=Column(Integer))
    reason: str | None = optional_text(24)
    logged_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    logged_by: str = text_column()
