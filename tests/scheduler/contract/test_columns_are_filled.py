"""What was kept before there were columns for the calendar is in them after the migration."""

from datetime import date

import pytest
from sqlalchemy import Connection

from alongside.db import migrate
from alongside.zones import zone
from alongside_scheduler.domain.access import Actor
from alongside_scheduler.handlers.series import MoveSession, move_session
from alongside_scheduler.views.calendar import Show, list_schedule
from alongside_scheduler.views.search import find

pytestmark = pytest.mark.contract

CORA = Actor(person_id=None, roles=frozenset({"coordinator"}))


async def test_an_older_database_shows_and_finds_the_same(association):
    lea = await association.person("Léa Lead", "supervisor", email="lea@example.org")
    ada = await association.person("Ada Able")
    group = await association.group(lea, [ada], name="Tuesday círcle")
    series = await association.series(group.group_id)
    second = series.occurrences[1].key
    move = MoveSession.model_validate(
        {"on": "2026-03-18", "start_time": "14:00", "end_time": "15:00"}
    )
    await association.run(lambda uow: move_session(series.series_id, second, move, uow), actor=CORA)

    async def seen():
        async def look(uow):
            days = (date(2026, 3, 1), date(2026, 4, 30))
            listed = await list_schedule(uow, *days, zone("America/Chicago"), Show("all"))
            return (
                listed,
                await find(uow, "lea", "America/Chicago"),
                await find(uow, "circle", "America/Chicago"),
            )

        return await association.run(look, actor=CORA)

    before = await seen()
    assert [each.moved for each in before[0]][:3] == [False, True, False]
    assert [each.name for each in before[1].people] == ["Léa Lead"]

    def down_and_up(connection: Connection) -> None:
        from alembic import command

        config = migrate.config_for(association.app.migrations, connection)
        command.downgrade(config, "0007")
        command.upgrade(config, "head")

    async with association.app.database.engine.begin() as connection:
        await connection.run_sync(down_and_up)
    assert await seen() == before
