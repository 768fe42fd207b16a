"""Tables of people that wait for a yes."""

from datetime import datetime

from sqlalchemy import Column, String
from sqlmodel import Field

from alongside.db import PydanticJson, UtcDateTime
from alongside_scheduler.domain.csv_import import ImportPreview
from alongside_scheduler.store.tables.base import SchedulerTable, key_column


class ImportRow(SchedulerTable, table=True):
    """A table of people as it was shown, waiting for a yes."""

    __tablename__ = "imports"

    id: str = key_column()
    staged_by: str | None = Field(default=None, sa_column=Column(String(64)))
    staged_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    preview: ImportPreview = Field(sa_column=Column(PydanticJson(ImportPreview), nullable=False))
    confirmed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
