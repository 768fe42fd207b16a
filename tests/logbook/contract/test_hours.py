"""Meeting, recording, confirming: the use cases on both databases."""

import asyncio
import json
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from alongside.contracts import (
    AssociationDescribed,
    AttendanceRecorded,
    HoursConfirmed,
    HoursReturned,
    Member,
    MilestoneReached,
    PersonLeft,
    ProgressChanged,
    SeriesScheduled,
    SeriesState,
)
from alongside.errors import Conflict, Forbidden, Invalid, NotFound
from alongside_logbook.domain.attendance import Departure
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.handlers.confirmation import (
    ConfirmEntries,
    ReturnEntry,
    Seen,
    confirm_entries,
    return_entry,
)
from alongside_logbook.handlers.people import on_people
from alongside_logbook.handlers.progress import refresh
from alongside_logbook.handlers.sessions import on_sessions
from alongside_logbook.handlers.verification import verify
from alongside_logbook.views.attendance import sessions_awaiting
from logbook.office import KEY, Office, ers, series

pytestmark = pytest.mark.contract


async def progress(office: Office, person: str):
    async with office.app.uow() as uow:
        row = await uow.progress.get(person)
        return row.body if row else None


async def entry_of(office: Office, person: str, key: str = KEY):
    async with office.app.uow() as uow:
        return (await uow.entries.of_session("s1", key))[person]


async def holds(office: Office) -> None:
    found = await office.run(verify)
    assert found.problems == ()


async def test_recording_makes_an_entry_for_everybody_and_says_so(circle):
    circle.said.clear()
    done = await circle.record(KEY, Departure(person_id="bob", presence="late", minutes=90))
    assert done.changed == 2
    assert {each.supervisee_id: each.minutes for each in done.entries} == {"ann": 120, "bob": 90}
    said = circle.heard(AttendanceRecorded)
    assert [(each.key, each.entry.minutes, each.entry.awaits) for each in said] == [
        ("ann", 120, "ann"),
        ("bob", 90, "bob"),
    ]
    kinds = [type(event).__name__ for event in circle.said]
    assert kinds == ["AttendanceRecorded"] * 2 + ["ProgressChanged"] * 2
    changed = {each.key: each for each in circle.heard(ProgressChanged)}
    assert (changed["ann"].required_minutes, changed["ann"].pending_minutes) == (1440, 120)
    assert (changed["bob"].required_minutes, changed["bob"].pending_minutes) == (3000, 90)
    assert changed["ann"].counted_minutes == 0
    await holds(circle)


async def test_recording_the_same_twice_changes_nothing(circle):
    late = Departure(person_id="bob", presence="late", minutes=90)
    await circle.record(KEY, late)
    before = await entry_of(circle, "bob")
    circle.said.clear()
    done = await circle.record(KEY, late)
    assert done.changed == 0
    assert circle.said == []
    assert (await entry_of(circle, "bob")).current == before.current
    await circle.confirm_all("bob")
    circle.said.clear()
    assert (await circle.record(KEY, late)).changed == 0
    assert circle.said == []


async def test_two_who_record_at_the_same_moment_make_one_entry_each(circle):
    results = await asyncio.gather(*(circle.record(KEY) for _ in range(4)))
    assert sorted(each.changed for each in results) == [0, 0, 0, 2]
    async with circle.app.database.read() as session:
        count = await session.execute(text("SELECT count(*) FROM entry_versions"))
        assert count.scalar_one() == 2
    await holds(circle)


async def test_only_whoever_leads_it_or_coordinates_records(office):
    await office.person("pat", "supervisor", credentials=(ers(),))
    await office.series(co=("lee",))
    for stranger in ("ann", "bob", "eve", "max"):
        with pytest.raises(Forbidden):
            await office.record(KEY, by=stranger)
    assert (await office.record(KEY, by="lee")).changed == 2
    assert (await office.record(KEY, by="cora", coordinator=True)).changed == 0


async def test_what_is_planned_is_not_yet_an_hour(circle):
    await circle.series("s2", starts=("2026-03-10T10:00",))
    with pytest.raises(Conflict, match="not begun"):
        await circle.record("20260310T1000", series_id="s2")
    circle.clock.advance(timedelta(days=8))
    assert (await circle.record("20260310T1000", series_id="s2")).changed == 2


async def test_what_was_cancelled_was_attended_by_nobody(circle):
    await circle.series("s2", starts=("2026-02-17T10:00",), cancelled=("20260217T1000",))
    with pytest.raises(Conflict, match="cancelled"):
        await circle.record("20260217T1000", series_id="s2")
    with pytest.raises(NotFound):
        await circle.record("20260217T1100", series_id="s2")
    with pytest.raises(NotFound):
        await circle.record(KEY, series_id="nothing")


