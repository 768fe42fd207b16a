"""The installation: one row."""

from sqlalchemy import Column, Integer, String
from sqlmodel import Field

from alongside_scheduler.store.tables.base import SchedulerTable, key_column


class AssociationRow(SchedulerTable, table=True):
    """Whose installation this is: one row."""

    __tablename__ = "association"

    id: str = key_column()
    version: int = Field(sa_column=Column(Integer, nullable=False))
    name: str = Field(sa_column=Column(String(200), nullable=False))
    zone: str = Field(sa_column=Column(String(64), nullable=False))
    rules: str = Field(sa_column=Column(String(64), nullable=False))
