"""Documents that were issued: what each one said, and which files were handed out of it."""

from datetime import date, datetime

from sqlalchemy import Column, Date, Index, LargeBinary, Text
from sqlmodel import Field

from alongside.db import UtcDateTime
from alongside_logbook.store.tables.base import (
    LogbookTable,
    key_column,
    optional_text,
    text_column,
)


class DocumentRow(LogbookTable, table=True):
    """An issued document. Its code is made from `facts`, so neither can be changed without the other."""

    __tablename__ = "documents"
    __table_args__ = (Index("ix_documents_person", "person_id", "issued_at"),)

    code: str = key_column(32)
    person_id: str = text_column()
    kind: str = text_column(16)
    goal: str | None = optional_text(80)
    since: date = Field(sa_column=Column(Date, nullable=False))
    until: date = Field(sa_column=Column(Date, nullable=False))
    issued_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    issued_by: str = text_column()
    facts: str = Field(sa_column=Column(Text, nullable=False))
    """Canonical JSON of what it says in short."""
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """Canonical JSON of all it says, compressed; `facts` hold its SHA-256."""
    revoked_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    revoked_by: str | None = optional_text()


class DocumentFileRow(LogbookTable, table=True):
    """A file that was handed out, by its SHA-256: so that a copy can be compared. Not the file itself."""

    __tablename__ = "document_files"
    __table_args__ = (Index("ix_document_files_code", "code"),)

    sha256: str = key_column()
    code: str = text_column(32)
    format: str = text_column(8)
    made_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
