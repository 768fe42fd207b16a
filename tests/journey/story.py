"""What the steps of a journey hand on to each other, and how its mails and feeds are read."""

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import httpx2
import icalendar
import recurring_ical_events

from journey.installation import Installation, Person

CHICAGO = ZoneInfo("America/Chicago")


class Story:
    """What the tests of one mode hand on to each other."""

    def __init__(self, where: Installation, link: str) -> None:
        self.where = where
        self.link = link
        self.people: dict[str, Person] = {}
        self.ids: dict[str, str] = {}
        self.feeds: dict[str, str] = {}
        self.group_id = ""
        self.series: dict = {}

    @property
    def keys(self) -> list[str]:
        return [each["key"] for each in self.series["occurrences"]]

    def feed_of(self, name: str) -> tuple[httpx2.Response, icalendar.Calendar]:
        if name not in self.feeds:
            self.feeds[name] = self.where.run("feed", f"{name}@circle.example").strip()
        answer = httpx2.get(self.feeds[name])
        assert answer.status_code == 200
        calendar = icalendar.Calendar.from_ical(answer.content)
        assert not [fault for part in calendar.walk() for fault in part.errors]
        return answer, calendar

    def starts(self, name: str) -> list[datetime]:
        _, calendar = self.feed_of(name)
        around = (datetime.now(UTC) - timedelta(days=80), datetime.now(UTC) + timedelta(days=399))
        return sorted(
            each["DTSTART"].dt.astimezone(UTC)
            for each in recurring_ical_events.of(calendar).between(*around)
            if each.get("STATUS") != "CANCELLED"
        )

    def planned(self) -> list[datetime]:
        return sorted(
            datetime.fromisoformat(each["starts_at"])
            for each in self.series["occurrences"]
            if each["status"] == "planned"
        )


def invitation_in(mail: EmailMessage) -> icalendar.Calendar:
    parts = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    assert len(parts) == 1, "exactly one text/calendar part (RFC 6047)"
    calendar = icalendar.Calendar.from_ical(parts[0].get_payload(decode=True))
    assert parts[0].get_param("method").upper() == calendar["METHOD"]
    return calendar


def event_in(mail: EmailMessage) -> icalendar.Event:
    (event,) = invitation_in(mail).walk("VEVENT")
    return event
