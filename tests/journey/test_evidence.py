"""How an hour becomes evidence, in both modes: many sessions in one sitting, hours from elsewhere that a
stranger vouches for by a mailed link, a log read in and taken back, trainings, a paper that can be checked.

One person after the other does what they would do; each test goes on where the last one stopped.
"""

import io
import re
import struct
import zipfile
import zlib
from datetime import datetime, timedelta

import pytest

from journey.installation import Person, until
from journey.story import CHICAGO

pytestmark = [pytest.mark.integration, pytest.mark.timeout(240)]

SCHEDULER, LOGBOOK = "/api/scheduler/v1", "/api/logbook/v1"
DAY = 86_400


def picture() -> bytes:
    """A whole PNG of one grey dot."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        sealed = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + sealed

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    dot = zlib.compress(b"\x00\x80")
    whole = chunk(b"IHDR", head) + chunk(b"IDAT", dot) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + whole


def today():
    return datetime.now(CHICAGO).date()


def progress(story):
    return story.people["bo"].get(f"{LOGBOOK}/progress")["progress"]


def test_1_three_sessions_are_held(story):
    cora = story.people["cora"] = Person(story.where, "cora@circle.example").sign_in(story.link)
    for name, more in (("pru", {"roles": ["supervisor"]}), ("bo", {"pursuing": "IFS"})):
        facts = {"name": f"{name.title()} Sample", "email": f"{name}@circle.example"}
        story.ids[name] = cora.send("POST", f"{SCHEDULER}/people", facts | more)["person_id"]
    cora.send(
        "POST", f"{SCHEDULER}/people/{story.ids['pru']}/credentials",
        {"kind": "ERS", "valid_from": "2024-01-01"},
    )  # fmt: skip
    pru = Person(story.where, "pru@circle.example").sign_in()
    group = pru.send("POST", f"{SCHEDULER}/groups", {"name": "Maple circle"})["group_id"]
    pru.send("POST", f"{SCHEDULER}/groups/{group}/roster", {"person_id": story.ids["bo"]})
    tomorrow = today() + timedelta(days=1)
    plan = {
        "frequency": "weekly", "starts_on": tomorrow.isoformat(), "start_time": "09:00",
        "duration_minutes": 90, "count": 3,
    }  # fmt: skip
    story.series = pru.send("POST", f"{SCHEDULER}/groups/{group}/series", plan)
    story.where.travel(17 * DAY)
    for name in ("cora", "pru", "bo"):
        story.people[name] = Person(story.where, f"{name}@circle.example").sign_in()


def test_2_attendance_of_all_of_them_in_one_sitting(story):
    pru, bo = story.people["pru"], story.people["bo"]

    def unrecorded():
        return [
            session
            for series in pru.get(f"{LOGBOOK}/sitting")["series"]
            for session in series["sessions"]
        ]

    sessions = until(lambda: len(unrecorded()) == 3 and unrecorded())
    late = {"person_id": story.ids["bo"], "presence": "late", "minutes": 60}
    said = [
        {
            "series_id": each["series_id"],
            "key": each["key"],
            "exceptions": [late] if number == 1 else [],
        }
        for number, each in enumerate(sessions)
    ]
    done = pru.send("POST", f"{LOGBOOK}/sitting", {"sessions": said})
    assert done["changed"] == 3
    assert unrecorded() == []
    assert "Waiting for you" in bo.page("/hours")
    bo.send("POST", f"{LOGBOOK}/entries/confirm", {})
    assert progress(story)["buckets"][0]["counted"] == 90 + 60 + 90


def test_3_a_stranger_vouches_by_a_mailed_link(story):
    bo = story.people["bo"]
    orla = bo.send(
        "POST", f"{LOGBOOK}/outside/providers",
        {
            "name": "Orla Vale", "email": "orla@elsewhere.example",
            "claims": [{"kind": "ERS", "valid_from": "2023-05-01"}],
        },
    )["provider_id"]  # fmt: skip
    months = [(today() - timedelta(days=days)).isoformat() for days in (200, 170)]
    said = {
        "provider_id": orla,
        "sessions": [{"held_on": day, "minutes": 120} for day in months],
    }
    written = bo.send("POST", f"{LOGBOOK}/outside/entries", said)
    bo.send("POST", f"{LOGBOOK}/outside/providers/{orla}/ask")
    letter = story.where.mail("orla@elsewhere.example")
    text = letter.get_body(("plain",)).get_content()
    path = re.search(rf"{re.escape(story.where.origin)}(/vouch/\S+)", text)[1]
    stranger = Person(story.where, "orla@elsewhere.example")
    assert "Are these hours right?" in stranger.page(path)
    assert progress(story)["buckets"][0]["counted"] == 240, "a GET confirms nothing"
    first, second = (entry["entry_id"] for entry in written["entries"])
    form = {
        "name": "Orla Vale", "right": first, f"reason-{second}": "Not that day.",
        "claim_kind-0": "ERS", "claim_standing-0": "endorsed", "claim_valid_from-0": "2023-05-01",
    }  # fmt: skip
    stranger.post(path, **form)
    states = {
        entry["entry_id"]: entry["status"]
        for group in bo.get(f"{LOGBOOK}/outside")["groups"]
        for entry in group["entries"]
    }
    assert states == {first: "confirmed", second: "returned"}
    assert progress(story)["buckets"][0]["counted"] == 240 + 120


def test_4_a_log_is_read_in_and_taken_back(story):
    bo = story.people["bo"]
    day = today() - timedelta(days=300)
    rows = [
        f"{day + timedelta(days=7 * week)},90,Orla Vale,orla@elsewhere.example" for week in range(4)
    ]
    log = "\n".join(["Date,Minutes,Supervisor,Email", *rows])
    sent = bo.browser.post(
        f"{LOGBOOK}/imports", files={"file": ("log.csv", log.encode(), "text/csv")}
    )
    assert sent.status_code in {200, 201}, sent.text
    number = sent.json()["import_id"]
    preview = bo.get(f"{LOGBOOK}/imports/{number}/preview")
    bo.send("PUT", f"{LOGBOOK}/imports/{number}/mapping", preview["mapping"])
    bo.send("POST", f"{LOGBOOK}/imports/{number}/confirm", {})

    def state(wanted):
        return until(
            lambda: (found := bo.get(f"{LOGBOOK}/imports/{number}"))["state"] == wanted and found
        )

    assert state("done")["waiting"] == 4
    assert progress(story)["buckets"][0]["pending"] == 360 + 120
    bo.send("POST", f"{LOGBOOK}/imports/{number}/undo", {})
    assert state("undone")["withdrawn"] == 4
    assert progress(story)["buckets"][0]["pending"] == 120, "what Orla returned still waits"


def test_5_a_training_with_its_certificate(story):
    bo = story.people["bo"]
    training = {
        "title": "Attachment in the first year", "first_day": (today() - timedelta(days=40)).isoformat(),
        "minutes": 360, "areas": ["theoretical_foundations"],
    }  # fmt: skip
    (logged,) = bo.send("POST", f"{LOGBOOK}/trainings", {"trainings": [training]})
    path = f"{LOGBOOK}/trainings/certificates/{logged['training_id']}"
    put = bo.browser.post(path, files={"certificate": ("proof.png", picture(), "image/png")})
    assert put.status_code == 200, put.text
    bad = bo.browser.post(
        path, files={"certificate": ("x.png", b"<svg onload=alert(1)>", "image/png")}
    )
    assert bad.status_code == 422
    assert "Attachment in the first year" in bo.page("/trainings")


def test_6_a_paper_can_be_checked_by_whoever_holds_it(story):
    bo, pru = story.people["bo"], story.people["pru"]
    issued = bo.send("POST", f"{LOGBOOK}/documents", {"kind": "audit", "goal": "apply/IFS"})
    pdf = bo.browser.get(f"{LOGBOOK}/documents/{issued['code']}/pdf")
    assert pdf.content.startswith(b"%PDF-")
    reader = Person(story.where, "reader@elsewhere.example")
    assert "Genuine, and unchanged since" in reader.page(f"/check/{issued['code']}")
    reader.page("/check/ZZZZ-ZZZZ-ZZZZ-ZZZZ", status=404)
    key = story.keys[0]
    entry = next(
        each for each in bo.get(f"{LOGBOOK}/entries")["entries"] if each["occurrence_key"] == key
    )
    assert entry["status"] == "confirmed"
    changed = {
        "exceptions": [{"person_id": story.ids["bo"], "presence": "left_early", "minutes": 45}],
        "reason_code": "minutes_wrong",
    }
    pru.send("PUT", f"{LOGBOOK}/attendance/{story.series['series_id']}/{key}", changed)
    again = reader.page(f"/check/{issued['code']}")
    assert "the record has changed since" in again
    assert "45 min" not in again


def test_7_the_coordinator_sees_it_and_the_record_holds(story):
    cora, bo = story.people["cora"], story.people["bo"]
    line = cora.get(f"{LOGBOOK}/board")["lines"][0]
    assert (line["person"]["name"], line["goal"], line["waiting"]) == ("Bo Sample", "apply/IFS", 2)
    assert "Maple circle" in cora.page("/cohort/groups")
    assert "Bo Sample" in cora.browser.get("/cohort/export.csv").text
    assert "hold together" in story.where.run("verify")
    taken = bo.browser.get(f"{LOGBOOK}/my-data")
    names = zipfile.ZipFile(io.BytesIO(taken.content)).namelist()
    assert any(name.endswith(".png") for name in names), names
    assert any("hour" in name for name in names), names
