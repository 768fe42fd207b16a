"""The scheduler's tables.

A series is kept twice, in one transaction: whole, as it was last said (`series.state`), and as
rows by which the database can guard and search (`occurrences`, `commitments`).
"""

from alongside_scheduler.store.tables.association import AssociationRow, ClosureRow
from alongside_scheduler.store.tables.availability import AvailabilityRow, SessionRequestRow
from alongside_scheduler.store.tables.base import METADATA, PLUMBING, SchedulerTable
from alongside_scheduler.store.tables.busy import (
    BusyCalendarRow,
    BusySpanRow,
    SuitingTimesRow,
    WeeklyHours,
)
from alongside_scheduler.store.tables.copies import AnswerRow, ProgressRow, RecordedRow
from alongside_scheduler.store.tables.groups import GroupMemberRow, GroupRow
from alongside_scheduler.store.tables.guard import NO_OVERLAP, POSTGRESQL_GUARD, SQLITE_GUARDS
from alongside_scheduler.store.tables.imports import ImportRow
from alongside_scheduler.store.tables.people import CredentialRow, PersonRow
from alongside_scheduler.store.tables.polls import PollAnswerRow, PollRow
from alongside_scheduler.store.tables.seats import OfferRow, WaitRow
from alongside_scheduler.store.tables.series import CommitmentRow, OccurrenceRow, SeriesRow
from alongside_scheduler.store.tables.sign_ins import SignInRequestRow, SignInRow
from alongside_scheduler.store.tables.visits import PairingRow, SiteRow, VisitRow

__all__ = [
    "METADATA",
    "NO_OVERLAP",
    "PLUMBING",
    "POSTGRESQL_GUARD",
    "SQLITE_GUARDS",
    "AnswerRow",
    "AssociationRow",
    "AvailabilityRow",
    "BusyCalendarRow",
    "BusySpanRow",
    "ClosureRow",
    "CommitmentRow",
    "CredentialRow",
    "GroupMemberRow",
    "GroupRow",
    "ImportRow",
    "OccurrenceRow",
    "OfferRow",
    "PairingRow",
    "PersonRow",
    "PollAnswerRow",
    "PollRow",
    "ProgressRow",
    "RecordedRow",
    "SchedulerTable",
    "SeriesRow",
    "SessionRequestRow",
    "SignInRequestRow",
    "SignInRow",
    "SiteRow",
    "SuitingTimesRow",
    "VisitRow",
    "WaitRow",
    "WeeklyHours",
]
