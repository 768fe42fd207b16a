"""The main job, end to end, in both modes: plan, tell, answer, meet, record, confirm, see.

One person after the other does what they would do; each test goes on where the last one stopped.
"""

import email.policy
import re
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import httpx2
import pytest

from journey.installation import Person, until
from journey.story import CHICAGO, event_in, invitation_in

pytestmark = [pytest.mark.integration, pytest.mark.timeout(240)]

TABLE = """\
name,email,role,zone,category
Dee Sample,dee@circle.example,supervisee,America/Chicago,IFS
Eli Sample,eli@circle.example,supervisee,America/Denver,ECFS
Broken Row,not-an-address,supervisee,America/Chicago,IFS
Far Row,far@circle.example,supervisee,Mars/Olympus,IFS
"""


def test_1_the_printed_link_signs_the_first_coordinator_in_once(story):
    cora = story.people["cora"] = Person(story.where, "cora@circle.example")
    cora.sign_in(story.link)
    assert cora.get("/api/scheduler/v1/me")["roles"] == ["coordinator"]
    path = story.link.removeprefix(story.where.origin)
    used = Person(story.where, "x@circle.example")
    assert "new link" in used.page(path, status=410).lower()
    assert used.browser.post(path).status_code == 410


def test_2_people_come_one_by_one_and_by_table(story):
    cora = story.people["cora"]
    for name, more in (
        ("pru", {"roles": ["supervisor"]}),
        ("bo", {"pursuing": "IFS"}),
        ("cy", {"pursuing": "IMHS", "zone": "America/New_York"}),
    ):
        made = cora.send(
            "POST", "/api/scheduler/v1/people",
            {"name": f"{name.title()} Sample", "email": f"{name}@circle.example",
             "zone": "America/Chicago", **more},
        )  # fmt: skip
        story.ids[name] = made["person_id"]
    cora.send(
        "POST", f"/api/scheduler/v1/people/{story.ids['pru']}/credentials",
        {"kind": "ERS", "valid_from": "2024-01-01"},
    )  # fmt: skip
    staged = cora.send("POST", "/api/scheduler/v1/imports", {"text": TABLE})
    assert len(staged["preview"]["good"]) == 2
    assert len(staged["preview"]["bad"]) == 2
    listed = cora.get("/api/scheduler/v1/people")["items"]
    assert not [each for each in listed if each["name"] == "Dee Sample"], "nothing before the word"
    done = cora.send("POST", f"/api/scheduler/v1/imports/{staged['import_id']}/confirm")
    assert len(done["registered"]) == 2
    for each in cora.get("/api/scheduler/v1/people")["items"]:
        story.ids[each["name"].split()[0].lower()] = each["person_id"]
    assert "Dee Sample" in cora.page("/people")


def test_3_a_supervisor_makes_a_group_and_a_series_and_each_gets_one_invitation(story):
    pru = story.people["pru"] = Person(story.where, "pru@circle.example").sign_in()
    group = pru.send(
        "POST", "/api/scheduler/v1/groups",
        {"name": "Tuesday circle", "place": "Room 2", "seat_limit": 8},
    )  # fmt: skip
    story.group_id = group["group_id"]
    for name in ("bo", "cy", "dee"):
        pru.send(
            "POST", f"/api/scheduler/v1/groups/{story.group_id}/roster",
            {"person_id": story.ids[name]},
        )  # fmt: skip
    begin = (datetime.now(CHICAGO) + timedelta(days=10)).date()
    plan = {
        "frequency": "monthly_by_weekday", "weekday": 1, "week_of_month": 2,
        "starts_on": begin.isoformat(), "start_time": "10:00", "end_time": "12:00", "count": 12,
    }  # fmt: skip
    where = f"/api/scheduler/v1/groups/{story.group_id}/series"
    preview = pru.send("POST", f"{where}?dry_run=true", plan)
    story.series = pru.send("POST", where, plan)
    assert len(story.series["occurrences"]) == 12
    assert "10:00" in str(preview) or len(str(preview)) > 100
    for each in story.series["occurrences"]:
        start = datetime.fromisoformat(each["starts_at"]).astimezone(CHICAGO)
        assert (start.weekday(), start.hour) == (1, 10)
        assert 8 <= start.day <= 14
    for name in ("pru", "bo", "cy", "dee"):
        mail = story.where.mail(f"{name}@circle.example", subject="Tuesday circle")
        event = event_in(mail)
        assert invitation_in(mail)["METHOD"] == "REQUEST"
        assert str(event["UID"]) == story.series["uid"]
        assert event["RRULE"]["COUNT"] == [12]
        attendees = event["ATTENDEE"]
        assert "list" not in type(attendees).__name__.lower(), "only the recipient is listed"
        assert f"{name}@circle.example" in str(attendees).lower()
        assert len(story.where.mails(f"{name}@circle.example", subject="Tuesday circle")) == 1
    assert not story.where.mails("eli@circle.example", subject="Tuesday circle")


