"""Reading logs in, from the file to the undo, on both databases."""

import asyncio

import pytest

from alongside.errors import Forbidden, Invalid, NotFound
from alongside_logbook.domain.outside import vouch
from alongside_logbook.handlers import imports as cases
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.handlers.importing import Importer
from alongside_logbook.handlers.verification import verify
from alongside_logbook.store.uow import LogbookUow
from alongside_logbook.uploads.reading import read_table
from logbook.office import Office

pytestmark = pytest.mark.contract

LOG = """Date,Start,Minutes,Supervisor,Supervisor email,Type,Notes
2025-03-03,09:00,60,Pat,pat@example.org,individual,secret one
2025-03-10,09:00,90,Ona Outside,ona@example.com,group,secret two
2025-03-10,09:30,45,Pat,pat@example.org,individual,overlaps the one before
2025-03-17,09:00,60,Ona Outside,,individual,named above
2025-03-18,09:00,0,Pat,pat@example.org,individual,nothing
"""
MANY = """Participant email,Date,Minutes,Supervisor,Supervisor email
ann@example.org,2025-04-01,60,Ona Outside,ona@example.com
bob@example.org,2025-04-01,60,Ona Outside,ona@example.com
nobody@example.org,2025-04-01,60,Ona Outside,ona@example.com
ann@example.org,2025-04-08,60,Ona Outside,ona@example.com
"""
ANN, BOB, CORA, PAT = Actor("ann"), Actor("bob"), Actor("cora", coordinator=True), Actor("pat")


async def stage(office: Office, text: str = LOG, actor: Actor = ANN, **facts):
    command = cases.StageLog(file_name="log.csv", table=read_table(text.encode()), **facts)
    return await office.run(lambda uow: cases.stage_log(command, actor, uow))


async def confirm(office: Office, import_id: str, actor: Actor = ANN, take: tuple[int, ...] = ()):
    command = cases.ConfirmImport(take=take)
    return await office.run(lambda uow: cases.confirm_import(import_id, command, actor, uow))


async def undo(office: Office, import_id: str, confirmed=None, actor: Actor = ANN):
    command = cases.UndoImport(confirmed=confirmed)
    return await office.run(lambda uow: cases.undo_import(import_id, command, actor, uow))


async def row_of(office: Office, import_id: str):
    return await office.run(lambda uow: uow.imports.get(import_id))


async def entries(office: Office, import_id: str):
    return [each.current for each in await office.run(lambda uow: uow.entries.of_batch(import_id))]


async def test_a_log_is_entered_and_taken_back(circle):
    staged = await stage(circle)
    circle.said.clear()
    shown = await circle.run(lambda uow: cases.preview(staged.id, ANN, uow))
    assert {each.row.line: each.state for each in shown.judged} == {
        2: "good", 3: "warning", 4: "left_out", 5: "good", 6: "refused",
    }  # fmt: skip
    assert shown.sheet.notes == ("Notes",)
    kept = await circle.run(lambda uow: uow.imports.sheet(staged.id))
    assert "secret" not in str(kept)
    assert await circle.run(lambda uow: uow.entries.of_batch(staged.id)) == []

    await confirm(circle, staged.id)
    await confirm(circle, staged.id)
    await Importer(circle.app.uow, batch=2).work()
    row = await row_of(circle, staged.id)
    assert (row.state, row.done, row.total, row.refused, row.left_out) == ("done", 3, 3, 1, 1)
    entered = await entries(circle, staged.id)
    assert [(each.held_on.day, each.minutes, each.origin, each.act) for each in entered] == [
        (3, 60, "import", "submitted"),
        (10, 90, "import", "submitted"),
        (17, 60, "import", "submitted"),
    ]
    assert entered[0].awaits == "pat"
    assert entered[1].provider_id == entered[2].provider_id != "pat"
    assert (await circle.run(verify)).problems == ()
    progress = await circle.run(lambda uow: uow.progress.get("ann"))
    assert progress is not None
    assert not progress.stale

    again = await stage(circle)
    twice = await circle.run(lambda uow: cases.preview(again.id, ANN, uow))
    assert [each.state for each in twice.judged].count("left_out") == 4

    await undo(circle, staged.id)
    await Importer(circle.app.uow, batch=1).work()
    assert (await row_of(circle, staged.id)).state == "undone"
    assert {each.status for each in await entries(circle, staged.id)} == {"withdrawn"}
    await undo(circle, staged.id)
    await Importer(circle.app.uow).work()
    assert {each.version for each in await entries(circle, staged.id)} == {2}
    assert (await circle.run(verify)).problems == ()