async def test_what_is_cancelled_after_it_was_recorded_can_be_put_right(circle):
    await circle.record(KEY)
    await circle.series(cancelled=(KEY,))
    gone = [Departure(person_id=each, presence="absent") for each in ("ann", "bob")]
    done = await circle.record(KEY, *gone, reason="was_not_there")
    assert [each.minutes for each in done.entries] == [0, 0]


async def test_the_roster_is_that_of_the_day_and_without_those_who_lead(circle):
    members = (
        Member(person_id="ann", joined_on=date(2026, 2, 10)),
        Member(person_id="bob", joined_on=date(2026, 2, 11)),
        Member(person_id="cy", joined_on=date(2025, 1, 1), left_on=date(2026, 2, 9)),
        Member(person_id="dee", joined_on=date(2025, 1, 1), left_on=date(2026, 2, 10)),
        Member(person_id="pat", joined_on=date(2025, 1, 1)),
        Member(person_id="lee", joined_on=date(2025, 1, 1)),
    )
    await circle.series(members=members, co=("lee",))
    done = await circle.record(KEY)
    assert {each.supervisee_id for each in done.entries} == {"ann", "dee"}


async def test_whoever_was_recorded_stays_even_if_the_roster_changes(circle):
    await circle.record(KEY)
    await circle.series(members=("ann", "dee"))
    done = await circle.record(KEY)
    assert done.changed == 1
    assert {each.supervisee_id for each in done.entries} == {"ann", "bob", "dee"}


async def test_nonsense_is_refused_and_nothing_is_half_done(circle):
    circle.said.clear()
    with pytest.raises(Invalid) as caught:
        await circle.record(
            KEY,
            Departure(person_id="ann", presence="absent"),
            Departure(person_id="bob", presence="late", minutes=121),
        )
    assert set(caught.value.fields) == {"bob"}
    assert circle.said == []
    async with circle.app.uow() as uow:
        assert await uow.entries.of_session("s1", KEY) == {}
        assert (await uow.sessions.get("s1", KEY)).recorded_at is None


async def test_an_empty_roster_has_nothing_to_record(circle):
    await circle.series(members=())
    with pytest.raises(Invalid, match="Nobody was on the roster"):
        await circle.record(KEY)


async def test_confirming_counts_the_hours(circle):
    await circle.record(KEY)
    circle.said.clear()
    done = await circle.confirm_all("ann")
    assert done.confirmed == 1
    assert [type(event).__name__ for event in circle.said] == ["HoursConfirmed", "ProgressChanged"]
    said = circle.heard(HoursConfirmed)[0]
    assert (said.entry.status, said.entry.awaits, said.entry.version) == ("confirmed", None, 2)
    changed = circle.heard(ProgressChanged)[0]
    assert (changed.counted_minutes, changed.pending_minutes) == (120, 0)
    assert (changed.window_start, changed.window_end) == (date(2026, 2, 10), date(2028, 2, 9))
    circle.said.clear()
    assert (await circle.confirm_all("ann")).confirmed == 0
    assert circle.said == []
    await holds(circle)


async def test_only_ones_own_hours_and_all_or_none(circle):
    await circle.record(KEY)
    mine, other = await entry_of(circle, "ann"), await entry_of(circle, "bob")
    both = ConfirmEntries(entries=(Seen(entry_id=mine.entry_id), Seen(entry_id=other.entry_id)))
    for who in ("ann", "pat", "cora"):
        with pytest.raises(Forbidden):
            await circle.run(
                lambda uow, by=who: confirm_entries(both, Actor(by, coordinator=True), uow)
            )
    assert (await entry_of(circle, "ann")).status == "recorded"
    missing = ConfirmEntries(entries=(Seen(entry_id=mine.entry_id), Seen(entry_id="nothing")))
    with pytest.raises(NotFound):
        await circle.run(lambda uow: confirm_entries(missing, Actor("ann"), uow))
    stale = ConfirmEntries(entries=(Seen(entry_id=mine.entry_id, version=9),))
    with pytest.raises(Conflict):
        await circle.run(lambda uow: confirm_entries(stale, Actor("ann"), uow))
    assert (await entry_of(circle, "ann")).status == "recorded"


