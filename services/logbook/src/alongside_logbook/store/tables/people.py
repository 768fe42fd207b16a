"""Copies of people and of whose installation this is."""

from datetime import date, datetime

from sqlalchemy import (
    Column,
    Date,
    Index,
)
from sqlmodel import Field

from alongside.contracts import Credential, Open, Role
from alongside.db import PydanticJson, UtcDateTime
from alongside_logbook.store.tables.base import (
    LogbookTable,
    key_column,
    number_column,
    optional_text,
    text_column,
)


class PersonRow(LogbookTable, table=True):
    """A copy of a person: what hours need of them. No address; only by its digest can one be found."""

    __tablename__ = "people"
    __table_args__ = (Index("ix_people_email_digest", "email_digest"),)

    person_id: str = key_column()
    version: int = number_column()
    name: str = text_column(200)
    zone: str = text_column()
    roles: tuple[Open[Role], ...] = Field(
        sa_column=Column(PydanticJson(tuple[Open[Role], ...]), nullable=False)
    )
    pursuing: str | None = optional_text(16)
    pursuing_since: date | None = Field(default=None, sa_column=Column(Date))
    credentials: tuple[Credential, ...] = Field(
        sa_column=Column(PydanticJson(tuple[Credential, ...]), nullable=False)
    )
    email_digest: str = text_column()
    left_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class AssociationRow(LogbookTable, table=True):
    """A copy of whose installation this is."""

    __tablename__ = "association"

    association_id: str = key_column()
    version: int = number_column()
    name: str = text_column(200)
    zone: str = text_column()
    rules: str = text_column()
