"""Series, their occurrences, and the time they take of people."""

from datetime import datetime

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    false,
    text,
)
from sqlmodel import Field

from alongside.contracts import SeriesState
from alongside.db import PydanticJson, UtcDateTime
from alongside_scheduler.store.tables.base import (
    BIG_ID,
    SchedulerTable,
    key_column,
    reference,
    search_column,
)


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
    # Of the state, what a calendar shows of each meeting, so that it need not read the whole.
    title: str = Field(default="", sa_column=Column(String(200), nullable=False, server_default=""))
    kind: str = Field(default="", sa_column=Column(String(16), nullable=False, server_default=""))
    purpose: str = Field(
        default="", sa_column=Column(String(16), nullable=False, server_default="")
    )
    zone: str = Field(default="", sa_column=Column(String(64), nullable=False, server_default=""))
    provider_id: str = Field(
        default="", sa_column=Column(String(64), nullable=False, server_default="")
    )
    co_provider_ids: tuple[str, ...] = Field(
        default=(),
        sa_column=Column(
            PydanticJson(tuple[str, ...]), nullable=False, server_default=text("'[]'")
        ),
    )
    search_text: str = Field(default="", sa_column=search_column())
    looked_with: str = Field(
        default="", sa_column=Column(String(16), nullable=False, server_default="")
    )
    """Version of the time-zone database by which its instants are known to be right."""


class OccurrenceRow(SchedulerTable, table=True):
    """One meeting of a series, to be searched by time."""

    __tablename__ = "occurrences"
    __table_args__ = (Index("ix_occurrences_starts_at", "starts_at"),)

    series_id: str = Field(sa_column=reference("series.id", primary_key=True))
    key: str = key_column(13)
    starts_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    ends_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    status: str = Field(sa_column=Column(String(16), nullable=False))
    moved: bool = Field(
        default=False, sa_column=Column(Boolean, nullable=False, server_default=false())
    )
    provider_id: str | None = Field(default=None, sa_column=Column(String(64)))
    changed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    wall: str | None = Field(default=None, sa_column=Column(String(13)))
    """Its start as people agreed on it, in the zone of the series, by the clocks of that day."""


class CommitmentRow(SchedulerTable, table=True):
    """A person's time in a meeting, and after it until they are free again.

    The database refuses two active ones of a person that overlap, from `starts_at` up to
    `free_from`; that is later than `ends_at` by the room that who leads keeps after sessions.
    """

    __tablename__ = "commitments"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="takes_time"),
        CheckConstraint("ends_at <= free_from", name="room_after"),
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
    free_from: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    active: bool = Field(default=True, nullable=False)
    yields: str = Field(default="", sa_column=Column(String(8), nullable=False, server_default=""))
    """Set where new rules of the clocks put it over something else: it is kept, and not active."""
