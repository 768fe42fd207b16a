"""Goals are kept step by step, and progress toward each beside the main one: on both databases."""

from datetime import date

import pytest

from alongside.contracts import Credential
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.handlers.choosing import ChooseGoal, DropGoal, choose_goal, drop_goal
from alongside_logbook.handlers.progress import refresh
from alongside_logbook.handlers.verification import verify
from logbook.office import KEY

pytestmark = pytest.mark.contract


async def test_every_goal_has_its_verdicts_and_its_row(circle):
    own = Credential(credential_id="own", kind="IMHS", valid_from=date(2020, 1, 1))
    await circle.person("ann", pursuing="IMHM-C", credentials=(own,))
    await circle.record(KEY)
    await circle.confirm_all("ann")
    chosen = ChooseGoal(person_id="ann", goal="ers/IMHS", since=date(2026, 1, 5))
    done = [await circle.run(lambda uow: choose_goal(chosen, Actor("ann"), uow)) for _ in range(2)]
    assert [each.changed for each in done] == [True, False]
    async with circle.app.uow() as uow:
        rows = await uow.goals.progress("ann")
        entry = (await uow.entries.of_session("s1", KEY))["ann"]
        assert [(row.goal, row.place, row.counted) for row in rows] == [
            ("renew/IMHS", 0, 120),
            ("ers/IMHS", 1, 0),
        ]
        assert entry.verdicts is not None
        assert {goal: each.state for goal, each in entry.verdicts.items()} == {
            "apply/IMHM-C": "not_counted",
            "renew/IMHS": "counted",
            "ers/IMHS": "not_counted",
        }
        assert entry.verdicts["apply/IMHM-C"] == entry.verdict
    dropped = DropGoal(person_id="ann", goal="ers/IMHS")
    await circle.run(lambda uow: drop_goal(dropped, Actor("cora", coordinator=True), uow))
    async with circle.app.uow() as uow:
        steps = await uow.goals.choices("ann")
        assert [(each.goal.name, each.act, each.actor_id) for each in steps] == [
            ("ers/IMHS", "chosen", "ann"),
            ("ers/IMHS", "dropped", "cora"),
        ]
        assert [row.goal for row in await uow.goals.progress("ann")] == ["renew/IMHS"]
    # Sessions that are planned concern whoever is on the roster, and whoever leads them.
    await circle.series("s2", starts=("2026-04-10T10:00",))
    async with circle.app.uow() as uow:
        ahead = await uow.sessions.ahead_of("ann", uow.now)
        assert [(each.key, each.minutes, each.roster_size) for each in ahead] == [
            ("20260410T1000", 120, 2)
        ]
        assert await uow.sessions.ahead_of("pat", uow.now) == ()
        row = await uow.progress.get("ann")
        assert row is not None
        assert row.stale
    assert await circle.run(refresh) == 2
    assert (await circle.run(verify)).problems == ()
