"""Calendars as Google, Outlook and Apple write them, and as somebody hostile would."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from alongside_scheduler.calendars import reading
from alongside_scheduler.calendars.process import answer, read_apart
from alongside_scheduler.calendars.reading import read_busy
from alongside_scheduler.calendars.shapes import Unreadable, Wanted

pytestmark = pytest.mark.unit

BEGINS = datetime(2026, 3, 1, tzinfo=UTC)
WANTED = Wanted(BEGINS, BEGINS + timedelta(days=180), "America/Chicago", ("ada@example.org",))


def calendar(*events: str, head: str = "", foot: str = "") -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Invented//EN", *head.splitlines()]
    for event in events:
        lines += ["BEGIN:VEVENT", *event.strip().splitlines(), "END:VEVENT"]
    lines += [*foot.splitlines(), "END:VCALENDAR", ""]
    return "\r\n".join(lines).encode()


def busy(content: bytes, wanted: Wanted = WANTED) -> list[tuple[str, str]]:
    found = read_busy(content, wanted).spans
    return [(f"{each.starts_at:%m-%d %H:%M}", f"{each.ends_at:%m-%d %H:%M}") for each in found]


GOOGLE = calendar(
    """UID:1a@google.com
DTSTART;TZID=America/Chicago:20260303T090000
DTEND;TZID=America/Chicago:20260303T100000
RRULE:FREQ=WEEKLY;COUNT=3;BYDAY=TU
EXDATE;TZID=America/Chicago:20260317T090000
STATUS:CONFIRMED
TRANSP:OPAQUE
SUMMARY:Secret title""",
    """UID:1a@google.com
RECURRENCE-ID;TZID=America/Chicago:20260310T090000
DTSTART:20260310T200000Z
DTEND:20260310T210000Z
STATUS:CONFIRMED
SUMMARY:Moved""",
    """UID:2a@google.com
DTSTART;VALUE=DATE:20260304
DTEND;VALUE=DATE:20260305
TRANSP:TRANSPARENT
SUMMARY:Birthday""",
    """UID:3a@google.com
DTSTART;VALUE=DATE:20260306
DTEND;VALUE=DATE:20260308
TRANSP:OPAQUE
SUMMARY:Out of office""",
    """UID:4a@google.com
DTSTART:20260309T150000Z
DTEND:20260309T160000Z
ATTENDEE;PARTSTAT=DECLINED:mailto:ada@example.org
ATTENDEE;PARTSTAT=ACCEPTED:mailto:ben@example.org""",
    """UID:5a@google.com
DTSTART:20260309T170000Z
DTEND:20260309T180000Z
ATTENDEE;PARTSTAT=ACCEPTED:mailto:ada@example.org
ATTENDEE;PARTSTAT=DECLINED:mailto:ben@example.org""",
    """UID:6a@google.com
DTSTART:20260311T170000Z
DTEND:20260311T180000Z
STATUS:CANCELLED""",
    head="CALSCALE:GREGORIAN\nMETHOD:PUBLISH\nX-WR-CALNAME:ada@example.org\nX-WR-TIMEZONE:America/Chicago",
)

OUTLOOK = calendar(
    """UID:040000008200E00074C5B7101A82E008
SUMMARY:Busy
DTSTART;TZID=Eastern Standard Time:20260305T100000
DTEND;TZID=Eastern Standard Time:20260305T113000
TRANSP:OPAQUE
X-MICROSOFT-CDO-BUSYSTATUS:BUSY""",
    """UID:2
DTSTART;TZID=Eastern Standard Time:20260305T150000
DTEND;TZID=Eastern Standard Time:20260305T160000
X-MICROSOFT-CDO-BUSYSTATUS:FREE""",
    """UID:3
DTSTART;TZID=Eastern Standard Time:20260306T150000
DTEND;TZID=Eastern Standard Time:20260306T160000
X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE""",
    """UID:4
DTSTART;TZID=Eastern Standard Time:20260309T150000
DTEND;TZID=Eastern Standard Time:20260309T160000
X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE""",
    """UID:5
DTSTART;VALUE=DATE:20260312
DTEND;VALUE=DATE:20260313
X-MICROSOFT-CDO-BUSYSTATUS:OOF""",
    head="""METHOD:PUBLISH
X-WR-CALNAME:Calendar
BEGIN:VTIMEZONE
TZID:Eastern Standard Time
BEGIN:STANDARD
DTSTART:16010101T020000
TZOFFSETFROM:-0400
TZOFFSETTO:-0500
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=1SU;BYMONTH=11
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:-0500
TZOFFSETTO:-0400
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=2SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE""",
)

APPLE = calendar(
    """UID:E2B0-1