async def test_returning_asks_the_provider_and_keeps_the_words_here(circle):
    await circle.record(KEY)
    entry = await entry_of(circle, "ann")
    command = ReturnEntry(entry_id=entry.entry_id, reason="I left at eleven.", version=1)
    circle.said.clear()
    await circle.run(lambda uow: return_entry(command, Actor("ann"), uow))
    said = circle.heard(HoursReturned)[0]
    assert (said.entry.status, said.entry.awaits) == ("returned", "pat")
    async with circle.app.database.read() as session:
        payloads = (await session.execute(text("SELECT payload FROM outbox"))).scalars().all()
        assert not any(b"eleven" in bytes(payload) for payload in payloads)
    found = await progress(circle, "ann")
    assert found.awaited[0].person_id == "pat"
    circle.said.clear()
    await circle.run(
        lambda uow: return_entry(command.model_copy(update={"version": None}), Actor("ann"), uow)
    )
    assert circle.said == []
    # The provider corrects; then it counts once confirmed again.
    left = Departure(person_id="ann", presence="left_early", minutes=60)
    with pytest.raises(Invalid):
        await circle.record(KEY, left)
    await circle.record(KEY, left, reason="minutes_wrong")
    assert (await entry_of(circle, "ann")).current.minutes == 60
    await circle.confirm_all("ann")
    assert (await progress(circle, "ann")).main.counted == 60
    await holds(circle)


async def test_after_confirmation_a_change_needs_confirming_again(circle):
    await circle.record(KEY)
    await circle.confirm_all("ann")
    late = Departure(person_id="ann", presence="late", minutes=100)
    await circle.record(KEY, late, reason="minutes_wrong")
    found = await progress(circle, "ann")
    assert (found.main.counted, found.main.pending) == (0, 100)
    async with circle.app.uow() as uow:
        versions = await uow.entries.history((await entry_of(circle, "ann")).entry_id)
    acts = [json.loads(version.body)["act"] for version in versions]
    assert acts == ["recorded", "confirmed", "corrected"]
    assert [version.position for version in versions] == [1, 2, 3]
    await holds(circle)


async def a_year_of_meetings(office: Office, number: int = 14) -> list[str]:
    starts = tuple(
        f"{2025 + (month // 12)}-{month % 12 + 1:02}-06T10:00" for month in range(number)
    )
    state = await office.series("s9", starts=starts)
    keys = [occurrence.key for occurrence in state.occurrences]
    for key in keys:
        await office.record(key, series_id="s9")
    return keys


async def test_a_milestone_is_said_once(circle):
    await a_year_of_meetings(circle)
    circle.said.clear()
    await circle.confirm_all("ann")
    reached = circle.heard(MilestoneReached)
    assert [(each.key, each.category, each.counted_minutes) for each in reached] == [
        ("ann", "IFS", 14 * 120)
    ]
    changed = circle.heard(ProgressChanged)[-1]
    assert changed.appears_met
    absent = Departure(person_id="ann", presence="absent")
    for key in ("20260106T1000", "20260206T1000", "20250106T1000"):
        await circle.record(key, absent, series_id="s9", reason="was_not_there")
    assert not (await progress(circle, "ann")).appears_met
    for key in ("20260106T1000", "20260206T1000", "20250106T1000"):
        await circle.record(key, series_id="s9", reason="was_there")
    circle.said.clear()
    await circle.confirm_all("ann")
    assert (await progress(circle, "ann")).appears_met
    assert circle.heard(MilestoneReached) == []
    await holds(circle)


async def test_a_providers_standing_is_that_of_the_sessions_day(office):
    ended = ers(valid_until=date(2026, 2, 9))
    await office.person("pat", "supervisor", credentials=(ended,))
    await office.person("ann", pursuing="IFS")
    await office.series()
    await office.record(KEY)
    await office.confirm_all("ann")
    found = await progress(office, "ann")
    assert (found.main.counted, found.not_counted) == (0, 120)
    entry = await entry_of(office, "ann")
    assert "ended on February 9, 2026, before February 10, 2026" in entry.verdict.reason
    # The coordinator corrects the date: everybody's hours follow, and it is said.
    office.said.clear()
    await office.person("pat", credentials=(ers(),))
    assert (await progress(office, "ann")).main.counted == 120
    assert office.heard(ProgressChanged)[0].counted_minutes == 120
    # What ends later does not undo what was earned before.
    await office.person("pat", credentials=(ers(valid_until=date(2026, 2, 10)),))
    assert (await progress(office, "ann")).main.counted == 120
    await holds(office)


async def test_what_is_pursued_decides_what_is_asked(circle):
    await circle.record(KEY)
    circle.said.clear()
    await circle.person("ann", pursuing="IMHS")
    assert circle.heard(ProgressChanged)[0].required_minutes == 3000
    await circle.person("ann", pursuing=None)
    assert (await progress(circle, "ann")).status == "no_category"
    await circle.person("ann", pursuing="IFA")
    assert (await progress(circle, "ann")).status == "nothing_required"
    assert circle.heard(ProgressChanged)[-1].required_minutes == 0
    await holds(circle)


