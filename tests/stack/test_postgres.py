"""The server that tests and the stack run on."""

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

pytestmark = pytest.mark.integration


async def test_each_test_gets_an_empty_database(database_url):
    engine = create_async_engine(database_url)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE thing (id INTEGER)"))
    await engine.dispose()


async def _try(url, statement):
    connection = await asyncpg.connect(url.replace("+asyncpg", ""), timeout=10)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


async def test_a_service_cannot_reach_the_database_of_another(postgres):
    ours = postgres.server.databases.ensure("ours", "one'secret")
    theirs = postgres.server.databases.ensure("theirs", "another")
    postgres.server.databases.close_the_rest()
    assert await _try(ours, "SELECT current_user || current_database()") == "oursours"
    for database in ("theirs", "postgres", "template1"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await _try(ours.rsplit("/", 1)[0] + f"/{database}", "SELECT 1")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await _try(theirs.replace("another", "one%27secret"), "SELECT 1")


async def test_a_role_is_no_superuser_and_may_make_its_own_tables(postgres):
    url = postgres.server.databases.ensure("ours", "one'secret")
    await _try(url, "CREATE TABLE IF NOT EXISTS t (id int)")
    assert await _try(url, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False


def test_a_template_is_prepared_once_and_cloned(postgres):
    prepared = []
    postgres.template("marked", prepared.append)
    postgres.template("marked", prepared.append)
    assert len(prepared) == 1
    assert postgres.fresh_database(like="marked") != postgres.fresh_database(like="marked")
