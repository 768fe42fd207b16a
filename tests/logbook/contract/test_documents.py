"""Documents against the record, on both databases: sums equal entries, and a tampered record is told."""

from datetime import date

import pytest
from sqlalchemy import create_engine, text
from typer.testing import CliRunner

from alongside.errors import Conflict, Invalid, NotFound
from alongside_logbook.commands import app as commands
from alongside_logbook.domain.attendance import Departure
from alongside_logbook.domain.papers.documents import Kind, typed
from alongside_logbook.domain.training import TrainingLog
from alongside_logbook.domain.vouching import Answer
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.handlers.documents import (
    Issued,
    check_document,
    issue_document,
    issued_document,
    revoke_document,
)
from alongside_logbook.handlers.drafting import Wanted, draft
from alongside_logbook.handlers.outside import HourSaid, TakeBack, WriteDown, take_back, write_down
from alongside_logbook.handlers.outside_providers import NameProvider, name_provider
from alongside_logbook.handlers.trainings import LogTrainings, log_trainings
from alongside_logbook.handlers.verification import verify
from alongside_logbook.handlers.vouching import (
    AnswerRequest,
    AskProvider,
    answer_request,
    ask_provider,
)
from alongside_logbook.store.people import digest
from alongside_logbook.store.uow import LogbookUow
from logbook.office import KEY, Office

pytestmark = pytest.mark.contract

ANN = Actor("ann")


async def issue(
    office: Office, kind: Kind = "audit", actor: Actor = ANN, **facts: object
) -> Issued:
    wanted = Wanted.model_validate({"kind": kind, "person_id": "ann", **facts})
    return await office.run(lambda uow: issue_document(wanted, actor, uow))


async def found(office: Office, code: str) -> str:
    checked = await office.run(lambda uow: check_document(code, uow))
    return checked.finding


async def tamper(office: Office, *statements: str) -> None:
    """Change rows behind the program's back, as somebody with the database's password can."""
    async with office.app.uow() as uow:
        for statement in statements:
            await uow.session.execute(text(statement))
        await uow.commit()


def unguard(office: Office) -> list[str]:
    if office.app.database.dialect == "postgresql":
        return ["ALTER TABLE entry_versions DISABLE TRIGGER USER"]
    return [f"DROP TRIGGER entry_versions_no_{name}" for name in ("update", "delete", "replace")]


@pytest.fixture
async def told(circle: Office) -> Office:
    """Ann has 90 minutes confirmed of February, and 120 of January that wait."""
    await circle.series("s2", starts=("2026-01-13T10:00",), title="=HYPERLINK()")
    await circle.record(KEY, Departure(person_id="ann", presence="late", minutes=90))
    await circle.confirm_all("ann")
    await circle.record("20260113T1000", series_id="s2")
    return circle


async def test_what_it_says_equals_the_entries(told):
    issued = await issue(told, goal="apply/IFS", span="goal")
    totals = issued.facts.totals
    assert (totals.sessions, totals.minutes) == (1, 90)
    assert (totals.open_sessions, totals.open_minutes) == (1, 120)
    assert list(issued.facts.counted.values()) == [90]
    assert issued.facts.position == 3
    rows = issued.content.sheets[0].rows
    assert [row[3] for row in rows] == [120, 90]
    assert "ERS" in str(rows[0][2])

    async def entries(uow: LogbookUow) -> int:
        return sum(row.minutes for row in await uow.entries.of_person("ann"))

    assert await told.run(entries) == sum(int(row[3] or 0) for row in rows)


async def test_genuine_then_moved_on_then_withdrawn(told):
    january = await issue(told, span="dates", since=date(2026, 1, 1), until=date(2026, 1, 31))
    february = await issue(told, span="dates", since=date(2026, 2, 1), until=date(2026, 2, 28))
    assert await found(told, january.code) == "genuine"
    await told.confirm_all("ann")
    # Only the month in which something was confirmed has moved on.
    assert await found(told, january.code) == "moved_on"
    assert await found(told, february.code) == "genuine"
    await told.run(lambda uow: revoke_document(february.code, ANN, uow))
    await told.run(lambda uow: revoke_document(february.code, ANN, uow))
    assert await found(told, february.code) == "withdrawn"
    assert await found(told, "0" * 28) == "unknown"