DTSTART;TZID=America/Los_Angeles:20260307T080000
DURATION:PT90M
RRULE:FREQ=MONTHLY;BYDAY=1SA;UNTIL=20260501T000000Z
SUMMARY:Class""",
    """UID:E2B0-2
DTSTART:20260303T120000
DTEND:20260303T123000
SUMMARY:Floating""",
    """UID:E2B0-3
DTSTART;VALUE=DATE:20260401
SUMMARY:No end and nothing said: not busy""",
    head="X-APPLE-CALENDAR-COLOR:#FF2968",
)


def test_google_with_moved_excepted_declined_and_whole_days():
    assert busy(GOOGLE) == [
        ("03-03 15:00", "03-03 16:00"),
        ("03-06 06:00", "03-08 06:00"),
        ("03-09 17:00", "03-09 18:00"),
        ("03-10 20:00", "03-10 21:00"),
    ]


def test_outlook_with_its_own_zone_names_and_its_own_word_for_busy():
    assert busy(OUTLOOK) == [
        ("03-05 15:00", "03-05 16:30"),
        ("03-09 19:00", "03-09 20:00"),
        ("03-12 05:00", "03-13 05:00"),
    ]


def test_apple_with_durations_and_floating_times():
    # A floating time means the owner's zone: noon in Chicago.
    assert busy(APPLE) == [
        ("03-03 18:00", "03-03 18:30"),
        ("03-07 16:00", "03-07 17:30"),
        ("04-04 15:00", "04-04 16:30"),
    ]


def test_free_busy_lines_count_and_free_ones_do_not():
    foot = """BEGIN:VFREEBUSY
