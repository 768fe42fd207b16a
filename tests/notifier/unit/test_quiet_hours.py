"""Quiet hours: nothing that can wait disturbs them, and no reminder comes twice or too late for it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from alongside.contracts import MilestoneReached, WordAwaited
from alongside.errors import Invalid
from alongside.zones import zone
from alongside_notifier.domain.quiet import (
    HEADROOM,
    LONGEST,
    Quiet,
    clock_of,
    disturbs_from,
    minutes_of,
    remind_at,
)
from alongside_notifier.handlers.preferences import choose
from alongside_notifier.http.day_bar import day_bar
from alongside_notifier.store.people import Preferences
from notifier.making import NOW, person

pytestmark = pytest.mark.unit

START = NOW + timedelta(days=8, hours=1)
ZONES = ("America/Chicago", "America/St_Johns", "Australia/Lord_Howe", "America/Phoenix", "UTC")
NIGHT = Quiet(22 * 60, 7 * 60)

quiets = st.builds(
    lambda begins, minutes: Quiet(begins, (begins + minutes) % 1440),
    st.integers(0, 1439),
    st.integers(1, LONGEST),
)
instants = st.one_of(
    st.datetimes(datetime(2027, 1, 1), datetime(2028, 12, 31)),
    # The hours around both changes of the clocks, in America and on Lord Howe.
    st.integers(-3000, 3000).map(lambda m: datetime(2027, 3, 14, 8) + timedelta(minutes=m)),
    st.integers(-3000, 3000).map(lambda m: datetime(2027, 11, 7, 7) + timedelta(minutes=m)),
    st.integers(-3000, 3000).map(lambda m: datetime(2027, 4, 3, 15) + timedelta(minutes=m)),
).map(lambda each: each.replace(tzinfo=UTC))


def is_quiet_by_the_clock(instant, quiet, name):
    wall = instant.astimezone(zone(name))
    minutes = wall.hour * 60 + wall.minute
    return (minutes - quiet.begins) % 1440 < quiet.minutes


@settings(max_examples=120, deadline=None)
@given(instants, quiets, st.sampled_from(ZONES))
@example(datetime(2027, 3, 14, 8, 30, tzinfo=UTC), Quiet(150, 170), "America/Chicago")
@example(datetime(2027, 11, 7, 7, 15, tzinfo=UTC), Quiet(60, 75), "America/Chicago")
@example(datetime(2027, 11, 7, 6, 45, tzinfo=UTC), Quiet(1320, 90), "America/Chicago")
def test_a_stretch_covers_what_the_clock_on_the_wall_says(instant, quiet, name):
    stretch = quiet.stretch(instant, name)
    if is_quiet_by_the_clock(instant, quiet, name):
        assert stretch is not None
    if stretch is not None:
        begin, end = stretch
        assert begin <= instant < end
        slack = timedelta(hours=1)
        assert abs(end - begin - timedelta(minutes=quiet.minutes)) <= slack
        outside = disturbs_from(instant, quiet, name)
        assert outside == end
        assert quiet.stretch(outside, name) is None
        offsets = {each.astimezone(zone(name)).utcoffset() for each in (begin, end)}
        if len(offsets) == 1 and end - begin == timedelta(minutes=quiet.minutes):
            assert is_quiet_by_the_clock(instant, quiet, name)
    else:
        assert disturbs_from(instant, quiet, name) == instant


@settings(max_examples=120, deadline=None)
@given(
    instants,
    st.integers(1, 14 * 1440),
    st.integers(0, 15 * 1440),
    st.none() | quiets,
    st.sampled_from(ZONES),
)
def test_a_reminder_comes_once_before_the_start_and_outside_the_quiet_hours(
    starts_at, lead, back, quiet, name
):
    due_at, now = starts_at - timedelta(minutes=lead), starts_at - timedelta(minutes=back)
    moment = remind_at(due_at, starts_at, quiet, name, now)
    if moment is None:
        # Only what is past already, or has no awake moment left before the start, is left out.
        assert due_at <= now or (quiet and quiet.stretch(due_at, name)[1] >= starts_at)
        return
    assert now < moment < starts_at
    stretch = quiet.stretch(due_at, name) if quiet else None
    if stretch is None:
        assert moment == due_at
    else:
        assert moment in (stretch[0] - HEADROOM, stretch[1])
        assert not stretch[0] <= moment < stretch[1]
        # Once the early one is past, the end is the only other choice: never both.
        if moment == stretch[1]:
            assert stretch[0] - HEADROOM <= now or stretch[0] - HEADROOM >= starts_at


@pytest.mark.parametrize(("begins", "ends"), [(60, 60), (-1, 60), (0, 1440), (0, LONGEST + 1)])
def test_what_are_no_quiet_hours(begins, ends):
    with pytest.raises(Invalid):
        Quiet(begins, ends)


def test_times_of_day_are_read_as_they_are_written():
    assert (minutes_of(" 22:30 "), minutes_of(""), clock_of(1350)) == (1350, None, "22:30")
    with pytest.raises(Invalid):
        minutes_of("half past ten")


@pytest.mark.parametrize(
    ("quiet", "spans", "text"),
    [
        (None, (), "No quiet hours"),
        (Quiet(720, 1080), ((50.0, 25.0),), "Quiet from 12:00 PM until 6:00 PM, 6 h"),
        (Quiet(1320, 420), ((0.0, 29.17), (91.67, 8.33)), "Quiet from 10:00 PM until 7:00 AM, 9 h"),
        (Quiet(1320, 0), ((91.67, 8.33),), "Quiet from 10:00 PM until 12:00 AM, 2 h"),
    ],
)
def test_a_day_is_drawn_with_its_quiet_hours(quiet, spans, text):
    drawn = day_bar(quiet, datetime(2027, 1, 4, 15, 0, tzinfo=UTC), "America/Chicago")
    assert (drawn.spans, drawn.text, drawn.now) == (spans, text, 37.5)


async def be_quiet(notifier, who="ben", quiet=NIGHT, **facts):
    async with notifier.app.uow() as uow:
        person = await uow.people.get(who)
        await choose(person, Preferences(quiet=quiet, **facts), uow, notifier.desk)
        await uow.commit()


async def sent(notifier, kind="reminder", who="ben"):
    return [row for row in await notifier.mails(who) if row.kind == kind]


async def test_reminders_of_sessions_that_are_planned_come_before_the_night(notifier):
    await notifier.begin()  # Tuesday 10:00 in Chicago
    await be_quiet(notifier, leads=(240, 60))
    begins = datetime(2027, 1, 12, 4, 0, tzinfo=UTC)  # 22:00 the evening before
    notifier.clock.set(begins - HEADROOM - timedelta(minutes=1))
    await notifier.tick("remind")
    assert await sent(notifier) == []
    notifier.clock.advance(timedelta(minutes=1))
    await notifier.tick("remind")
    (early,) = await sent(notifier)
    assert early.subject.startswith("In about 12 hours: Tuesday Circle")
    notifier.clock.set(START - timedelta(hours=1))
    await notifier.tick("remind")
    assert len(await sent(notifier)) == 2


async def test_a_missed_one_waits_for_the_end_of_the_night_or_is_left_out(notifier):
    await notifier.begin()
    await be_quiet(notifier, leads=(720,))  # due at 22:00, so at 21:55
    notifier.clock.set(START - timedelta(hours=8))  # 2:00 at night: the machine is up again
    await notifier.tick("remind")
    assert await sent(notifier) == []
    notifier.clock.set(START - timedelta(hours=3))  # 7:00
    await notifier.tick("remind")
    await notifier.tick("remind")
    (only,) = await sent(notifier)
    assert only.subject.startswith("In about 3 hours")
    await be_quiet(notifier, quiet=Quiet(22 * 60, 11 * 60), leads=(60,))
    notifier.clock.set(START + timedelta(days=14, hours=-2))
    await notifier.tick("remind")
    assert len(await sent(notifier)) == 1


async def test_mails_about_hours_wait_and_invitations_do_not(notifier):
    life = await notifier.begin()
    await be_quiet(notifier)
    notifier.clock.set(datetime(2027, 1, 12, 5, 0, tzinfo=UTC))  # 23:00
    await notifier.hear(
        MilestoneReached(
            id=notifier.ids(), occurred_at=notifier.clock.now(), supervisee_id="ben",
            category="IFS", counted_minutes=1440,
        )
    )  # fmt: skip
    await notifier.hear_series(life.move(life.keys()[1], timedelta(hours=1)))
    await notifier.tell()
    await notifier.tick("send")
    (waits,) = await sent(notifier, "milestone")
    assert waits.done_at is None
    assert waits.next_attempt_at == datetime(2027, 1, 12, 13, 0, tzinfo=UTC)
    (changed,) = await sent(notifier, "changed")
    assert changed.done_at is not None
    notifier.clock.set(datetime(2027, 1, 12, 13, 0, tzinfo=UTC))
    await notifier.tick("send")
    assert (await sent(notifier, "milestone"))[0].done_at is not None


async def test_what_waits_follows_changed_quiet_hours(notifier):
    await notifier.begin()
    await be_quiet(notifier)
    notifier.clock.set(datetime(2027, 1, 12, 5, 0, tzinfo=UTC))
    await notifier.hear(
        WordAwaited(
            id=notifier.ids(), occurred_at=notifier.clock.now(), nudge_id="n", person_id="ben",
            about="confirm", number=2, minutes=180, since=NOW.date(),
        )
    )  # fmt: skip
    await be_quiet(notifier, quiet=None)
    await notifier.tick("send")
    assert (await sent(notifier, "awaited"))[0].done_at is not None


@pytest.mark.parametrize("what", ["the zone", "the quiet hours"])
async def test_what_waits_goes_once_it_disturbs_nobody_and_no_edit_loses_it(notifier, what):
    life = await notifier.begin()
    await be_quiet(notifier, leads=(720,))  # due at 22:00, so at 21:55
    notifier.clock.set(START - timedelta(hours=8))  # 2:00 at night: the machine is up again
    await notifier.hear(
        WordAwaited(
            id=notifier.ids(), occurred_at=notifier.clock.now(), nudge_id="n", person_id="ben",
            about="confirm", number=2, minutes=180, since=NOW.date(),
        )
    )  # fmt: skip
    await notifier.hear_series(
        life.move(life.keys()[3], timedelta(hours=1))
    )  # before it is put off
    await notifier.tick("remind")
    await notifier.hear_series(life.move(life.keys()[3], timedelta(hours=1)))
    await notifier.tick("remind")
    await notifier.tick("send")
    assert await sent(notifier) == []
    assert [mail.done_at for mail in await sent(notifier, "awaited")] == [None]
    if what == "the zone":
        await notifier.meet(person("ben", "Ben Achterberg", version=2, zone="Europe/Madrid"))
    else:
        await be_quiet(notifier, quiet=None, leads=(720,))
    await notifier.tick("remind")
    await notifier.tick("send")
    assert len(await sent(notifier)) == 1
    assert (await sent(notifier, "awaited"))[0].done_at is not None
