"""When providers can be booked, and what people ask for where nothing fits."""

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Index, Integer, String
from sqlmodel import Field

from alongside.db import PydanticJson, UtcDateTime
from alongside_scheduler.domain.availability import Exemption, Window
from alongside_scheduler.store.tables.base import SchedulerTable, key_column


def _number(*, nullable: bool = False) -> Column[int]:
    return Column(Integer, nullable=nullable)


class AvailabilityRow(SchedulerTable, table=True):
    """What one provider publishes. Whoever books, moves or grants holds this row meanwhile.

    `buffer_minutes` are kept free after each session that this person leads, published or not.
    """

    __tablename__ = "provider_availability"

    provider_id: str = Field(
        sa_column=Column(String(64), ForeignKey("people.id"), primary_key=True)
    )
    version: int = Field(sa_column=_number())
    published: bool = Field(default=False, nullable=False)
    zone: str = Field(sa_column=Column(String(64), nullable=False))
    windows: tuple[Window, ...] = Field(
        sa_column=Column(PydanticJson(tuple[Window, ...]), nullable=False)
    )
    exceptions: tuple[Exemption, ...] = Field(
        sa_column=Column(PydanticJson(tuple[Exemption, ...]), nullable=False)
    )
    lengths: tuple[int, ...] = Field(
        sa_column=Column(PydanticJson(tuple[int, ...]), nullable=False)
    )
    step_minutes: int = Field(sa_column=_number())
    buffer_minutes: int = Field(sa_column=_number())
    notice_hours: int = Field(sa_column=_number())
    horizon_days: int = Field(sa_column=_number())
    cancel_hours: int = Field(sa_column=_number())
    day_sessions: int | None = Field(default=None, sa_column=_number(nullable=True))
    day_minutes: int | None = Field(default=None, sa_column=_number(nullable=True))
    week_sessions: int | None = Field(default=None, sa_column=_number(nullable=True))
    week_minutes: int | None = Field(default=None, sa_column=_number(nullable=True))
    open_to: str = Field(sa_column=Column(String(16), nullable=False))
    place: str | None = Field(default=None, sa_column=Column(String(200)))
    link: str | None = Field(default=None, sa_column=Column(String(500)))


class SessionRequestRow(SchedulerTable, table=True):
    """Up to three times that somebody would like where none is offered.

    The note stays in this table while the request waits, and nowhere else ever.
    """

    __tablename__ = "session_requests"
    __table_args__ = (
        Index("ix_session_requests_provider_id_status", "provider_id", "status"),
        Index("ix_session_requests_person_id", "person_id"),
    )

    id: str = key_column()
    provider_id: str = Field(sa_column=Column(String(64), ForeignKey("people.id"), nullable=False))
    person_id: str = Field(sa_column=Column(String(64), ForeignKey("people.id"), nullable=False))
    minutes: int = Field(sa_column=_number())
    starts: tuple[datetime, ...] = Field(
        sa_column=Column(PydanticJson(tuple[datetime, ...]), nullable=False)
    )
    note: str | None = Field(default=None, sa_column=Column(String(200)))
    status: str = Field(sa_column=Column(String(16), nullable=False))
    asked_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    expires_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    decided_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    series_id: str | None = Field(default=None, sa_column=Column(String(64)))