def reply_from(mail: EmailMessage, partstat: str, *, posing_as: str = "") -> bytes:
    """Answer an invitation as a calendar does: an iTIP REPLY to the organizer."""
    asked = event_in(mail)
    organizer = str(asked["ORGANIZER"]).lower().removeprefix("mailto:")
    attendee = posing_as or str(asked["ATTENDEE"]).lower().removeprefix("mailto:")
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//Client//EN", "METHOD:REPLY",
        "BEGIN:VEVENT", f"UID:{asked['UID']}", f"SEQUENCE:{asked['SEQUENCE']}",
        f"DTSTAMP:{datetime.now(UTC):%Y%m%dT%H%M%SZ}",
        f"ORGANIZER:mailto:{organizer}", f"ATTENDEE;PARTSTAT={partstat}:mailto:{attendee}",
        "END:VEVENT", "END:VCALENDAR", "",
    ]  # fmt: skip
    answer = EmailMessage(policy=email.policy.SMTP)
    answer["From"], answer["To"] = attendee, organizer
    answer["Subject"] = f"{partstat.title()}: {mail['Subject']}"
    answer.set_content("An answer.")
    answer.add_alternative(
        "\r\n".join(lines).encode(), maintype="text", subtype="calendar", params={"method": "REPLY"}
    )
    return answer.as_bytes()


def test_4_answers_by_calendar_and_by_link_reach_the_supervisor(story):
    invited = story.where.mails("bo@circle.example", subject="Tuesday circle")[0]
    path = story.where.folder / "reply.eml"
    path.write_bytes(reply_from(invited, "ACCEPTED"))
    story.where.run("reply", str(path))
    text = story.where.mails("cy@circle.example", subject="Tuesday circle")[0]
    text = text.get_body(("plain",)).get_content()
    link = re.search(rf"{re.escape(story.where.origin)}(/answer/\S+)", text)[1]
    visitor = Person(story.where, "cy@circle.example")
    form = visitor.page(link)
    assert "Tuesday circle" in form
    action = re.search(r'<form[^>]*action="([^"]*)"', form)
    visitor.post(action[1] if action else link, answer="declined")
    pru = story.people["pru"]
    first = f"/api/scheduler/v1/series/{story.series['series_id']}/sessions/{story.keys[0]}"

    def answers():
        counts = pru.get(first)["counts"]
        return counts["accepted"] == 1 and counts["declined"] == 1

    until(answers)
    page = pru.page(f"/sessions/{story.series['series_id']}/{story.keys[0]}")
    assert "Bo Sample" in page
    before = pru.get(first)
    path.write_bytes(reply_from(invited, "DECLINED", posing_as="dee@circle.example"))
    story.where.run("reply", str(path), status=1)
    assert pru.get(first) == before, "a forged answer changes nothing"


