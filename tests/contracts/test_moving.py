"""An embedded installation is moved into PostgreSQL, and nobody can tell the difference."""

import asyncio
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from typer.testing import CliRunner

from alongside import commands, moving
from alongside.messaging.again import say_again
from alongside.settings import SERVICES, Settings
from alongside.testing import FixedClock
from contracts.life import BEGAN, LOGBOOK, NOTIFIER, ORIGIN, SCHEDULER, Life, lived, opened

pytestmark = [pytest.mark.contract, pytest.mark.timeout(290)]


class Installation:
    """A folder, who is who in it, and what it answered last."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.who: list[tuple[str, str, str]] = []
        self.now = BEGAN
        self.shown: dict[str, Any] = {}
        self.feed = ""

    @property
    def settings(self) -> Settings:
        return Settings(data=self.folder, base_url=ORIGIN)


@pytest.fixture(scope="module")
def source(tmp_path_factory) -> Installation:
    """A life in SQLite files, stopped while something was on its way."""
    here = Installation(tmp_path_factory.mktemp("life") / "data")

    async def live() -> None:
        async with lived(here.folder) as life:
            here.feed = (await life.do("bo", "POST", f"{NOTIFIER}/feed"))["address"]
            here.who = [
                (key, life.ids[key], role)
                for key, role in (("cora", "coordinator"), ("pru", "supervisor"),
                                  ("bo", "supervisee"), ("mia", "supervisee"))
            ]  # fmt: skip
            here.shown = await everything(life, here.feed)
            with pytest.raises(moving.MoveRefused, match="Stop Alongside"):
                moving.check_source(here.settings)
            here.now = life.clock.now()
            # Said, and not carried; carried, and not yet known to be.
            plan = {"frequency": "weekly", "starts_on": "2026-07-07", "start_time": "09:00",
                    "duration_minutes": 60, "count": 3}  # fmt: skip
            path = f"{SCHEDULER}/groups/{life.ids['group']}/series"
            await life.clients.call("pru", "POST", path, plan)
            async with life.host.services["scheduler"].database.write() as session:
                await session.execute(
                    text("UPDATE outbox SET done_at = NULL WHERE type LIKE '%SeriesScheduled%'")
                )
                await session.commit()

    asyncio.run(live())
    return here


async def everything(life: Life, feed: str) -> dict[str, Any]:
    """Return what the routes show to several people, and the bytes of a feed."""
    shown: dict[str, Any] = {}
    asked = {
        "cora": ("people?limit=200", "groups", "sites", "tokens", "visits?everybody=true"),
        "pru": ("groups", "schedule", "visits"),
    }
    for who, paths in asked.items():
        for path in paths:
            shown[f"{who} {path}"] = await life.do(who, "GET", f"{SCHEDULER}/{path}")
    shown["cohort"] = await life.do("cora", "GET", f"{LOGBOOK}/cohort")
    for who in ("bo", "mia"):
        entries = await life.do(who, "GET", f"{LOGBOOK}/entries?person={life.ids[who]}")
        shown[f"{who} entries"] = entries
        for entry in entries["entries"]:
            path = f"{LOGBOOK}/entries/{entry['entry_id']}/history"
            shown[path] = await life.do(who, "GET", path)
        shown[f"{who} progress"] = await life.do(who, "GET", f"{LOGBOOK}/progress")
        for path in ("answers", "messages?limit=100", "feeds", "preferences"):
            shown[f"{who} {path}"] = await life.do(who, "GET", f"{NOTIFIER}/{path}")
    async with life.browser() as calendar:
        answer = await calendar.get(feed)
        shown["feed"] = answer.status_code, answer.headers["etag"], answer.content
    assert shown["feed"][0] == 200
    return shown


@pytest.fixture(scope="module")
def urls(postgres):
    """Three empty databases."""
    made = {name: postgres.fresh_database() for name in SERVICES}
    yield made
    for url in made.values():
        postgres.drop(url)


def test_it_is_moved_whole_and_life_goes_on(source, urls, tmp_path, monkeypatch):
    before = {name: (source.folder / f"{name}.db").read_bytes() for name in SERVICES}
    monkeypatch.setenv("ALONGSIDE_DATA", str(source.folder))
    monkeypatch.setenv("ALONGSIDE_BASE_URL", ORIGIN)
    keys = tmp_path / "new" / "keys"
    options = [part for name, url in urls.items() for part in (f"--{name}", url)]
    told = CliRunner().invoke(commands.app, ["move", *options, "--keys", str(keys)])
    assert told.exit_code == 0, told.output
    assert before == {name: (source.folder / f"{name}.db").read_bytes() for name in SERVICES}
    there = Settings(
        data=tmp_path / "new", base_url=ORIGIN,
        **{f"{name}_database_url": url for name, url in urls.items()},
    )  # fmt: skip
    asyncio.run(_goes_on(source, there))
    asyncio.run(_refuses(source, there.model_copy(update={"mode": "stack"})))


async def _goes_on(source: Installation, settings: Settings) -> None:
    async with opened(settings, FixedClock(source.now)) as life:
        for key, person_id, role in source.who:
            life.know(key, person_id, role)
        # Before anything that was on its way is carried: the same answers, the same bytes.
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(life.host, "drain", AsyncMock())
            shown = await everything(life, source.feed)
        for asked, answer in source.shown.items():
            assert answer == shown[asked], asked
        assert not list(settings.mail_folder.glob("*.eml"))

        # What was on its way arrives, and nothing of what had arrived arrives twice.
        await life.tick()
        await life.pass_by(minutes=5)
        mails = sorted(file.name for file in settings.mail_folder.glob("*.eml"))
        assert len(mails) == 3, "pru, bo and mia are invited to the new series, once"

        # Everything is said once more, as for a Kafka that knows nothing: nobody hears it twice.
        for app in life.host.services.values():
            assert await say_again(app.database, now=life.clock.now()) > 0
        await life.host.drain()
        await life.pass_by(minutes=5)
        assert mails == sorted(file.name for file in settings.mail_folder.glob("*.eml"))

        # Numbers go on where they stood, and the record can be proved.
        await life.register("newt", pursuing="IFS")
        proof = life.host.services["logbook"].proof
        assert proof is not None
        assert not await proof()


async def _refuses(source: Installation, there: Settings) -> None:
    """What would go wrong is refused: into the same databases, which are lived in by now."""
    here = source.settings

    async def refused(target: Settings = there) -> str:
        with pytest.raises(moving.MoveRefused) as refusal:
            await moving.move(here, target, lambda *_: None)
        return str(refusal.value)

    assert "new database is" in await refused(here)
    assert "not empty" in await refused()
    engine = create_async_engine(there.database_url("scheduler"))
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    await engine.dispose()
    assert "at revision 0001" in await refused()
