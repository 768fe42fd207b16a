"""What an earlier version said is understood by this one, with things in between that nobody knows yet."""

import json
from datetime import datetime, timedelta
from typing import Any, Literal

import pytest
from sqlalchemy import text

from alongside.contracts.hours import EntryEvent
from alongside.host import Host
from alongside.messaging.dead_letters import parked, replay
from alongside.messaging.envelope import EVENT_TYPES, UnreadableRecord, read_record
from alongside.messaging.subscription import RawRecord
from alongside.settings import Settings
from alongside.testing import FixedClock
from alongside.web.tokens import cookie_name
from alongside_demo.swift import swift_sqlite
from contracts import recording
from contracts.life import BEGAN, LOGBOOK, ORIGIN, Life, opened
from contracts.words import UNKNOWN, lists_in, say

pytestmark = [pytest.mark.unit, pytest.mark.timeout(240)]

VERSIONS = sorted(file.stem for file in recording.FOLDER.glob("*.jsonl"))


async def deliver(host: Host, record: dict[str, Any], number: int) -> None:
    """Hand a record to all who listen to its topic, as it comes over a wire."""
    raw = RawRecord(
        topic=record["topic"],
        position=f"0/{number}",
        key=record["key"].encode(),
        value=json.dumps(record["value"]).encode(),
        headers=tuple((name, value.encode()) for name, value in record["headers"].items()),
    )
    envelope = read_record(topic=raw.topic, key=raw.key, value=raw.value, headers=raw.headers)
    for consumer in (each for group in host.consumers.values() for each in group):
        if consumer.subscription.topic == record["topic"]:
            await consumer.deliver_or_park(envelope, raw)


def of_tomorrow(value: Any) -> Any:
    """Return a body with a field in each of its objects that this version does not know."""
    if isinstance(value, dict):
        return {**{name: of_tomorrow(each) for name, each in value.items()}, "of_tomorrow": [1]}
    return [of_tomorrow(each) for each in value] if isinstance(value, list) else value


