"""Individual sessions: published, booked, moved, cancelled, asked for; on both databases."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta

import pytest

from alongside.contracts import (
    PersonAsked,
    SeriesChanged,
    SeriesEnded,
    SeriesScheduled,
    SessionCancelled,
    SessionMoved,
)
from alongside.errors import Conflict, Forbidden, Invalid, NotFound
from alongside.zones import zone
from alongside_scheduler.domain.access import Actor
from alongside_scheduler.domain.booking import AlreadyBooked
from alongside_scheduler.domain.series import SessionOver
from alongside_scheduler.domain.slots import Hindrance, NotBookable, SlotTaken, TooLate
from alongside_scheduler.handlers.association import AddClosure, add_closure
from alongside_scheduler.handlers.availability import (
    ExceptionText,
    HoursText,
    SetAvailability,
    WindowText,
    add_exception,
    add_hours,
    drop_exception,
    drop_hours,
    set_availability,
)
from alongside_scheduler.handlers.booking import Book, book
from alongside_scheduler.handlers.own_sessions import MoveBooking, cancel_booking, move_booking
from alongside_scheduler.handlers.people import remove_person
from alongside_scheduler.handlers.requests import (
    AskForTime,
    GrantRequest,
    RequestOver,
    ask_for_time,
    decline_request,
    grant_request,
    withdraw_request,
)
from alongside_scheduler.housekeeping import Housekeeping
from alongside_scheduler.views.availability import list_bookable, show_slots
from alongside_scheduler.views.booking import own_bookings
from alongside_scheduler.views.free import busy_spans, next_free
from alongside_scheduler.views.requests import show_requests

pytestmark = pytest.mark.contract

CHICAGO = zone("America/Chicago")
WEEK = [
    WindowText(weekday=1, begins=time(9), ends=time(12)),
    WindowText(weekday=3, begins=time(14), ends=time(17)),
]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHICAGO).astimezone(UTC)


def supervisee(person_id: str) -> Actor:
    return Actor(person_id=person_id, roles=frozenset({"supervisee"}))


def supervisor(person_id: str) -> Actor:
    return Actor(person_id=person_id, roles=frozenset({"supervisor"}))


class Practice:
    """A provider who publishes Tuesday mornings and Thursday afternoons, and two supervisees."""

    def __init__(self, office, lea: str, ada: str, ben: str) -> None:
        self.office, self.lea, self.ada, self.ben = office, lea, ada, ben

    async def publish(self, **facts) -> None:
        command = SetAvailability(**{"published": True, "windows": WEEK, "notice_hours": 2} | facts)
        await self.run(lambda uow: set_availability(self.lea, command, uow), supervisor(self.lea))

    async def run(self, use_case, actor: Actor):
        return await self.office.run(use_case, actor=actor)

    async def book(self, who: str, start: str, **facts):
        command = Book(start=at(start), **facts)
        return await self.run(lambda uow: book(self.lea, command, uow), supervisee(who))

    async def slots(self, who: str, day: str, minutes: int | None = None) -> list[str]:
        on = date.fromisoformat(day)
        found = await self.run(
            lambda uow: show_slots(self.lea, minutes, on, on, uow), supervisee(who)
        )
        return [f"{start.astimezone(CHICAGO):%H:%M}" for start in found.starts]

    async def move(self, who: str, series, start: str):
        command = MoveBooking(start=at(start))
        key = series.occurrences[0].key
        return await self.run(
            lambda uow: move_booking(series.series_id, key, command, uow), supervisee(who)
        )

    async def cancel(self, who: str, series, number: int = 0, **facts):
        key = series.occurrences[number].key
        return await self.run(
            lambda uow: cancel_booking(series.series_id, key, uow, **facts), supervisee(who)
        )


@pytest.fixture
async def practice(association) -> Practice:
    made = Practice(
        association,
        await association.person("Lea Lead", "supervisor"),
        await association.person("Ada Able"),
        await association.person("Ben Baker", zone="America/New_York"),
    )
    await made.publish()
    return made


async def test_a_booking_is_a_series_in_the_group_of_the_two(practice):
    practice.office.said.clear()
    first = await practice.book(practice.ada, "2026-03-10T10:00")
    (said,) = practice.office.said
    assert isinstance(said, SeriesScheduled)
    assert (said.series, said.actor_id) == (first, practice.ada)
    assert first.title == "Individual: Lea Lead with Ada Able"
    assert (first.kind, first.pattern.frequency) == ("individual", "once")
    assert (first.provider_id, [each.person_id for each in first.members]) == (
        practice.lea,
        [practice.ada],
    )
    second = await practice.book(practice.ada, "2026-03-12T14:30")
    other = await practice.book(practice.ben, "2026-03-12T16:00")
    assert second.group_id == first.group_id != other.group_id


async def test_nothing_is_offered_while_the_association_is_closed_unless_the_provider_says_so(
    practice,
):
    closed = AddClosure(
        name="Spring break", first_day=date(2026, 3, 10), last_day=date(2026, 3, 11)
    )
    await practice.office.run(lambda uow: add_closure(closed, uow))
    assert await practice.slots(practice.ada, "2026-03-10") == []
    with pytest.raises(NotBookable) as refused:
        await practice.book(practice.ada, "2026-03-10T10:00")
    assert refused.value.next_free[0] == at("2026-03-12T14:00")
    own = ExceptionText(
        first=date(2026, 3, 10),
        last=date(2026, 3, 10),
        hours=[HoursText(begins=time(9), ends=time(10))],
    )
    await practice.publish(exceptions=[own])
    assert await practice.slots(practice.ada, "2026-03-10") == ["09:00"]
    await practice.book(practice.ada, "2026-03-10T09:00")


async def test_what_is_booked_is_no_longer_offered_and_refused_with_the_next_times(practice):
    assert await practice.slots(practice.ben, "2026-03-10") == ["09:00", "09:30", "10:00", "10:30", "11:00"]  # fmt: skip
    await practice.book(practice.ada, "2026-03-10T10:00")
    assert await practice.slots(practice.ben, "2026-03-10") == ["09:00", "11:00"]
    said = len(practice.office.said)
    with pytest.raises(SlotTaken) as refused:
        await practice.book(practice.ben, "2026-03-10T10:30")
    assert refused.value.next_free == (
        at("2026-03-10T11:00"),
        at("2026-03-12T14:00"),
        at("2026-03-12T14:30"),
    )
    assert "Ada" not in refused.value.detail
    assert refused.value.problem()["code"] == "already_booked"
    assert len(practice.office.said) == said
    await practice.book(practice.ben, "2026-03-10T11:00")


async def test_room_is_kept_after_each_session(practice):
    await practice.publish(buffer_minutes=30)
    await practice.book(practice.ada, "2026-03-10T10:00")
    assert await practice.slots(practice.ben, "2026-03-10") == []
    assert await practice.slots(practice.ben, "2026-03-12") == ["14:00", "14:30", "15:00", "15:30", "16:00"]  # fmt: skip
    with pytest.raises(SlotTaken):
        await practice.book(practice.ben, "2026-03-10T09:00")


async def test_two_at_once_cannot_pass_a_daily_limit_together(practice):
    await practice.publish(day_sessions=1)
    done = await asyncio.gather(
        practice.book(practice.ada, "2026-03-10T09:00"),
        practice.book(practice.ben, "2026-03-10T11:00"),
        return_exceptions=True,
    )
    (refused,) = [each for each in done if isinstance(each, Exception)]
    assert isinstance(refused, NotBookable)
    assert [why for _, why in refused.refused] == [Hindrance.DAY_FULL]
    assert refused.next_free[0] == at("2026-03-12T14:00")


async def test_of_many_at_once_one_wins(practice):
    people = [await practice.office.person(f"Guest {number}") for number in range(12)]
    done = await asyncio.gather(
        *(practice.book(each, "2026-03-10T09:00") for each in people), return_exceptions=True
    )
    refused = [each for each in done if isinstance(each, Exception)]
    assert len(refused) == len(people) - 1
    assert {type(each) for each in refused} == {SlotTaken}
    assert {each.next_free[0] for each in refused} == {at("2026-03-10T10:00")}


async def test_two_who_lead_and_book_at_once_do_not_collide(practice):
    """A group's leader holds no booking page: there the guard decides, with the same words."""
    office = practice.office
    group = await office.group(practice.lea, [], name="Circle")
    done = await asyncio.gather(
        office.series(group.group_id, frequency="once", count=None),
        practice.book(practice.ada, "2026-03-10T10:00"),
        return_exceptions=True,
    )
    (refused,) = [each for each in done if isinstance(each, Exception)]
    assert isinstance(refused, SlotTaken | AlreadyBooked)
    assert refused.next_free


