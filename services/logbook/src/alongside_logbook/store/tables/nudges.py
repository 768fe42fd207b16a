"""Who was reminded of what waits for them."""

from datetime import datetime

from sqlalchemy import Column
from sqlmodel import Field

from alongside.db import UtcDateTime
from alongside_logbook.store.tables.base import (
    LogbookTable,
    key_column,
    number_column,
    text_column,
)


class NudgeRow(LogbookTable, table=True):
    """The newest word to somebody about what waits for them, and how many there were before it."""

    __tablename__ = "nudges"

    person_id: str = key_column()
    about: str = key_column(16)
    """confirm, look_again or record."""
    nudge_id: str = text_column()
    since: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    """Since when the oldest had waited: later than this, and the person has acted since."""
    times: int = number_column()
    last_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
