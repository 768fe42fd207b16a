"""While a newer version runs beside this one: what it wrote and said is shown, carried, and gives no right."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from alongside.contracts import InvitationAnswered
from alongside_scheduler.handlers.copies import on_answers

pytestmark = pytest.mark.contract


async def test_what_only_a_newer_version_knows_is_shown_and_carried(house, open_browser):
    held = {"kind": "ERS", "standing": "endorsed", "valid_from": "2025-01-01"}
    cora = await open_browser(house.cora)
    await cora.send("POST", f"/people/{house.lea}/credentials", held, status=201)
    site = await cora.send("POST", "/sites", {"name": "Little Acorns"}, status=201)
    await house.office.run(
        lambda uow: uow.session.execute(
            text("UPDATE people SET roles = :roles, pursuing = 'IFX' WHERE id = :id"),
            {"roles": '["supervisee","auditor"]', "id": house.ada},
        )
    )
    for table, new in (
        ("credentials", "kind = 'XRS', standing = 'provisional'"),
        ("sites", "kind = 'forest'"),
    ):
        await house.office.run(
            lambda uow, table=table, new=new: uow.session.execute(
                text(f"UPDATE {table} SET {new}")  # of our own
            )
        )
    now = house.office.clock.now()
    answered = InvitationAnswered(
        id="a", occurred_at=now, series_id=house.series_id, person_id=house.ada,
        answer="delegated", answered_at=now, channel="pigeon",
    )  # fmt: skip
    await house.office.run(lambda uow: on_answers(answered, uow))

    session = f"/sessions/{house.series_id}/{house.keys[0]}"
    people, group = f"/people/{house.ada}", f"/groups/{house.group_id}"
    for path in (
        "/",
        "/schedule",
        "/people",
        people,
        f"/people/{house.lea}",
        "/sites",
        session,
        group,
    ):
        await cora.page(path)
    assert "forest" in await cora.page(f"/sites/{site['site_id']}")
    ada = await open_browser(house.ada)
    assert "Answer awaited" in await ada.page("/")
    plan = {
        "frequency": "weekly", "starts_on": "2027-03-04", "start_time": "09:00", "count": 1,
        "duration_minutes": 60,
    }  # fmt: skip
    told = await cora.send("POST", f"/groups/{house.group_id}/series?dry_run=true", plan)
    assert any("Lea Lead has no credential that is valid" in each for each in told["warnings"])

    house.office.said.clear()
    house.office.clock.advance(timedelta(minutes=1))
    for body in ({"name": "Ada Abler"}, {"roles": ["supervisee", "supervisor"]}):
        changed = await cora.send("PATCH", f"/people/{house.ada}", body)
    assert changed["roles"] == ["supervisee", "supervisor", "auditor"]
    assert (changed["name"], changed["pursuing"]) == ("Ada Abler", "IFX")
    refused = await cora.send("PATCH", f"/people/{house.ben}", {"roles": ["auditor"]}, status=422)
    assert "There is no role 'auditor'" in str(refused)
