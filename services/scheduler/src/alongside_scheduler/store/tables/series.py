"""Series, their occurrences, and the time they take of people."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, text
from sqlmodel import Field

from alongside.contracts import SeriesState
from alongside.db import PydanticJson, UtcDateTime
from alongside_scheduler.store.tables.base import BIG_ID, SchedulerTable, key_column, reference


class SeriesRow(SchedulerTable, table=True):
    """A series, whole."""

    __tablename__ = "series"

    id: str = key_column()
    group_id: str = Field(
        sa_column=Column(String(64), ForeignKey("groups.id"), nullable=False, index=True)
    )
    version: int = Field(sa_column=Column(Integer, nullable=False))
    status: str = Field(sa_column=Column(String(16), nullable=False))
    ends_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    state: SeriesState = Field(sa_column=Column(PydanticJson(SeriesState), nullable=False))


class OccurrenceRow(SchedulerTable, table=True):
    """One meeting of a series, to be searched by time."""

    __tablename__ = "occurrences"
    __table_args__ = (Index("ix_occurrences_starts_at", "starts_at"),)

    series_id: str = Field(sa_column=reference("series.id", primary_key=True))
    key: str = key_column(13)
    starts_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    ends_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    status: str = Field(sa_column=Column(String(16), nullable=False))


class CommitmentRow(SchedulerTable, table=True):
    """A person's time in a meeting. The database refuses two active ones that overlap."""

    __tablename__ = "commitments"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="takes_time"),
        Index("ix_commitments_series_id_key", "series_id", "key"),
        Index(
            "ix_commitments_person_no_starts_at",
            "person_no",
            "starts_at",
            postgresql_where=text("active"),
            sqlite_where=text("active"),
        ),
    )

    person_no: int = Field(
        sa_column=Column(BIG_ID, ForeignKey("people.person_no"), primary_key=True)
    )
    series_id: str = Field(sa_column=reference("series.id", primary_key=True))
    key: str = key_column(13)
    starts_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    ends_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    active: bool = Field(default=True, nullable=False)
