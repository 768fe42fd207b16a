"""What happens to the seats of a group: people come and go, and free seats are offered.

Whoever calls these holds the group's row, and took the people before it (`seats.hold_people`): so
two who change the same roster come one after the other, and each counts what the other did.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from alongside.contracts import RosterChanged, SeriesState
from alongside.zones import zone
from alongside_scheduler.domain import seats as rules
from alongside_scheduler.domain import series as life
from alongside_scheduler.handlers import collisions
from alongside_scheduler.handlers.asking import ask_person
from alongside_scheduler.store.tables import GroupMemberRow, GroupRow, OfferRow
from alongside_scheduler.store.uow import SchedulerUow


@dataclass(frozen=True)
class Seats:
    """Who takes a seat of a group from today on, and for whom one is kept."""

    today: date
    rows: Sequence[GroupMemberRow]
    offers: Sequence[OfferRow]

    @property
    def stays(self) -> list[rules.Stay]:
        """The stays that are not over."""
        return [rules.Stay(each.person_id, each.joined_on, each.left_on) for each in self.rows]

    @property
    def holds(self) -> list[rules.Hold]:
        """The seats that open offers keep."""
        return [rules.Hold(each.person_id, each.from_day) for each in self.offers]

    def stay_of(self, person_id: str) -> GroupMemberRow | None:
        """Return somebody's stay that is not over; the last one, should there be two."""
        mine = [each for each in self.rows if each.person_id == person_id]
        return mine[-1] if mine else None

    def offer_to(self, person_id: str) -> OfferRow | None:
        """Return the open offer to somebody."""
        return next((each for each in self.offers if each.person_id == person_id), None)

    def peak(self) -> int:
        """Return how many seats are taken or kept on the fullest day ahead."""
        return rules.peak(self.stays, self.holds, self.today)


def wall_day(instant: datetime, zone_name: str) -> date:
    """Return the wall date of an instant in a zone."""
    return instant.astimezone(zone(zone_name)).date()


def today_in(zone_name: str, uow: SchedulerUow) -> date:
    """Return the wall date in a zone now."""
    return wall_day(uow.now, zone_name)


async def seats_of(group: GroupRow, uow: SchedulerUow) -> Seats:
    """Return the seats of a group as they are."""
    today = today_in(group.zone, uow)
    return Seats(
        today,
        await uow.seats.stays(group.id, today),
        await uow.seats.open_offers(group.id),
    )


async def come(group: GroupRow, person_id: str, on: date, uow: SchedulerUow) -> list[str]:
    """Put a person on the roster and into its running series; return which. Seats are not counted."""
    await uow.seats.wait_no_more(group.id, person_id)
    await uow.seats.begin_stay(group.id, person_id, on)
    changed = []
    for series in await _running(group, uow):
        if person_id in life.present_ids(series) or not _meets_from(series, on):
            continue
        after = life.join(series, person_id, on, now=uow.now)
        await _roster_changed(after, uow, joined=(person_id,))
        changed.append(after.series_id)
    return changed


async def go(
    group: GroupRow, seats: Seats, person_id: str, last_day: date, uow: SchedulerUow
) -> list[str]:
    """Take a person off the roster and its running series after a day; return which series."""
    mine = [each for each in seats.rows if each.person_id == person_id]
    for stay in mine:
        if stay is mine[-1] or stay.left_on is None or stay.left_on > last_day:
            await uow.seats.end_stay(stay, last_day)
    changed = []
    for series in await _running(group, uow):
        stays = [each for each in series.members if each.person_id == person_id]
        left_on = stays[-1].left_on if stays else date.min
        if left_on is not None and left_on < today_in(series.zone, uow):
            continue
        after = life.leave(series, person_id, last_day, now=uow.now)
        if after is not series:
            await _roster_changed(after, uow, left=(person_id,))
            changed.append(after.series_id)
    return changed


async def tidy_seats(group: GroupRow, uow: SchedulerUow) -> list[OfferRow]:
    """Let offers run out whose time is over, and offer every seat that is free; return the new ones.

    Doing it twice changes nothing: an offer holds its seat, and whoever was offered one waits no more.
    """
    for offer in await uow.seats.open_offers(group.id):
        if offer.expires_at <= uow.now:
            await settle(offer, "expired", uow)
    waits = {each.person_id: each for each in await uow.seats.waiting(group.id)}
    if not waits:
        return []
    seats = await seats_of(group, uow)
    due = rules.offers_due(
        group.seat_limit, seats.stays, seats.holds, await line(group, uow), seats.today
    )
    made = []
    for each in due:
        wait = waits[each.waiting.person_id]
        offer = OfferRow(
            id=uow.new_id(),
            group_id=group.id,
            person_id=wait.person_id,
            number=wait.number,
            since=wait.since,
            from_day=each.from_day,
            offered_at=uow.now,
            expires_at=uow.now + timedelta(hours=group.offer_hours),
            state="open",
        )
        await uow.seats.wait_no_more(group.id, wait.person_id)
        await uow.seats.keep(offer)
        await ask_person(
            offer.person_id,
            "seat_offered",
            uow,
            subject=group.name,
            path=f"/offers/{offer.id}",
            expires_at=offer.expires_at,
            ask_id=offer.id,
        )
        made.append(offer)
    return made


async def line(group: GroupRow, uow: SchedulerUow) -> list[rules.Waiting]:
    """Return who waits for a seat, in the order in which seats are offered."""
    waits = await uow.seats.waiting(group.id)
    progress = await uow.copies.progress(each.person_id for each in waits)
    needs = {
        person_id: rules.behind(row.required_minutes, row.counted_minutes, row.pending_minutes)
        for person_id, row in progress.items()
    }
    return rules.in_order(
        rules.Waiting(each.person_id, each.number, needs.get(each.person_id)) for each in waits
    )


async def settle(offer: OfferRow, to: rules.OfferState, uow: SchedulerUow) -> None:
    """Bring an open offer to its end."""
    offer.state = rules.settled(offer.state, to)
    offer.settled_at = uow.now
    await uow.seats.keep(offer)


async def _running(group: GroupRow, uow: SchedulerUow) -> Sequence[SeriesState]:
    """Return the series with something ahead, to be changed.

    Asked twice: while the first asking waited for a series, somebody may have given it a later part.
    """
    await uow.series.running(group.id, uow.now)
    return await uow.series.running(group.id, uow.now)


def _meets_from(series: SeriesState, on: date) -> bool:
    at = zone(series.zone)
    return any(
        each.status == "planned" and each.original_start.astimezone(at).date() >= on
        for each in series.occurrences
    )


async def _roster_changed(
    series: SeriesState,
    uow: SchedulerUow,
    *,
    joined: tuple[str, ...] = (),
    left: tuple[str, ...] = (),
) -> None:
    await collisions.keep(series, uow)
    await uow.emit(
        RosterChanged(
            id=uow.new_id(),
            occurred_at=uow.now,
            series=series,
            actor_id=uow.actor.person_id,
            joined=joined,
            left=left,
        )
    )