async def test_who_has_left_is_granted_nothing(practice):
    start = at("2026-03-11T19:00")
    command = AskForTime(provider_id=practice.lea, starts=[start])
    asked = await practice.run(lambda uow: ask_for_time(command, uow), supervisee(practice.ada))
    await practice.office.run(lambda uow: remove_person(practice.ada, uow))
    with pytest.raises(Conflict, match="has left"):
        await practice.run(
            lambda uow: grant_request(asked.request_id, GrantRequest(start=start), uow),
            supervisor(practice.lea),
        )


async def test_groups_count_toward_the_limits_and_collide(practice):
    office = practice.office
    group = await office.group(practice.lea, [practice.ben], name="Circle")
    await office.series(group.group_id, start_time=time(13), end_time=time(14), count=2)
    await practice.publish(day_minutes=90)
    assert await practice.slots(practice.ada, "2026-03-10") == []
    await practice.publish(day_minutes=120)
    assert len(await practice.slots(practice.ada, "2026-03-10")) == 5
    await practice.publish(windows=[WindowText(weekday=1, begins=time(12), ends=time(15))])
    assert await practice.slots(practice.ada, "2026-03-10") == ["12:00", "14:00"]


async def test_ones_own_sessions_elsewhere_are_in_the_way(practice):
    office = practice.office
    omar = await office.person("Omar", "supervisor")
    group = await office.group(omar, [practice.ben])
    await office.series(group.group_id, count=1)
    assert await practice.slots(practice.ben, "2026-03-10") == ["09:00"]
    with pytest.raises(SlotTaken, match="You have another session"):
        await practice.book(practice.ben, "2026-03-10T10:00")


