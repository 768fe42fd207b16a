"""What an operator sees of each service, and does about it, without learning about persons."""

import re

import pytest
from sqlalchemy import text

from alongside.contracts import SESSIONS
from alongside.messaging.envelope import Envelope
from alongside.messaging.local import raw_record
from alongside.operations.parked import reason_of
from alongside.settings import SERVICES

pytestmark = pytest.mark.unit


async def said(house, service: str, statement: str, **values: object) -> None:
    async with house.host.services[service].database.write() as session:
        await session.execute(text(statement), values)
        await session.commit()


async def test_what_is_parked_is_seen_and_tried_again(house):
    (taker,) = [each for each in house.host.consumers["logbook"] if "sessions" in each.name]
    broken = Envelope(
        event_id="e-1",
        topic=SESSIONS,
        key="s-1",
        type="alongside.sessions.SeriesScheduled.v1",
        payload=b'{"id": "e-1", "series": {"title": "Oak for Bo"}}',
        occurred_at=house.host.clock.now(),
    )
    await taker.deliver_or_park(broken, raw_record(broken))
    async with house.program() as cora:
        page = (await cora.get("/operations/logbook")).text
        seen = (await cora.get("/api/logbook/v1/operations")).json()
        (letter,) = seen["parked"]
        path = f"/operations/logbook/parked/{letter['number']}/replay"
        assert f'action="{path}"' in page
        assert "Records parked: 1." in page
        # Whoever looks at another service is told as well.
        assert 'id="look-logbook"' in page
        beside = (await cora.get("/operations/scheduler")).text
        assert re.findall(r'hx-get="([^"]+)"[^>]* hx-select="(#\S+),', beside) == [
            (f"/operations/{name}", f"#look-{name}") for name in ("logbook", "notifier")
        ]
        assert (letter["type"], letter["event_id"], letter["key"]) == (broken.type, "e-1", "s-1")
        assert "occurred_at" in letter["reason"]
        assert "Bo" not in re.sub("<[^>]+>", "", page) + str(seen)
        refused = await cora.post(f"/api/logbook/v1{path.removeprefix('/operations/logbook')}")
        assert refused.status_code == 404
        route = f"/api/logbook/v1/operations/parked/{letter['number']}/replay"
        once = {"idempotency-key": "once"}
        refused = await cora.post(route, headers=once)
        assert (refused.status_code, refused.json()["code"]) == (409, "still_fails")

        await house.plan()
        async with house.host.services["scheduler"].database.read() as session:
            rows = await session.execute(
                text("SELECT payload FROM outbox WHERE topic = :t"), {"t": SESSIONS}
            )
            payload = rows.scalars().first()
        event_id = re.search(rb'"id":"([^"]+)"', payload)[1].decode()
        headers = f'[["ce_id", "{event_id.encode().hex()}"], ["ce_type", "{broken.type.encode().hex()}"], ["ce_time", "{broken.occurred_at.isoformat().encode().hex()}"]]'
        await said(
            house,
            "logbook",
            "UPDATE dead_letters SET payload = :p, headers = :h",
            p=payload,
            h=headers,
        )
        assert (await cora.post(route, headers=once)).status_code == 204
        await said(house, "logbook", "UPDATE dead_letters SET replayed_at = NULL")
        again = await cora.post(route, headers=once)
        assert (again.status_code, again.headers["idempotency-replayed"]) == (204, "true")
        assert len((await cora.get("/api/logbook/v1/operations")).json()["parked"]) == 1, "not done"
        done = await cora.post(path)
        assert (done.status_code, done.headers["location"]) == (303, "/operations/logbook")
        assert (await cora.get("/api/logbook/v1/operations")).json()["parked"] == []


async def test_a_mail_that_was_given_up_is_tried_once_more(house):
    await house.plan()
    await house.turn()

    async def give_up() -> None:
        await said(
            house, "notifier",
            "UPDATE mails SET outcome = 'failed', last_error = :why, done_at = :now",
            why="The mail server refused it: 550 5.1.1 ada@circle.example unknown",
            now=f"{house.host.clock.now():%Y-%m-%d %H:%M:%S.%f}",
        )  # fmt: skip

    await give_up()
    async with house.program() as cora:
        page = (await cora.get("/operations/notifier")).text
        (mail,) = (await cora.get("/api/notifier/v1/operations")).json()["undone"]
        assert (mail["what"], mail["why"]) == ("invitation", "There is no such address (550).")
        assert "circle.example" not in page
        path = f"/operations/notifier/undone/{mail['number']}/again"
        assert f'action="{path}"' in page
        assert (await cora.post(path)).status_code == 303
        assert await house.tick("notifier", "send") == 1
        assert (await cora.post(path)).status_code == 404
        await give_up()
        route, key = f"/api/notifier/v1{path.replace('/notifier', '')}", {"idempotency-key": "once"}
        first = await cora.post(route, headers=key)
        await give_up()
        again = await cora.post(route, headers=key)
        assert (first.status_code, again.status_code) == (204, 204)
        assert again.headers["idempotency-replayed"] == "true"
        assert await house.tick("notifier", "send") == 0, "not done"
        assert (await cora.post(route)).status_code == 204
        assert await house.tick("notifier", "send") == 1
        figures = (await cora.get("/api/notifier/v1/operations")).json()["figures"]
    assert {each["advice"] for each in figures} == {None}


async def test_each_service_has_its_part_for_coordinators_alone(house):
    async with house.program() as cora, house.program("supervisor") as other:
        for name in SERVICES:
            page = await cora.get(f"/operations/{name}")
            assert page.status_code == 200
            assert "is in order" in page.text
            # Who is not known at all is not signed in for the scheduler, which keeps people.
            refusal = 401 if name == "scheduler" else 403
            assert (await other.get(f"/operations/{name}")).status_code == refusal
            assert (await other.post(f"/operations/{name}/parked/replay")).status_code == refusal
        assert (await cora.get("/operations")).headers["location"] == "/operations/scheduler"
        assert (await cora.post("/operations/logbook/undone/1/again")).status_code == 404


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (
            """UnreadableRecord: 1 validation error for X
series.title
  Field required [type=missing, input_value={'name': 'Bo Sample'}, input_type=dict]
    For further information visit https://errors.example/x""",
            "1 validation error for X: series.title: Field required",
        ),
        ("IntegrityError: Key (email)=(bo@sample.example) already exists", "IntegrityError"),
        ("UnreadableRecord: not a CloudEvents record: KeyError('ce_id')",
         "not a CloudEvents record: it has no header ce_id"),
    ],
)  # fmt: skip
def test_a_reason_quotes_nobody(error, shown):
    assert reason_of(error) == shown
