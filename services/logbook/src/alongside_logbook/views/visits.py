"""Consultants' visits: what is to log, what is logged, and what it comes to by site and month."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from alongside.errors import NotFound
from alongside.zones import zone
from alongside_logbook.domain.visits import ACTIVITIES, NOT_HELD, VisitLog
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.handlers.visits import log_of, may_log
from alongside_logbook.sheets import Cell, csv_of
from alongside_logbook.store.tables import VisitRow
from alongside_logbook.store.uow import LogbookUow
from alongside_logbook.views.people import Names, PersonRef, View

MONTHS = 12
KINDS = {
    "child_care": "Child care",
    "pre_k": "Pre-K",
    "early_intervention": "Early intervention",
    "other": "Other",
}


class VisitView(View):
    """A visit, and what was logged of it."""

    series_id: str
    key: str
    title: str
    site_id: str
    site: str
    site_kind: str
    consultant: PersonRef
    zone: str
    starts_at: datetime
    held_on: date
    scheduled_minutes: int
    status: str
    version: int
    log: VisitLog | None
    logged_at: datetime | None
    logged_by: PersonRef | None


class VisitVersion(View):
    """What was logged once."""

    version: int
    log: VisitLog
    logged_at: datetime
    logged_by: PersonRef


class VisitDetail(View):
    """A visit, with every version of what was logged."""

    visit: VisitView
    can_log: bool
    versions: tuple[VisitVersion, ...]


class VisitsPage(View):
    """Some visits, and how many there are."""

    visits: tuple[VisitView, ...]
    total: int


class SiteMonth(View):
    """What visits to a site came to in a month."""

    month: str
    """As YYYY-MM, by the site's own calendar."""
    visits: int
    minutes: int


class SiteTotal(View):
    """What visits to a site came to, month by month."""

    site_id: str
    site: str
    site_kind: str
    months: tuple[SiteMonth, ...]
    visits: int
    not_held: int
    minutes: int


class VisitTotals(View):
    """What visits came to, by site and month: minutes that were held, which count as nobody's RSC."""

    months: tuple[str, ...]
    sites: tuple[SiteTotal, ...]
    by_month: tuple[SiteMonth, ...]
    visits: int
    not_held: int
    minutes: int


async def visits_due(consultant: str | None, uow: LogbookUow, *, limit: int = 100) -> VisitsPage:
    """Return what has begun and is to be logged, oldest first; without a consultant, everybody's."""
    rows, total = await uow.visits.due(consultant, uow.now, limit=limit)
    return VisitsPage(visits=await _views(rows, uow), total=total)


async def visits_logged(
    consultant: str | None, uow: LogbookUow, *, limit: int = 20, offset: int = 0
) -> VisitsPage:
    """Return what is logged, newest first."""
    rows, total = await uow.visits.logged(consultant, limit=limit, offset=offset)
    return VisitsPage(visits=await _views(rows, uow), total=total)


async def visit_of(series_id: str, key: str, actor: Actor, uow: LogbookUow) -> VisitDetail:
    """Return a visit, to whoever made it and to coordinators."""
    row = await uow.visits.get(series_id, key)
    if row is None or not may_log(row, actor):
        raise NotFound("There is no such visit.")
    versions = await uow.visits.versions(series_id, key)
    names = await Names.of(uow, [each.logged_by for each in versions])
    return VisitDetail(
        visit=(await _views([row], uow))[0],
        can_log=row.starts_at <= uow.now and (row.status != "cancelled" or row.version > 0),
        versions=tuple(
            VisitVersion(
                version=each.version,
                log=VisitLog.model_validate(each.model_dump(include=set(VisitLog.model_fields))),
                logged_at=each.logged_at,
                logged_by=names(each.logged_by),
            )
            for each in versions
        ),
    )


async def visit_totals(
    consultant: str | None, uow: LogbookUow, *, at: ZoneInfo | None = None, months: int = MONTHS
) -> VisitTotals:
    """Return the totals of these months, this one included."""
    today = uow.now.astimezone(at or zone("UTC")).date()
    names = _months_to(today, months)
    since = date(int(names[0][:4]), int(names[0][5:]), 1)
    rows, _ = await uow.visits.logged(consultant, since=since, limit=None)
    by_site: dict[str, list[VisitRow]] = defaultdict(list)
    for row in rows:
        if f"{row.held_on:%Y-%m}" in names:
            by_site[row.site_id].append(row)
    sites = tuple(
        sorted(
            (_site_total(mine, names) for mine in by_site.values()),
            key=lambda each: (each.site.casefold(), each.site_id),
        )
    )
    every = [row for mine in by_site.values() for row in mine]
    return VisitTotals(
        months=names,
        sites=sites,
        by_month=_by_month(every, names),
        visits=sum(each.visits for each in sites),
        not_held=sum(each.not_held for each in sites),
        minutes=sum(each.minutes for each in sites),
    )


async def visits_csv(consultant: str | None, uow: LogbookUow) -> str:
    """Return every logged visit as a table for a spreadsheet, oldest first; no cell is a formula."""
    rows, _ = await uow.visits.logged(consultant, limit=None)
    views = await _views(list(reversed(rows)), uow)
    return csv_of(
        ["date", "starts", "zone", "site", "kind", "consultant", "held", "minutes",
         "planned minutes", "activity", "people", "why not held"],
        (_line(each) for each in views),
    )  # fmt: skip


def _line(each: VisitView) -> tuple[Cell, ...]:
    log = each.log or VisitLog()
    return (
        each.held_on.isoformat(),
        f"{each.starts_at.astimezone(zone(each.zone)):%H:%M}",
        each.zone,
        each.site,
        KINDS.get(each.site_kind, each.site_kind),
        each.consultant.name,
        "yes" if log.held else "no",
        log.minutes,
        each.scheduled_minutes,
        ACTIVITIES[log.activity] if log.activity else "",
        "" if log.people is None else log.people,
        NOT_HELD[log.reason] if log.reason else "",
    )


def _site_total(rows: Sequence[VisitRow], months: tuple[str, ...]) -> SiteTotal:
    newest = rows[0]
    held = [row for row in rows if row.held]
    return SiteTotal(
        site_id=newest.site_id,
        site=newest.site,
        site_kind=newest.site_kind,
        months=_by_month(rows, months),
        visits=len(held),
        not_held=len(rows) - len(held),
        minutes=sum(row.minutes or 0 for row in held),
    )


def _by_month(rows: Sequence[VisitRow], months: tuple[str, ...]) -> tuple[SiteMonth, ...]:
    held = [row for row in rows if row.held]
    return tuple(
        SiteMonth(
            month=month,
            visits=sum(f"{row.held_on:%Y-%m}" == month for row in held),
            minutes=sum(row.minutes or 0 for row in held if f"{row.held_on:%Y-%m}" == month),
        )
        for month in months
    )


def _months_to(today: date, count: int) -> tuple[str, ...]:
    last = today.year * 12 + today.month - 1
    return tuple(f"{at // 12}-{at % 12 + 1:02}" for at in range(last - count + 1, last + 1))


async def _views(rows: Sequence[VisitRow], uow: LogbookUow) -> tuple[VisitView, ...]:
    names = await Names.of(
        uow, {row.consultant_id for row in rows} | {row.logged_by for row in rows}
    )
    plain = set(VisitView.model_fields) - {"logged_by"}
    return tuple(
        VisitView(
            **row.model_dump(include=plain),
            consultant=names(row.consultant_id),
            log=log_of(row),
            logged_by=names.maybe(row.logged_by),
        )
        for row in rows
    )
