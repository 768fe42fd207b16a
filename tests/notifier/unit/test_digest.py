"""The weekly digest: on Monday mornings, once, and only if there is something to say."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alongside.contracts import AttendanceRecorded, EntryState, ProgressChanged
from alongside.zones import zone
from alongside_notifier.domain.digest import due_week, this_week
from alongside_notifier.domain.quiet import LONGEST, Quiet
from alongside_notifier.domain.view import view_of
from alongside_notifier.handlers.preferences import choose
from alongside_notifier.store.people import Preferences
from notifier.making import make_series, person

pytestmark = pytest.mark.unit

MONDAY = datetime(2027, 1, 11, 13, 0, tzinfo=UTC)
"""7:00 in Chicago."""

ZONES = ("America/Chicago", "Pacific/Auckland", "Australia/Lord_Howe", "UTC")


@settings(max_examples=150, deadline=None)
@given(
    st.datetimes(datetime(2026, 12, 25), datetime(2028, 1, 10)).map(
        lambda t: t.replace(tzinfo=UTC)
    ),
    st.none()
    | st.builds(
        lambda begins, minutes: Quiet(begins, (begins + minutes) % 1440),
        st.integers(0, 1439),
        st.integers(1, LONGEST),
    ),
    st.sampled_from(ZONES),
)
def test_it_is_due_on_mondays_alone_and_on_every_one(instant, quiet, name):
    local = instant.astimezone(zone(name))
    week = due_week(instant, quiet, name)
    if week is not None:
        assert local.weekday() == 0
        assert local.time() >= time(7)
        assert week == f"{local:%G-W%V}"
        assert quiet is None or quiet.stretch(instant, name) is None
    monday = local.date() - timedelta(days=local.weekday())
    day = datetime.combine(monday, time(0), zone(name)).astimezone(UTC)
    weeks = {due_week(day + timedelta(minutes=30 * n), quiet, name) for n in range(48)} - {None}
    assert weeks == {f"{monday:%G-W%V}"}


def test_the_week_ends_on_sunday_night_by_the_readers_calendar():
    series = make_series()
    view = view_of(series, "ben")
    found = this_week([view], MONDAY, "America/Chicago")
    assert [meeting.key for _, meeting in found] == ["20270112T1000"]
    after = datetime(2027, 1, 12, 17, 0, tzinfo=UTC)
    assert this_week([view], after, "America/Chicago") == []
    sunday = datetime(2027, 1, 25, 5, 59, tzinfo=UTC)
    assert this_week([view], sunday, "America/Chicago") == []
    assert len(this_week([view], sunday + timedelta(minutes=1), "America/Chicago")) == 1


async def want(notifier, who, *, digest=True, quiet=None):
    async with notifier.app.uow() as uow:
        reader = await uow.people.get(who)
        await choose(reader, Preferences(digest=digest, quiet=quiet), uow, notifier.desk)
        await uow.commit()


async def digests(notifier, who="ben"):
    return [row for row in await notifier.mails(who) if row.kind == "digest"]


async def test_once_a_week_what_there_is_to_say(notifier):
    await notifier.begin()
    await want(notifier, "ben")
    await notifier.hear(
        ProgressChanged(
            id=notifier.ids(), occurred_at=notifier.clock.now(), supervisee_id="ben", version=3,
            category="IFS", required_minutes=1440, counted_minutes=1080, pending_minutes=90,
        )
    )  # fmt: skip
    await notifier.hear(
        AttendanceRecorded(
            id=notifier.ids(), occurred_at=notifier.clock.now(),
            entry=EntryState(
                entry_id="e1", version=1, supervisee_id="ben", provider_id="ada",
                series_id="series-1", occurrence_key="20261229T1000", title="Tuesday Circle",
                started_at=notifier.clock.now() - timedelta(days=6), zone="America/Chicago",
                scheduled_minutes=90, minutes=90, status="recorded", awaits="ben",
            ),
        )
    )  # fmt: skip
    notifier.clock.set(MONDAY - timedelta(minutes=1))
    assert await notifier.tick("digests") == 0
    notifier.clock.set(MONDAY + timedelta(hours=3))  # the machine was away in the morning
    assert await notifier.tick("digests") == 1
    assert await notifier.tick("digests") == 0
    (mail,) = await digests(notifier)
    assert mail.message_id == "<digest.2027-W02.ben@supervision.example>"
    assert mail.subject == "Your week: 1 session, 1 entry waits for your word"
    assert b"List-Unsubscribe: <https://supervision.example/preferences>" in mail.raw
    assert await digests(notifier, "cleo") == []
    # Whoever switches it off and on again, or moves, has had this week's.
    await want(notifier, "ben", digest=False)
    await want(notifier, "ben")
    await notifier.meet(person("ben", version=2, zone="Pacific/Honolulu"))
    notifier.clock.advance(timedelta(hours=5))
    assert await notifier.tick("digests") == 0
    notifier.clock.set(MONDAY + timedelta(days=1))
    assert await notifier.tick("digests") == 0


async def test_two_workers_and_a_kill_in_between_make_one(notifier):
    await notifier.begin()
    await want(notifier, "ben")
    notifier.clock.set(MONDAY)
    async with notifier.app.uow() as uow:
        assert await uow.people.mark_digest("ben", "2027-W02")  # killed before the commit
    assert await notifier.tick("digests") == 1
    async with notifier.app.uow() as uow:
        assert not await uow.people.mark_digest("ben", "2027-W02")
    assert len(await digests(notifier)) == 1


async def test_nothing_is_sent_where_there_is_nothing_to_say(notifier):
    life = await notifier.begin()
    await want(notifier, "ben", quiet=Quiet(20 * 60, 9 * 60))
    await want(notifier, "dora")
    notifier.clock.set(MONDAY)
    assert await notifier.tick("digests") == 0  # Ben sleeps until nine, and Dora has nothing
    notifier.clock.set(MONDAY + timedelta(hours=2))
    assert await notifier.tick("digests") == 1
    await notifier.hear_series(life.cancel(life.keys()[1]))
    notifier.clock.set(MONDAY + timedelta(days=14, hours=2))
    assert await notifier.tick("digests") == 0
