"""Every zone whose clocks change, 2026 to 2040, as programs read it from our VTIMEZONE alone."""

from datetime import UTC, date, datetime, timedelta

import pytest

from alongside.contracts import Pattern, SeriesState
from alongside.zones import all_zones
from alongside_notifier.domain.calendar import Names, feed_fragment
from alongside_notifier.domain.posix_tz import Change, rule_of
from alongside_notifier.domain.vcalendar import feed
from alongside_notifier.domain.view import view_of
from alongside_notifier.domain.vtimezone import zone_block
from judges import ask
from notifier.making import make_series

pytestmark = pytest.mark.integration

FIRST, LAST = 2026, 2040
HALF_A_YEAR = 6
NOW = datetime(FIRST, 1, 1, tzinfo=UTC)
LISTED_YET = {"America/Havana", "Cuba"}
"""Zones with a listed change ahead that their rule does not say."""


def around(change: Change) -> list[Pattern]:
    """Meetings on the day of a change and half a year from it, in each year: shortly before, and after."""
    day = {
        "weekday": (change.weekday - 1) % 7,
        "week_of_month": -1 if change.week == 5 else change.week,
    }
    first = _day(change, FIRST)
    patterns = []
    for minutes in (-30, 90):
        at = (change.at + timedelta(minutes=minutes)) % timedelta(days=1)
        patterns.append(
            Pattern(
                frequency="monthly_by_weekday",
                interval=HALF_A_YEAR,
                count=2 * (LAST - FIRST + 1) - (change.month > HALF_A_YEAR),
                first_start=datetime.combine(first, datetime.min.time()) + at,
                **day,
            )
        )
    return patterns


def _day(change: Change, year: int) -> date:
    days = [date(year, change.month, 1) + timedelta(days=each) for each in range(31)]
    fit = [d for d in days if d.month == change.month and d.isoweekday() % 7 == change.weekday]
    return fit[-1 if change.week == 5 else change.week - 1]


def whole(name: str, *, first: bool) -> tuple[str, dict[str, list[int]]]:
    """Return a feed of series in a zone, and by UID when they truly start.

    Zones share their rules; all that there is to see of one is asked of the first that has it.
    """
    rule = rule_of(name)
    fragments, truth = [], {}
    patterns = [*around(rule.start), *around(rule.end)]
    for number, pattern in enumerate(patterns if first else patterns[1:2]):
        series: SeriesState = make_series(pattern, zone_name=name, uid=f"{number}@x.example")
        view = view_of(series, "ben")
        fragments.append(feed_fragment(view, Names("Oak", {}), NOW))
        truth[series.uid] = [int(each.starts_at.timestamp()) for each in view.planned()]
    body = feed(name="Oak", description="d", zone=name, fragments=fragments)
    return body.decode(), truth


def test_changing_clocks_are_told_truly_to_programs_that_know_no_zones():
    names = [name for name in all_zones() if rule_of(name).daylight is not None]
    assert len(names) > 160
    firsts = {rule_of(name): name for name in reversed(names)}
    made = (whole(name, first=firsts[rule_of(name)] == name) for name in names)
    texts, truths = zip(*made, strict=True)
    years = {
        datetime.fromtimestamp(at, UTC).year for truth in truths for s in truth.values() for at in s
    }
    assert years == set(range(FIRST, LAST + 1))
    read = ask.javascript(texts, "icaljs")
    checked = ask.libical(texts)
    for name, text, truth, verdicts, tables in zip(
        names, texts, truths, read, checked, strict=True
    ):
        verdict = verdicts["icaljs"]
        assert (verdict.error, tables.error) == ("", ""), name
        shown: dict[str, list[int]] = {}
        for uid, start, *_ in verdict.instances:
            shown.setdefault(uid, []).append(start)
        assert shown == truth, name
        assert tables.starts == truth, name
        if zone_block(name) is None:
            assert "TZID" not in text, name
        elif name not in LISTED_YET:
            assert "BEGIN:VTIMEZONE" in text, name
            assert "\r\nDTSTART;TZID=" in text, name