def test_5_moving_and_cancelling_one_changes_the_feed_and_tells_the_right_people(story):
    answer, calendar = story.feed_of("bo")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert "METHOD" not in calendar
    assert story.starts("bo") == story.planned()
    again = httpx2.get(str(answer.url), headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    pru, base = story.people["pru"], f"/api/scheduler/v1/series/{story.series['series_id']}"
    moved, cancelled = story.keys[1], story.keys[2]
    on = datetime.strptime(moved[:8], "%Y%m%d").date() + timedelta(days=1)
    pru.send("POST", f"{base}/sessions/{moved}/move", {"on": on.isoformat(), "start_time": "14:00"})
    mail = story.where.mail("bo@circle.example", subject="Tuesday circle", after=1)
    event = event_in(mail)
    assert invitation_in(mail)["METHOD"] == "REQUEST"
    assert event["RECURRENCE-ID"].dt.strftime("%Y%m%dT%H%M") == moved
    assert event["DTSTART"].dt.astimezone(CHICAGO).strftime("%H:%M") == "14:00"
    story.series = pru.send("POST", f"{base}/sessions/{cancelled}/cancel")
    mail = story.where.mail("bo@circle.example", subject="Tuesday circle", after=2)
    event = event_in(mail)
    assert invitation_in(mail)["METHOD"] == "CANCEL"
    assert event["RECURRENCE-ID"].dt.strftime("%Y%m%dT%H%M") == cancelled
    assert int(event["SEQUENCE"]) == story.series["sequence"] == 2
    until(lambda: story.starts("bo") == story.planned())
    assert len(story.planned()) == 11
    assert httpx2.get(str(answer.url)).headers["etag"] != answer.headers["etag"]
    assert not story.where.mails("eli@circle.example", subject="Tuesday circle")


def test_6_reminders_go_out_a_day_and_an_hour_before(story):
    first = story.planned()[0]
    now = datetime.now(UTC) + timedelta(seconds=story.where.shift)
    known = len(story.where.mails("bo@circle.example"))
    story.where.travel((first - timedelta(hours=23, minutes=50) - now).total_seconds())
    reminder = story.where.mail("bo@circle.example", after=known)
    assert "Tuesday circle" in reminder["Subject"]
    assert reminder["List-Unsubscribe"]
    story.where.travel(timedelta(hours=23).total_seconds())
    story.where.mail("bo@circle.example", after=known + 1)
    assert len(story.where.mails("bo@circle.example")) == known + 2


def test_7_the_provider_records_and_the_supervisees_confirm_or_return(story):
    story.where.travel(timedelta(hours=3).total_seconds())
    pru = story.people["pru"].sign_in()
    assert "Tuesday circle" in pru.page("/attendance")
    where = f"/api/logbook/v1/attendance/{story.series['series_id']}/{story.keys[0]}"
    page = pru.page(f"/attendance/{story.series['series_id']}/{story.keys[0]}")
    assert all(f"{name} Sample" in page for name in ("Bo", "Cy", "Dee"))
    sent = {
        "exceptions": [
            {"person_id": story.ids["cy"], "presence": "late", "minutes": 105},
            {"person_id": story.ids["dee"], "presence": "absent"},
        ]
    }
    pru.send("PUT", where, sent)
    pru.send("PUT", where, sent)
    future = f"/api/logbook/v1/attendance/{story.series['series_id']}/{story.keys[3]}"
    pru.send("PUT", future, {}, status=409)
    bo = story.people["bo"] = Person(story.where, "bo@circle.example").sign_in()
    (entry,) = bo.get("/api/logbook/v1/entries")["entries"]
    assert (entry["minutes"], entry["status"]) == (120, "recorded")
    bo.send("POST", "/api/logbook/v1/entries/confirm", {})
    (entry,) = bo.get("/api/logbook/v1/entries")["entries"]
    assert entry["status"] == "confirmed"
    cy = story.people["cy"] = Person(story.where, "cy@circle.example").sign_in()
    (entry,) = cy.get("/api/logbook/v1/entries")["entries"]
    assert entry["minutes"] == 105
    cy.send(
        "POST", f"/api/logbook/v1/entries/{entry['entry_id']}/return", {"reason": "I was on time."}
    )
    story.where.mail("pru@circle.example", subject="look again")
    sent["exceptions"] = sent["exceptions"][1:]
    pru.send("PUT", where, sent | {"reason_code": "was_there"})
    (entry,) = cy.get("/api/logbook/v1/entries")["entries"]
    assert (entry["minutes"], entry["status"]) == (120, "recorded")
    cy.send("POST", "/api/logbook/v1/entries/confirm", {})
    history = cy.get(f"/api/logbook/v1/entries/{entry['entry_id']}/history")
    assert len(history["steps"]) == 4, "recorded, returned, corrected, confirmed: all are kept"
    bo.send("PUT", where, sent, status=403)
    assert "ok" in story.where.run("verify").lower() or story.where.run("verify")


def test_8_my_hours_shows_what_counts_and_what_is_missing(story):
    bo = story.people["bo"]
    (hours, *_) = bo.get("/api/logbook/v1/progress")["progress"]["buckets"]
    assert (hours["counted"], hours["required"], hours["missing"]) == (120, 24 * 60, 22 * 60)
    page = bo.page("/hours")
    assert "22 h" in page, "what is missing"
    assert "<svg" in page, "drawn"
    assert "approved" not in page.lower()
    cy = story.people["cy"]
    (hours, *_) = cy.get("/api/logbook/v1/progress")["progress"]["buckets"]
    assert (hours["counted"], hours["required"]) == (120, 50 * 60)
    cora = story.people["cora"].sign_in()
    assert "Bo Sample" in cora.page("/cohort")
    bo.page(f"/hours?person={story.ids['cy']}", status=404)


def test_9_everything_is_still_there_after_a_restart(story):
    before = story.people["bo"].get("/api/logbook/v1/progress")
    feed = story.starts("bo")
    assert story.where.stop() == 0
    story.where.start()
    until(lambda: httpx2.get(f"{story.where.origin}/readyz").status_code == 200)
    assert story.people["bo"].get("/api/logbook/v1/progress") == before
    assert story.starts("bo") == feed
