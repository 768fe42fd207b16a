"""Sites, and which consultant is paired with which from when until when."""

from datetime import date, timedelta
from typing import Any

from pydantic import BaseModel, Field

from alongside.contracts import Open, SeriesChanged, SeriesEnded, Site, SiteKind
from alongside.errors import Invalid
from alongside.zones import zone
from alongside_scheduler.domain import series as life
from alongside_scheduler.domain import surgery
from alongside_scheduler.domain import visits as rules
from alongside_scheduler.domain.access import need_coordinator
from alongside_scheduler.handlers.command import Command
from alongside_scheduler.handlers.rosters import today_in
from alongside_scheduler.handlers.saying import say
from alongside_scheduler.store.tables import GroupRow, PairingRow, SiteRow
from alongside_scheduler.store.uow import SchedulerUow


class MakeSite(Command):
    """A site to be added."""

    name: str = Field(examples=["Little Acorns Child Care"])
    kind: str = Field(default="child_care", description=f"One of: {', '.join(rules.KINDS)}.")
    zone: str | None = Field(
        default=None, description="IANA time zone; default: the association's."
    )
    place: str | None = Field(default=None, description="Where it is, in a line.")


class ChangeSite(Command):
    """What is to be different; what is left out stays. Visits ahead follow its name and place."""

    name: str | None = None
    kind: str | None = None
    zone: str | None = None
    place: str | None = None


class PairConsultant(Command):
    """Who consults at a site, and from when until when."""

    consultant_id: str
    begins_on: date | None = Field(default=None, description="First day; default: today.")
    ends_on: date | None = Field(default=None, description="Last day; default: it goes on.")


class ChangePairing(Command):
    """The last day of a pairing; null lets it go on. Visits planned after that day are cancelled."""

    ends_on: date | None


class SiteView(BaseModel):
    """A site as it is."""

    site_id: str
    version: int
    name: str
    kind: Open[SiteKind]
    zone: str
    place: str | None

    @classmethod
    def of(cls, row: SiteRow) -> "SiteView":
        """Return the view of a row."""
        return cls.model_validate({"site_id": row.id, **row.model_dump(exclude={"id", "made_at"})})


class PairingView(BaseModel):
    """A consultant at a site."""

    pairing_id: str
    site_id: str
    consultant_id: str
    begins_on: date
    ends_on: date | None

    @classmethod
    def of(cls, row: PairingRow) -> "PairingView":
        """Return the view of a row."""
        return cls(pairing_id=row.id, **row.model_dump(exclude={"id", "made_at"}))


def said_of(row: SiteRow) -> Site:
    """Return a site as visits say it."""
    return Site.model_validate({"site_id": row.id, "name": row.name, "kind": row.kind})


async def make_site(command: MakeSite, uow: SchedulerUow) -> SiteView:
    """Add a site."""
    need_coordinator(uow.actor)
    facts = rules.site_facts(
        name=command.name,
        kind=command.kind,
        zone=command.zone or await uow.association.zone(),
        place=command.place,
    )
    row = SiteRow(id=uow.new_id(), version=1, made_at=uow.now, **vars(facts))
    await uow.visits.keep(row)
    return SiteView.of(row)


async def change_site(site_id: str, command: ChangeSite, uow: SchedulerUow) -> SiteView:
    """Change a site; visits ahead follow its name and place, and keep their own words otherwise."""
    need_coordinator(uow.actor)
    row = await uow.visits.site(site_id, for_change=True)
    new: dict[str, Any] = command.model_dump(include=command.model_fields_set)
    for field in {"name", "kind", "zone"} & new.keys():
        if new[field] is None:
            raise Invalid("This is needed.", field=field)
    names = rules.SiteFacts.__dataclass_fields__
    facts = rules.site_facts(**{name: new.get(name, getattr(row, name)) for name in names})
    changed = {name: value for name, value in vars(facts).items() if getattr(row, name) != value}
    if not changed:
        return SiteView.of(row)
    before = row.model_copy()
    for name, value in changed.items():
        setattr(row, name, value)
    row.version += 1
    await uow.visits.keep(row)
    for pairing in await uow.visits.pairings(site_id=site_id):
        await _follow(before, row, await uow.groups.behind(pairing.id, for_change=True), uow)
    return SiteView.of(row)


