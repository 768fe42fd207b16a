"""Other calendars: added, kept fresh by one worker at a time, shown as busy, removed whole."""

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from alongside.errors import Conflict, Invalid, NotFound
from alongside.secrets import Secrets
from alongside_scheduler.calendars.fetching import Fetched, FetchFailed
from alongside_scheduler.calendars.keeping import AddressKeeper
from alongside_scheduler.calendars.reading import read_busy
from alongside_scheduler.calendars.refreshing import EVERY, READ_AGAIN, Refresher
from alongside_scheduler.domain.access import Actor
from alongside_scheduler.domain.addresses import AllowedHosts, PrivateAddress
from alongside_scheduler.domain.free import Span
from alongside_scheduler.handlers.busy import (
    MOST_CALENDARS,
    AddCalendar,
    SetHours,
    add_calendar,
    fetch_now,
    remove_calendar,
    set_hours,
)
from alongside_scheduler.handlers.people import remove_person
from alongside_scheduler.housekeeping import Housekeeping
from alongside_scheduler.views.busy import show_busy
from alongside_scheduler.views.free import next_free

pytestmark = pytest.mark.contract

SECRET = "https://calendar.example.org/private-1a2b3c/basic.ics"


def content(*starts: str) -> bytes:
    events = [
        f"BEGIN:VEVENT\r\nUID:{start}\r\nDTSTART:{start}\r\nDURATION:PT1H\r\nSUMMARY:Secret\r\nEND:VEVENT"
        for start in starts
    ]
    return "\r\n".join(["BEGIN:VCALENDAR", *events, "END:VCALENDAR", ""]).encode()


class Elsewhere:
    """A fetcher that answers as it is told, and remembers what it was asked."""

    def __init__(self) -> None:
        self.answer: Fetched | Exception = Fetched(content("20260304T150000Z"), '"v1"', None)
        self.asked: list[tuple[str, str | None]] = []
        self.meanwhile = None

    async def fetch(self, address, *, etag=None, last_modified=None):
        self.asked.append((str(address), etag))
        if self.meanwhile is not None:
            await self.meanwhile()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Desk:
    """Somebody with other calendars, and a worker that keeps them fresh."""

    def __init__(self, office, person_id: str) -> None:
        self.office = office
        self.person_id = person_id
        self.me = Actor(person_id=person_id, roles=frozenset({"supervisee"}))
        self.keeper = AddressKeeper(Secrets.of(office.app.settings), AllowedHosts())
        self.elsewhere = Elsewhere()
        self.refresher = self.worker()

    def worker(self) -> Refresher:
        async def read(content, wanted):
            return read_busy(content, wanted)

        return Refresher(
            uow=self.office.app.uow,
            database=self.office.app.database,
            clock=self.office.clock,
            keeper=self.keeper,
            fetcher=self.elsewhere,
            read=read,
        )

    async def add(self, address: str = SECRET, label: str | None = None) -> str:
        command = AddCalendar(address=address, label=label)
        added = await self.run(lambda uow: add_calendar(command, uow, self.keeper))
        return added.calendar_id

    async def run(self, use_case):
        return await self.office.run(use_case, actor=self.me)

    async def shown(self):
        return await self.run(lambda uow: show_busy(self.person_id, uow))

    async def spans(self) -> list[Span]:
        begins = datetime(2026, 3, 1, tzinfo=UTC)
        found = await self.run(
            lambda uow: uow.busy.spans([self.person_id], begins, begins + timedelta(days=60))
        )
        return found[self.person_id]


@pytest.fixture
async def desk(association) -> Desk:
    return Desk(association, await association.person("Ada Able"))


def hour(text: str) -> Span:
    begins = datetime.fromisoformat(text).replace(tzinfo=UTC)
    return Span(begins, begins + timedelta(hours=1))


