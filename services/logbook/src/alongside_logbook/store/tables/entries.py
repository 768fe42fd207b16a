"""Hour entries: the append-only record, and the newest version of each.

`entry_versions` is the record: rows are only ever added, and the database itself refuses anything
else. `entries` points at the newest version of each entry, with what it counts for.
"""

from datetime import date, datetime

from sqlalchemy import (
    Column,
    Date,
    Index,
    Integer,
    Text,
    text,
)
from sqlmodel import Field

from alongside.db import PydanticJson, UtcDateTime
from alongside_logbook.domain.entry import EntryVersion
from alongside_logbook.domain.rules.engine import Verdict
from alongside_logbook.store.tables.base import (
    LogbookTable,
    key_column,
    number_column,
    optional_text,
    table,
    text_column,
)
from alongside_logbook.store.tables.guard import append_only


class EntryVersionRow(LogbookTable, table=True):
    """One version of one entry, for ever. `body` is what `hash` seals, together with `prev_hash`."""

    __tablename__ = "entry_versions"
    __table_args__ = (Index("ix_entry_versions_entry", "entry_id", "version", unique=True),)

    supervisee_id: str = key_column()
    position: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    entry_id: str = text_column()
    version: int = number_column()
    body: str = Field(sa_column=Column(Text, nullable=False))
    prev_hash: str = text_column()
    hash: str = text_column()


class ChainRow(LogbookTable, table=True):
    """The end of a person's history, and the row that writers of one history meet at."""

    __tablename__ = "chains"

    supervisee_id: str = key_column()
    position: int = number_column()
    head: str = text_column()


class EntryRow(LogbookTable, table=True):
    """The newest version of an entry, and what it counts for."""

    __tablename__ = "entries"
    __table_args__ = (
        Index("uq_entries_session", "series_id", "occurrence_key", "supervisee_id", unique=True),
        Index("ix_entries_supervisee", "supervisee_id", "started_at"),
        Index("ix_entries_provider", "provider_id", "supervisee_id"),
        Index("ix_entries_awaits", "awaits"),
        Index(
            "ix_entries_waiting",
            "supervisee_id",
            "started_at",
            sqlite_where=text("awaits IS NOT NULL"),
            postgresql_where=text("awaits IS NOT NULL"),
        ),
        Index("ix_entries_batch", "batch_id", "supervisee_id"),
    )

    entry_id: str = key_column()
    supervisee_id: str = text_column()
    provider_id: str = text_column()
    series_id: str = text_column()
    occurrence_key: str = text_column(16)
    started_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    held_on: date = Field(sa_column=Column(Date, nullable=False))
    version: int = number_column()
    position: int = number_column()
    """Where the newest version stands in the person's history."""
    status: str = text_column(16)
    awaits: str | None = optional_text()
    minutes: int = number_column()
    batch_id: str | None = optional_text()
    """The import it came with, or the request to vouch that it was asked in."""
    current: EntryVersion = Field(sa_column=Column(PydanticJson(EntryVersion), nullable=False))
    verdict: Verdict | None = Field(default=None, sa_column=Column(PydanticJson(Verdict)))
    """What it counts for toward the category that is pursued."""
    verdicts: dict[str, Verdict] | None = Field(
        default=None, sa_column=Column(PydanticJson(dict[str, Verdict]))
    )
    """What it counts for toward each goal, by the goal's name; none before it is worked out."""


append_only(
    table(EntryVersionRow),
    "hours are only ever added to: entry_versions is append-only",
    ("supervisee_id", "position"),
    ("entry_id", "version"),
)