async def pair_consultant(site_id: str, command: PairConsultant, uow: SchedulerUow) -> PairingView:
    """Pair a consultant with a site. Anybody registered may consult; it takes no credential."""
    need_coordinator(uow.actor)
    site = await uow.visits.site(site_id, for_change=True)
    people = await uow.people.named([command.consultant_id])
    consultant = people.get(command.consultant_id)
    if consultant is None or consultant.left_at is not None:
        raise Invalid("Choose who consults here.", field="consultant_id")
    others = await uow.visits.pairings(site_id=site_id, consultant_id=consultant.id)
    days = rules.stretch(
        command.begins_on or today_in(site.zone, uow.now),
        command.ends_on,
        (rules.Stretch(each.begins_on, each.ends_on) for each in others),
    )
    group = GroupRow(
        id=uow.new_id(),
        version=1,
        name=rules.title_of(site.name),
        kind="individual",
        zone=site.zone,
        place=site.place,
        provider_id=consultant.id,
        purpose="consultation",
        made_at=uow.now,
    )
    await uow.groups.keep(group)
    row = PairingRow(
        id=group.id,
        site_id=site_id,
        consultant_id=consultant.id,
        begins_on=days.begins_on,
        ends_on=days.ends_on,
        made_at=uow.now,
    )
    await uow.visits.keep(row)
    return PairingView.of(row)


async def change_pairing(pairing_id: str, command: ChangePairing, uow: SchedulerUow) -> PairingView:
    """Let a pairing end, or go on. What was planned after its last day is cancelled."""
    need_coordinator(uow.actor)
    row = await uow.visits.pairing(pairing_id, for_change=True)
    others = await uow.visits.pairings(site_id=row.site_id, consultant_id=row.consultant_id)
    days = rules.stretch(
        row.begins_on,
        command.ends_on,
        (rules.Stretch(each.begins_on, each.ends_on) for each in others if each.id != row.id),
    )
    row.ends_on = days.ends_on
    await uow.visits.keep(row)
    if days.ends_on is not None:
        await _cancel_after(row, days.ends_on, uow)
    return PairingView.of(row)


async def _cancel_after(row: PairingRow, last_day: date, uow: SchedulerUow) -> None:
    for series in await uow.series.running(row.id, uow.now):
        at = zone(series.zone)
        days = [
            each.starts_at.astimezone(at).date()
            for each in series.occurrences
            if each.status == "planned" and each.starts_at > uow.now
        ]
        if days and max(days) > last_day:
            after = surgery.skip(
                series, last_day + timedelta(days=1), max(days), zone=at, now=uow.now
            )
            await say(after, SeriesEnded if after.status == "cancelled" else SeriesChanged, uow)


async def _follow(before: SiteRow, site: SiteRow, group: GroupRow, uow: SchedulerUow) -> None:
    """Let what is planned say the site's new name, kind and place, where it said the old ones."""
    group.name, group.zone, group.place = rules.title_of(site.name), site.zone, site.place
    group.version += 1
    await uow.groups.keep(group)
    for series in await uow.series.running(group.id, uow.now):
        renamed = series.title == rules.title_of(before.name)
        stays = series.place != before.place
        after = surgery.revise(
            series,
            title=rules.title_of(site.name) if renamed else series.title,
            where=life.Where(place=series.place if stays else site.place, link=series.link),
            duration_minutes=series.duration_minutes,
            provider_id=series.provider_id,
            co_provider_ids=series.co_provider_ids,
            now=uow.now,
        )
        if after is series and series.site == said_of(site):
            continue
        if after is series:
            after = series.model_copy(update={"version": series.version + 1})
        await say(after.model_copy(update={"site": said_of(site)}), SeriesChanged, uow)
