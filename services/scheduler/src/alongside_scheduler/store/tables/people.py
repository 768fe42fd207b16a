"""People, and the credentials of providers."""

from datetime import date, datetime

from sqlalchemy import (
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    text,
)
from sqlmodel import Field

from alongside.contracts import Open, Role
from alongside.db import PydanticJson, UtcDateTime
from alongside_scheduler.store.tables.base import (
    BIG_ID,
    SchedulerTable,
    key_column,
    search_column,
)


class PersonRow(SchedulerTable, table=True):
    """A person. `person_no` is what the guard against double booking compares."""

    __tablename__ = "people"
    __table_args__ = (
        Index(
            "uq_people_email_present",
            "email",
            unique=True,
            postgresql_where=text("left_at IS NULL"),
            sqlite_where=text("left_at IS NULL"),
        ),
        Index("ix_people_name", "name"),
        Index("ix_people_search_text", "search_text"),
    )

    person_no: int | None = Field(
        default=None, sa_column=Column(BIG_ID, primary_key=True, autoincrement=True)
    )
    id: str = Field(sa_column=Column(String(64), nullable=False, unique=True))
    version: int = Field(sa_column=Column(Integer, nullable=False))
    name: str = Field(sa_column=Column(String(100), nullable=False))
    email: str = Field(sa_column=Column(String(254), nullable=False))
    zone: str = Field(sa_column=Column(String(64), nullable=False))
    locale: str = Field(default="en", sa_column=Column(String(16), nullable=False))
    roles: tuple[Open[Role], ...] = Field(
        sa_column=Column(PydanticJson(tuple[Open[Role], ...]), nullable=False)
    )
    pursuing: str | None = Field(default=None, sa_column=Column(String(16)))
    pursuing_since: date | None = Field(default=None, sa_column=Column(Date))
    registered_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    left_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    search_text: str = Field(default="", sa_column=search_column())
    """The name as it is searched and sorted: `PeopleStore.keep` writes it."""


class CredentialRow(SchedulerTable, table=True):
    """One credential of a provider."""

    __tablename__ = "credentials"

    id: str = key_column()
    person_id: str = Field(
        sa_column=Column(String(64), ForeignKey("people.id"), nullable=False, index=True)
    )
    kind: str = Field(sa_column=Column(String(16), nullable=False))
    standing: str = Field(sa_column=Column(String(16), nullable=False))
    valid_from: date = Field(sa_column=Column(Date, nullable=False))
    valid_until: date | None = Field(default=None, sa_column=Column(Date))
    registry_number: str | None = Field(default=None, sa_column=Column(String(40)))
