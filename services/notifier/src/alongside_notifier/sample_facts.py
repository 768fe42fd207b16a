"""What samples are written from: two people and a series that are plainly invented."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from alongside.contracts import Member, Occurrence, Pattern, PersonState, SeriesState
from alongside.zones import zone
from alongside_notifier.domain.words import Words
from alongside_notifier.domain.words.times import hours as in_hours
from alongside_notifier.domain.words.times import offset

NOW = datetime(2027, 1, 4, 15, 0, tzinfo=UTC)
"""When samples are written: always the same, so that they are the same."""

READER = PersonState(
    person_id="sample-reader",
    version=1,
    name="Robin Example",
    email="robin@example.org",
    zone="America/Chicago",
    roles=("supervisee",),
)
HOST = PersonState(
    person_id="sample-host",
    version=1,
    name="Sasha Sample",
    email="sasha@example.org",
    zone="America/New_York",
    roles=("supervisor",),
)
TITLE = "Tuesday Circle"


def plain_facts(
    association: str, origin: str, words: Words
) -> dict[str, tuple[str, dict[str, Any]]]:
    """Return why, and the facts, of each letter that is about no change of a series."""
    first = sample_series().occurrences[0]
    known = {"association": association, "name": READER.name}
    link = origin
    preferences = {"preferences_url": f"{origin}/preferences"}
    session = {
        "title": TITLE,
        "short": words.times.subject(first.starts_at, READER.zone),
    }
    hours = {
        **known,
        **session,
        "day": words.times.day(first.starts_at, READER.zone),
        "duration": words.times.duration(90),
    }
    until = words.times.moment(NOW + timedelta(days=2), READER.zone)
    asked = words.asked["seat_offered"].about(TITLE, until)
    waits = words.hours.awaited("confirm", 2, words.times.duration(180))
    return {
        "reminder": (
            "A reminder, 24 h ahead.",
            {
                **known,
                **session,
                **preferences,
                "provider": HOST.name,
                "leads": False,
                "noun": "session",
                "when": words.times.ahead(1440),
                "soon": words.times.ahead(1440).capitalize(),
                "whens": words.times.spans(
                    first.starts_at, first.ends_at, READER.zone, HOST.zone, HOST.name
                ),
                "place": "Room 5, Sample House",
                "link": "https://meet.example.org/tuesday",
                "answer_url": f"{link}/answer/sample",
            },
        ),
        "digest": (
            "The week ahead, as you chose to be told.",
            {
                **known,
                **preferences,
                "headline": words.hours.week(1, 2),
                "zone": READER.zone,
                "lines": [
                    {
                        "when": f"{words.times.short(first.starts_at, READER.zone)} "
                        f"({offset(first.starts_at, READER.zone)})",
                        "what": words.hours.met_with(TITLE, HOST.name),
                        "where": "Room 5, Sample House",
                    }
                ],
                "waiting": words.hours.waiting(2, words.times.duration(180)),
                "waiting_link": f"{link}/hours",
                "standing": words.hours.standing("18 h", "24 h", "IFS", "3 h", met=False),
                "share": 75,
                "progress_link": f"{link}/progress",
            },
        ),
        "sign_in": (
            "A sign-in link was asked for.",
            {
                **known,
                "link": f"{link}/sign-in/sample",
                "until": words.times.until(NOW + timedelta(minutes=15), READER.zone),
            },
        ),
        "attendance_recorded": (
            "Attendance was recorded and waits for a confirmation.",
            {
                **hours,
                "provider": HOST.name,
                "again": False,
                "absent": False,
                "link": f"{link}/hours",
            },
        ),
        "returned": (
            "Hours were sent back, with a reason.",
            {
                **hours,
                "sender": HOST.name,
                "said": words.hours.said_by_reader,
                "link": f"{link}/hours/sample",
            },
        ),
        "milestone": (
            "The hours confirmed so far appear to meet the requirement.",
            {
                **known,
                "hours": in_hours(1440),
                "category": "IFS",
                "link": f"{link}/progress",
            },
        ),
        "asked": (
            "A seat came free, and was offered.",
            {
                **known,
                "headline": asked.subject,
                "sentence": asked.sentence,
                "deadline": asked.deadline,
                "label": asked.label,
                "link": f"{link}/groups/sample",
            },
        ),
        "awaited": (
            "Others have waited for this person's word for a while.",
            {
                **known,
                **preferences,
                "headline": waits.headline,
                "sentence": waits.sentence,
                "since": words.times.long_date(date(2026, 12, 21)),
                "label": waits.label,
                "link": f"{link}/hours",
            },
        ),
        "vouch": (
            "A supervisee asked a provider from elsewhere to confirm hours.",
            {
                **known,
                "name": HOST.name,
                "supervisee": READER.name,
                "number": words.hours.sessions(3),
                "duration": words.times.duration(270),
                "link": f"{link}/vouch/sample",
                "until": words.times.long_date(date(2027, 2, 3)),
            },
        ),
        "unseen": (
            "A change at short notice that they have not said they saw.",
            {
                **known,
                **session,
                "changes": [
                    words.series.cancelled.format(
                        before=words.times.moment(first.starts_at, READER.zone)
                    )
                ],
                "seen_url": f"{link}/answer/sample/changes",
            },
        ),
        "unreached": (
            "A mail to a provider from elsewhere did not arrive.",
            {
                **known,
                "provider": HOST.name,
                "address": "provider@example.org",
                "failure": "no_such_address",
                "link": f"{link}/hours/outside",
            },
        ),
        "vouched": (
            "A provider from elsewhere answered.",
            {
                **known,
                **preferences,
                "headline": words.hours.vouched(HOST.name, 2, 1, not_theirs=False),
                "returned": True,
                "link": f"{link}/hours/outside",
            },
        ),
    }


def sample_series() -> SeriesState:
    """Return four sessions, every second Tuesday at ten in Chicago."""
    first = datetime(2027, 1, 12, 10, 0)  # noqa: DTZ001  # wall time, as patterns have it
    occurrences = []
    for number in range(4):
        wall = first + timedelta(weeks=2 * number)
        instant = wall.replace(tzinfo=zone(READER.zone)).astimezone(UTC)
        occurrences.append(
            Occurrence(
                key=f"{wall:%Y%m%dT%H%M}",
                original_start=instant,
                starts_at=instant,
                ends_at=instant + timedelta(minutes=90),
            )
        )
    return SeriesState(
        series_id="sample-series",
        version=1,
        uid="sample-series@example.org",
        sequence=0,
        master_sequence=0,
        group_id="sample-group",
        title=TITLE,
        kind="group",
        zone=READER.zone,
        tzdata="2026a",
        duration_minutes=90,
        place="Room 5, Sample House",
        link="https://meet.example.org/tuesday",
        provider_id=HOST.person_id,
        pattern=Pattern(
            frequency="weekly", interval=2, count=4, first_start=first, weekday=first.weekday()
        ),
        members=(Member(person_id=READER.person_id, joined_on=date(2026, 1, 1)),),
        occurrences=tuple(occurrences),
        created_at=NOW - timedelta(days=3),
        revised_at=NOW - timedelta(days=3),
    )