async def test_a_standing_appointment_is_one_series_and_all_of_it_fits(practice):
    weekly = await practice.book(practice.ada, "2026-03-03T11:00", every_weeks=1, times=6)
    walls = [each.starts_at.astimezone(CHICAGO) for each in weekly.occurrences]
    assert [f"{wall:%m-%d %H:%M}" for wall in walls] == [
        "03-03 11:00", "03-10 11:00", "03-17 11:00", "03-24 11:00", "03-31 11:00", "04-07 11:00",
    ]  # fmt: skip
    assert (weekly.pattern.frequency, weekly.pattern.interval) == ("weekly", 1)
    with pytest.raises(SlotTaken) as refused:
        await practice.book(practice.ben, "2026-03-24T11:00", every_weeks=2, times=4)
    assert [start for start, _ in refused.value.refused] == [
        at("2026-03-24T11:00"),
        at("2026-04-07T11:00"),
    ]
    assert "2 of 4" in refused.value.detail
    # Thursdays at two are the first that are free four times over.
    assert refused.value.next_free[0] == at("2026-03-26T14:00")
    with pytest.raises(SlotTaken) as refused:
        await practice.book(practice.ben, "2026-03-03T11:00", every_weeks=1, times=2)
    assert refused.value.next_free[0] == at("2026-03-05T14:00"), "from the first time wanted on"
    fits = await practice.book(practice.ben, "2026-03-26T14:00", every_weeks=2, times=4)
    assert len(fits.occurrences) == 4


async def test_what_lies_beyond_the_wanted_times_is_looked_at_as_well(practice):
    office = practice.office
    await practice.publish(horizon_days=10)
    group = await office.group(practice.lea, [], name="Circle")
    for day, begins, ends in (
        (date(2026, 4, 7), time(9), time(12)),
        (date(2026, 4, 9), time(14), time(15, 30)),
    ):
        await office.series(
            group.group_id, frequency="once", count=None, starts_on=day, start_time=begins,
            end_time=ends,
        )  # fmt: skip
    with pytest.raises(SlotTaken) as refused:
        await practice.book(practice.ben, "2026-03-03T09:30", every_weeks=1, times=6)
    assert refused.value.next_free[0] == at("2026-03-05T15:30")
    await practice.book(practice.ben, "2026-03-05T15:30", every_weeks=1, times=6)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"every_weeks": 3, "times": 2}, "every_weeks"),
        ({"every_weeks": 1, "times": 53}, "times"),
        ({"times": 2}, "every_weeks"),
        ({"minutes": 45}, "minutes"),
    ],
)
async def test_what_is_not_offered_is_said(practice, facts, field):
    with pytest.raises(Invalid) as refused:
        await practice.book(practice.ada, "2026-03-10T10:00", **facts)
    assert refused.value.field == field


