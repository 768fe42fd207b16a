"""Logs that were read in: what of them waits for a yes, is being entered, or was entered."""

from datetime import datetime

from sqlalchemy import Column, Index, Text
from sqlmodel import Field

from alongside.db import PydanticJson, UtcDateTime
from alongside_logbook.domain.logs.mapping import Mapping
from alongside_logbook.store.tables.base import (
    LogbookTable,
    key_column,
    number_column,
    optional_text,
    text_column,
)


class ImportRow(LogbookTable, table=True):
    """One log that was kept before, from the upload to the undo."""

    __tablename__ = "imports"
    __table_args__ = (
        Index("ix_imports_person", "person_id"),
        Index("ix_imports_by", "by_id"),
        Index("ix_imports_state", "state"),
    )

    id: str = key_column()
    person_id: str | None = optional_text()
    """Whose hours they are; none where a column of the file says so."""
    by_id: str = text_column()
    file_name: str = text_column(200)
    state: str = text_column(16)
    staged_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    mapping: Mapping | None = Field(default=None, sa_column=Column(PydanticJson(Mapping)))
    total: int = number_column(0)
    """How many rows are to be entered, or entries to be taken back."""
    done: int = number_column(0)
    people: int = number_column(0)
    minutes: int = number_column(0)
    refused: int = number_column(0)
    left_out: int = number_column(0)
    """Duplicates and overlaps that nobody asked for."""
    started_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    ended_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    undone_by: str | None = optional_text()
    undo_confirmed: int = number_column(0)
    """1: what was confirmed meanwhile is taken back, too."""


class ImportSheetRow(LogbookTable, table=True):
    """What of a file is needed for a while, sealed: rows to look at, to enter, or to correct."""

    __tablename__ = "import_sheets"

    import_id: str = key_column()
    body: str = Field(sa_column=Column(Text, nullable=False))
    kept_until: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
