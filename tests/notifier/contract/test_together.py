"""What comes together, or is due together, ends as it does one by one; what fails stays alone."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from alongside.contracts import SESSIONS, SeriesChanged, SeriesScheduled
from alongside.messaging.envelope import Envelope
from alongside.messaging.local import raw_record
from alongside_notifier.handlers import tell
from alongside_notifier.store.tables import METADATA
from notifier.conftest import made
from notifier.making import Life, make_series

pytestmark = pytest.mark.contract

TABLES = {
    "seats": "person_id, series_id, membership, removed, told, fragment, revised_at, stale_at",
    "tellings": "person_id, series_id, since, due_at, attempts",
    "reminders": "person_id, series_id, occurrence_key, starts_at, lead_minutes, due_at, done_at",
    "feeds": "person_id, etag",
    "short_notice": "person_id, series_id, occurrence_key, was_at, now_at, told_at",
    "mails": "person_id, kind, subject, message_id, series_id",
}


@pytest.fixture
async def notifier(database_url, clock, notifier_settings):
    async for each in made(database_url, clock, notifier_settings):
        yield each


@pytest.fixture
async def alone(tmp_path, clock, notifier_settings):
    """Another, to whom the same is said one by one."""
    async for each in made(
        f"sqlite+aiosqlite:///{tmp_path / 'alone.db'}", clock, notifier_settings
    ):
        yield each


def enveloped(number, series, kind=SeriesChanged):
    event = kind(id=f"event-{number:02}", occurred_at=series.revised_at, series=series)
    return Envelope(
        event_id=event.id,
        topic=event.topic,
        key=event.key,
        type=event.type_name(),
        payload=event.on_the_wire(),
        occurred_at=event.occurred_at,
        traceparent=f"00-{number:032x}-00f067aa0ba902b7-01",
    )


def said(now):
    """What happens to three series: planned, moved to tomorrow, shortened, cancelled and taken back."""
    said = []
    for number in range(3):
        series = make_series(
            series_id=f"series-{number}", uid=f"{number}@x.example", group_id=f"group-{number}"
        )
        life = Life(series, now=now)
        first, second = life.keys()[:2]
        soon = now + timedelta(hours=30) - life.occurrence(first).starts_at
        said.append([life.series, life.move(first, soon), life.cancel(second), life.lengthen(60)])
        said[-1].append(life.restore(second))
    # As partitions are read: of each series in order, of several mixed.
    mixed = [said[0][0], said[1][0], said[0][1], said[2][0], *said[1][1:], *said[0][2:]]
    return [enveloped(at, each) for at, each in enumerate([*mixed, *said[2][1:]], 1)]


async def kept(notifier):
    """What stands in the tables."""
    async with notifier.app.database.read() as session:
        return {
            name: sorted(
                tuple(map(str, row))
                for row in await session.execute(
                    select(*(METADATA.tables[name].c[column] for column in columns.split(", ")))
                )
            )
            for name, columns in TABLES.items()
        }


async def test_many_at_once_end_as_one_by_one(notifier, alone, clock):
    for each in (notifier, alone):
        await each.begin(make_series(series_id="before", uid="before@x.example"))
    events = said(clock.now())
    await notifier.consumers[SESSIONS].deliver_batch([(each, raw_record(each)) for each in events])
    for each in events:
        await alone.consumers[SESSIONS].deliver(each)
    assert await kept(notifier) == await kept(alone)
    clock.advance(timedelta(minutes=9))
    for each in (notifier, alone):
        await each.tick("tell")
    assert await kept(notifier) == await kept(alone)
    assert {row.series_id for row in await notifier.mails()} > {"series-0", "series-1", "series-2"}


async def test_each_mail_is_found_by_the_click_that_it_tells_of(notifier):
    await notifier.begin()
    events = [
        enveloped(at, make_series(series_id=f"s-{at}", uid=f"{at}@x.example"), SeriesScheduled)
        for at in (11, 12)
    ]
    await notifier.consumers[SESSIONS].deliver_batch([(each, raw_record(each)) for each in events])
    await notifier.tick("tell")
    traces = {row.series_id: row.traceparent.split("-")[1] for row in await notifier.mails()}
    assert {name: int(trace, 16) for name, trace in traces.items() if name != "series-1"} == {
        "s-11": 11,
        "s-12": 12,
    }


async def test_one_that_cannot_be_told_waits_alone(notifier, monkeypatch):
    await notifier.begin()
    for at in range(5):
        await notifier.hear_series(make_series(series_id=f"s-{at}", uid=f"{at}@x.example"))
    write = tell.series_letter

    def stumbling(message, person, series, *rest, **facts):
        if (series.series_id, person.person_id) == ("s-3", "ben"):
            raise ValueError("no words for it")
        return write(message, person, series, *rest, **facts)

    monkeypatch.setattr(tell, "series_letter", stumbling)
    await notifier.tick("tell")
    told = {(row.series_id, row.person_id) for row in await notifier.mails()}
    assert len(told) == 3 + 5 * 3 - 1
    assert ("s-3", "ben") not in told
    async with notifier.app.uow() as uow:
        (waiting,) = await uow.tellings.of_person("ben")
    assert (waiting.series_id, waiting.attempts) == ("s-3", 1)
    assert "no words for it" in waiting.last_error
    monkeypatch.setattr(tell, "series_letter", write)
    notifier.clock.advance(timedelta(minutes=1))
    await notifier.tick("tell")
    assert len(await notifier.mails()) == 3 + 5 * 3
