"""Groups: the list, and one group with its roster, series and next sessions."""

from datetime import date, datetime, timedelta

from pydantic import BaseModel

from alongside.contracts import SeriesState
from alongside.errors import NotFound
from alongside_scheduler.domain import wording
from alongside_scheduler.domain.access import Actor
from alongside_scheduler.handlers.groups import GroupView
from alongside_scheduler.handlers.seating import today_in
from alongside_scheduler.store.tables import GroupMemberRow, GroupRow
from alongside_scheduler.store.uow import SchedulerUow
from alongside_scheduler.views.people import names_of
from alongside_scheduler.views.seats import ProgressView, SeatsView, seats_view
from alongside_scheduler.views.sessions import SessionItem, items_of

_NEXT = 6


class GroupListed(BaseModel):
    """A group in a list."""

    group: GroupView
    provider: str
    co_provider: str | None
    seats_taken: int
    next_session: SessionItem | None


class MemberView(BaseModel):
    """Somebody on the roster."""

    person_id: str
    name: str
    joined_on: date
    left_on: date | None = None
    pursuing: str | None = None
    progress: ProgressView | None = None


class SeriesListed(BaseModel):
    """A series in a list."""

    series_id: str
    title: str
    words: str
    status: str
    zone: str
    duration_minutes: int
    first_starts_at: datetime
    last_ends_at: datetime
    ahead: int
    planned: int

    @classmethod
    def of(cls, series: SeriesState, now: datetime) -> "SeriesListed":
        """Return the view of a series."""
        planned = [each for each in series.occurrences if each.status == "planned"]
        return cls(
            series_id=series.series_id,
            title=series.title,
            words=wording.whole(series.pattern, len(series.occurrences)),
            status=series.status,
            zone=series.zone,
            duration_minutes=series.duration_minutes,
            first_starts_at=min(each.starts_at for each in series.occurrences),
            last_ends_at=max(each.ends_at for each in series.occurrences),
            ahead=sum(each.ends_at > now for each in planned),
            planned=len(planned),
        )


class GroupDetail(BaseModel):
    """A group. Its roster is for who leads it, and for members where it shows its roster."""

    group: GroupView
    leads: bool
    provider: str
    co_provider: str | None
    seats_taken: int
    shows_names: bool
    roster: list[MemberView]
    """Who is in it, and who is to come; with a last day where that is known."""
    former: list[MemberView]
    seats: SeatsView | None
    """For who leads it: every seat, and who waits for one."""
    series: list[SeriesListed]
    next_sessions: list[SessionItem]


async def list_groups(uow: SchedulerUow) -> list[GroupListed]:
    """Return the groups one leads or is in; for a coordinator, all."""
    actor = uow.actor
    if actor.person_id is None and not actor.is_coordinator:
        return []
    rows = await uow.groups.seen_by(
        None if actor.is_coordinator else actor.person_id, today=uow.now.date()
    )
    people = {row.provider_id for row in rows} | {row.co_provider_id or "" for row in rows}
    names = await names_of(people, uow)
    stays = await uow.seats.stays_of([row.id for row in rows], uow.now.date())
    ahead = await uow.sessions.next_of_groups([row.id for row in rows], uow.now)
    items = await items_of([(each.series, each.occurrence) for each in ahead.values()], uow)
    following = {item.group_id: item for item in items}
    return [
        GroupListed(
            group=GroupView.of(row),
            provider=names.get(row.provider_id, ""),
            co_provider=names.get(row.co_provider_id or ""),
            seats_taken=_people(stays[row.id]),
            next_session=following.get(row.id),
        )
        for row in rows
    ]


async def show_group(group_id: str, uow: SchedulerUow) -> GroupDetail:
    """Return one group, in the measure of who asks."""
    row = await uow.groups.get(group_id)
    today = today_in(row.zone, uow)
    roster = await uow.seats.stays(group_id, today)
    leads = leads_group(uow.actor, row)
    if not leads and uow.actor.person_id not in {each.person_id for each in roster}:
        raise NotFound("There is no such group.")
    shows_names = leads or row.show_roster
    over = [each for each in await uow.groups.former(group_id) if _is_over(each, today)]
    members = [*roster, *(over if leads else [])]
    shown = {each.person_id for each in members}
    names = await names_of({row.provider_id, row.co_provider_id or "", *shown}, uow)
    progress = await uow.copies.progress(shown) if leads else {}
    people = await uow.people.named(shown) if leads else {}
    views = [
        MemberView(
            person_id=each.person_id,
            name=names.get(each.person_id, ""),
            joined_on=each.joined_on,
            left_on=each.left_on,
            pursuing=people[each.person_id].pursuing if each.person_id in people else None,
            progress=ProgressView.of(progress[each.person_id])
            if each.person_id in progress
            else None,
        )
        for each in members
    ]
    series = await uow.series.of_group(group_id)
    following = await uow.sessions.between(
        uow.now,
        uow.now + timedelta(days=800),
        group_id=group_id,
        person_id=None if leads else uow.actor.person_id,
        with_cancelled=True,
        limit=_NEXT,
    )
    return GroupDetail(
        group=GroupView.of(row),
        leads=leads,
        provider=names.get(row.provider_id, ""),
        co_provider=names.get(row.co_provider_id or ""),
        seats_taken=_people(roster),
        shows_names=shows_names,
        roster=sorted(
            (view for view in views[: len(roster)] if shows_names),
            key=lambda view: view.name.lower(),
        ),
        former=views[len(roster) :],
        seats=await seats_view(row, uow) if leads else None,
        series=[SeriesListed.of(each, uow.now) for each in series],
        next_sessions=await items_of([(each.series, each.occurrence) for each in following], uow),
    )


def leads_group(actor: Actor, row: GroupRow) -> bool:
    """Tell whether this person leads a group, or coordinates all."""
    return actor.is_coordinator or actor.leads(row.provider_id, [row.co_provider_id])


def _is_over(stay: GroupMemberRow, today: date) -> bool:
    return stay.left_on is not None and stay.left_on < today


def _people(stays: list[GroupMemberRow]) -> int:
    return len({each.person_id for each in stays})
