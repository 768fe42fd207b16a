"""What is filled is the story, the same for the same seed and day."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from alongside.front import FrontDoor
from alongside.host import Host, create_services
from alongside.settings import Settings
from alongside.testing import FixedClock
from alongside_demo.client import Clients
from alongside_demo.fill import fill
from alongside_demo.lately import THISTLE_NAME
from alongside_demo.life import live
from alongside_demo.player import LOGBOOK, NOTIFIER, SCHEDULER

pytestmark = [pytest.mark.integration, pytest.mark.timeout(290)]

DAY = date(2026, 3, 2)
COMMAND = Path(sys.executable).with_name("alongside")
BEGINNING = 60
"""So many steps of the story are lived twice."""
NEXT_MORNING = datetime.combine(DAY, time(8), tzinfo=ZoneInfo("America/Chicago")).astimezone(UTC)


def environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ALONGSIDE_")}
    return {**kept, "ALONGSIDE_DATA": str(folder), "ALONGSIDE_LOG_LEVEL": "warning"}


def alongside(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, *words], env=environment(folder), capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A folder, filled by the command."""
    filled = tmp_path_factory.mktemp("demo")
    filling = alongside(filled, "demo", "--fill-only", "--date", DAY.isoformat())
    assert filling.returncode == 0, filling.stderr
    return filled


@asynccontextmanager
async def opened(folder: Path):
    """Return a way to ask a folder as somebody, by the address."""
    settings = Settings(data=folder)
    clock = FixedClock(NEXT_MORNING)
    host = Host(create_services(settings, clock=clock), settings, roles=())
    scheduler = host.services["scheduler"]
    clients = Clients(FrontDoor(host.services.values()), settings.origin, scheduler.secrets, clock)
    try:
        await host.prepare()
        for person in json.loads(alongside(folder, "person", "list", "--json").stdout):
            clients.add(
                person["email"],
                person_id=person["person_id"],
                name=person["name"],
                zone=person["zone"],
                roles=person["roles"],
            )
        yield clients
    finally:
        await clients.close()
        await host.stop()


def people_of(folder: Path) -> list[dict]:
    return json.loads(alongside(folder, "person", "list", "--json").stdout)


async def everything(folder: Path) -> dict:
    """Return what the JSON routes show to the coordinator and to everybody else."""
    people = people_of(folder)
    boss = next(each["email"] for each in people if "coordinator" in each["roles"])
    shown: dict = {"people": people}
    async with opened(folder) as clients:

        async def ask(path: str, who: str = boss) -> object:
            shown[f"{who} {path}"] = answer = await clients.call(who, "GET", path)
            return answer

        await ask(f"{SCHEDULER}/people?limit=200")
        for group in await ask(f"{SCHEDULER}/groups"):
            detail = await ask(f"{SCHEDULER}/groups/{group['group']['group_id']}")
            for series in detail["series"]:
                await ask(f"{SCHEDULER}/series/{series['series_id']}")
                await ask(f"{NOTIFIER}/series/{series['series_id']}/answers")
        begins = "2024-01-01T00:00:00Z"
        await ask(f"{SCHEDULER}/sessions?everybody=true&cancelled=true&limit=200&from={begins}")
        for state in ("awaiting", "recorded"):
            await ask(f"{LOGBOOK}/sessions?state={state}&everybody=true&size=200")
        await ask(f"{LOGBOOK}/cohort")
        for path in ("sites", "visits?everybody=true", "association/days-off", "providers"):
            await ask(f"{SCHEDULER}/{path}")
        for state in ("to_log", "logged"):
            await ask(f"{LOGBOOK}/visits?state={state}&everybody=true&size=200")
        for person in people:
            who, its = person["email"], person["person_id"]
            await ask(f"{SCHEDULER}/offers", who)
            await ask(f"{SCHEDULER}/session-requests", who)
            await ask(f"{NOTIFIER}/answers", who)
            await ask(f"{NOTIFIER}/messages?limit=100", who)
            if "supervisee" in person["roles"]:
                await ask(f"{LOGBOOK}/progress/{its}")
                for entry in (await ask(f"{LOGBOOK}/entries?person={its}&size=200"))["entries"]:
                    await ask(f"{LOGBOOK}/entries/{entry['entry_id']}/history")
    return shown


async def test_the_same_seed_and_day_fill_the_same(tmp_path):
    life = live(7, DAY)
    beginning = replace(life, steps=life.steps[:BEGINNING])
    shown = []
    for name in ("one", "other"):
        await fill(beginning, Settings(data=tmp_path / name), lambda _: None)
        shown.append(await everything(tmp_path / name))
    one, other = shown
    assert one.keys() == other.keys()
    for asked, answer in one.items():
        assert answer == other[asked], asked
    assert len(one) > 50


async def test_what_was_filled_is_the_story(folder):
    shown = await everything(folder)
    life = live(7, DAY)
    assert Counter(role for each in shown["people"] for role in each["roles"]) == {
        "coordinator": 1,
        "supervisor": 3,
        "supervisee": 24,
    }
    boss = life.founder.email
    own = {
        each["group"]["group_id"]
        for each in shown[f"{boss} {SCHEDULER}/groups"]
        if each["group"]["name"] in {group.name for group in life.groups.values()}
    }
    sessions = [
        (each["key"], each["status"])
        for asked, series in shown.items()
        if "/series/" in asked and "/scheduler/" in asked and series["group_id"] in own
        for each in series["occurrences"]
    ]
    told = [(each.meeting.key, "cancelled" if each.cancelled else "planned") for each in life.held]
    assert sorted(sessions) == sorted(told)
    cohort = shown[f"{boss} {LOGBOOK}/cohort"]
    by_status = cohort["by_status"]
    assert by_status["appears_met"] >= 3
    assert by_status["drifting"] >= 1
    assert by_status["on_track"] >= 5
    assert by_status["no_category"] == 1
    assert cohort["unconfirmed"] >= 3
    progress = {line["person"]["name"]: line["progress"] for line in cohort["lines"]}
    assert progress["Hazel Thornbury"]["status"] == "appears_met"
    assert progress["Oren Castlebury"]["status"] == "drifting"
    assert progress["Miriam Vasquell"]["ageing"]
    assert progress["Yuki Fernhollow"]["buckets"][0]["pending"] == 540, "hours from elsewhere wait"
    awaiting = shown[f"{boss} {LOGBOOK}/sessions?state=awaiting&everybody=true&size=200"]
    assert len(awaiting["sessions"]) >= 3
    returned = [
        entry
        for asked, page in shown.items()
        if "/entries?person" in asked
        for entry in page["entries"]
        if entry["status"] == "returned"
    ]
    assert returned
    assert returned[0]["returned_because"]