async def test_a_history_that_was_written_anew_shows(told):
    """Even one whose hashes are right again: the document names the seal it was issued under."""
    issued = await issue(told)
    await tamper(
        told,
        *unguard(told),
        "DELETE FROM entry_versions WHERE supervisee_id = 'ann'",
        "DELETE FROM entries WHERE supervisee_id = 'ann'",
        "DELETE FROM chains WHERE supervisee_id = 'ann'",
        "UPDATE sessions SET recorded_at = NULL, recorded_by = NULL",
    )
    await told.record(KEY)
    await told.record("20260113T1000", series_id="s2")
    await told.confirm_all("ann")
    assert await found(told, issued.code) == "altered"


async def test_a_changed_document_shows_and_so_does_a_changed_version(told):
    facts, content = await issue(told), await issue(told)
    await tamper(
        told,
        f"UPDATE documents SET facts = replace(facts, '90', '99') WHERE code = '{facts.code}'",
        f"UPDATE documents SET content = substr(content, 1, 20) WHERE code = '{content.code}'",
    )
    for issued in (facts, content):
        assert await found(told, issued.code) == "altered"
        with pytest.raises(NotFound):
            await told.run(lambda uow, code=issued.code: issued_document(code, ANN, uow))
    verified = await told.run(lambda uow: verify(uow, "ann"))
    assert sum("was changed after it was issued" in each for each in verified.problems) == 2
    issued = await issue(told)
    await tamper(
        told,
        *unguard(told),
        "UPDATE entry_versions SET body = replace(body, '\"head_count\":2', '\"head_count\":9')"
        " WHERE supervisee_id = 'ann'".replace(":", "\\:"),
    )
    assert await found(told, issued.code) == "altered"
    with pytest.raises(Conflict, match="does not hold together"):
        await issue(told)


async def test_trainings_by_area_and_the_years_summary(told):
    log = TrainingLog(
        title="#import <b>",
        first_day=date(2026, 2, 1),
        minutes=100,
        areas=("thinking", "reflection"),
    )
    late = log.model_copy(update={"first_day": date(2025, 12, 1), "minutes": 60})
    logs = LogTrainings(trainings=(log, late))
    await told.run(lambda uow: log_trainings(logs, ANN, uow))
    trainings = await issue(told, "trainings")
    assert trainings.facts.trainings.minutes == 160
    assert trainings.facts.head == "0" * 64
    assert [row[0] for row in trainings.content.sheets[0].rows] == ["Thinking", "Reflection"]
    assert trainings.content.sheets[1].total is not None
    year = await issue(told, "yearly", year=2026)
    assert (year.facts.trainings.minutes, year.facts.totals.minutes) == (100, 90)
    assert year.content.sheets[0].rows[0][0] == "Pat"
    assert any("EASy registration" in note for note in year.content.notes)
    assert {await found(told, each.code) for each in (trainings, year)} == {"genuine"}
    more = LogTrainings(trainings=(log.model_copy(update={"title": "More"}),))
    await told.run(lambda uow: log_trainings(more, ANN, uow))
    assert {await found(told, each.code) for each in (trainings, year)} == {"moved_on"}