async def test_what_was_confirmed_meanwhile_is_taken_back_only_after_a_question(circle):
    staged = await stage(circle)
    await confirm(circle, staged.id)
    await Importer(circle.app.uow).work()
    first = (await entries(circle, staged.id))[0]
    step = vouch(first, "pat", circle.clock.now(), seen=1)
    await circle.run(lambda uow: uow.entries.append(step))
    with pytest.raises(Invalid, match="1 of these entries were confirmed"):
        await undo(circle, staged.id)
    await undo(circle, staged.id, "keep")
    await Importer(circle.app.uow).work()
    assert [each.status for each in await entries(circle, staged.id)] == [
        "confirmed", "withdrawn", "withdrawn",
    ]  # fmt: skip
    circle.said.clear()
    await undo(circle, staged.id, "withdraw")
    await Importer(circle.app.uow).work()
    assert {each.status for each in await entries(circle, staged.id)} == {"withdrawn"}


async def test_whoever_is_stopped_goes_on_where_it_was(circle, monkeypatch):
    staged = await stage(circle)
    await confirm(circle, staged.id, take=(4,))
    plain, said = LogbookUow.emit_all, []

    async def killed(uow, events):
        said.append(events)
        if len(said) == 3:
            raise RuntimeError("killed")
        await plain(uow, events)

    with monkeypatch.context() as patched:
        patched.setattr(LogbookUow, "emit_all", killed)
        with pytest.raises(RuntimeError, match="killed"):
            await Importer(circle.app.uow, batch=1).work()
    assert (await row_of(circle, staged.id)).done == 2
    assert len(await entries(circle, staged.id)) == 2
    await Importer(circle.app.uow, batch=1).work()
    assert (await row_of(circle, staged.id)).state == "done"
    assert [each.held_on.day for each in await entries(circle, staged.id)] == [3, 10, 10, 17]
    assert (await circle.run(verify)).problems == ()


async def test_a_coordinator_reads_in_a_file_of_many(circle):
    with pytest.raises(Forbidden):
        await stage(circle, MANY, ANN, many=True)
    with pytest.raises(Forbidden):
        await stage(circle, LOG, ANN, person_id="bob")
    staged = await stage(circle, MANY, CORA, many=True)
    circle.said.clear()
    await confirm(circle, staged.id, CORA)
    importer = Importer(circle.app.uow)
    assert (await importer.tick(), await importer.tick()) == (1, 0)
    while (await row_of(circle, staged.id)).state == "running":
        await asyncio.sleep(0.01)
    await importer.stop()
    row = await row_of(circle, staged.id)
    assert (row.state, row.people, row.total, row.refused) == ("done", 2, 3, 1)
    assert [each.supervisee_id for each in await entries(circle, staged.id)] == [
        "ann",
        "ann",
        "bob",
    ]
    refused = await circle.run(lambda uow: cases.refused_rows(staged.id, CORA, uow))
    assert refused["headings"][:2] == ["Row", "Why it was not entered"]
    assert refused["rows"][0][:2] == [4, "Nobody is registered here as nobody@example.org."]
    with pytest.raises(NotFound):
        await circle.run(lambda uow: cases.refused_rows(staged.id, ANN, uow))
    with pytest.raises(NotFound):
        await undo(circle, staged.id, actor=BOB)


async def test_rows_are_kept_no_longer_than_needed(circle):
    staged = await stage(circle)
    await circle.run(lambda uow: uow.imports.forget_old(uow.now + cases.STAGED_FOR * 2))
    with pytest.raises(NotFound):
        await row_of(circle, staged.id)


async def test_a_file_of_many_is_taken_back_from_everybody(circle):
    staged = await stage(circle, MANY, CORA, many=True)
    await confirm(circle, staged.id, CORA)
    await Importer(circle.app.uow).work()
    await undo(circle, staged.id, actor=CORA)
    assert await Importer(circle.app.uow).work() == 2
    assert (await row_of(circle, staged.id)).done == 3
    assert {each.status for each in await entries(circle, staged.id)} == {"withdrawn"}
