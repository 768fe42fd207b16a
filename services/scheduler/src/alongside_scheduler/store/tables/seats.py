"""Who waits for a seat, and the offers of one."""

from datetime import date, datetime

from sqlalchemy import Column, Date, Index, Integer, String, text
from sqlmodel import Field

from alongside.db import UtcDateTime
from alongside_scheduler.store.tables.base import SchedulerTable, key_column, reference


class WaitRow(SchedulerTable, table=True):
    """Somebody who waits for a seat of a group. The number rises in the order of asking."""

    __tablename__ = "seat_waits"

    group_id: str = Field(sa_column=reference("groups.id", primary_key=True))
    person_id: str = Field(sa_column=reference("people.id", primary_key=True))
    number: int = Field(sa_column=Column(Integer, nullable=False))
    since: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))

    __table_args__ = (Index("ix_seat_waits_person_id", "person_id"),)


class OfferRow(SchedulerTable, table=True):
    """A seat offered to somebody who waited. While it is open, it holds the seat from a day on."""

    __tablename__ = "seat_offers"

    id: str = key_column()
    group_id: str = Field(sa_column=reference("groups.id"))
    person_id: str = Field(sa_column=reference("people.id"))
    number: int = Field(sa_column=Column(Integer, nullable=False))
    since: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    from_day: date = Field(sa_column=Column(Date, nullable=False))
    offered_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    expires_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    state: str = Field(sa_column=Column(String(12), nullable=False))
    settled_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))

    __table_args__ = (
        Index(
            "uq_seat_offers_open",
            "group_id",
            "person_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_seat_offers_person_id", "person_id"),
        Index("ix_seat_offers_state", "state", "expires_at"),
    )
