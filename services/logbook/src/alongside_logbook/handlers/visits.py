"""Logging a visit, and correcting what was logged: no hour of anybody comes of it."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from alongside.contracts import VisitLogged, VisitState
from alongside.errors import Conflict, NotFound
from alongside_logbook.domain.visits import VisitLog, checked
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.store.tables import VisitRow
from alongside_logbook.store.uow import LogbookUow


class LogVisit(BaseModel):
    """What is to be logged of which visit."""

    model_config = ConfigDict(frozen=True)

    series_id: str
    key: str
    log: VisitLog


class Logged(BaseModel):
    """What logging came to."""

    model_config = ConfigDict(frozen=True)

    series_id: str
    key: str
    version: int
    changed: bool
    """False when the same was logged before."""
    log: VisitLog


async def log_visit(command: LogVisit, actor: Actor, uow: LogbookUow) -> Logged:
    """Log a visit, or correct it. Logging the same again changes nothing.

    Only whoever made it, or a coordinator; only once it has begun; never if it was cancelled.
    """
    row = await uow.visits.lock(command.series_id, command.key)
    if row is None or not may_log(row, actor):
        raise NotFound("There is no such visit.")
    has_begun(row, uow.now)
    log = checked(command.log, row.scheduled_minutes)
    changed = log != log_of(row)
    if changed:
        await uow.visits.log(row, log, actor.person_id, uow.now)
        await uow.emit(VisitLogged(id=uow.new_id(), occurred_at=uow.now, visit=_said(row, log)))
    return Logged(
        series_id=row.series_id, key=row.key, version=row.version, changed=changed, log=log
    )


def may_log(row: VisitRow, actor: Actor) -> bool:
    """Tell whether somebody made this visit, or coordinates."""
    return actor.coordinator or actor.person_id == row.consultant_id


def has_begun(row: VisitRow, now: datetime) -> None:
    """Refuse what was cancelled or has not begun."""
    if row.status == "cancelled" and row.version == 0:
        raise Conflict("This visit was cancelled, so there is nothing to log.")
    if row.starts_at > now:
        raise Conflict("This visit has not begun yet. It can be logged once it has.")


def log_of(row: VisitRow) -> VisitLog | None:
    """Return what is logged of a visit, or nothing."""
    if row.version == 0:
        return None
    return VisitLog.model_validate(row.model_dump(include=set(VisitLog.model_fields)))


def _said(row: VisitRow, log: VisitLog) -> VisitState:
    return VisitState(
        series_id=row.series_id,
        occurrence_key=row.key,
        version=row.version,
        consultant_id=row.consultant_id,
        site_id=row.site_id,
        started_at=row.starts_at,
        zone=row.zone,
        scheduled_minutes=row.scheduled_minutes,
        held=log.held,
        minutes=log.minutes or 0,
    )
