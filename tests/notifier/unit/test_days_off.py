"""A series that goes around days off: skipped starts are EXDATE, moved ones are told with the invitation."""

from datetime import datetime, timedelta

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alongside.zones import zone
from notifier.client import calendar_part, shown_by
from notifier.making import NOW, make_series, monthly, weekly
from notifier.seat import Seat

pytestmark = pytest.mark.unit

FIRST = datetime(2027, 1, 12, 10)
ZONES = ("America/Chicago", "Europe/Berlin", "Asia/Kolkata", "America/Havana", "UTC")


def around(pattern, zone_name: str, skipped: set[int], moved: dict[int, int]):
    """Return a new series without some starts of its pattern, and with others days later."""
    whole = make_series(pattern, zone_name=zone_name)
    at = zone(zone_name)
    occurrences = []
    for number, each in enumerate(whole.occurrences):
        if number in skipped:
            continue
        if number in moved:
            wall = each.starts_at.astimezone(at).replace(tzinfo=None)
            held = (wall + timedelta(days=moved[number])).replace(tzinfo=at)
            length = each.ends_at - each.starts_at
            facts = {"starts_at": held, "ends_at": held + length, "moved": True}
            occurrences.append(each.model_copy(update=facts))
        else:
            occurrences.append(each)
    kept = [number for number in range(pattern.count) if number not in skipped]
    spanned = pattern.model_copy(
        update={
            "count": kept[-1] - kept[0] + 1,
            "first_start": whole.pattern.first_start
            if kept[0] == 0
            else whole.occurrences[kept[0]].starts_at.astimezone(at).replace(tzinfo=None),
        }
    )
    return whole.model_copy(update={"occurrences": tuple(occurrences), "pattern": spanned})


def truth(series) -> set[tuple]:
    return {(each.starts_at, each.ends_at) for each in series.occurrences}


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(ZONES),
    st.sampled_from(["weekly", "fortnightly", "monthly"]),
    st.sets(st.integers(0, 11), max_size=9),
    st.dictionaries(st.integers(0, 11), st.sampled_from([1, 3, 7]), max_size=3),
)
def test_mailbox_and_feed_show_what_takes_place_and_nothing_else(zone_name, rhythm, skipped, moved):
    if rhythm == "weekly":
        # A week later is the next session's own time.
        moved = {number: days for number, days in moved.items() if days != 7}
    pattern = {
        "weekly": weekly(FIRST, 12),
        "fortnightly": weekly(FIRST, 12, 2),
        "monthly": monthly(FIRST, 12, 2),
    }[rhythm]
    series = around(pattern, zone_name, skipped, moved)
    for person_id in ("ada", "ben"):
        seat = Seat(person_id, small_changes=True)
        seat.hear(series, NOW)
        seat.tell(series, NOW)
        assert seat.mails == 1
        shown = seat.client.shows()
        assert {(begins, ends) for begins, ends, *_ in shown} == truth(series)
        assert shown_by(seat.feed(series, NOW)) == shown


async def test_the_invitation_says_it_all_at_once(notifier):
    await notifier.begin(around(weekly(FIRST, 6), "America/Chicago", {2}, {4: 1}))
    (mail,) = await notifier.mails("ben")
    events = icalendar.Calendar.from_ical(calendar_part(mail.raw)).walk("VEVENT")
    master = next(each for each in events if "RECURRENCE-ID" not in each)
    (moved,) = (each for each in events if "RECURRENCE-ID" in each)
    assert master["RRULE"].to_ical() == b"FREQ=WEEKLY;COUNT=6;BYDAY=TU"
    assert master["EXDATE"].to_ical() == b"20270126T100000"
    assert moved["RECURRENCE-ID"].dt.replace(tzinfo=None) == datetime(2027, 2, 9, 10)
    assert moved["DTSTART"].dt.replace(tzinfo=None) == datetime(2027, 2, 10, 10)
    assert {int(each["SEQUENCE"]) for each in events} == {0}


async def test_words_count_what_takes_place(notifier):
    await notifier.begin(around(weekly(FIRST, 6), "America/Chicago", {2}, {}))
    (mail,) = await notifier.mails("ben")
    text = mail.raw.decode(errors="replace")
    assert "5 sessions" in text
    assert "6 sessions" not in text
