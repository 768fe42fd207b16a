"""Trainings: the append-only record, the newest version of each, and the certificates' bytes."""

from datetime import date, datetime

from sqlalchemy import Column, Connection, Date, Index, Integer, LargeBinary, Table, Text, event
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


_REFUSAL = "trainings are only ever added to: training_versions is append-only"

TRAININGS_APPEND_ONLY = {
    "sqlite": (
        f"""
        CREATE TRIGGER training_versions_no_update BEFORE UPDATE ON training_versions
        BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END
        """,
        f"""
        CREATE TRIGGER training_versions_no_delete BEFORE DELETE ON training_versions
        BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END
        """,
        # REPLACE deletes without asking the trigger above.
        f"""
        CREATE TRIGGER training_versions_no_replace BEFORE INSERT ON training_versions
        WHEN EXISTS (
            SELECT 1 FROM training_versions
            WHERE (person_id = NEW.person_id AND position = NEW.position)
               OR (training_id = NEW.training_id AND version = NEW.version)
        )
        BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END
        """,  # noqa: S608  # a constant
    ),
    "postgresql": (
        f"""
        CREATE OR REPLACE FUNCTION training_versions_append_only() RETURNS trigger
        LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '{_REFUSAL}' USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """,
        """
        CREATE TRIGGER training_versions_no_change BEFORE UPDATE OR DELETE ON training_versions
        FOR EACH ROW EXECUTE FUNCTION training_versions_append_only()
        """,
        """
        CREATE TRIGGER training_versions_no_truncate BEFORE TRUNCATE ON training_versions
        FOR EACH STATEMENT EXECUTE FUNCTION training_versions_append_only()
        """,
    ),
}
"""The database's own refusal to change or remove history, per dialect."""


def _guard_history(_target: Table, connection: Connection, **_options: object) -> None:
    for statement in TRAININGS_APPEND_ONLY[connection.dialect.name]:
        connection.exec_driver_sql(statement)


event.listen(table(TrainingVersionRow), "after_create", _guard_history)