async def test_events_may_come_in_any_order_and_again(office):
    state = await office.series()
    await office.record(KEY)
    assert (await progress(office, "ann")).status == "no_category"
    await office.person("ann", pursuing="IFS")
    assert (await progress(office, "ann")).main.required == 1440
    assert (await progress(office, "ann")).not_counted == 120
    await office.person("pat", "supervisor", credentials=(ers(),))
    assert (await progress(office, "ann")).main.pending == 120
    # An older version of a series, or of a person, changes nothing.
    await office.series(starts=("2026-02-10T10:00", "2026-02-17T10:00"))
    old = SeriesScheduled(id="old", occurred_at=office.clock.now(), series=state)
    await office.run(lambda uow: on_sessions([old], uow))
    async with office.app.uow() as uow:
        assert await uow.sessions.get("s1", "20260217T1000") is not None


async def test_an_occurrence_that_is_gone_leaves_unless_hours_rest_on_it(circle):
    await circle.series(starts=("2026-02-10T10:00", "2026-02-17T10:00", "2026-02-24T10:00"))
    await circle.record(KEY)
    await circle.series(starts=("2026-02-24T10:00",))
    async with circle.app.uow() as uow:
        assert await uow.sessions.get("s1", "20260217T1000") is None
        assert await uow.sessions.get("s1", KEY) is not None
    done = await circle.record(
        KEY, Departure(person_id="ann", presence="late", minutes=60), reason="minutes_wrong"
    )
    assert done.changed == 1


async def test_other_rules_are_followed_by_the_clock(circle):
    await circle.record(KEY)
    described = AssociationDescribed(
        id="a", occurred_at=circle.clock.now(), association_id="x", version=1,
        name="First 5", zone="America/Chicago", rules="first5-alabama",
    )  # fmt: skip
    await circle.run(lambda uow: on_people(described, uow))
    assert await circle.run(refresh) == 2
    assert (await progress(circle, "ann")).pack == "first5-alabama/apply/IFS"
    assert await circle.run(refresh) == 0
    circle.clock.advance(timedelta(days=1))
    assert await circle.run(refresh) == 2
    assert (await progress(circle, "ann")).as_of == circle.clock.now().date()


async def test_a_clock_that_changes_nothing_says_nothing(circle):
    await circle.record(KEY)
    circle.said.clear()
    circle.clock.advance(timedelta(days=100))
    await circle.run(refresh)
    assert circle.said == []
    assert (await progress(circle, "ann")).status == "drifting"


async def test_whoever_left_is_known_no_more_to_the_cohort_but_their_hours_stay(circle):
    await circle.record(KEY)
    state = await circle.person("ann", left_at=circle.clock.now())
    event = PersonLeft(id="left", occurred_at=circle.clock.now(), person=state)
    await circle.run(lambda uow: on_people(event, uow))
    async with circle.app.uow() as uow:
        assert "ann" not in {person.person_id for person, _ in await uow.progress.cohort(None)}
        assert await uow.entries.of_person("ann")


async def test_a_session_that_moved_is_judged_on_the_day_it_was_held(office):
    await office.person("pat", "supervisor", credentials=(ers(date(2026, 2, 11)),))
    await office.person("ann", pursuing="IFS")
    state = series(version=1)
    moved = state.occurrences[0].model_copy(
        update={
            "starts_at": state.occurrences[0].starts_at + timedelta(days=2),
            "ends_at": state.occurrences[0].ends_at + timedelta(days=2, minutes=-30),
            "moved": True,
        }
    )
    await office.series(occurrences=(moved,))
    done = await office.record(KEY)
    assert done.entries[0].held_on == date(2026, 2, 12)
    assert done.entries[0].scheduled_minutes == 90
    assert (await progress(office, "ann")).main.pending == 90


async def test_the_evening_in_chicago_is_its_own_day(office):
    await office.person("pat", "supervisor", credentials=(ers(),))
    await office.series(starts=("2026-02-10T21:00",))
    done = await office.record("20260210T2100")
    assert done.entries[0].held_on == date(2026, 2, 10)


