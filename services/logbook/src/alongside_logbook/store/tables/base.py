"""What every table of the logbook stands on."""

from typing import Any

from sqlalchemy import Column, Integer, String, Table, text
from sqlmodel import Field, SQLModel

from alongside.db import Plumbing, service_metadata

METADATA = service_metadata()
PLUMBING = Plumbing(METADATA)


def key_column(length: int = 64) -> Any:
    """Return the field of a primary key, or a part of one."""
    return Field(sa_column=Column(String(length), primary_key=True))


def text_column(length: int = 64) -> Any:
    """Return a field for a short text that is always there."""
    return Field(sa_column=Column(String(length), nullable=False))


def optional_text(length: int = 64) -> Any:
    """Return a field for a short text that may be missing."""
    return Field(default=None, sa_column=Column(String(length)))


def number_column(default: int | None = None) -> Any:
    """Return a field for a whole number; a default is the database's, too."""
    server = None if default is None else text(str(default))
    return Field(sa_column=Column(Integer, nullable=False, server_default=server))


class LogbookTable(SQLModel):
    """Base of the tables: their metadata is the logbook's own."""

    metadata = METADATA


def table(row: type[LogbookTable]) -> Table:
    """Return the plain table of a row class, for statements."""
    found: Table = row.__table__  # type: ignore[attr-defined]
    return found