async def test_a_calendar_is_read_and_only_its_busy_times_are_kept(desk):
    await desk.add(label="Work")
    (waiting,) = (await desk.shown()).calendars
    assert (waiting.label, waiting.host, waiting.state) == (
        "Work",
        "calendar.example.org",
        "waiting",
    )
    assert await desk.refresher.tick() == 1
    assert desk.elsewhere.asked == [(SECRET, None)]
    shown = await desk.shown()
    (good,) = shown.calendars
    assert (good.state, good.busy_ahead, good.error) == ("good", 1, None)
    assert await desk.spans() == [hour("2026-03-04T15:00")]
    assert "private" not in shown.model_dump_json()
    assert await desk.refresher.tick() == 0


async def test_the_address_is_sealed_in_the_database(desk):
    await desk.add()
    (row,) = await desk.run(lambda uow: uow.busy.calendars(desk.person_id))
    assert "private" not in repr(row)
    assert str(desk.keeper.opened(row.sealed_address)) == SECRET


async def test_offers_keep_clear_of_what_was_imported(desk):
    await desk.add()
    await desk.refresher.tick()
    wednesday = datetime(2026, 3, 4, 14, tzinfo=UTC)
    starts = await desk.run(
        lambda uow: next_free(uow, [desk.person_id], 60, wednesday, ZoneInfo("America/Chicago"))
    )
    assert [f"{start:%H:%M}" for start in starts] == ["14:00", "16:00", "16:30"]


async def test_what_has_not_changed_is_not_read_again_until_its_horizon_moved(desk):
    await desk.add()
    await desk.refresher.tick()
    desk.elsewhere.answer = Fetched(None, None, None)
    desk.office.clock.advance(EVERY * 2)
    assert await desk.refresher.tick() == 1
    assert desk.elsewhere.asked[-1] == (SECRET, '"v1"')
    assert await desk.spans() == [hour("2026-03-04T15:00")]
    desk.elsewhere.answer = Fetched(content("20260311T150000Z"), None, None)
    desk.office.clock.advance(READ_AGAIN)
    await desk.refresher.tick()
    assert desk.elsewhere.asked[-1] == (SECRET, None)
    assert await desk.spans() == [hour("2026-03-11T15:00")]


async def test_trouble_is_told_in_words_waits_longer_each_time_and_keeps_what_was_read(desk):
    await desk.add()
    await desk.refresher.tick()
    desk.elsewhere.answer = FetchFailed("The server has trouble of its own (503).")
    pauses = []
    for _ in range(3):
        desk.office.clock.advance(timedelta(hours=13))
        assert await desk.refresher.tick() == 1
        (shown,) = (await desk.shown()).calendars
        pauses.append(shown.next_at - desk.office.clock.now())
    assert shown.state == "failing"
    assert shown.error == "The server has trouble of its own (503)."
    assert pauses == [timedelta(minutes=5), timedelta(minutes=10), timedelta(minutes=20)]
    assert await desk.spans() == [hour("2026-03-04T15:00")]
    desk.elsewhere.answer = Fetched(content(), None, None)
    desk.office.clock.advance(timedelta(hours=1))
    await desk.refresher.tick()
    (shown,) = (await desk.shown()).calendars
    assert (shown.state, shown.error) == ("good", None)
    assert await desk.spans() == []


async def test_a_pause_that_a_server_asks_for_is_kept_and_other_trouble_is_told_too(desk):
    await desk.add()
    desk.elsewhere.answer = FetchFailed("Asked too often.", retry_after=7200)
    await desk.refresher.tick()
    (shown,) = (await desk.shown()).calendars
    assert shown.next_at == desk.office.clock.now() + timedelta(hours=2)
    for answer, words in (
        (PrivateAddress(), "private network"),
        (Fetched(b"<html>", None, None), "web page"),
    ):
        desk.elsewhere.answer = answer
        desk.office.clock.advance(timedelta(hours=13))
        await desk.refresher.tick()
        (shown,) = (await desk.shown()).calendars
        assert words in shown.error


async def test_many_workers_fetch_each_calendar_once(desk):
    for number in range(3):
        await desk.add(f"https://calendar.example.org/{number}.ics")
    other = desk.worker()

    async def others_look_too():
        desk.elsewhere.meanwhile = None
        await other.tick()

    desk.elsewhere.meanwhile = others_look_too
    await desk.refresher.tick()
    assert len(desk.elsewhere.asked) == 3