async def test_who_may_book(practice):
    office = practice.office
    await practice.publish(open_to="own")
    with pytest.raises(Forbidden, match="own groups"):
        await practice.book(practice.ada, "2026-03-10T10:00")
    assert await practice.run(list_bookable, supervisee(practice.ada)) == []
    await office.group(practice.lea, [practice.ada])
    assert [each.name for each in await practice.run(list_bookable, supervisee(practice.ada))] == ["Lea Lead"]  # fmt: skip
    assert await practice.book(practice.ada, "2026-03-10T10:00")
    with pytest.raises(Forbidden):
        await practice.run(
            lambda uow: book(practice.lea, Book(start=at("2026-03-12T14:00")), uow),
            supervisor(practice.lea),
        )
    await practice.publish(published=False)
    with pytest.raises(NotFound):
        await practice.book(practice.ada, "2026-03-12T14:00")


async def test_a_session_is_moved_and_cancelled_while_there_is_time(practice):
    made = await practice.book(practice.ada, "2026-03-10T10:00")
    practice.office.said.clear()
    moved = await practice.move(practice.ada, made, "2026-03-10T10:30")
    assert moved.occurrences[0].starts_at == at("2026-03-10T10:30"), (
        "its own time is not in the way"
    )
    assert moved.occurrences[0].key == made.occurrences[0].key
    ended = await practice.cancel(practice.ada, made)
    assert ended.status == "cancelled"
    assert [type(each) for each in practice.office.said] == [SessionMoved, SeriesEnded]
    with pytest.raises(SessionOver):
        await practice.move(practice.ada, made, "2026-03-12T14:00")


async def test_one_of_a_standing_appointment_is_cancelled_alone(practice):
    made = await practice.book(practice.ada, "2026-03-03T11:00", every_weeks=1, times=3)
    practice.office.said.clear()
    after = await practice.cancel(practice.ada, made, 1)
    assert [each.status for each in after.occurrences] == ["planned", "cancelled", "planned"]
    assert [type(each) for each in practice.office.said] == [SessionCancelled]


async def test_a_standing_appointment_is_given_up_from_a_session_on(practice):
    made = await practice.book(practice.ada, "2026-03-03T11:00", every_weeks=1, times=4)
    practice.office.said.clear()
    after = await practice.cancel(practice.ada, made, 2, later_too=True)
    assert [each.status for each in after.occurrences] == ["planned"] * 2 + ["cancelled"] * 2
    assert [type(each) for each in practice.office.said] == [SeriesChanged]
    assert "11:00" in await practice.slots(practice.ben, "2026-03-24")
    practice.office.clock.set(at("2026-03-02T11:00") + timedelta(seconds=1))
    with pytest.raises(TooLate):
        await practice.cancel(practice.ada, made, 0, later_too=True)
    ended = await practice.cancel(practice.ada, made, 1, later_too=True)
    assert [each.status for each in ended.occurrences] == ["planned"] + ["cancelled"] * 3


async def test_a_session_is_moved_only_to_what_is_offered(practice):
    made = await practice.book(practice.ada, "2026-03-10T10:00")
    await practice.book(practice.ben, "2026-03-10T11:00")
    with pytest.raises(SlotTaken):
        await practice.move(practice.ada, made, "2026-03-10T11:00")
    with pytest.raises(NotBookable) as refused:
        await practice.move(practice.ada, made, "2026-03-11T10:00")
    assert [why for _, why in refused.value.refused] == [Hindrance.OUTSIDE]
    with pytest.raises(Invalid):
        await practice.move(practice.ada, made, "2026-03-10T10:00")


async def test_after_the_notice_only_the_provider_changes_it(practice):
    made = await practice.book(practice.ada, "2026-03-10T10:00")
    assert [each.may_change for each in await practice.run(own_bookings, supervisee(practice.ada))] == [True]  # fmt: skip
    practice.office.clock.set(at("2026-03-09T10:00") + timedelta(seconds=1))
    assert [each.may_change for each in await practice.run(own_bookings, supervisee(practice.ada))] == [False]  # fmt: skip
    with pytest.raises(TooLate, match="Lea Lead"):
        await practice.cancel(practice.ada, made)
    with pytest.raises(TooLate, match="24 hours"):
        await practice.move(practice.ada, made, "2026-03-12T14:00")


