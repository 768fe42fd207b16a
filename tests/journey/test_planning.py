"""Planning that goes on living, in both modes: series cut and handed over, seats that are waited for,
individual sessions, polls, visits, other calendars.

One person after the other does what they would do; each test goes on where the last one stopped.
"""

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from journey.installation import Person, until
from journey.story import CHICAGO, event_in, invitation_in

pytestmark = [pytest.mark.integration, pytest.mark.timeout(240)]

SCHEDULER = "/api/scheduler/v1"


def monday(weeks: int = 2) -> date:
    """A Monday some weeks ahead, on which nothing of these tests is too soon."""
    today = datetime.now(CHICAGO).date()
    return today + timedelta(days=7 * weeks - today.weekday())


def at(day: date, hour: int) -> str:
    """The instant of a wall time in Chicago, as JSON says it."""
    return datetime.combine(day, time(hour), CHICAGO).astimezone(UTC).isoformat()


class Elsewhere(BaseHTTPRequestHandler):
    """Somebody's other calendar: busy on one morning, and asked for it conditionally."""

    busy: date
    asked: list[str | None]

    def do_GET(self) -> None:
        self.asked.append(self.headers.get("If-None-Match"))
        if self.headers.get("If-None-Match") == '"1"':
            self.send_response(304)
            self.end_headers()
            return
        lines = [
            "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//Elsewhere//EN", "BEGIN:VEVENT",
            "UID:dentist@elsewhere.example", f"DTSTAMP:{self.busy:%Y%m%d}T000000Z",
            f"DTSTART;TZID=America/Chicago:{self.busy:%Y%m%d}T090000",
            f"DTEND;TZID=America/Chicago:{self.busy:%Y%m%d}T120000",
            "SUMMARY:Nobody else's business", "END:VEVENT", "END:VCALENDAR", "",
        ]  # fmt: skip
        body = "\r\n".join(lines).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/calendar")
        self.send_header("ETag", '"1"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[ThreadingHTTPServer]:
    Elsewhere.busy, Elsewhere.asked = monday(3), []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def settings(elsewhere) -> dict[str, str]:
    """What this installation is told besides: the one private host that may be read from."""
    return {"ALONGSIDE_CALENDAR_HOSTS": f"127.0.0.1:{elsewhere.server_port}"}


def test_1_people_and_a_group_with_two_seats(story):
    cora = story.people["cora"] = Person(story.where, "cora@circle.example").sign_in(story.link)
    for name, more in (
        ("pru", {"roles": ["supervisor"]}),
        ("sol", {"roles": ["supervisor"]}),
        ("bo", {"pursuing": "IFS"}),
        ("cy", {"pursuing": "IMHS"}),
        ("dee", {"pursuing": "IFS"}),
    ):
        facts = {"name": f"{name.title()} Sample", "email": f"{name}@circle.example"}
        story.ids[name] = cora.send("POST", f"{SCHEDULER}/people", facts | more)["person_id"]
        story.people[name] = Person(story.where, f"{name}@circle.example").sign_in()
    pru = story.people["pru"]
    made = pru.send("POST", f"{SCHEDULER}/groups", {"name": "Maple circle", "seat_limit": 2})
    story.group_id = made["group_id"]
    for name in ("bo", "cy"):
        pru.send("POST", roster(story), {"person_id": story.ids[name]})
    plan = {
        "frequency": "weekly", "starts_on": monday().isoformat(), "start_time": "09:00",
        "end_time": "10:30", "count": 8,
    }  # fmt: skip
    story.series = pru.send("POST", f"{SCHEDULER}/groups/{story.group_id}/series", plan)
    assert event_in(story.where.mail("bo@circle.example", subject="Maple"))["RRULE"]["COUNT"] == [8]


def roster(story) -> str:
    return f"{SCHEDULER}/groups/{story.group_id}/roster"


def test_2_this_and_all_later_move_after_everybody_saw_what_would_happen(story):
    pru, base = story.people["pru"], f"{SCHEDULER}/series/{story.series['series_id']}"
    step = {"step": "move_later", "key": story.keys[4], "start_time": "14:00", "end_time": "15:30"}
    seen = pru.send("POST", f"{base}/preview", step)
    assert "Bo Sample" in str(seen)
    assert pru.get(base) == story.series, "a preview changes nothing"
    told = len(story.where.mails("bo@circle.example"))
    pru.send("POST", f"{base}/changes", step)
    story.series = pru.get(base)
    later = pru.get(f"{SCHEDULER}/series/{story.series['continued_by']}")
    assert later["continues"] == story.series["series_id"]
    assert len(story.series["occurrences"]) == 4
    expected = sorted(
        datetime.fromisoformat(each["starts_at"])
        for series in (story.series, later)
        for each in series["occurrences"]
    )
    assert [each.astimezone(CHICAGO).hour for each in expected] == [9] * 4 + [14] * 4
    until(lambda: story.starts("bo") == expected)
    until(lambda: len(story.where.mails("bo@circle.example")) == told + 2)
    mails = story.where.mails("bo@circle.example")[told:]
    assert sorted(
        (invitation_in(mail)["METHOD"], str(event_in(mail)["UID"])) for mail in mails
    ) == (sorted([("REQUEST", story.series["uid"]), ("REQUEST", later["uid"])]))
    story.series = later


def test_3_a_week_is_skipped_and_somebody_else_leads_once(story):
    pru, base = story.people["pru"], f"{SCHEDULER}/series/{story.series['series_id']}"
    gone = datetime.strptime(story.keys[1], "%Y%m%dT%H%M").date()
    week = {"first_day": gone.isoformat(), "last_day": (gone + timedelta(days=4)).isoformat()}
    pru.send("POST", f"{base}/changes", {"step": "skip", **week})
    stand_in = {"step": "stand_in", "key": story.keys[2], "provider_id": story.ids["sol"]}
    pru.send("POST", f"{base}/changes", stand_in)
    story.series = pru.get(base)
    assert [each["status"] for each in story.series["occurrences"]] == [
        "planned", "cancelled", "planned", "planned",
    ]  # fmt: skip
    (led,) = story.planned()[1:2]
    until(lambda: story.starts("sol") == [led])
    assert led not in story.starts("pru")
    until(lambda: story.planned()[0] in story.starts("bo") and len(story.starts("bo")) == 7)


def test_4_a_seat_is_waited_for_offered_and_taken(story):
    pru, dee = story.people["pru"], story.people["dee"]
    refused = pru.send("POST", roster(story), {"person_id": story.ids["dee"]}, status=409)
    assert refused["code"] == "group_full"
    wait = f"{SCHEDULER}/groups/{story.group_id}/waitlist"
    pru.send("POST", wait, {"person_id": story.ids["dee"]})
    pru.send("DELETE", f"{roster(story)}/{story.ids['cy']}")
    # What is left of today is Cy's; the seat is free from the next day on.
    story.where.travel(timedelta(days=1).total_seconds())
    for name in ("pru", "dee"):
        story.people[name].sign_in()
    # Whoever looks after seats comes by on a clock.
    (offer,) = until(lambda: dee.get(f"{SCHEDULER}/offers")["offers"], seconds=60)
    mail = story.where.mail("dee@circle.example", subject="Maple")
    assert f"/offers/{offer['offer_id']}" in mail.get_body(("plain",)).get_content()
    assert "Maple circle" in dee.page(f"/offers/{offer['offer_id']}")
    dee.send("POST", f"{SCHEDULER}/offers/{offer['offer_id']}/accept")
    until(lambda: story.planned()[0] in story.starts("dee"))
    assert story.planned()[0] not in story.starts("cy")


def test_5_an_individual_session_is_booked_and_nobody_else_gets_the_time(story):
    pru, bo, cy = (story.people[name].sign_in() for name in ("pru", "bo", "cy"))
    hours = [{"weekday": 2, "begins": "09:00", "ends": "12:00"}]
    pru.send(
        "PATCH", f"{SCHEDULER}/providers/{story.ids['pru']}/availability",
        {"published": True, "windows": hours, "lengths": [60], "buffer_minutes": 30},
    )  # fmt: skip
    day = monday() + timedelta(days=2)
    book = f"{SCHEDULER}/providers/{story.ids['pru']}/bookings"
    booked = bo.send("POST", book, {"start": at(day, 9), "minutes": 60})
    (session,) = booked["occurrences"]
    refused = cy.send("POST", book, {"start": at(day, 9), "minutes": 60}, status=409)
    assert len(refused["next_free"]) == 3
    assert "Bo" not in str(refused), "by whom, and by what, stays theirs"
    cy.send("POST", book, {"start": refused["next_free"][0], "minutes": 60})
    start = datetime.fromisoformat(session["starts_at"])
    until(lambda: start in story.starts("bo") and start in story.starts("pru"))
    own = f"{SCHEDULER}/bookings/{booked['series_id']}/{session['key']}"
    moved = datetime.fromisoformat(at(day + timedelta(days=7), 10))
    bo.send("POST", f"{own}/move", {"start": moved.isoformat()})
    until(lambda: moved in story.starts("bo") and start not in story.starts("bo"))
    bo.send("POST", f"{own}/cancel")
    until(lambda: moved not in story.starts("pru"))


def test_6_where_nothing_fits_one_asks_and_the_provider_decides(story):
    pru, dee = story.people["pru"], story.people["dee"]
    asked = [at(monday() + timedelta(days=3), 18), at(monday() + timedelta(days=4), 18)]
    known = len(story.where.mails("pru@circle.example"))
    made = dee.send(
        "POST", f"{SCHEDULER}/session-requests",
        {"provider_id": story.ids["pru"], "starts": asked, "minutes": 60},
    )  # fmt: skip
    story.where.mail("pru@circle.example", after=known)
    assert "Dee Sample" in pru.page("/requests")
    grant = f"{SCHEDULER}/session-requests/{made['request_id']}/grant"
    pru.send("POST", grant, {"start": asked[1]})
    until(lambda: datetime.fromisoformat(asked[1]) in story.starts("dee"))


def test_7_another_calendar_is_read_and_only_when_it_is_busy_is_kept(story, elsewhere):
    pru, bo = story.people["pru"], story.people["bo"]
    busy = monday(3)
    hours = [{"weekday": 0, "begins": "09:00", "ends": "14:00"}]
    where = f"{SCHEDULER}/providers/{story.ids['pru']}"
    pru.send("PATCH", f"{where}/availability", {"windows": hours})

    def offered() -> set[datetime]:
        slots = str(bo.get(f"{where}/slots?first={busy}&last={busy}&minutes=60"))
        return {
            each
            for hour in range(9, 14)
            if (each := datetime.combine(busy, time(hour), CHICAGO).astimezone(UTC))
            and each.strftime("%Y-%m-%dT%H:%M") in slots
        }

    assert datetime.combine(busy, time(11), CHICAGO) in offered()
    secret = f"http://127.0.0.1:{elsewhere.server_port}/private-4711/basic.ics"
    pru.send("POST", f"{SCHEDULER}/busy/calendars", {"address": secret, "label": "At home"})
    until(lambda: datetime.combine(busy, time(11), CHICAGO) not in offered())
    page = pru.page("/busy")
    assert "At home" in page
    assert "4711" not in page
    assert "Nobody else" not in page
    refused = pru.send(
        "POST", f"{SCHEDULER}/busy/calendars", {"address": "http://127.0.0.1:1/x.ics"}, status=422
    )
    assert "address" in str(refused)


def test_8_a_poll_finds_a_time(story):
    pru = story.people["pru"]
    times = f"{SCHEDULER}/groups/{story.group_id}/times?rhythm=weekly&minutes=60&weeks=8"
    found = pru.get(times)
    best = [each["proposal"] for each in found["found"][:2]]
    known = len(story.where.mails("dee@circle.example"))
    opened = pru.send(
        "POST", f"{SCHEDULER}/groups/{story.group_id}/polls",
        {"rhythm": "weekly", "minutes": 60, "weeks": 8, "first_day": found["asked"]["first_day"],
         "proposals": best, "closes_on": monday().isoformat()},
    )  # fmt: skip
    story.where.mail("dee@circle.example", after=known)
    for name, answers in (("bo", ["yes", "no"]), ("dee", ["yes", "if_need_be"])):
        story.people[name].send(
            "PUT", f"{SCHEDULER}/polls/{opened['poll_id']}/answers", {"answers": answers}
        )
    decided = pru.send("POST", f"{SCHEDULER}/polls/{opened['poll_id']}/decide", {"proposal": 0})
    assert "/series/new" in str(decided)


def test_9_a_consultant_visits_a_site_and_it_is_never_rsc(story):
    cora, sol = story.people["cora"].sign_in(), story.people["sol"].sign_in()
    site = cora.send("POST", f"{SCHEDULER}/sites", {"name": "Little Acorns", "place": "Oak Street"})
    pairing = cora.send(
        "POST", f"{SCHEDULER}/sites/{site['site_id']}/pairings", {"consultant_id": story.ids["sol"]}
    )
    day = monday() + timedelta(days=1)
    visit = sol.send(
        "POST", f"{SCHEDULER}/pairings/{pairing['pairing_id']}/visits",
        {"frequency": "once", "starts_on": day.isoformat(), "start_time": "13:00",
         "end_time": "15:00"},
    )  # fmt: skip
    (session,) = visit["occurrences"]
    start = datetime.fromisoformat(session["starts_at"])
    until(lambda: start in story.starts("sol"))
    now = datetime.now(UTC) + timedelta(seconds=story.where.shift)
    story.where.travel((start + timedelta(hours=3) - now).total_seconds())
    sol.sign_in()
    where = f"/api/logbook/v1/visits/{visit['series_id']}/{session['key']}"
    until(lambda: sol.browser.get(where).status_code == 200)
    sol.send("PUT", where, {"minutes": 90})
    assert "Little Acorns" in sol.page("/attendance/visits")
    assert "Little Acorns" not in sol.page("/attendance")
    assert sol.get("/api/logbook/v1/entries")["entries"] == []