async def test_hours_from_elsewhere_name_their_provider_and_what_was_taken_back_is_only_counted(
    told,
):
    who = NameProvider(name="Hanna", email="hanna@example.org", agency="Vale House")
    hanna = (await told.run(lambda uow: name_provider(who, ANN, uow))).provider_id
    days = [HourSaid(held_on=date(2026, 2, day), minutes=60) for day in (3, 4)]
    down = WriteDown(provider_id=hanna, sessions=days)
    kept, gone = (await told.run(lambda uow: write_down(down, ANN, uow))).entries
    await told.run(lambda uow: take_back(TakeBack(entry_id=gone.entry_id), ANN, uow))
    asking = await told.run(lambda uow: ask_provider(AskProvider(provider_id=hanna), ANN, uow))
    answer = AnswerRequest(
        request_id=asking.request_id,
        name="Hanna",
        answers=(Answer(entry_id=kept.entry_id, right=True),),
    )
    await told.run(lambda uow: answer_request(answer, uow))
    rollup = await issue(told, "rollup")
    assert rollup.content.sheets[0].rows[0][:4] == (
        "Hanna", "none on record (claimed, not looked up)", "hanna@example.org", "Vale House",
    )  # fmt: skip
    assert rollup.facts.totals.withdrawn == 1
    assert "1 entry taken back: left out." in rollup.content.notes
    audit = await issue(told, "audit")
    row = next(row for row in audit.content.sheets[0].rows if row[0] == "2026-02-03")
    assert str(row[5]).startswith("Hanna, Mar 2, 2026")
    assert str(row[6]).startswith("Ann, Mar 2, 2026")
    assert row[-1] == "from elsewhere"


async def test_a_coordinator_issues_for_somebody_and_nobody_issues_nonsense(told):
    issued = await issue(told, actor=Actor("cora", coordinator=True))
    assert issued.facts.for_somebody
    assert issued.facts.issued_by == "Cora"
    for stranger in ("eve", "pat"):
        with pytest.raises(NotFound):
            await issue(told, actor=Actor(stranger))
        with pytest.raises(NotFound):
            await told.run(lambda uow, who=stranger: issued_document(issued.code, Actor(who), uow))
    refusals: dict[str, dict[str, object]] = {
        "goal": {"goal": "apply/NONE"},
        "since": {"span": "dates"},
        "until": {"span": "dates", "since": "2026-02-02", "until": "2026-02-01"},
    }
    for field, facts in [*refusals.items(), ("goal", {"span": "goal"})]:
        wanted = Wanted.model_validate({"kind": "audit", **facts})
        with pytest.raises(Invalid) as refused:
            await told.run(lambda uow, wanted=wanted: draft(wanted, ANN, uow))
        assert field in refused.value.fields


async def test_the_json_routes(told):
    async with told.script("ann") as ann:
        sent = {"kind": "rollup", "span": "year", "year": 2026}
        headers = {"idempotency-key": "k1"}
        made = await ann.post("/documents", json=sent, headers=headers)
        assert made.status_code == 201
        assert (await ann.post("/documents", json=sent, headers=headers)).json() == made.json()
        code = made.json()["code"]
        assert made.json()["minutes"] == 90
        assert (await ann.get("/documents")).json()["total"] == 1
        sheet = await ann.get(f"/documents/{code}/csv")
        assert "1.50" in sheet.text
        assert (await ann.get(f"/documents/{code}/doc")).status_code == 422
        assert (await ann.post(f"/documents/{code}/revoke")).json()["revoked_at"]
        assert (await ann.get(f"/documents/{code}/csv")).status_code == 410
        assert (await ann.get("/documents/x")).status_code == 404


def test_the_command_writes_a_file_and_says_the_code(tmp_path, monkeypatch):
    monkeypatch.setenv("ALONGSIDE_DATA", str(tmp_path / "data"))
    run = CliRunner().invoke
    assert run(commands, ["verify"]).exit_code == 0
    engine = create_engine(f"sqlite:///{tmp_path / 'data' / 'logbook.db'}")
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO people (person_id, version, name, zone, roles, credentials, "
                "email_digest) VALUES ('ann', 1, 'Ann', 'UTC', '[]', '[]', :digest)"
            ),
            {"digest": digest("ann@example.org")},
        )
    engine.dispose()
    file = tmp_path / "log.csv"
    made = run(commands, ["document", "ann@example.org", "--kind", "audit", "--to", str(file)])
    assert made.exit_code == 0, made.output
    code = made.stdout.strip()
    assert typed(code)
    assert code in file.read_text()
    for wrong in (["--to", "x.doc"], ["--kind", "x", "--to", "x.pdf"]):
        assert run(commands, ["document", "ann@example.org", *wrong]).exit_code == 1