async def test_nobody_changes_the_sessions_of_others_or_of_groups(practice):
    office = practice.office
    made = await practice.book(practice.ada, "2026-03-10T10:00")
    with pytest.raises(NotFound):
        await practice.cancel(practice.ben, made)
    group = await office.group(practice.lea, [practice.ada, practice.ben], name="Circle")
    circle = await office.series(group.group_id, start_time=time(13), end_time=time(14))
    with pytest.raises(TooLate):
        await practice.cancel(practice.ada, circle)


async def test_a_request_is_granted_outside_of_the_windows(practice):
    evening, noon = at("2026-03-11T19:00"), at("2026-03-12T12:00")
    command = AskForTime(
        provider_id=practice.lea, starts=[noon, evening], note="After work, please"
    )
    practice.office.said.clear()
    asked = await practice.run(lambda uow: ask_for_time(command, uow), supervisee(practice.ada))
    (said,) = practice.office.said
    assert isinstance(said, PersonAsked)
    assert (said.person_id, said.about, said.path) == (
        practice.lea,
        "session_requested",
        "/requests",
    )
    assert "After work" not in said.model_dump_json()
    assert asked.starts == [evening, noon]
    assert asked.expires_at == practice.office.clock.now() + timedelta(days=7)
    seen = await practice.run(show_requests, supervisor(practice.lea))
    assert [(each.person, each.request.note) for each in seen.waiting] == [("Ada Able", "After work, please")]  # fmt: skip
    assert [one.is_free for one in seen.waiting[0].proposed] == [True, True]
    grant = GrantRequest(start=evening)
    for stranger in (supervisee(practice.ada), supervisor(practice.ben)):
        with pytest.raises(NotFound):
            await practice.run(lambda uow: grant_request(asked.request_id, grant, uow), stranger)
    practice.office.said.clear()
    granted = await practice.run(
        lambda uow: grant_request(asked.request_id, grant, uow), supervisor(practice.lea)
    )
    scheduled, told = practice.office.said
    assert isinstance(scheduled, SeriesScheduled)
    assert scheduled.series.occurrences[0].starts_at == evening
    assert (told.about, told.person_id) == ("request_granted", practice.ada)
    assert told.path == f"/sessions/{granted.series_id}/{scheduled.series.occurrences[0].key}"
    assert (granted.status, granted.starts, granted.note) == ("granted", [evening], None)
    with pytest.raises(RequestOver):
        await practice.run(
            lambda uow: decline_request(asked.request_id, uow), supervisor(practice.lea)
        )


async def test_a_request_cannot_be_granted_onto_another_session(practice):
    start = at("2026-03-10T10:30")
    command = AskForTime(provider_id=practice.lea, starts=[start])
    asked = await practice.run(lambda uow: ask_for_time(command, uow), supervisee(practice.ada))
    await practice.book(practice.ben, "2026-03-10T10:00")
    seen = await practice.run(show_requests, supervisor(practice.lea))
    assert [one.is_free for one in seen.waiting[0].proposed] == [False]
    with pytest.raises(AlreadyBooked):
        await practice.run(
            lambda uow: grant_request(asked.request_id, GrantRequest(start=start), uow),
            supervisor(practice.lea),
        )
    practice.office.said.clear()
    declined = await practice.run(
        lambda uow: decline_request(asked.request_id, uow), supervisor(practice.lea)
    )
    (told,) = practice.office.said
    assert (declined.status, told.about, told.person_id) == ("declined", "request_declined", practice.ada)  # fmt: skip


async def test_requests_run_out_and_their_notes_are_forgotten(practice):
    command = AskForTime(provider_id=practice.lea, starts=[at("2026-03-04T19:00")], note="Please")
    asked = await practice.run(lambda uow: ask_for_time(command, uow), supervisee(practice.ada))
    assert asked.expires_at == at("2026-03-04T19:00"), "no later than the last time proposed"
    practice.office.clock.set(at("2026-03-04T19:00"))
    with pytest.raises(RequestOver):
        await practice.run(
            lambda uow: decline_request(asked.request_id, uow), supervisor(practice.lea)
        )
    seen = await practice.run(show_requests, supervisee(practice.ada))
    assert [(each.request.status, each.request.note) for each in seen.asked] == [("expired", None)]
    assert await Housekeeping(practice.office.app.uow).tick() >= 1
    row = await practice.run(lambda uow: uow.requests.get(asked.request_id), supervisee(practice.ada))  # fmt: skip
    assert row.note is None


