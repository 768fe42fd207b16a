"""The rules of a zone's clocks change: calendars, mails, reminders and feeds follow, once."""

from datetime import UTC, datetime, timedelta

import pytest

from alongside.zones import tzdata_version, zone
from alongside_notifier.domain.told import Told
from alongside_scheduler.domain.clocks import by_new_clocks
from notifier.client import Client, calendar_part, shown_by
from notifier.making import make_series, weekly
from other_clocks import other_clocks

pytestmark = pytest.mark.unit

VANCOUVER = "America/Vancouver"
SUMMER = datetime(2026, 10, 6, 10)
WINTER = datetime(2026, 11, 10, 10)
"""By the old clocks at UTC-7 and UTC-8; by the new ones both at UTC-7."""


def vancouver(name, first, count, **facts):
    return make_series(
        weekly(first, count),
        zone_name=VANCOUVER,
        series_id=name,
        uid=f"{name}@x.example",
        tzdata="2025.2",
        **facts,
    )


async def feed_of(notifier, who):
    async with notifier.app.uow() as uow:
        feed = await uow.feeds.current(who)
    return feed.body


async def begun_by_old_clocks(notifier, folder):
    """Four series that everybody was told of; one begins before the clocks differ, one is over by then."""
    later = {"created_at": notifier.clock.now(), "revised_at": notifier.clock.now()}
    with other_clocks(folder, "2025.2", Vancouver="Los_Angeles"):
        life = await notifier.begin(vancouver("autumn", SUMMER, 8, **later))
        # One session is at another time: what was agreed on is that wall time.
        await notifier.hear_series(life.move(life.keys()[6], timedelta(hours=3)))
        winter = vancouver("winter", WINTER, 4, members=("cleo",), **later)
        early = vancouver("early", SUMMER, 3, members=("dora",), **later)
        others = make_series(weekly(WINTER, 2), series_id="c", uid="c@x.example", **later)
        for series in (winter, early, others):
            await notifier.hear_series(series)
        await notifier.tell()
    return life.series, winter, early, others


async def forget_moments(notifier):
    """As a version before this one noted what was told."""
    async with notifier.app.uow() as uow:
        for series_id in ("autumn", "winter", "early", "c"):
            for who, seat in (await uow.seats.of_series(series_id)).items():
                told = seat.told.model_dump(exclude={"instants", "walls"})
                for each in told["meetings"].values():
                    del each["wall"]
                await uow.seats.set_told({(who, series_id): Told.model_validate(told)})
        await uow.commit()


@pytest.mark.parametrize(("noted", "drawn_first"), [(True, True), (False, True), (False, False)])
async def test_every_calendar_follows_new_clocks_once(
    notifier, clock, tmp_path, noted, drawn_first
):
    clock.set(datetime(2026, 9, 28, 15, tzinfo=UTC))
    autumn, winter, early, others = await begun_by_old_clocks(notifier, tmp_path)
    if not noted:
        await forget_moments(notifier)
    before = await feed_of(notifier, "dora")
    already = len(await notifier.mails())
    if drawn_first:
        # What feeds show is drawn anew: no mail, and every instant is what it was until it is moved.
        assert await notifier.tick("clocks") == 4
        await notifier.tell()
        assert len(await notifier.mails()) == already

    now, at = clock.now(), zone(VANCOUVER)
    moved = {}
    for series in (autumn, winter, early):
        keys = [o.key for o in series.occurrences]
        walls = {key: f"{key[:9]}1300" for key in keys[6:7]}
        moved[series.series_id] = by_new_clocks(
            series, at, tzdata=tzdata_version(), walls=walls, now=now
        )
    assert moved["early"] is early
    for series_id in ("autumn", "winter"):
        await notifier.hear_series(moved[series_id])
        await notifier.hear_series(moved[series_id])
    assert await notifier.tick("clocks") == (0 if drawn_first else 2)
    assert await notifier.tick("clocks") == 0
    await notifier.tell()
    await notifier.tell()
    drawn = await feed_of(notifier, "dora")
    assert (b"TZOFFSETTO:-0800" in before, b"TZOFFSETTO:-0800" in drawn) == (True, False)
    new = (await notifier.mails())[already:]
    assert sorted((row.person_id, row.series_id) for row in new) == [
        ("ada", "autumn"),
        ("ada", "winter"),
        ("ben", "autumn"),
        ("cleo", "autumn"),
        ("cleo", "winter"),
    ]
    raw = next(row for row in new if row.person_id == "cleo" and row.series_id == "winter").raw
    calendar = calendar_part(raw)
    assert "METHOD:REQUEST" in calendar
    assert "SEQUENCE:1" in calendar
    assert "DTSTART;TZID=America/Vancouver:20261110T100000" in calendar
    assert "TZOFFSETTO:-0700" in calendar
    assert "TZOFFSETTO:-0800" not in calendar
    assert "The rules by which clocks are set in America/Vancouver have changed." in text_of(raw)
    assert {row.why for row in new} == {"The rules of the clocks in America/Vancouver changed."}

    # Replay = feed = truth, for everybody; and who is reminded is reminded by the new clocks.
    for who in ("ada", "ben", "cleo", "dora"):
        client = Client()
        for row in await notifier.mails(who):
            client.receive(row.raw)
        assert client.shows() == shown_by(await feed_of(notifier, who)), who
    truth = {o.starts_at for s in (moved["autumn"], others) for o in s.occurrences}
    assert {each[0] for each in shown_by(await feed_of(notifier, "ben"))} == truth
    assert at.utcoffset(WINTER) == timedelta(hours=-7)
    async with notifier.app.uow() as uow:
        dues = await uow.reminders.of_person("cleo", 99)
    starts = {row.starts_at for row in dues if row.series_id == "winter"}
    assert starts == {o.starts_at for o in moved["winter"].occurrences}


def text_of(raw):
    from email import message_from_bytes

    parts = message_from_bytes(raw).walk()
    plain = next(part for part in parts if part.get_content_type() == "text/plain")
    return " ".join(plain.get_payload(decode=True).decode().split())