def unknown(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record of a type that this version does not know."""
    headers = {**record["headers"], "ce_id": f"{record['headers']['ce_id'][:-4]}-new"}
    kind = record["headers"]["ce_type"].replace(".v1", "Otherwise.v1")
    return {**record, "headers": {**headers, "ce_type": kind}, "value": {"id": headers["ce_id"]}}


@pytest.mark.parametrize("version", VERSIONS)
async def test_it_leads_to_the_same(version, tmp_path):
    records, expected = recording.read(version)
    settings = Settings(data=tmp_path, base_url=ORIGIN)
    with swift_sqlite():
        async with opened(settings, FixedClock(BEGAN)) as life:
            for number, record in enumerate(records):
                await deliver(life.host, {**record, "value": of_tomorrow(record["value"])}, number)
                if number % 8 == 0:
                    await deliver(life.host, unknown(record), number)
            copies = await recording.copies_of(life.host)
            assert copies.keys() == expected.keys()
            for name, rows in expected.items():
                assert copies[name] == rows, name
            # Some of it once more: nothing is done twice, and nothing was put aside.
            for number, record in enumerate(records[::4]):
                await deliver(life.host, record, number)
            assert await recording.copies_of(life.host) == copies
            for app in life.host.services.values():
                assert await parked(app.database) == []
            await _reads_rows_of_tomorrow(life, copies)
            await _hears_words_of_tomorrow(life, records)


async def _reads_rows_of_tomorrow(life: Life, copies: dict[str, list[list[str]]]) -> None:
    """A row that the next version wrote is shown: a reason and fields that only it knows."""
    ids = {email: person_id for person_id, _, email in copies["notifier.people"]}
    life.know("pru", ids["pru@circle.example"], "supervisor")
    life.know("bo", ids["bo@circle.example"], "supervisee")
    life.clock.advance(timedelta(days=3))
    series = next(row[0] for row in copies["logbook.sessions"] if row[1] == "20260304T0900")
    path = f"{LOGBOOK}/attendance/{series}/20260304T0900"
    await life.do("pru", "PUT", path, {"exceptions": []})
    await life.tick("progress")
    (entry,) = (await life.do("bo", "GET", f"{LOGBOOK}/entries?person={life.ids['bo']}"))["entries"]
    logbook = life.host.services["logbook"]
    async with logbook.database.write() as session:
        for column, edit in (
            ("verdict", "'$.code', 'eclipsed', '$.state', 'dim', '$.state_of_tomorrow', 1"),
            ("verdicts", "'$.\"apply/IFS\".code', 'eclipsed', '$.\"apply/IFS\".state', 'dim'"),
            ("current", "'$.of_tomorrow', 1"),
        ):
            await session.execute(
                text(f"UPDATE entries SET {column} = json_set({column}, {edit})")
            )  # of our own
        await session.commit()
    async with logbook.database.read() as session:
        assert "eclipsed" in str((await session.execute(text("SELECT verdict FROM entries"))).all())
    await life.do("bo", "GET", f"{LOGBOOK}/entries/{entry['entry_id']}")
    async with life.browser() as browser:
        browser.cookies.set(cookie_name(ORIGIN), life.token("bo", "supervisee"))
        for path in ("/hours", f"/hours/{entry['entry_id']}", "/trainings"):
            page = await browser.get(path, headers={"accept": "text/html"})
            assert page.status_code == 200, (path, page.text[:500])


async def _hears_words_of_tomorrow(life: Life, records: list[dict[str, Any]]) -> None:
    """Words of open lists are kept and shown; what may not be guessed waits, and is taken in later."""
    newest = {record["headers"]["ce_type"]: record for record in records}
    said = 0
    for number, (kind, record) in enumerate(newest.items(), start=10_000):
        later = _later(record, 100)
        ways = [way for _, is_open, way in lists_in(kind) if is_open]
        said += sum([say(later["value"], way) for way in ways])
        await deliver(life.host, later, number)
    assert said > 12
    for app in life.host.services.values():
        assert await parked(app.database) == []
    copies = await recording.copies_of(life.host)
    for name in ("scheduler.answers", "scheduler.progress", "logbook.people", "notifier.standings"):
        assert UNKNOWN in str(copies[name]), name
    (cora,) = [row[0] for row in copies["notifier.people"] if row[2].startswith("cora@")]
    life.know("cora", cora, "coordinator")
    await life.tick()
    async with life.browser() as browser:
        for who, role, paths in (
            ("cora", "coordinator", ("/cohort", "/attendance", "/messages")),
            ("bo", "supervisee", ("/hours", "/trainings")),
        ):
            browser.cookies.set(cookie_name(ORIGIN), life.token(who, role))
            for path in paths:
                page = await browser.get(path, headers={"accept": "text/html"})
                assert page.status_code == 200, (path, page.text[:500])
    await _waits_and_is_taken_in(life, newest["alongside.hours.AttendanceRecorded.v1"])


class HoursReviewed(EntryEvent):
    """What only the next version knows."""

    type: Literal["alongside.hours.HoursReviewed.v1"] = "alongside.hours.HoursReviewed.v1"


async def _waits_and_is_taken_in(life: Life, record: dict[str, Any]) -> None:
    """What changes hours in a way unknown here is put aside; once known it changes nothing newer."""
    unknown, known = _later(record, 200), _later(record, 300)
    kind = unknown["value"]["type"] = HoursReviewed.type_name()
    unknown["headers"] = {**unknown["headers"], "ce_type": kind}
    await deliver(life.host, unknown, 20_000)
    await deliver(life.host, known, 20_001)
    notifier = life.host.services["notifier"].database
    (letter,) = await parked(notifier)
    assert "only a newer version knows" in letter.error
    consumers = life.host.consumers["notifier"]
    with pytest.raises(UnreadableRecord):
        await replay(notifier, consumers, letter.id, life.clock.now())
    taken_in = await recording.copies_of(life.host)
    versions = {row[0]: row[1] for row in taken_in["notifier.entries"]}
    entry = known["value"]["entry"]
    assert versions[entry["entry_id"]] == str(entry["version"])
    with pytest.MonkeyPatch.context() as upgraded:
        upgraded.setitem(EVENT_TYPES, kind, HoursReviewed)
        await replay(notifier, consumers, letter.id, life.clock.now())
    assert await parked(notifier) == []
    assert await recording.copies_of(life.host) == taken_in


def _later(record: dict[str, Any], by: int) -> dict[str, Any]:
    """Return a record of the same, of so many versions and days later."""
    value = json.loads(json.dumps(record["value"]))
    value["id"] = f"{value['id'][:-3]}+{by}"
    for inside in (value, *(each for each in value.values() if isinstance(each, dict))):
        if "version" in inside:
            inside["version"] += by
        for name in ("occurred_at", "answered_at", "expires_at"):
            if inside.get(name):
                at = datetime.fromisoformat(inside[name]) + timedelta(days=by)
                inside[name] = at.isoformat()
    return {**record, "headers": {**record["headers"], "ce_id": value["id"]}, "value": value}
