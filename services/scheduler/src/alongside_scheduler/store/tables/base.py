"""What every table of the scheduler stands on."""

from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, String, Text
from sqlmodel import Field, SQLModel

from alongside.db import Plumbing, service_metadata

METADATA = service_metadata()
PLUMBING = Plumbing(METADATA)

BIG_ID = BigInteger().with_variant(Integer, "sqlite")


def key_column(length: int = 64, **options: Any) -> Any:
    """Return the field of a primary key of ids."""
    return Field(sa_column=Column(String(length), primary_key=True, **options))


def reference(target: str, *, nullable: bool = False, primary_key: bool = False) -> Any:
    """Return a column that names a row of another table by its id."""
    return Column(
        String(64),
        ForeignKey(target),
        nullable=nullable and not primary_key,
        primary_key=primary_key,
    )


def search_column() -> Any:
    """Return a column of folded words, each after a blank (see `domain.search`)."""
    return Column(Text, nullable=False, server_default="")


class SchedulerTable(SQLModel):
    """Base of the tables: their metadata is the scheduler's own."""

    metadata = METADATA
