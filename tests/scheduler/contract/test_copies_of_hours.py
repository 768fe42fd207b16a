"""What the logbook says about hours is kept as far as the pages need it."""

from datetime import datetime

import pytest

from alongside.contracts import AttendanceRecorded
from alongside.contracts.hours import EntryState
from alongside_scheduler.domain.access import Actor
from alongside_scheduler.handlers.copies import hear_hours
from alongside_scheduler.views.home import show_home

pytestmark = pytest.mark.contract


def recorded(person_id: str, series_id: str | None, key: str | None) -> AttendanceRecorded:
    at = datetime.fromisoformat("2026-03-11T00:00:00Z")
    return AttendanceRecorded(
        id="e" * 32,
        occurred_at=at,
        entry=EntryState(
            entry_id="entry",
            version=1,
            supervisee_id=person_id,
            provider_id="provider",
            series_id=series_id,
            occurrence_key=key,
            title="Circle",
            started_at=at,
            zone="America/Chicago",
            scheduled_minutes=120,
            minutes=120,
            status="recorded",
        ),
    )


async def test_met_lately_leaves_out_what_is_recorded(association):
    lea = await association.person("Lea Lead", "supervisor")
    ada = await association.person("Ada Able")
    group = await association.group(lea, [ada])
    series = await association.series(group.group_id)
    first, second = series.occurrences[:2]
    association.clock.set(datetime.fromisoformat("2026-03-18T12:00:00-05:00"))
    who = Actor(person_id=lea, roles=frozenset({"supervisor"}))

    async def lately() -> list[str]:
        home = await association.run(show_home, actor=who)
        return [each.key for each in home.met_lately]

    assert await lately() == [first.key, second.key]
    said = recorded(ada, series.series_id, first.key)
    for _ in range(2):  # the same fact may come again
        await association.run(lambda uow: hear_hours([said], uow))
    assert await lately() == [second.key]
    # An hour of another house has no series, and takes nothing out.
    await association.run(lambda uow: hear_hours([recorded(ada, None, None)], uow))
    assert await lately() == [second.key]
    home = await association.run(show_home, actor=who)
    assert len(home.coming) == 3