async def test_verify_finds_what_somebody_changed(circle):
    await circle.record(KEY)
    await circle.confirm_all("ann")
    assert (await circle.run(verify)).versions == 3
    async with circle.app.database.write() as session:
        await session.execute(text("UPDATE entries SET current = replace(current, '120', '480')"))
        await session.commit()
    found = await circle.run(verify)
    assert [problem.partition(": ")[2][:5] for problem in found.problems] == ["entry", "the t"] * 2
    assert "is not shown as its history says" in found.problems[0]
    assert found.problems[1] == "ann: the totals shown differ from those of the entries"
    one = await circle.run(lambda uow: verify(uow, "bob"))
    assert one.people == 1


async def test_verify_finds_a_changed_history(circle):
    await circle.record(KEY)
    await circle.confirm_all("ann")
    async with circle.app.database.write() as session:
        if circle.app.database.dialect == "sqlite":
            await session.execute(text("DROP TRIGGER entry_versions_no_update"))
        else:
            await session.execute(text("ALTER TABLE entry_versions DISABLE TRIGGER USER"))
        await session.execute(
            text("UPDATE entry_versions SET body = replace(body, '120', '480') WHERE position = 1")
        )
        await session.commit()
    found = await circle.run(verify)
    assert set(found.problems) == {
        "ann: version 1 was changed after it was written",
        "bob: version 1 was changed after it was written",
    }


def _led_by(state: SeriesState, key: str, provider_id: str) -> dict[str, object]:
    return {
        "occurrences": tuple(
            each.model_copy(update={"provider_id": provider_id}) if each.key == key else each
            for each in state.occurrences
        )
    }


async def test_a_stand_in_records_their_date_and_no_other(office):
    for leader in ("pat", "omar"):
        await office.person(leader, "supervisor", credentials=(ers(),))
    for member in ("ann", "bob"):
        await office.person(member, pursuing="IFS")
    starts = ("2026-02-10T10:00", "2026-02-17T10:00")
    state = await office.series(starts=starts)
    second = state.occurrences[1].key
    await office.series(starts=starts, **_led_by(state, second, "omar"))
    office.clock.advance(timedelta(days=60))

    async def awaits(who):
        page = await office.run(lambda uow: sessions_awaiting(who, uow))
        return [(each.key, each.provider.person_id) for each in page.sessions]

    assert await awaits("omar") == [(second, "omar")]
    assert (second, "omar") in await awaits("pat")
    with pytest.raises(Forbidden):
        await office.record(key=state.occurrences[0].key, by="omar")
    recorded = await office.record(key=second, by="omar")
    assert {entry.provider_id for entry in recorded.entries} == {"omar"}


async def test_a_series_that_goes_on_elsewhere_keeps_what_was_recorded(office):
    await office.person("pat", "supervisor", credentials=(ers(),))
    for member in ("ann", "bob"):
        await office.person(member, pursuing="IFS")
    starts = ("2026-02-10T10:00", "2026-02-17T10:00", "2026-02-24T10:00")
    state = await office.series(starts=starts)
    office.clock.advance(timedelta(days=9))
    await office.record(key=state.occurrences[0].key, by="pat")
    await office.series(starts=starts, occurrences=state.occurrences[:1], continued_by="s2")
    await office.series("s2", starts=("2026-02-18T14:00",), continues="s1")
    office.clock.advance(timedelta(days=60))
    page = await office.run(lambda uow: sessions_awaiting("pat", uow))
    assert [(each.series_id, each.key) for each in page.sessions] == [("s2", "20260218T1400")]


async def test_what_was_held_before_the_rest_was_cancelled_is_still_recorded(circle):
    await circle.series(
        starts=("2026-02-10T10:00", "2026-03-10T10:00"),
        cancelled=("20260310T1000",),
        status="cancelled",
    )
    done = await circle.record(KEY)
    assert done.changed == 2
    with pytest.raises(Conflict):
        await circle.record("20260310T1000")


async def test_of_series_that_come_together_the_newest_counts(office):
    first = await office.series()
    gone = series("s1", version=3, starts=("2026-02-17T10:00",), members=("bob",), provider="quin")
    states = [gone, first, series("s2", version=1), series("s1", version=2)]
    said = [
        SeriesScheduled(id=f"said-{at}", occurred_at=office.clock.now(), series=state)
        for at, state in enumerate(states)
    ]
    for _ in range(2):
        await office.run(lambda uow: on_sessions(said, uow))
        async with office.app.uow() as uow:
            assert (await uow.sessions.state("s1")).version == 3
            assert await uow.sessions.get("s1", "20260217T1000") is not None
            assert await uow.sessions.get("s1", KEY) is None
            assert await uow.sessions.is_leader("quin", "s1")
            assert not await uow.sessions.is_leader("pat", "s1")
            assert await uow.sessions.get("s2", KEY) is not None
