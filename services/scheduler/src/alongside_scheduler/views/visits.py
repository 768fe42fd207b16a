"""Sites with their consultants, and visits: what is ahead, what came of those before."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Literal

from pydantic import BaseModel

from alongside.contracts import Open, SiteKind
from alongside.errors import Forbidden, NotFound
from alongside.web import times
from alongside.zones import zone
from alongside_scheduler.domain import series as life
from alongside_scheduler.domain import wording
from alongside_scheduler.domain.access import need_coordinator, need_lead
from alongside_scheduler.domain.visits import Stretch
from alongside_scheduler.handlers.planning import ScheduleSeries
from alongside_scheduler.handlers.rosters import today_in
from alongside_scheduler.handlers.sites import PairingView, SiteView
from alongside_scheduler.handlers.visits import draft_visits
from alongside_scheduler.store.sessions import Session
from alongside_scheduler.store.tables import PairingRow, VisitRow
from alongside_scheduler.store.uow import SchedulerUow
from alongside_scheduler.store.visits import Visit
from alongside_scheduler.views.free import next_free
from alongside_scheduler.views.people import names_of

Standing = Literal["ahead", "to_log", "held", "not_held", "cancelled"]
"""Where a visit stands: still to come, over and not logged, logged either way, or called off."""

LOOK_BACK = timedelta(days=91)
LOOK_AHEAD = timedelta(days=91)


class VisitItem(BaseModel):
    """One visit."""

    series_id: str
    key: str
    pairing_id: str
    title: str
    site_id: str
    site: str
    site_kind: Open[SiteKind]
    consultant_id: str
    consultant: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    place: str | None
    link: str | None
    moved: bool
    standing: Standing
    minutes: int
    """How long it was, once it is logged; else how long it is planned to be."""
    path: str
    log_path: str
    """Where it is logged."""


class PairingListed(BaseModel):
    """A pairing in a list, with the visits around today."""

    pairing: PairingView
    site: SiteView
    consultant: str
    active: bool
    """Whether it holds today, or still has to begin."""
    next_visit: VisitItem | None
    visits: list[VisitItem]
    held: int
    """How many of these visits were held."""
    held_minutes: int
    to_log: int


class SiteListed(BaseModel):
    """A site, with its pairings."""

    site: SiteView
    pairings: list[PairingListed]


class VisitsAhead(BaseModel):
    """The visits of somebody, or for a coordinator of everybody."""

    begins: date
    ends: date
    """The first and last day that was looked at."""
    pairings: list[PairingListed]
    to_log: list[VisitItem]
    ahead: list[VisitItem]


class VisitDate(BaseModel):
    """One visit as it would be."""

    starts_at: datetime
    ends_at: datetime
    local: str


class VisitsPreview(BaseModel):
    """Visits as they would be: nothing is kept or said."""

    words: str
    zone: str
    duration_minutes: int
    visits: list[VisitDate]
    warnings: list[str]
    conflicts: list[str]
    instead: list[datetime]
    """With conflicts: the next times after the first of them at which the consultant is free (UTC)."""


async def list_visits(
    uow: SchedulerUow,
    *,
    everybody: bool = False,
    begins: datetime | None = None,
    ends: datetime | None = None,
) -> list[VisitItem]:
    """Return visits in order of time, by default from three months ago to three ahead."""
    actor = uow.actor
    if actor.person_id is None and not actor.is_coordinator:
        return []
    found = await uow.visits.between(
        begins or uow.now - LOOK_BACK,
        ends or uow.now + LOOK_AHEAD,
        person_id=None if everybody and actor.is_coordinator else actor.person_id,
    )
    return await _items(found, uow)


async def visits_around(uow: SchedulerUow, *, everybody: bool = False) -> VisitsAhead:
    """Return the visits around today, and the pairings they belong to."""
    actor = uow.actor
    everybody = everybody and actor.is_coordinator
    pairings = await uow.visits.pairings(consultant_id=None if everybody else actor.person_id)
    items = await list_visits(uow, everybody=everybody)
    listed = await _listed(pairings, items, uow)
    return VisitsAhead(
        begins=(uow.now - LOOK_BACK).date(),
        ends=(uow.now + LOOK_AHEAD).date(),
        pairings=[each for each in listed if each.active or each.visits],
        to_log=[each for each in items if each.standing == "to_log"],
        ahead=[each for each in items if each.standing == "ahead"],
    )


async def list_sites(uow: SchedulerUow) -> list[SiteListed]:
    """Return every site, by name, to coordinators."""
    need_coordinator(uow.actor)
    items = await list_visits(uow, everybody=True)
    listed = await _listed(await uow.visits.pairings(), items, uow)
    return [
        SiteListed(
            site=SiteView.of(row),
            pairings=[each for each in listed if each.site.site_id == row.id],
        )
        for row in await uow.visits.sites()
    ]


async def show_site(site_id: str, uow: SchedulerUow) -> SiteListed:
    """Return one site with all of its pairings, to coordinators."""
    need_coordinator(uow.actor)
    row = await uow.visits.site(site_id)
    found = await uow.visits.between(uow.now - LOOK_BACK, uow.now + LOOK_AHEAD, site_id=site_id)
    pairings = await uow.visits.pairings(site_id=site_id)
    return SiteListed(
        site=SiteView.of(row), pairings=await _listed(pairings, await _items(found, uow), uow)
    )


async def show_pairing(pairing_id: str, uow: SchedulerUow) -> PairingListed:
    """Return one pairing, to its consultant and coordinators."""
    row = await uow.visits.pairing(pairing_id)
    need_lead(uow.actor, row.consultant_id, ())
    found = await uow.visits.between(
        uow.now - LOOK_BACK, uow.now + LOOK_AHEAD, pairing_id=pairing_id
    )
    return (await _listed([row], await _items(found, uow), uow))[0]


async def show_visit(series_id: str, key: str, uow: SchedulerUow) -> VisitItem:
    """Return one visit, to whoever makes it and coordinators."""
    series = await uow.series.get(series_id)
    if series.purpose != "consultation":
        raise NotFound("There is no such visit.")
    occurrence = life.find(series, key)
    if not uow.actor.is_coordinator and uow.actor.person_id not in {
        *life.leaders(series, occurrence),
        series.provider_id,
    }:
        raise NotFound("There is no such visit.")
    log = await uow.visits.log_of(series_id, key)
    return (await _items([Visit(series, occurrence, series.group_id, log)], uow))[0]


async def preview_visits(
    pairing_id: str, command: ScheduleSeries, uow: SchedulerUow
) -> VisitsPreview:
    """Return every date of visits before they are planned, and what speaks against them."""
    series = await draft_visits(pairing_id, command, uow)
    at = zone(series.zone)
    past = sum(each.starts_at < uow.now for each in series.occurrences)
    clashes = await uow.series.clashes(series)
    instead = []
    if clashes:
        first = min(clash.starts_at for clash in clashes)
        instead = await next_free(uow, {series.provider_id}, series.duration_minutes, first, at)
    return VisitsPreview(
        words=wording.whole(series.pattern, len(series.occurrences)),
        zone=series.zone,
        duration_minutes=series.duration_minutes,
        visits=[
            VisitDate(
                starts_at=each.starts_at,
                ends_at=each.ends_at,
                local=times.local(each.starts_at, at),
            )
            for each in series.occurrences
        ],
        warnings=[f"{past} of these visits would be in the past."] if past else [],
        conflicts=[str(clash) for clash in clashes],
        instead=instead,
    )


async def consultants(uow: SchedulerUow) -> list[tuple[str, str]]:
    """Return who could consult: everybody, for it takes no credential and no role."""
    if not uow.actor.is_coordinator:
        raise Forbidden
    rows, _ = await uow.people.search("", None, limit=5000)
    return [(row.id, row.name) for row in rows]


async def _listed(
    rows: Sequence[PairingRow], items: Sequence[VisitItem], uow: SchedulerUow
) -> list[PairingListed]:
    sites = await uow.visits.sites_named({row.site_id for row in rows})
    names = await names_of({row.consultant_id for row in rows}, uow)
    listed = []
    for row in rows:
        site = sites[row.site_id]
        mine = [each for each in items if each.pairing_id == row.id]
        today = today_in(site.zone, uow.now)
        days = Stretch(row.begins_on, row.ends_on)
        held = [each for each in mine if each.standing == "held"]
        listed.append(
            PairingListed(
                pairing=PairingView.of(row),
                site=SiteView.of(site),
                consultant=names.get(row.consultant_id, ""),
                active=days.covers(today) or row.begins_on > today,
                next_visit=next((each for each in mine if each.standing == "ahead"), None),
                visits=mine,
                held=len(held),
                held_minutes=sum(each.minutes for each in held),
                to_log=sum(each.standing == "to_log" for each in mine),
            )
        )
    return listed


async def _items(found: Sequence[Visit], uow: SchedulerUow) -> list[VisitItem]:
    makers = {_maker(each) for each in found}
    names = await names_of(makers, uow)
    return [_item(each, names.get(_maker(each), ""), uow.now) for each in found]


def _maker(visit: Visit) -> str:
    return visit.occurrence.provider_id or visit.series.provider_id


def _item(visit: Visit, consultant: str, now: datetime) -> VisitItem:
    series, occurrence = visit.series, visit.occurrence
    session = Session(series=series, occurrence=occurrence)
    site = series.site
    if site is None:
        raise NotFound("There is no such visit.")
    standing = _standing(visit, now)
    planned = int((occurrence.ends_at - occurrence.starts_at).total_seconds()) // 60
    logged = visit.log.minutes if visit.log and standing in {"held", "not_held"} else planned
    return VisitItem(
        series_id=series.series_id,
        key=occurrence.key,
        pairing_id=visit.pairing_id,
        title=series.title,
        site_id=site.site_id,
        site=site.name,
        site_kind=site.kind,
        consultant_id=_maker(visit),
        consultant=consultant,
        starts_at=occurrence.starts_at,
        ends_at=occurrence.ends_at,
        zone=series.zone,
        place=session.place,
        link=session.link,
        moved=occurrence.moved,
        standing=standing,
        minutes=logged,
        path=f"/visits/{series.series_id}/{occurrence.key}",
        log_path=f"/attendance/visits/{series.series_id}/{occurrence.key}",
    )


def _standing(visit: Visit, now: datetime) -> Standing:
    log: VisitRow | None = visit.log
    if log is not None:
        return "held" if log.held else "not_held"
    if visit.occurrence.status == "cancelled":
        return "cancelled"
    return "to_log" if visit.occurrence.starts_at <= now else "ahead"
