"""Many at once, through HTTP on a socket: one wins, the others hear why and what else is free."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time

import httpx2
import pytest
from sqlalchemy import text

from alongside.contracts import SeriesState
from alongside.db.database import is_lost_race
from alongside.serving import listen, serving
from alongside.web import writes
from alongside_scheduler.domain.booking import AlreadyBooked
from alongside_scheduler.handlers.availability import SetAvailability, WindowText, set_availability
from alongside_scheduler.handlers.planning import ScheduleSeries, draft_series
from alongside_scheduler.handlers.sign_in import CreateToken, create_token

pytestmark = pytest.mark.contract

RIVALS = 50
WEEKLY = ScheduleSeries(
    frequency="weekly", starts_on=date(2026, 3, 10), count=3, start_time=time(10),
    duration_minutes=60,
)  # fmt: skip


class Scripts:
    """Scripts of people, in front of a scheduler on a socket."""

    def __init__(self, office, client: httpx2.AsyncClient) -> None:
        self.office = office
        self.client = client

    async def token(self, person_id: str) -> dict[str, str]:
        command = CreateToken(label="race", scopes=["read", "write"])
        begun = await self.office.run(lambda uow: create_token(person_id, command, uow))
        signed = self.office.app.web.state.doors.signed(begun)
        return {"Authorization": f"Bearer {signed}"}

    async def post(self, path: str, body, **headers: str) -> httpx2.Response:
        return await self.client.post(f"/api/scheduler/v1{path}", json=body, headers=headers)


@pytest.fixture
async def scripts(association) -> AsyncIterator[Scripts]:
    settings, listener = listen(association.app.settings.model_copy(update={"port": 0}))
    async with (
        serving(association.app.web, listener),
        httpx2.AsyncClient(
            base_url=f"http://127.0.0.1:{settings.port}",
            limits=httpx2.Limits(max_connections=RIVALS),
            timeout=60,
            trust_env=False,
        ) as client,
    ):
        yield Scripts(association, client)


@pytest.fixture
def lost_races(monkeypatch) -> list[BaseException]:
    """Transactions that the database undid because they waited for each other in a ring."""
    found: list[BaseException] = []

    def noting(error: BaseException) -> bool:
        lost = is_lost_race(error)
        if lost:
            found.append(error)
        return lost

    monkeypatch.setattr(writes, "is_lost_race", noting)
    return found


async def overlaps(office) -> int:
    """Count pairs of commitments that no guard should have let pass."""
    async with office.app.database.read() as session:
        found = await session.execute(
            text(
                "SELECT count(*) FROM commitments AS a JOIN commitments AS b USING (person_no) "
                "WHERE a.active AND b.active AND a.starts_at < b.free_from "
                "AND b.starts_at < a.free_from AND (a.series_id, a.key) < (b.series_id, b.key)"
            )
        )
        return int(found.scalar_one())


def plan(start: str, minutes: int, **facts) -> dict:
    return {
        "frequency": "weekly", "starts_on": "2026-03-10", "count": 3,
        "start_time": start, "duration_minutes": minutes, **facts,
    }  # fmt: skip


def check_refusals(lost: list[httpx2.Response], taken: datetime) -> None:
    for each in lost:
        problem = each.json()
        assert each.headers["content-type"] == "application/problem+json"
        assert problem["code"] == "already_booked"
        assert "Ada Able" in problem["detail"]
        assert "Circle" not in problem["detail"]
        free = [datetime.fromisoformat(at) for at in problem["next_free"]]
        assert len(free) == 3
        assert free == sorted(set(free))
        assert all(at >= taken for at in free)


async def test_of_fifty_who_want_one_time_one_gets_it(scripts, lost_races):
    office = scripts.office
    ada = await office.person("Ada Able")
    rivals = []
    for number in range(RIVALS):
        lead = await office.person(f"Lead {number}", "supervisor")
        group = await office.group(lead, [ada], name=f"Circle {number}")
        rivals.append((group.group_id, await scripts.token(lead)))

    answers = await asyncio.gather(
        *(
            scripts.post(f"/groups/{group_id}/series", plan("10:00", 90), **headers)
            for group_id, headers in rivals
        )
    )

    assert Counter(each.status_code for each in answers) == {201: 1, 409: RIVALS - 1}
    won = next(each for each in answers if each.status_code == 201).json()
    taken = datetime.fromisoformat(won["occurrences"][0]["ends_at"])
    check_refusals([each for each in answers if each.status_code == 409], taken)
    assert await overlaps(office) == 0
    assert lost_races == []
    lost = next(at for at, answer in enumerate(answers) if answer.status_code == 409)
    group_id, headers = rivals[lost]
    again = datetime.fromisoformat(answers[lost].json()["next_free"][0])
    wall = again.astimezone(office.clock.now().tzinfo)
    body = plan(f"{wall:%H:%M}", 90, zone="UTC", starts_on=f"{wall:%Y-%m-%d}")
    assert (await scripts.post(f"/groups/{group_id}/series", body, **headers)).status_code == 201


async def test_the_same_people_in_another_order_are_no_ring(association):
    """Two who have begun to take the same people, in opposite order, both held up on the way."""
    office = association
    ada, ben, cleo = [await office.person(name, "supervisor") for name in ("Ada", "Ben", "Cleo")]
    drafts = []
    for lead, members in ((cleo, []), (ben, [cleo, ada]), (ada, [cleo, ben])):
        group = await office.group(lead, members)
        series = (
            await office.run(
                lambda uow, group_id=group.group_id: draft_series(group_id, WEEKLY, uow)
            )
        ).series
        by_person = {each.person_id: each for each in series.members}
        drafts.append(series.model_copy(update={"members": tuple(by_person[m] for m in members)}))
    in_the_way, *rivals = drafts

    async def keep(series: SeriesState) -> None:
        async with office.app.uow() as uow:
            await uow.series.keep(series)
            await uow.commit()

    async with office.app.uow() as holder:
        await holder.series.keep(in_the_way)
        waiting = [asyncio.create_task(keep(each)) for each in rivals]
        await until_they_wait(office, 2)
        await holder.rollback()
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)

    assert sorted(type(each) for each in outcomes if each) == [AlreadyBooked], outcomes


async def until_they_wait(office, count: int) -> None:
    """Return when so many transactions wait for others; on SQLite, writers wait to begin."""
    if office.app.database.dialect == "sqlite":
        return
    looking = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    async with asyncio.timeout(30):
        while True:
            async with office.app.database.read() as session:
                if (await session.execute(text(looking))).scalar_one() >= count:
                    return
            await asyncio.sleep(0.02)


async def test_moves_across_each_other_leave_nobody_in_two_places(scripts, lost_races):
    """Everybody moves into what everybody else leaves: whoever wins, time is never taken twice."""
    office = scripts.office
    people = [await office.person(f"Person {number}") for number in range(3)]
    moves = []
    for number in range(8):
        lead = await office.person(f"Lead {number}", "supervisor")
        group = await office.group(lead, people, name=f"Circle {number}")
        series = await office.series(
            group.group_id, start_time=time(8 + number), end_time=time(9 + number), count=2
        )
        moves.append((series, (number + 1) % 8, await scripts.token(lead)))
    answers = await asyncio.gather(
        *(
            scripts.post(
                f"/series/{series.series_id}/sessions/{each.key}/move",
                {"start_time": f"{8 + hour:02}:00"},
                **headers,
            )
            for series, hour, headers in moves
            for each in series.occurrences
        )
    )
    assert {each.status_code for each in answers} <= {200, 409}
    assert await overlaps(office) == 0
    assert lost_races == []


async def test_of_fifty_who_book_one_slot_one_gets_it(scripts):
    office = scripts.office
    lea = await office.person("Lea Lead", "supervisor")
    mornings = SetAvailability(
        published=True,
        windows=[WindowText(weekday=day, begins=time(9), ends=time(12)) for day in range(5)],
        lengths=[60], notice_hours=0,
    )  # fmt: skip
    await office.run(lambda uow: set_availability(lea, mornings, uow))
    people = [await office.person(f"Person {number}") for number in range(RIVALS)]
    tokens = [await scripts.token(each) for each in people]

    answers = await asyncio.gather(
        *(
            scripts.post(f"/providers/{lea}/bookings", {"start": "2026-03-10T15:00:00Z"}, **headers)
            for headers in tokens
        )
    )

    assert Counter(each.status_code for each in answers) == {201: 1, 409: RIVALS - 1}
    for each in answers:
        if each.status_code == 409:
            problem = each.json()
            assert len(problem["next_free"]) == 3
            assert "Person" not in problem["detail"]
            assert all(
                datetime.fromisoformat(at) >= datetime(2026, 3, 9, tzinfo=UTC)
                for at in problem["next_free"]
            )
    assert await overlaps(office) == 0