async def test_every_page_of_the_scheduler_has_something_to_show(folder):
    life = live(7, DAY)
    boss = life.founder.email
    ruth, tobias = (life.people[key].email for key in ("ruth", "tobias"))
    async with opened(folder) as clients:

        async def ask(path: str, who: str = boss) -> Any:
            return await clients.call(who, "GET", path)

        sites = await ask(f"{SCHEDULER}/sites")
        visits = await ask(f"{SCHEDULER}/visits?everybody=true")
        assert len(sites) == 3
        assert {each["standing"] for each in visits} >= {"held", "to_log", "ahead", "cancelled"}
        log = await ask(f"{LOGBOOK}/visits/totals?everybody=true")
        assert log["visits"] >= 10
        assert len(log["sites"]) == 3
        association = await ask(f"{SCHEDULER}/association")
        assert association["holidays"] == "US-MN"
        assert [each["name"] for each in await ask(f"{SCHEDULER}/association/closures")] == [
            "Staff retreat"
        ]
        providers = await ask(f"{SCHEDULER}/providers", life.people["hazel"].email)
        assert {each["name"] for each in providers} == {"Ruth Aldergrove", "Dolores Quillfeather"}
        groups = {each["group"]["name"]: each for each in await ask(f"{SCHEDULER}/groups")}
        thistle = groups[THISTLE_NAME]["group"]["group_id"]
        seats = await ask(f"{SCHEDULER}/groups/{thistle}/seats", ruth)
        assert len(seats["offers"]) == 1
        assert len(seats["waiting"]) == 2
        series = (await ask(f"{SCHEDULER}/groups/{thistle}"))["series"]
        assert len(series) == 2
        states = [await ask(f"{SCHEDULER}/series/{each['series_id']}") for each in series]
        assert {bool(each["continues"]) for each in states} == {True, False}
        (old,) = [each for each in states if each["continued_by"]]
        assert any(each["provider_id"] for each in old["occurrences"])
        assert [each["status"] for each in old["occurrences"]].count("cancelled") == 2
        juniper = groups["Juniper Table"]["group"]["group_id"]
        (poll,) = await ask(f"{SCHEDULER}/groups/{juniper}/polls", tobias)
        assert (await ask(f"{SCHEDULER}/polls/{poll['poll_id']}", tobias))["state"] == "open"
        (waiting,) = await ask(f"{SCHEDULER}/session-requests", ruth)
        assert waiting["status"] == "open"
        for who in ("winnie", "petra", "dario"):
            mine = await ask(f"{SCHEDULER}/sessions", life.people[who].email)
            assert any(each["kind"] == "individual" for each in mine), who


def test_nobody_is_mailed_about_the_distant_past(folder):
    files = sorted((folder / "mail").iterdir())
    assert 0 < len(files) < 120
    assert all(file.name >= "20260218" for file in files)


def test_the_history_verifies(folder):
    answer = alongside(folder, "verify")
    assert answer.returncode == 0, answer.stderr


def test_what_holds_the_demo_is_left_as_it_is(folder):
    before = (folder / "scheduler.db").stat().st_mtime_ns
    again = alongside(folder, "demo", "--fill-only")
    assert again.returncode == 0
    assert "already" in again.stderr
    assert (folder / "scheduler.db").stat().st_mtime_ns == before
    another = alongside(folder, "demo", "--fill-only", "--date", "2026-01-05")
    assert another.returncode == 1
    assert "another folder" in another.stderr


def test_it_starts_and_hands_the_coordinator_a_link(folder):
    running = subprocess.Popen(
        [COMMAND, "demo", "--port", "0"],
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        link = running.stdout.readline()
    finally:
        running.send_signal(signal.SIGINT)
        said = running.communicate(timeout=60)[1]
    # Where commands on this folder say that it is, although no setting names the port.
    assert link.startswith(f"http://127.0.0.1:{(folder / 'port').read_text()}/"), said
    assert running.returncode == 0, said
    assert "Everything is kept" in said


def test_another_association_is_left_alone(tmp_path):
    added = alongside(
        tmp_path, "person", "add", "--name", "Ada Sample", "--email", "ada@example.org",
        "--role", "coordinator", "--zone", "America/Chicago",
    )  # fmt: skip
    assert added.returncode == 0, added.stderr
    refused = alongside(tmp_path, "demo", "--fill-only")
    assert refused.returncode == 1
    assert "another association" in refused.stderr
    assert not (tmp_path / "demo.json").exists()


@pytest.mark.parametrize("day", ["2999-01-01", "yesterday"])
def test_a_day_that_cannot_be_is_refused(tmp_path, day):
    refused = alongside(tmp_path, "demo", "--fill-only", "--date", day)
    assert refused.returncode != 0
    assert not (tmp_path / "scheduler.db").exists()
