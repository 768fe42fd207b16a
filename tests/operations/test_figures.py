"""The figures say what waits and since when; nothing waits in a house in order."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from alongside.observability import metrics
from alongside.operations.figures import figures_of, measure

pytestmark = pytest.mark.unit


async def test_figures_say_what_is_late_and_what_to_do(house):
    async def wrong(name: str) -> dict[str, str]:
        figures = await figures_of(house.host.services[name])
        assert all(each.advice for each in figures if each.most is not None)
        return {each.metric: each.text for each in figures if each.is_wrong}

    assert [await wrong(name) for name in house.host.services] == [{}, {}, {}]

    await house.plan()
    notifier = house.host.services["notifier"]
    ago = house.host.clock.now() - timedelta(minutes=10)
    for statement in (
        "UPDATE reminders SET due_at = :ago",
        "UPDATE mails SET outcome = 'failed', done_at = :ago",
    ):
        async with notifier.database.write() as session:
            await session.execute(text(statement), {"ago": f"{ago:%Y-%m-%d %H:%M:%S.%f}"})
            await session.commit()
    async with house.host.services["scheduler"].database.write() as session:
        await session.execute(
            text("UPDATE outbox SET occurred_at = :ago"), {"ago": f"{ago:%Y-%m-%d %H:%M:%S.%f}"}
        )
        await session.commit()
    assert await wrong("scheduler") == {"alongside_outbox_oldest_seconds": "10 min"}
    await measure(house.host.services["scheduler"])
    assert metrics.OUTBOX_OLDEST_SECONDS.labels("scheduler")._value.get() == pytest.approx(
        600, abs=60
    )