async def test_workers_that_race_share_the_calendars_among_them(desk):
    for number in range(9):
        await desk.add(f"https://calendar.example.org/{number}.ics")
    done = await asyncio.gather(*(desk.worker().tick() for _ in range(5)))
    assert sum(done) == 9
    asked = [address for address, _ in desk.elsewhere.asked]
    assert sorted(asked) == [f"https://calendar.example.org/{number}.ics" for number in range(9)]
    assert {each.state for each in (await desk.shown()).calendars} == {"good"}


async def test_a_claim_that_was_lost_keeps_nothing(desk):
    await desk.add()

    async def another_took_over():
        # As after a pause longer than the lease, by a worker of another machine.
        async def taken(uow):
            (row,) = await uow.busy.calendars(desk.person_id)
            row.claimed_by = "another:1"
            await uow.busy.keep(row)

        await desk.run(taken)

    desk.elsewhere.meanwhile = another_took_over
    await desk.refresher.tick()
    assert await desk.spans() == []
    (row,) = await desk.run(lambda uow: uow.busy.calendars(desk.person_id))
    assert (row.claimed_by, row.answered_at) == ("another:1", None)


async def test_what_was_removed_meanwhile_stays_removed(desk):
    calendar_id = await desk.add()

    async def removed():
        await desk.run(lambda uow: remove_calendar(calendar_id, uow))

    desk.elsewhere.meanwhile = removed
    await desk.refresher.tick()
    assert await desk.spans() == []
    assert (await desk.shown()).calendars == []


async def test_removal_deletes_everything_and_only_ones_own(desk):
    calendar_id = await desk.add()
    await desk.refresher.tick()
    stranger = Desk(desk.office, await desk.office.person("Ben Baker"))
    with pytest.raises(NotFound):
        await stranger.run(lambda uow: remove_calendar(calendar_id, uow))
    with pytest.raises(NotFound):
        await stranger.run(lambda uow: fetch_now(calendar_id, uow))
    await desk.run(lambda uow: remove_calendar(calendar_id, uow))
    assert await desk.spans() == []


async def test_fetch_now_is_heard_once_a_minute(desk):
    calendar_id = await desk.add()
    await desk.refresher.tick()
    await desk.run(lambda uow: fetch_now(calendar_id, uow))
    assert await desk.refresher.tick() == 1
    with pytest.raises(Conflict, match="a moment ago"):
        await desk.run(lambda uow: fetch_now(calendar_id, uow))
    desk.office.clock.advance(timedelta(minutes=1))
    await desk.run(lambda uow: fetch_now(calendar_id, uow))


async def test_what_cannot_be_added(desk):
    await desk.add()
    with pytest.raises(Invalid, match="already"):
        await desk.add("webcal://CALENDAR.example.org/private-1a2b3c/basic.ics")
    with pytest.raises(PrivateAddress):
        await desk.add("http://127.0.0.1/")
    for number in range(MOST_CALENDARS - 1):
        await desk.add(f"https://calendar.example.org/{number}.ics")
    with pytest.raises(Conflict, match="Remove one first"):
        await desk.add("https://calendar.example.org/more.ics")


async def test_who_leaves_takes_their_calendars_along(desk):
    await desk.add()
    await desk.refresher.tick()
    await desk.office.run(lambda uow: remove_person(desk.person_id, uow))
    assert await Housekeeping(desk.office.app.uow).tick() == 1
    assert await desk.spans() == []


async def test_the_times_of_a_week_that_suit(desk):
    assert (await desk.shown()).hours_are_own is False
    given = SetHours(hours=[(2, 600, 720), (0, 540, 600), (0, 600, 660)])
    assert await desk.run(lambda uow: set_hours(given, uow)) == ((0, 540, 660), (2, 600, 720))
    shown = await desk.shown()
    assert shown.hours_are_own
    assert shown.hours == ((0, 540, 660), (2, 600, 720))
    for wrong in ([], [(7, 0, 60)], [(0, 60, 60)], [(0, 0, 1441)]):
        with pytest.raises(Invalid):
            await desk.run(lambda uow, wrong=wrong: set_hours(SetHours(hours=wrong), uow))
