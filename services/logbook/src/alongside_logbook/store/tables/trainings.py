"""Trainings: the append-only record, the newest version of each, and the certificates' bytes."""

from datetime import date, datetime

from sqlalchemy import Column, Date, Index, Integer, LargeBinary, Text
from sqlmodel import Field

from alongside.db import PydanticJson, UtcDateTime
from alongside_logbook.domain.training import TrainingVersion
from alongside_logbook.store.tables.base import (
    LogbookTable,
    key_column,
    number_column,
    table,
    text_column,
)
from alongside_logbook.store.tables.guard import append_only


class TrainingVersionRow(LogbookTable, table=True):
    """One version of one training, for ever. `body` is what `hash` seals, with `prev_hash`."""

    __tablename__ = "training_versions"
    __table_args__ = (
        Index("ix_training_versions_training", "training_id", "version", unique=True),
    )

    person_id: str = key_column()
    position: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    training_id: str = text_column()
    version: int = number_column()
    body: str = Field(sa_column=Column(Text, nullable=False))
    prev_hash: str = text_column()
    hash: str = text_column()


class TrainingChainRow(LogbookTable, table=True):
    """The end of a person's history of trainings, and the row that its writers meet at."""

    __tablename__ = "training_chains"

    person_id: str = key_column()
    position: int = number_column()
    head: str = text_column()


class TrainingRow(LogbookTable, table=True):
    """The newest version of a training."""

    __tablename__ = "trainings"
    __table_args__ = (Index("ix_trainings_person", "person_id", "last_day"),)

    training_id: str = key_column()
    person_id: str = text_column()
    last_day: date = Field(sa_column=Column(Date, nullable=False))
    version: int = number_column()
    status: str = text_column(16)
    current: TrainingVersion = Field(
        sa_column=Column(PydanticJson(TrainingVersion), nullable=False)
    )


class CertificateFileRow(LogbookTable, table=True):
    """The bytes of a certificate: once a person, however many trainings they are put to."""

    __tablename__ = "certificate_files"

    person_id: str = key_column()
    sha256: str = key_column()
    media_type: str = text_column(32)
    size: int = number_column()
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    added_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    added_by: str = text_column()


append_only(
    table(TrainingVersionRow),
    "trainings are only ever added to: training_versions is append-only",
    ("person_id", "position"),
    ("training_id", "version"),
)
