"""The logbook's tables, a module a noun."""

from alongside_logbook.store.tables.base import METADATA, PLUMBING, LogbookTable, table
from alongside_logbook.store.tables.entries import APPEND_ONLY, ChainRow, EntryRow, EntryVersionRow
from alongside_logbook.store.tables.people import AssociationRow, PersonRow
from alongside_logbook.store.tables.progress import MilestoneRow, ProgressRow
from alongside_logbook.store.tables.sessions import SeriesPersonRow, SeriesRow, SessionRow
from alongside_logbook.store.tables.visits import VisitRow, VisitVersionRow

__all__ = [
    "APPEND_ONLY",
    "METADATA",
    "PLUMBING",
    "AssociationRow",
    "ChainRow",
    "EntryRow",
    "EntryVersionRow",
    "LogbookTable",
    "MilestoneRow",
    "PersonRow",
    "ProgressRow",
    "SeriesPersonRow",
    "SeriesRow",
    "SessionRow",
    "VisitRow",
    "VisitVersionRow",
    "table",
]
