"""Sites, the consultants paired with them, and what the logbook said of their visits."""

from datetime import date, datetime

from sqlalchemy import Boolean, CheckConstraint, Column, Date, ForeignKey, Index, Integer, String
from sqlmodel import Field

from alongside.db import UtcDateTime
from alongside_scheduler.store.tables.base import SchedulerTable, key_column, reference


class SiteRow(SchedulerTable, table=True):
    """A place to which consultants come: a child care, a Pre-K class, a team of early intervention."""

    __tablename__ = "sites"

    id: str = key_column()
    version: int = Field(sa_column=Column(Integer, nullable=False))
    name: str = Field(sa_column=Column(String(100), nullable=False))
    kind: str = Field(sa_column=Column(String(24), nullable=False))
    zone: str = Field(sa_column=Column(String(64), nullable=False))
    place: str | None = Field(default=None, sa_column=Column(String(200)))
    made_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class PairingRow(SchedulerTable, table=True):
    """A consultant at a site, from a day until a day, both included.

    Its id is that of the group behind it: a pairing's visits are that group's series.
    """

    __tablename__ = "pairings"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR begins_on <= ends_on", name="in_order"),
        Index("ix_pairings_consultant_id", "consultant_id"),
        Index("ix_pairings_site_id", "site_id"),
    )

    id: str = Field(sa_column=reference("groups.id", primary_key=True))
    site_id: str = Field(sa_column=reference("sites.id"))
    consultant_id: str = Field(
        sa_column=Column(String(64), ForeignKey("people.id"), nullable=False)
    )
    begins_on: date = Field(sa_column=Column(Date, nullable=False))
    ends_on: date | None = Field(default=None, sa_column=Column(Date))
    made_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class VisitRow(SchedulerTable, table=True):
    """A copy of what the logbook last said of a visit."""

    __tablename__ = "visits"

    series_id: str = key_column()
    key: str = key_column(13)
    version: int = Field(sa_column=Column(Integer, nullable=False))
    held: bool = Field(sa_column=Column(Boolean, nullable=False))
    minutes: int = Field(sa_column=Column(Integer, nullable=False))
