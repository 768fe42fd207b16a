"""All that is heard, in any order that can happen, comes to the same ledger."""

import random
from datetime import date
from typing import Any

import pytest

from alongside.contracts import (
    Credential,
    CredentialChanged,
    PersonChanged,
    PersonState,
    SeriesChanged,
    SessionCancelled,
)
from alongside_logbook.domain.attendance import Departure
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.handlers.attendance import RecordAttendance, record_attendance
from alongside_logbook.handlers.confirmation import (
    ConfirmEntries,
    ReturnEntry,
    confirm_entries,
    return_entry,
)
from alongside_logbook.handlers.people import on_people
from alongside_logbook.handlers.progress import refresh
from alongside_logbook.handlers.sessions import on_sessions
from alongside_logbook.handlers.verification import verify
from alongside_logbook.store.uow import LogbookUow
from logbook.office import ZONE, Office, ers, series

pytestmark = pytest.mark.unit

KEYS = tuple(f"2025{month:02}11T1000" for month in range(3, 13))
STARTS = tuple(f"2025-{month:02}-11T10:00" for month in range(3, 13))
AHEAD = tuple(f"2026-{month:02}-11T10:00" for month in range(3, 7))
ORDERS = 4

Step = tuple[str, tuple[str, ...], Any]
"""Its name, the names of the steps that must have happened, and what is done."""


def steps(run: str) -> list[Step]:
    """Return what happens, to people and series of this run alone."""
    ann, bob, pat, s1 = (f"{name}-{run}" for name in ("ann", "bob", "pat", "s1"))
    own = Credential(credential_id="own", kind="IFS", valid_from=date(2024, 5, 1))

    def told(person_id: str, version: int, kind: Any = PersonChanged, **facts: Any) -> Any:
        state = PersonState(
            **{
                "person_id": person_id,
                "version": version,
                "name": person_id,
                "email": f"{person_id}@example.org",
                "zone": ZONE,
                "roles": ("supervisee",),
                **facts,
            }
        )

        async def tell(uow: LogbookUow) -> None:
            event = kind(id=uow.new_id(), occurred_at=uow.now, person=state)
            await on_people(event, uow)

        return tell

    def planned(version: int, kind: Any = SeriesChanged, **facts: Any) -> Any:
        state = series(
            s1, version=version, starts=STARTS + AHEAD, members=(ann, bob), provider=pat, **facts
        )

        async def tell(uow: LogbookUow) -> None:
            named = {"occurrence_key": "20260311T1000"} if kind is SessionCancelled else {}
            event = kind(id=uow.new_id(), occurred_at=uow.now, series=state, **named)
            await on_sessions([event], uow)

        return tell

    def held(key: str, *gone: Departure, reason: Any = None) -> Any:
        command = RecordAttendance(series_id=s1, key=key, exceptions=gone, reason_code=reason)
        return lambda uow: record_attendance(command, Actor(pat), uow)

    def confirmed(person: str, key: str) -> Any:
        async def confirm(uow: LogbookUow) -> None:
            entry = (await uow.entries.of_session(s1, key))[person]
            wanted = ConfirmEntries.model_validate({"entries": [{"entry_id": entry.entry_id}]})
            await confirm_entries(wanted, Actor(person), uow)

        return confirm

    async def returned(uow: LogbookUow) -> None:
        entry = (await uow.entries.of_session(s1, KEYS[0]))[bob]
        await return_entry(ReturnEntry(entry_id=entry.entry_id, reason="Late"), Actor(bob), uow)

    late = Departure(person_id=bob, presence="late", minutes=60)
    return [
        ("ann 1", (), told(ann, 1)),
        ("ann 2", (), told(ann, 2, pursuing="IMHS", credentials=(own,))),
        ("ann 3", (), told(ann, 3, pursuing="IMHS", pursuing_since=date(2025, 1, 1), credentials=(own,))),
        ("bob 1", (), told(bob, 1, pursuing="IFS")),
        ("pat 1", (), told(pat, 1, roles=("supervisor",))),
        ("pat 2", (), told(pat, 2, CredentialChanged, roles=("supervisor",), credentials=(ers(date(2025, 5, 1)),))),
        ("series 1", (), planned(1)),
        ("series 2", (), planned(2, title="Renamed")),
        ("series 3", ("series 2",), planned(3, SessionCancelled, title="Renamed", cancelled=("20260311T1000",))),
        *((f"held {key}", ("series 2",), held(key)) for key in KEYS),
        *((f"ann {key}", (f"held {key}",), confirmed(ann, key)) for key in KEYS[:-1]),
        ("bob returns", (f"held {KEYS[0]}",), returned),
        ("looked again", ("bob returns",), held(KEYS[0], late, reason="minutes_wrong")),
        ("bob confirms", ("looked again",), confirmed(bob, KEYS[0])),
    ]  # fmt: skip


def ordered(every: list[Step], chance: random.Random) -> list[Step]:
    """Return the steps in some order that can happen, some of what is told twice."""
    left, done, order = list(every), set(), []
    while left:
        step = chance.choice([step for step in left if set(step[1]) <= done])
        left.remove(step)
        done.add(step[0])
        order.append(step)
        if step[0].split()[0] in {"ann", "bob", "pat", "series"} and step[0][-1].isdigit():
            heard = [
                old for old in order if len(old[0].split()) == 2 and old[0].split()[1] in "123"
            ]
            order += chance.sample(heard, k=min(len(heard), chance.randrange(2)))
    return order


async def ledger(office: Office, run: str) -> dict[str, Any]:
    """Return everything that came of a run, without what says which run it was."""
    found: dict[str, Any] = {}
    async with office.app.uow() as uow:
        for name in ("ann", "bob"):
            person = f"{name}-{run}"
            rows = await uow.entries.of_person(person)
            row = await uow.progress.get(person)
            assert row is not None
            found[name] = {
                "entries": [
                    (each.occurrence_key, each.minutes, each.status, each.current.presence, each.verdict, each.verdicts)
                    for each in rows
                ],
                "progress": row.body.model_dump_json().replace(f"-{run}", ""),
                "goals": {
                    each.goal: each.body.model_dump_json().replace(f"-{run}", "")
                    for each in await uow.goals.progress(person)
                },
            }  # fmt: skip
    return found


async def test_any_order_that_can_happen_comes_to_the_same(office):
    ledgers = []
    for number in range(ORDERS):
        run = f"r{number}"
        for _, _, happens in ordered(steps(run), random.Random(number)):
            await office.run(happens)
        while await office.run(refresh):
            pass
        ledgers.append(await ledger(office, run))
    first = ledgers[0]
    assert len(first["ann"]["entries"]) == len(KEYS)
    assert set(first["ann"]["goals"]) == {"renew/IFS"}
    # Those before the provider's credential do not count, nor do those that wait for a word.
    assert [each[4].state for each in first["ann"]["entries"]] == (
        ["not_counted"] * 2 + ["counted"] * 7 + ["pending"]
    )
    assert '"session_on":"2026-04-11"' in first["ann"]["progress"]
    for other in ledgers[1:]:
        assert other == first
    assert (await office.run(verify)).problems == ()