DTSTART:20260301T000000Z
DTEND:20260401T000000Z
FREEBUSY;FBTYPE=BUSY:20260303T150000Z/20260303T160000Z,20260304T150000Z/PT1H
FREEBUSY;FBTYPE=FREE:20260305T150000Z/20260305T160000Z
FREEBUSY:20260306T150000Z/PT30M
END:VFREEBUSY"""
    assert busy(calendar(foot=foot)) == [
        ("03-03 15:00", "03-03 16:00"),
        ("03-04 15:00", "03-04 16:00"),
        ("03-06 15:00", "03-06 15:30"),
    ]


def test_our_own_sessions_are_left_out_and_touching_times_are_one():
    events = [
        "UID:0194@alongside\nDTSTART:20260303T150000Z\nDTEND:20260303T160000Z",
        "UID:a\nDTSTART:20260304T150000Z\nDTEND:20260304T160000Z",
        "UID:b\nDTSTART:20260304T160000Z\nDTEND:20260304T170000Z",
        "UID:c\nDTSTART:20260304T151500Z\nDTEND:20260304T153000Z",
        "UID:d\nDTSTART:20250304T151500Z\nDTEND:20250304T153000Z",
        "UID:e\nDTSTART:20260305T150000Z\nDTEND:20260305T150000Z",
    ]
    assert busy(calendar(*events)) == [("03-04 15:00", "03-04 17:00")]


def test_what_began_before_and_ends_after_is_cut_to_what_was_asked():
    content = calendar("UID:a\nDTSTART:20200101T000000Z\nDTEND:20400101T000000Z")
    (span,) = read_busy(content, WANTED).spans
    assert (span.starts_at, span.ends_at) == (WANTED.begins, WANTED.ends)


def test_nothing_but_times_comes_out():
    asked = {"begins": 1772323200, "ends": 1787875200, "zone": "UTC", "emails": []}
    told = answer(asked, GOOGLE)
    assert set(told) == {"spans", "left_out"}
    assert "Secret" not in str(told)


def test_rules_by_the_minute_are_left_out_before_they_are_unfolded():
    often = [
        f"UID:{rule}\nDTSTART:20260301T000000Z\nDTEND:20260301T000001Z\nRRULE:{rule}"
        for rule in (
            "FREQ=SECONDLY",
            "FREQ=MINUTELY;INTERVAL=1",
            "FREQ=HOURLY;BYMINUTE=0,10,20,30,40,50",
            "FREQ=DAILY;BYHOUR=1,2,3,4,5;BYMINUTE=1,2,3,4,5;BYSECOND=1,2,3",
        )
    ]
    found = read_busy(
        calendar(*often, "UID:a\nDTSTART:20260304T150000Z\nDTEND:20260304T160000Z"), WANTED
    )
    assert len(found.spans) == 1
    assert found.left_out == len(often)


def test_too_many_meetings_are_counted_and_not_kept(monkeypatch):
    monkeypatch.setattr(reading, "MOST_INSTANCES", 200)
    hourly = "UID:a\nDTSTART:20260301T000000Z\nDURATION:PT1M\nRRULE:FREQ=HOURLY"
    with pytest.raises(Unreadable, match="more than 200 meetings"):
        read_busy(calendar(hourly), WANTED)
    monkeypatch.setattr(reading, "MOST_EVENTS", 3)
    event = "UID:a\nDTSTART:20260304T150000Z\nDTEND:20260304T160000Z"
    with pytest.raises(Unreadable, match="more than 3 events"):
        read_busy(calendar(*[event] * 4), WANTED)


def test_too_many_separate_times_are_not_kept(monkeypatch):
    monkeypatch.setattr(reading, "MOST_SPANS", 5)
    daily = "UID:a\nDTSTART:20260301T000000Z\nDURATION:PT1M\nRRULE:FREQ=DAILY"
    with pytest.raises(Unreadable, match="more than 5 separate times"):
        read_busy(calendar(daily), WANTED)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "does not begin with"),
        (b"<!DOCTYPE html><html>Sign in</html>", "web page"),
        (b'{"error": "no"}', "does not begin with"),
        (b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", "broken"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR\r\n", "broken"),
        (b"BEGIN:VCALENDAR\r\n" + b"\xff\xfe\x00" * 50, "broken"),
    ],
)
def test_what_is_no_calendar_is_said_to_be_none(content, words):
    with pytest.raises(Unreadable, match=words):
        read_busy(content, WANTED)


@pytest.mark.parametrize(
    "event",
    [
        "UID:bad\nDTSTART;TZID=Mars/Olympus:20260303T090000\nDTEND;TZID=Mars/Olympus:20260303T100000",
        "UID:bad\nDTSTART:20260303T100000Z\nDTEND:20260303T090000Z",
        "UID:bad\nDTSTART:yesterday\nDTEND:20260303T090000Z",
        "UID:bad\nDTSTART:20260303T090000Z\nDTEND:20260303T100000Z\nRRULE:FREQ=SOMETIMES",
        "UID:bad\nDTSTART:20260303T090000Z\nDURATION:P99999999999D",
        "SUMMARY:nothing at all",
        "UID:bad\nDTSTART:00010101T000000Z\nDTEND:99991231T235959Z\nSTATUS:CANCELLED",
        "UID:bad\nDTSTART;VALUE=DATE:20260303\nDTEND:20260303T100000Z\nTRANSP:TRANSPARENT",
    ],
)
def test_one_broken_event_spoils_neither_the_others_nor_the_server(event):
    good = "UID:good\nDTSTART:20260304T150000Z\nDTEND:20260304T160000Z"
    assert ("03-04 15:00", "03-04 16:00") in busy(calendar(event, good))


def test_events_that_make_no_sense_are_counted():
    content = calendar(
        "UID:a\nDTSTART:20260303T100000Z\nDTEND:20260303T090000Z",
        "UID:b\nDTSTART:20260303T100000Z\nDTEND:20260303T110000Z\nRRULE:FREQ=NEVER",
        "UID:c\nDTSTART:20260304T100000Z\nDTEND:20260304T110000Z",
    )
    found = read_busy(content, WANTED)
    assert (len(found.spans), found.left_out) == (1, 2)


def test_a_calendar_in_a_zone_that_nobody_knows_is_read_in_its_owners():
    floating = "UID:a\nDTSTART:20260304T120000\nDTEND:20260304T130000"
    content = calendar(floating, head="X-WR-TIMEZONE:Mars/Olympus")
    assert busy(content) == [("03-04 18:00", "03-04 19:00")]


async def test_a_process_of_its_own_reads_the_same():
    assert await read_apart(GOOGLE, WANTED) == read_busy(GOOGLE, WANTED)
    with pytest.raises(Unreadable, match="web page"):
        await read_apart(b"<html>", WANTED)


async def test_a_calendar_that_never_ends_ends_at_the_deadline():
    # Rules that match nothing are searched to the end of time; two thousand of them.
    endless = [
        f"UID:{number}\nDTSTART:00010101T000000Z\nDURATION:PT1H\nRRULE:FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30"
        for number in range(2000)
    ]
    begun = time.monotonic()
    with pytest.raises(Unreadable, match="within 1 seconds"):
        await read_apart(calendar(*endless), WANTED, deadline=timedelta(seconds=1))
    assert time.monotonic() - begun < 60


async def test_the_largest_honest_calendar_fits_into_the_memory_of_a_reader():
    event = "UID:{0}\nDTSTART:20260304T150000Z\nDTEND:20260304T160000Z\nSUMMARY:{1}"
    content = calendar(*(event.format(number, "words " * 20) for number in range(19_000)))
    assert 3_500_000 < len(content) < 5 * 1024 * 1024
    assert len((await read_apart(content, WANTED, deadline=timedelta(seconds=100))).spans) == 1
