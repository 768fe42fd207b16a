"""Our VTIMEZONE against zoneinfo, for every zone there is."""

import random
from datetime import UTC, datetime, timedelta

import icalendar
import pytest

from alongside.zones import all_zones, zone
from alongside_notifier.domain.posix_tz import parse, rule_of
from alongside_notifier.domain.view import view_of
from alongside_notifier.domain.vtimezone import zone_block
from notifier.making import make_series, monthly, weekly

pytestmark = pytest.mark.unit

IRREGULAR = {
    "Africa/Cairo", "America/Godthab", "America/Nuuk", "America/Santiago", "America/Scoresbysund",
    "Asia/Gaza", "Asia/Hebron", "Asia/Jerusalem", "Asia/Tel_Aviv", "Chile/Continental",
    "Egypt", "Israel",
}  # fmt: skip


def test_only_zones_whose_rule_leaves_the_day_are_told_nearly():
    assert {name for name in all_zones() if zone_block(name).is_near} == IRREGULAR


def test_blocks_have_one_rule_each_and_nothing_clients_stumble_over():
    for name in all_zones():
        text = zone_block(name).text
        assert text.count("BEGIN:STANDARD") == 1
        assert text.count("BEGIN:DAYLIGHT") == text.count("RRULE") // 2
        assert text.count("RRULE") in {0, 2}
        assert "RDATE" not in text
        assert "COMMENT" not in text
        component = icalendar.Timezone.from_ical(text)
        assert not component.errors


def test_what_is_near_is_true_but_for_a_day_or_two_in_a_year():
    for name in ("Africa/Cairo", "America/Nuuk", "America/Santiago", "Asia/Gaza", "Asia/Jerusalem"):
        block, truth = zone_block(name), zone(name)
        walls = [datetime(2027, 1, 1, 0, 30) + timedelta(hours=each) for each in range(365 * 24)]
        false = [w for w in walls if block.says(w) != w.replace(tzinfo=truth).astimezone(UTC)]
        assert 0 < len(false) < 60
        assert len({wall.date() for wall in false}) <= 6


def test_what_a_block_says_is_what_zoneinfo_says_or_it_is_not_used():
    """Every instance of a series is right in whatever form was chosen: 2026 to 2040, every zone."""
    chance = random.Random(7)
    wrong = {}
    for name in all_zones():
        block, truth = zone_block(name), zone(name)
        for _ in range(40):
            wall = datetime(2026, 1, 1) + timedelta(minutes=5 * chance.randrange(15 * 105_000))
            said = block.says(wall)
            if said is not None and said != wall.replace(tzinfo=truth).astimezone(UTC):
                wrong[name] = max(wall, wrong.get(name, wall))
    # Zones that still have listed changes ahead before their rule begins, the last of them for long.
    late = {name for name, wall in wrong.items() if wall.year > 2027}
    assert late <= {"Africa/Casablanca", "Africa/El_Aaiun"} | IRREGULAR


@pytest.mark.parametrize("name", sorted(all_zones()))
def test_series_in_every_zone_are_told_with_true_instants(name):
    chance = random.Random(name)
    year = 2026 + chance.randrange(12)
    first = datetime(
        year,
        1 + chance.randrange(12),
        8 + chance.randrange(7),
        chance.randrange(24),
        15 * chance.randrange(4),
    )
    given = sorted({first + timedelta(days=chance.randrange(200)) for _ in range(9)})
    listed = weekly(first, len(given)).model_copy(update={"frequency": "dates", "weekday": None})
    for pattern, starts in (
        (weekly(first, 30), None),
        (monthly(first, 14, 2), None),
        (listed, given),
    ):
        series = make_series(pattern, zone_name=name, starts=starts)
        view = view_of(series, "ben")
        recurrence = view.recurrence
        assert instants(recurrence) == [o.original_start for o in series.occurrences]


def instants(recurrence):
    """Read the recurrence as a client does that believes the VTIMEZONE block alone."""
    from dateutil.rrule import rrulestr

    if recurrence.dates:
        return [recurrence.start, *recurrence.dates]
    text = ";".join(f"{key}={value}" for key, value in recurrence.rule)
    walls = list(rrulestr(text, dtstart=recurrence.start.replace(tzinfo=None)))
    assert not set(recurrence.holes) - {_said(wall, recurrence.start) for wall in walls}
    walls = [wall for wall in walls if _said(wall, recurrence.start) not in recurrence.holes]
    if recurrence.block is None:
        return [wall.replace(tzinfo=UTC) for wall in walls]
    return [(wall - recurrence.block.offset(wall)).replace(tzinfo=UTC) for wall in walls]


def _said(wall, start):
    return wall.replace(tzinfo=start.tzinfo)


def test_given_dates_are_a_rule_less_the_other_days():
    days = [datetime(2027, 1, 12, 10) + timedelta(days=each) for each in (0, 2, 21, 84)]
    pattern = weekly(days[0], len(days)).model_copy(update={"frequency": "dates"})
    recurrence = view_of(make_series(pattern, starts=days), "ben").recurrence
    assert (recurrence.form, recurrence.dates) == ("zone_rule", ())
    assert recurrence.rule == (("FREQ", "WEEKLY"), ("BYDAY", "TU,TH"), ("COUNT", "25"))
    assert len(recurrence.holes) == 21
    far = [datetime(2027, 1, 12, 10) + timedelta(days=364 * each) for each in range(3)]
    assert view_of(make_series(pattern, starts=far), "ben").recurrence.form == "zone_rule"
    far = [datetime(2027, 1, 12, 10) + timedelta(days=401 * each) for each in range(8)]
    assert view_of(make_series(pattern, starts=far), "ben").recurrence.form == "utc_dates"
    apart = [days[0], days[1] + timedelta(minutes=5)]
    assert view_of(make_series(pattern, starts=apart), "ben").recurrence.form == "utc_dates"


def test_the_footers_of_all_zones_can_be_read():
    assert {name for name in all_zones() if rule_of(name) is None} == set()


def test_changes_by_day_of_the_year_are_not_said():
    assert parse("XXX3EDT4,0/0,J365/23") is None
    assert parse("<-02>2<-01>,M3.5.0/-1,M10.5.0/0").start.at == timedelta(hours=-1)


def test_dublin_calls_the_hour_ahead_daylight():
    text = zone_block("Europe/Dublin").text
    daylight = text[text.index("BEGIN:DAYLIGHT") : text.index("END:DAYLIGHT")]
    assert "TZOFFSETFROM:+0000\r\nTZOFFSETTO:+0100" in daylight
    assert "BYMONTH=3;BYDAY=-1SU" in daylight