async def test_requests_are_few_and_their_own(practice):
    def ask(*starts: str):
        command = AskForTime(provider_id=practice.lea, starts=[at(each) for each in starts])
        return practice.run(lambda uow: ask_for_time(command, uow), supervisee(practice.ada))

    with pytest.raises(Invalid):
        await ask()
    with pytest.raises(Invalid):
        await ask("2026-03-05T10:00", "2026-03-06T10:00", "2026-03-07T10:00", "2026-03-08T10:00")
    with pytest.raises(Invalid):
        await ask("2026-03-01T10:00")
    made = [await ask(f"2026-03-0{day}T20:00") for day in (4, 5, 6)]
    with pytest.raises(Conflict):
        await ask("2026-03-07T20:00")
    with pytest.raises(NotFound):
        await practice.run(
            lambda uow: withdraw_request(made[0].request_id, uow), supervisee(practice.ben)
        )
    gone = await practice.run(
        lambda uow: withdraw_request(made[0].request_id, uow), supervisee(practice.ada)
    )
    assert gone.status == "withdrawn"
    assert await ask("2026-03-07T20:00")


async def test_what_is_published_is_changed_piece_by_piece(practice):
    me, lea = supervisor(practice.lea), practice.lea
    view = await practice.run(
        lambda uow: add_hours(lea, [0, 1], HoursText(begins=time(12), ends=time(0)), uow), me
    )
    assert [(each.weekday, f"{each.begins:%H:%M}-{each.ends:%H:%M}") for each in view.windows] == [
        (0, "12:00-00:00"),
        (1, "09:00-00:00"),
        (3, "14:00-17:00"),
    ]
    view = await practice.run(lambda uow: drop_hours(lea, view.windows[0], uow), me)
    assert [each.weekday for each in view.windows] == [1, 3]
    leave = ExceptionText(first=date(2026, 3, 9), last=date(2026, 3, 13))
    await practice.run(lambda uow: add_exception(lea, leave, uow), me)
    assert await practice.slots(practice.ada, "2026-03-12") == []
    with pytest.raises(Invalid, match="has an exception already"):
        await practice.run(lambda uow: add_exception(lea, leave, uow), me)
    await practice.run(lambda uow: drop_exception(lea, leave.first, uow), me)
    assert len(await practice.slots(practice.ada, "2026-03-12")) == 5
    with pytest.raises(NotFound):
        await practice.run(lambda uow: drop_exception(lea, leave.first, uow), me)


async def test_availability_is_set_by_the_provider_or_a_coordinator(practice):
    command = SetAvailability(horizon_days=30)
    for stranger in (supervisee(practice.ada), supervisor(practice.ben)):
        with pytest.raises(Forbidden):
            await practice.run(lambda uow: set_availability(practice.lea, command, uow), stranger)
    set_by = Actor(person_id="somebody", roles=frozenset({"coordinator"}))
    view = await practice.run(lambda uow: set_availability(practice.lea, command, uow), set_by)
    assert (view.horizon_days, view.version) == (30, 2)
    with pytest.raises(Forbidden):
        await practice.run(lambda uow: set_availability(practice.ada, command, uow), set_by)
    with pytest.raises(Invalid):
        await practice.run(
            lambda uow: set_availability(practice.lea, SetAvailability(windows=[]), uow), set_by
        )


async def test_the_next_free_times_keep_windows_busy_time_and_room(practice):
    office = practice.office
    omar = await office.person("Omar", "supervisor")
    after = at("2026-03-09T00:00")

    async def found(*people: str, limit: int = 3) -> list[str]:
        starts = await office.run(
            lambda uow: next_free(uow, people, 60, after, CHICAGO, limit=limit)
        )
        return [f"{start.astimezone(CHICAGO):%a %H:%M}" for start in starts]

    assert await found(omar, practice.ada) == ["Mon 08:00", "Mon 08:30", "Mon 09:00"]
    assert await found(practice.lea, practice.ada) == ["Tue 09:00", "Tue 09:30", "Tue 10:00"]
    await practice.publish(buffer_minutes=30)
    await practice.book(practice.ada, "2026-03-10T10:30")
    assert await found(practice.lea, practice.ben) == ["Tue 09:00", "Thu 14:00", "Thu 14:30"]
    busy = await office.run(
        lambda uow: busy_spans(uow, [practice.lea, practice.ada], after, after + timedelta(days=7))
    )
    ends = {person: spans[0].ends_at for person, spans in busy.items()}
    assert ends == {practice.lea: at("2026-03-10T12:00"), practice.ada: at("2026-03-10T11:30")}
