"""A sitting, the supervisee's word first, a coordinator in a provider's place, and gentle nudges."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from alongside.contracts import AttendanceRecorded, HoursConfirmed, HoursReturned, WordAwaited
from alongside.errors import Conflict, Forbidden, Invalid, NotFound
from alongside_logbook.domain.attendance import Departure
from alongside_logbook.domain.override import InPlace
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.handlers.attendance import RecordAttendance, record_attendance
from alongside_logbook.handlers.attended import SayAttended, TakeBack, say_attended, take_back_entry
from alongside_logbook.handlers.confirmation import (
    ConfirmEntries,
    ReturnEntry,
    Seen,
    confirm_entries,
    return_entry,
)
from alongside_logbook.handlers.override import StandIn, override_entry
from alongside_logbook.handlers.sitting import RecordSitting, record_sitting
from alongside_logbook.handlers.verification import verify
from alongside_logbook.housekeeping import Housekeeping
from alongside_logbook.views.attendance import sessions_awaiting
from logbook.office import KEY, Office

pytestmark = pytest.mark.contract

STARTS = ("2026-02-10T10:00", "2026-02-17T10:00", "2026-02-24T10:00")
KEYS = tuple(start.replace("-", "").replace(":", "") for start in STARTS)
PLACE = {"series_id": "s1", "key": KEY}


async def entry_of(office: Office, person: str, key: str = KEY):
    async with office.app.uow() as uow:
        return (await uow.entries.of_session("s1", key))[person].current


async def say(office: Office, person: str = "ann", key: str = KEY, **facts):
    command = SayAttended(series_id="s1", key=key, **facts)
    return await office.run(lambda uow: say_attended(command, Actor(person), uow))


async def confirm(office: Office, person: str, *entries: str, **facts):
    command = ConfirmEntries(entries=tuple(Seen(entry_id=each, **facts) for each in entries))
    return await office.run(lambda uow: confirm_entries(command, Actor(person), uow))


async def sit(office: Office, *sessions: RecordAttendance, by: str = "pat"):
    command = RecordSitting(sessions=sessions)
    return await office.run(lambda uow: record_sitting(command, Actor(by), uow))


async def stand_in(office: Office, entry_id: str, by: str = "cora", **facts):
    command = StandIn(why="died", evidence="Her mails of the week before", **facts)
    actor = Actor(by, coordinator=by == "cora")
    return await office.run(lambda uow: override_entry(entry_id, command, actor, uow))


async def holds(office: Office) -> None:
    assert (await office.run(verify)).problems == ()


async def waiting_for(office: Office, leader: str) -> int:
    return (await office.run(lambda uow: sessions_awaiting(leader, uow))).total


async def test_a_sitting_records_all_of_it_or_nothing(circle):
    await circle.series(starts=STARTS)
    circle.clock.advance(timedelta(days=60))
    whole = [RecordAttendance(series_id="s1", key=key) for key in KEYS]
    absent = Departure(person_id="bob", presence="absent")
    wrong = Departure(person_id="bob", presence="late", minutes=999)
    circle.said.clear()
    with pytest.raises(Invalid) as caught:
        await sit(circle, *whole[:2], whole[2].model_copy(update={"exceptions": (wrong,)}))
    assert list(caught.value.fields) == [f"s1/{KEYS[2]}/bob"]
    assert circle.said == []
    assert await waiting_for(circle, "pat") == 3
    with pytest.raises(Invalid, match="named twice"):
        await sit(circle, whole[0], whole[0])
    seen = whole[2].model_copy(update={"roster": frozenset({"ann"})})
    with pytest.raises(Invalid, match="roster of that day changed"):
        await sit(circle, *whole[:2], seen)
    one = whole[1].model_copy(update={"exceptions": (absent,), "mode": "virtual"})
    done = await sit(circle, whole[0], one, whole[2])
    assert done.changed == 6
    assert await waiting_for(circle, "pat") == 0
    bob = await entry_of(circle, "bob", KEYS[1])
    assert (bob.minutes, bob.mode, bob.head_count) == (0, "virtual", 1)
    # Ann pursues IFS, which is about children up to 36 months.
    assert (await entry_of(circle, "ann", KEYS[1])).ages == ("0-3",)
    circle.said.clear()
    assert (await sit(circle, whole[0], one, whole[2])).changed == 0
    assert circle.said == []
    await holds(circle)


async def test_the_supervisees_word_comes_first_and_the_provider_confirms(circle):
    circle.said.clear()
    said = await say(circle, minutes=90, presence="late", ages=("3-6",))
    assert (said.status, said.awaits, said.minutes, said.ages) == ("recorded", "pat", 90, ("3-6",))
    assert [type(each).__name__ for each in circle.said][:1] == ["AttendanceRecorded"]
    assert (await say(circle, minutes=90, presence="late")).version == 1
    assert await waiting_for(circle, "pat") == 1
    for stranger, refusal in (("ann", Conflict), ("bob", Forbidden), ("cora", Forbidden)):
        with pytest.raises(refusal):
            await confirm(circle, stranger, said.entry_id)
    assert (await confirm(circle, "pat", said.entry_id)).confirmed == 1
    assert (await confirm(circle, "pat", said.entry_id)).confirmed == 0
    assert circle.heard(HoursConfirmed)[0].entry.minutes == 90
    # Bob's word is missing: the session is still to be recorded, and Ann's entry stays one.
    assert await waiting_for(circle, "pat") == 1
    with pytest.raises(Invalid, match="Say why"):
        await circle.record(KEY)
    await circle.record(KEY, Departure(person_id="ann", presence="late", minutes=90))
    assert (await entry_of(circle, "ann")).version == 2
    assert await waiting_for(circle, "pat") == 0
    await holds(circle)


async def test_the_last_confirmation_records_the_session(circle):
    entries = [(await say(circle, person)).entry_id for person in ("ann", "bob")]
    await confirm(circle, "pat", *entries)
    assert await waiting_for(circle, "pat") == 0
    await holds(circle)


async def test_who_may_say_they_were_there(circle):
    for person, refusal in (("pat", Forbidden), ("eve", NotFound), ("cora", NotFound)):
        with pytest.raises(refusal):
            await say(circle, person)
    await circle.series("s1", starts=("2026-02-10T10:00", "2030-02-10T10:00"))
    with pytest.raises(Conflict, match="not over yet"):
        await say(circle, key="20300210T1000")
    await circle.series("s1", cancelled=(KEY,))
    with pytest.raises(Conflict, match="cancelled"):
        await say(circle)


async def test_the_provider_hands_back_and_the_supervisee_says_again(circle):
    said = await say(circle)
    command = ReturnEntry(entry_id=said.entry_id, reason="You left at eleven.", version=1)
    circle.said.clear()
    await circle.run(lambda uow: return_entry(command, Actor("pat"), uow))
    assert circle.heard(HoursReturned)[0].entry.awaits == "ann"
    assert (await circle.confirm_all("ann")).confirmed == 0
    again = await say(circle, presence="left_early", minutes=60)
    assert (again.status, again.awaits, again.version) == ("recorded", "pat", 3)
    back = TakeBack(entry_id=said.entry_id)
    await circle.run(lambda uow: take_back_entry(back, Actor("ann"), uow))
    async with circle.app.uow() as uow:
        assert (await uow.progress.get("ann")).body.attended == 0
    await holds(circle)
    done = await circle.record(KEY)
    assert done.changed == 2
    ann = await entry_of(circle, "ann")
    assert (ann.entry_id, ann.status, ann.awaits, ann.version) == (
        said.entry_id, "recorded", "ann", 5,
    )  # fmt: skip
    await holds(circle)


async def test_both_at_the_same_moment_make_one_entry(circle):
    results = await asyncio.gather(
        say(circle), circle.record(KEY), say(circle), circle.record(KEY), say(circle, "bob")
    )
    assert len(results) == 5
    for person in ("ann", "bob"):
        found = await entry_of(circle, person)
        assert (found.status, found.version) == ("confirmed", 2)
    async with circle.app.database.read() as session:
        count = await session.execute(text("SELECT count(*) FROM entries"))
        assert count.scalar_one() == 2
    await holds(circle)


async def test_sittings_at_the_same_moment_wait_for_each_other_and_make_one_entry_each(circle):
    await circle.series(starts=STARTS)
    circle.clock.advance(timedelta(days=60))
    whole = [RecordAttendance(series_id="s1", key=key) for key in KEYS]
    await asyncio.gather(
        sit(circle, *whole),
        circle.record(KEYS[2]),
        say(circle, "bob", KEYS[0]),
        sit(circle, *reversed(whole)),
        say(circle, "ann", KEYS[1]),
        circle.confirm_all("ann"),
    )
    async with circle.app.database.read() as session:
        count = await session.execute(text("SELECT count(*) FROM entries"))
        assert count.scalar_one() == 6
    assert (await entry_of(circle, "bob", KEYS[0])).status == "confirmed"
    await holds(circle)


async def test_nobody_records_their_own_hours(office):
    await office.person("cora", "coordinator", "supervisee")
    await office.series(members=("ann", "cora"))
    with pytest.raises(Forbidden, match="your own hours"):
        await office.record(KEY, by="cora", coordinator=True)
    await office.record(KEY)
    with pytest.raises(Forbidden):
        await office.record(
            KEY, Departure(person_id="cora", presence="late", minutes=90), by="cora",
            coordinator=True, reason="minutes_wrong",
        )  # fmt: skip
    with pytest.raises(Forbidden, match="own hours"):
        await stand_in(office, (await entry_of(office, "cora")).entry_id)


async def test_a_coordinator_in_a_providers_place_is_marked_for_ever(circle):
    said = await say(circle)
    for somebody in ("ann", "pat", "eve"):
        with pytest.raises(Forbidden):
            await stand_in(circle, said.entry_id, by=somebody)
    circle.said.clear()
    done = await stand_in(circle, said.entry_id)
    assert (done.status, done.override) == ("confirmed", "died")
    assert circle.heard(HoursConfirmed)
    async with circle.app.database.read() as session:
        payloads = (await session.execute(text("SELECT payload FROM outbox"))).scalars().all()
        assert not any(b"mails of the week" in bytes(payload) for payload in payloads)
    # Not even a coordinator changes what was confirmed without the person's own word again.
    late = Departure(person_id="ann", presence="late", minutes=60)
    with pytest.raises(Conflict):
        await stand_in(circle, said.entry_id, attendance=late)
    await circle.record(KEY, late, by="cora", coordinator=True, reason="minutes_wrong")
    changed = await entry_of(circle, "ann")
    assert (changed.status, changed.awaits, changed.override) == ("recorded", "ann", "died")
    await confirm(circle, "ann", changed.entry_id)
    assert (await entry_of(circle, "ann")).override == "died"
    await holds(circle)


async def test_what_was_returned_to_a_provider_who_is_gone(circle):
    await circle.record(KEY)
    entry = await entry_of(circle, "ann")
    command = ReturnEntry(entry_id=entry.entry_id, reason="I came at eleven.")
    await circle.run(lambda uow: return_entry(command, Actor("ann"), uow))
    late = Departure(person_id="ann", presence="late", minutes=60)
    circle.said.clear()
    done = await stand_in(circle, entry.entry_id, attendance=late)
    assert (done.status, done.awaits, done.minutes) == ("recorded", "ann", 60)
    assert circle.heard(AttendanceRecorded)
    await circle.confirm_all("ann")
    await holds(circle)


async def test_a_coordinator_who_records_says_why_where_their_word_completes_an_hour(circle):
    await say(circle)
    plain = RecordAttendance(series_id="s1", key=KEY)

    async def record(by: str, command: RecordAttendance):
        actor = Actor(by, coordinator=by == "cora")
        return await circle.run(lambda uow: record_attendance(command, actor, uow))

    with pytest.raises(Invalid, match="would be confirmed by your word"):
        await record("cora", plain)
    marked = plain.model_copy(update={"in_place": InPlace(why="left", evidence="The room's list")})
    with pytest.raises(Invalid, match="You led this session yourself"):
        await record("pat", marked)
    await record("cora", marked)
    ann, bob = await entry_of(circle, "ann"), await entry_of(circle, "bob")
    assert [(each.act, each.override, each.status) for each in (ann, bob)] == [
        ("overridden", "left", "confirmed"), ("overridden", "left", "recorded"),
    ]  # fmt: skip
    await holds(circle)


async def test_gentle_nudges(circle):
    keeping = Housekeeping(circle.app.uow)

    async def nudged():
        before = await _said(circle)
        done = await keeping.nudge()
        new = (await _said(circle))[len(before) :]
        assert len(new) == done
        return sorted((each.person_id, each.about, each.number, each.minutes) for each in new)

    await circle.series(starts=STARTS)
    assert await nudged() == [("pat", "record", 3, 360)]
    assert await nudged() == []
    await circle.record(KEY)
    await say(circle, "bob", KEYS[1])
    assert await nudged() == []
    circle.clock.advance(timedelta(days=3))
    # Ann and Bob for Pat's word, Pat for Bob's; of the sessions Pat was reminded three days ago.
    assert await nudged() == [
        ("ann", "confirm", 1, 120), ("bob", "confirm", 1, 120), ("pat", "confirm", 1, 120),
    ]  # fmt: skip
    await asyncio.gather(*(keeping.nudge() for _ in range(3)))
    assert len(await _said(circle)) == 4
    circle.clock.advance(timedelta(days=7))
    found = await asyncio.gather(*(keeping.nudge() for _ in range(3)))
    assert sum(found) == 4
    await circle.confirm_all("ann")
    circle.clock.advance(timedelta(days=7))
    assert ("ann", "confirm") not in {each[:2] for each in await nudged()}


async def _said(office: Office) -> list[WordAwaited]:
    async with office.app.database.read() as session:
        payloads = (await session.execute(text("SELECT payload FROM outbox"))).scalars().all()
    read = [bytes(each) for each in payloads if b"WordAwaited.v1" in bytes(each)]
    return [WordAwaited.model_validate_json(each) for each in read]
