"""Links, sign-ins and tokens."""

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Index, String
from sqlmodel import Field

from alongside.db import PydanticJson, UtcDateTime
from alongside_scheduler.store.tables.base import SchedulerTable, key_column, reference


class SignInRequestRow(SchedulerTable, table=True):
    """Somebody asked for a link by mail. It works once."""

    __tablename__ = "sign_in_requests"
    __table_args__ = (Index("ix_sign_in_requests_person_id", "person_id", "asked_at"),)

    id: str = key_column()
    person_id: str = Field(sa_column=reference("people.id"))
    asked_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    expires_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    used_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    next_path: str | None = Field(default=None, sa_column=Column(String(500)))


class SignInRow(SchedulerTable, table=True):
    """A sign-in, or an API token: what its signed text says, and whether it was ended."""

    __tablename__ = "sign_ins"

    id: str = key_column()
    person_id: str = Field(
        sa_column=Column(String(64), ForeignKey("people.id"), nullable=False, index=True)
    )
    kind: str = Field(sa_column=Column(String(16), nullable=False))
    label: str = Field(default="", sa_column=Column(String(100), nullable=False))
    scopes: tuple[str, ...] | None = Field(
        default=None, sa_column=Column(PydanticJson(tuple[str, ...]))
    )
    begun_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    expires_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    ended_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
