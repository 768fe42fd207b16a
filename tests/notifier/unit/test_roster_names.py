"""A group may show its roster: then invitations and calendars name the others, and never an address."""

from datetime import date, timedelta
from email import message_from_bytes
from email.policy import default

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alongside_notifier.store.people import Preferences
from notifier.client import calendar_part
from notifier.making import NOW, Life, make_series, person
from notifier.seat import Seat

pytestmark = pytest.mark.unit

NAMES = ("Ben Achterberg", "Cleo Ramírez", "Dora Quist")


def unfolded(calendar: str) -> str:
    return calendar.replace("\r\n ", "")


def text_of(row) -> str:
    message = message_from_bytes(row.raw, policy=default)
    return message.get_body(("plain",)).get_content()


def description(calendar: bytes | str) -> str:
    events = icalendar.Calendar.from_ical(calendar).walk("VEVENT")
    (master,) = [event for event in events if "RECURRENCE-ID" not in event]
    return str(master["DESCRIPTION"])


async def feed_of(notifier, who: str) -> str:
    async with notifier.app.uow() as uow:
        seat = (await uow.seats.of_series("series-1", only=[who]))[who]
        return unfolded("BEGIN:VCALENDAR\r\n" + seat.fragment + "END:VCALENDAR\r\n")


async def test_rosters_are_private_by_default(notifier):
    await notifier.begin()
    (row,) = await notifier.mails("ben")
    assert "In the group" not in text_of(row)
    mailed = unfolded(calendar_part(row.raw))
    for said in (text_of(row), mailed, await feed_of(notifier, "ben")):
        assert "Cleo" not in said
        assert "cleo" not in said


async def test_a_group_that_shows_its_roster_names_the_others(notifier):
    await notifier.begin(make_series(show_roster=True))
    (row,) = await notifier.mails("ben")
    assert "In the group: Cleo Ramírez" in text_of(row)
    said = unfolded(calendar_part(row.raw))
    assert description(said).splitlines()[1] == "In the group: Cleo Ramírez."
    assert description(await feed_of(notifier, "ben")) == description(said)
    assert "cleo@" not in said
    assert said.count("ATTENDEE") == 1
    (row,) = await notifier.mails("ada")
    assert "In the group: Ben Achterberg, Cleo Ramírez" in text_of(row)


async def test_who_comes_and_goes_is_in_every_feed_and_mailed_only_where_it_is_wanted(notifier):
    life = await notifier.begin(make_series(show_roster=True))
    async with notifier.app.uow() as uow:
        await uow.people.set_preferences("cleo", Preferences(small_changes=True))
        await uow.commit()
    await notifier.hear_series(life.join("dora", NOW.date()))
    assert "Cleo Ramírez, Dora Quist" in description(await feed_of(notifier, "ben"))
    await notifier.tell()
    assert [row.kind for row in await notifier.mails("ben")] == ["invitation"]
    invited, changed = await notifier.mails("cleo")
    assert (invited.kind, changed.kind) == ("invitation", "changed")
    assert description(calendar_part(changed.raw)) == description(await feed_of(notifier, "cleo"))
    await notifier.hear_series(life.leave("dora", NOW.date() - timedelta(days=1)))
    assert "Dora" not in await feed_of(notifier, "ben")
    await notifier.hear_series(life.change(show_roster=False))
    assert "In the group" not in await feed_of(notifier, "ben")


async def test_another_name_is_another_name_everywhere(notifier):
    await notifier.begin(make_series(show_roster=True))
    await notifier.meet(person("cleo", "Cleo Newname", version=2))
    assert "Cleo Newname" in await feed_of(notifier, "ben")
    assert "Ramírez" not in await feed_of(notifier, "ben")


STEPS = st.lists(
    st.tuples(
        st.sampled_from(("join", "leave", "hide", "show", "room", "move")),
        st.sampled_from(("ben", "cleo", "dora")),
        st.integers(0, 40),
        st.booleans(),
    ),
    max_size=14,
)


@given(STEPS)
@settings(max_examples=60, deadline=None)
def test_the_names_in_mails_and_feed_are_the_same(steps):
    life = Life(make_series(show_roster=True))
    seats = [Seat(each, small_changes=True) for each in ("ada", "ben", "cleo", "dora")]
    for step, who, days, told in [("show", "ben", 0, True), *steps]:
        day = date(2027, 1, 4) + timedelta(days=days)
        match step:
            case "join":
                life.join(who, day)
            case "leave":
                life.leave(who, day)
            case "room":
                life.change(place=f"Room {days}")
            case "move":
                life.move(life.keys()[days % 6], timedelta(hours=1))
            case _:
                life.change(show_roster=step == "show")
        for seat in seats:
            seat.hear(life.series, NOW)
            if told:
                seat.tell(life.series, NOW)
    for seat in seats:
        seat.tell(life.series, NOW)
        mailed = [str(each["master"]["DESCRIPTION"]) for each in seat.client.series.values()]
        fragment = seat.fragment(life.series, NOW)
        fed = [description(seat.feed(life.series, NOW))] if fragment.text else []
        if mailed or fed:
            assert mailed == fed, seat.person.person_id
        assert not any(seat.person.name in each for each in mailed)
