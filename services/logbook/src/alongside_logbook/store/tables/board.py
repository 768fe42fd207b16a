"""What the coordinator's board reads: ready rows, written where progress is worked out."""

from datetime import date

from sqlalchemy import Boolean, Column, Date, Index, Integer, Text
from sqlmodel import Field

from alongside_logbook.store.tables.base import (
    LogbookTable,
    key_column,
    number_column,
    optional_text,
    text_column,
)


class BoardRow(LogbookTable, table=True):
    """Where one person is toward one goal."""

    __tablename__ = "board"
    __table_args__ = (
        Index("ix_board_main_urgency", "main", "urgency", "supervisee_id"),
        Index("ix_board_waiting", "main", "waiting_since"),
    )

    supervisee_id: str = key_column()
    goal: str = key_column(32)
    main: bool = Field(sa_column=Column(Boolean, nullable=False))
    """Whether it is the goal that the person pursues first."""
    category: str | None = optional_text(16)
    state: str = text_column(20)
    urgency: int = number_column()
    because: str = Field(sa_column=Column(Text, nullable=False))
    until: date | None = Field(default=None, sa_column=Column(Date))
    required: int = number_column()
    counted: int = number_column()
    pending: int = number_column()
    attended: int = number_column()
    waiting: int = number_column()
    """How many entries wait for somebody's word."""
    waiting_since: date | None = Field(default=None, sa_column=Column(Date))


class TallyRow(LogbookTable, table=True):
    """Somebody's minutes with a provider, in a series, in a year: what sums by group are made of."""

    __tablename__ = "tallies"
    __table_args__ = (
        Index("ix_tallies_provider", "provider_id", "year"),
        Index("ix_tallies_series", "series_id"),
    )

    supervisee_id: str = key_column()
    provider_id: str = key_column()
    series_id: str = key_column()
    """Empty for hours from elsewhere."""
    year: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    sessions: int = number_column()
    confirmed: int = number_column()
    waiting: int = number_column()


class EndingRow(LogbookTable, table=True):
    """A credential that ends, with nothing of its kind held after it."""

    __tablename__ = "endings"
    __table_args__ = (Index("ix_endings_ends_on", "ends_on"),)

    person_id: str = key_column()
    credential_id: str = key_column()
    name: str = text_column()
    ends_on: date = Field(sa_column=Column(Date, nullable=False))
    emerging: bool = Field(sa_column=Column(Boolean, nullable=False))
