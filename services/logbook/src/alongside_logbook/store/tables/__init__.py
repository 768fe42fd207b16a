"""The logbook's tables, a module a noun."""

from alongside_logbook.store.tables.base import METADATA, PLUMBING, LogbookTable, table
from alongside_logbook.store.tables.board import BoardRow, EndingRow, TallyRow
from alongside_logbook.store.tables.departures import DepartureRow
from alongside_logbook.store.tables.documents import DocumentFileRow, DocumentRow
from alongside_logbook.store.tables.entries import ChainRow, EntryRow, EntryVersionRow
from alongside_logbook.store.tables.goals import GoalProgressRow, GoalRow
from alongside_logbook.store.tables.imports import ImportRow, ImportSheetRow
from alongside_logbook.store.tables.nudges import NudgeRow
from alongside_logbook.store.tables.outside import OutsideProviderRow, VouchRequestRow
from alongside_logbook.store.tables.people import AssociationRow, PersonRow
from alongside_logbook.store.tables.progress import MilestoneRow, ProgressRow
from alongside_logbook.store.tables.sessions import SeriesPersonRow, SeriesRow, SessionRow
from alongside_logbook.store.tables.trainings import (
    CertificateFileRow,
    TrainingChainRow,
    TrainingRow,
    TrainingVersionRow,
)
from alongside_logbook.store.tables.visits import VisitRow, VisitVersionRow

__all__ = [
    "METADATA",
    "PLUMBING",
    "AssociationRow",
    "BoardRow",
    "CertificateFileRow",
    "ChainRow",
    "DepartureRow",
    "DocumentFileRow",
    "DocumentRow",
    "EndingRow",
    "EntryRow",
    "EntryVersionRow",
    "GoalProgressRow",
    "GoalRow",
    "ImportRow",
    "ImportSheetRow",
    "LogbookTable",
    "MilestoneRow",
    "NudgeRow",
    "OutsideProviderRow",
    "PersonRow",
    "ProgressRow",
    "SeriesPersonRow",
    "SeriesRow",
    "SessionRow",
    "TallyRow",
    "TrainingChainRow",
    "TrainingRow",
    "TrainingVersionRow",
    "VisitRow",
    "VisitVersionRow",
    "VouchRequestRow",
    "table",
]
