"""Thunderbird, headless, follows a feed through everything that happens to it."""

from datetime import timedelta

import pytest

from alongside.stack.ports import free_port
from alongside_notifier.domain.view import view_of
from judges import ask
from judges.thunderbird import Thunderbird
from notifier.making import Life, make_series, monthly, weekly

pytestmark = pytest.mark.integration


@pytest.fixture
def notifier_settings(notifier_settings, port):
    return {**notifier_settings, "base_url": f"http://127.0.0.1:{port}"}


def truth(person_id, *lives):
    """Return what somebody's calendar should show: (start, end, title, place) and what was cancelled."""
    planned, cancelled = set(), set()
    for life in lives:
        view = view_of(life.series, person_id)
        if view is None:
            continue
        for meeting in view.meetings:
            gone = meeting.cancelled or view.cancelled
            title = life.series.title if not gone else f"Cancelled: {life.series.title}"
            start, end = (int(at.timestamp()) for at in (meeting.starts_at, meeting.ends_at))
            (cancelled if gone else planned).add((start, end, title, meeting.place))
    return planned, cancelled


def read(items):
    shown = {False: set(), True: set()}
    for _uid, start, end, status, title, place in items:
        shown[status == "CANCELLED"].add((start, end, title, place))
    return shown[False], shown[True]


@pytest.mark.timeout(180)
async def test_thunderbird_follows_a_feed(notifier, served, tmp_path):
    program = ask.system_program("thunderbird", "thunderbird")
    first = await notifier.begin()
    later = (notifier.clock.now() + timedelta(days=30)).replace(tzinfo=None, hour=9, minute=30)
    second = Life(
        make_series(
            monthly(later, 10, 2), series_id="series-2", uid="01jseries2@supervision.example",
            title="Monthly; with a comma, and ✓", zone_name="America/Los_Angeles",
        ),
        now=notifier.clock.now(),
    )  # fmt: skip
    third = Life(
        make_series(
            weekly(later, 8), series_id="series-3", uid="01jseries3@supervision.example",
            title="Jerusalem", zone_name="Asia/Jerusalem", members=("cleo",),
        ),
        now=notifier.clock.now(),
    )  # fmt: skip
    for life in (second, third):
        await notifier.hear_series(life.series)
    lives = (first, second, third)
    address = await served.address("ben")
    changes = {
        "an occurrence moved": lambda: first.move(first.keys()[1], timedelta(hours=3)),
        "an occurrence cancelled": lambda: first.cancel(first.keys()[2]),
        "the series changed": lambda: first.lengthen(120),
        "somebody added to a series": lambda: third.join("ben", notifier.clock.now().date()),
        "the other series cancelled": second.end,
    }
    async with Thunderbird(program, tmp_path, address, free_port()) as client:
        assert read(await client.shows(refresh=True)) == truth("ben", *lives)
        assert len(read(await client.shows(refresh=False))[0]) == 16
        before = truth("ben", *lives)
        for what, change in changes.items():
            notifier.clock.advance(timedelta(minutes=1))
            for life in lives:
                life.now = notifier.clock.now()
            await notifier.hear_series(change())
            expected = truth("ben", *lives)
            assert expected != before, what
            assert read(await client.shows(refresh=True)) == expected, what
            assert served.asked[-1].status == 200, what
            # Nothing new: it asks with the ETag that it has, and believes the answer.
            assert read(await client.shows(refresh=True)) == expected, what
            assert served.asked[-1].status == 304, what
            assert served.asked[-1].headers["if-none-match"], what
            before = expected
    assert {each.path for each in served.asked} == {address.removeprefix(served.origin)}
