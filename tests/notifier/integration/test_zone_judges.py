"""Every zone whose clocks change, 2026 to 2040, as programs read it from our VTIMEZONE alone."""

from datetime import UTC, date, datetime, time, timedelta

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
LISTED_YET = {"America/Havana", "Cuba", "Asia/Gaza", "Asia/Hebron"}
"""Zones with listed changes ahead that their rule does not say."""


def around(change: Change) -> list[Pattern]:
    """Meetings on the day of a change and half a year from it, in each year: shortly before, and after."""
    at = [change.at + timedelta(minutes=minutes) for minutes in (-30, 90)]
    return [_at(change, (datetime.min + each % timedelta(days=1)).time()) for each in at]


def _at(change: Change, at: time) -> Pattern:
    return Pattern(
        frequency="monthly_by_weekday",
        interval=HALF_A_YEAR,
        count=2 * (LAST - FIRST + 1) - (change.month > HALF_A_YEAR),
        first_start=datetime.combine(_day(change, FIRST), at),
        weekday=(change.weekday - 1) % 7,
        week_of_month=-1 if change.week == 5 else change.week,
    )


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
    if zone_block(name).is_near:
        # When the block is wrong, or can be read in two ways.
        patterns += [_at(change, time(23, 59)) for change in (rule.start, rule.end)]
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
    # Under names that nobody knows: with a known one libical asks its own database, too.
    asked = [text.replace(name, f"Ours/{name}") for name, text in zip(names, texts, strict=True)]
    read = ask.javascript(asked, "icaljs")
    checked = ask.libical(asked)
    for name, text, truth, verdicts, tables in zip(
        names, texts, truths, read, checked, strict=True
    ):
        verdict = verdicts["icaljs"]
        assert (verdict.error, tables.error) == ("", ""), name
        shown: dict[str, list[int]] = {}
        for uid, start, *_ in verdict.instances:
            shown.setdefault(uid, []).append(start)
        assert shown == truth, name
        # libical counts twice what DTSTART and RDATE both say.
        assert {uid: sorted(set(starts)) for uid, starts in tables.starts.items()} == truth, name
        if len(truth) > 1 or not zone_block(name).is_near:
            assert "\r\nDTSTART;TZID=" in text or name in LISTED_YET, name
    assert any("\r\nRDATE:" in text for text in texts)
