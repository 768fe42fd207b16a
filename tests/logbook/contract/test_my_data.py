"""Everything about oneself as files, on both databases; and leaving, without breaking what others prove."""

import csv
import io
import json
from datetime import date, timedelta
from zipfile import ZipFile

import pytest

from alongside.contracts import PersonLeft
from alongside_logbook.domain.certificates import checked_file
from alongside_logbook.domain.chain import Link, broken
from alongside_logbook.domain.leaving import FORGOTTEN
from alongside_logbook.domain.training import TrainingLog
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.handlers.outside_providers import NameProvider, name_provider
from alongside_logbook.handlers.people import on_people
from alongside_logbook.handlers.trainings import LogTrainings, log_trainings
from alongside_logbook.handlers.verification import verify
from alongside_logbook.housekeeping import Housekeeping
from alongside_logbook.views.my_data import own_files
from alongside_logbook.zipped import zipped
from logbook.office import KEY
from logbook.papers import pdf

pytestmark = pytest.mark.contract

ANN = Actor("ann")
TRAINING = TrainingLog(title="=cmd()", first_day=date(2026, 1, 5), minutes=90)


async def archive(office, person_id: str) -> ZipFile:
    async with office.app.web.state.doors.reading() as uow:
        files = own_files(person_id, uow)
        pieces = [piece async for piece in zipped(files, uow.now, at_least=256)]
        # Whoever goes away in the middle leaves nothing open.
        begun = zipped(own_files(person_id, uow), uow.now, at_least=1)
        await anext(begun)
        await begun.aclose()
    assert len(pieces) > 3
    return ZipFile(io.BytesIO(b"".join(pieces)))


def look_through(mine: ZipFile) -> None:
    assert mine.testzip() is None
    about = json.loads(mine.read("about-me.json"))
    assert (about["service"], about["person_id"], about["counts"]["hours"]) == ("logbook", "ann", 1)
    (hour,) = json.loads(mine.read("hours.json"))
    assert (hour["minutes"], hour["status"], hour["verdict"]["state"]) == (
        120,
        "confirmed",
        "counted",
    )
    history = json.loads(mine.read("hours-history.json"))
    assert broken(Link(**each) for each in history) is None
    assert [json.loads(each["body"])["act"] for each in history] == ["recorded", "confirmed"]
    assert broken(Link(**each) for each in json.loads(mine.read("trainings-history.json"))) is None
    (file,) = [name for name in mine.namelist() if name.startswith("certificates/")]
    assert file.endswith("My paper.pdf")
    assert mine.read(file) == pdf()
    lines = list(csv.DictReader(io.StringIO(mine.read("hours.csv").decode())))
    assert [(each["provider"], each["minutes"]) for each in lines] == [("Pat", "120")]
    (line,) = csv.DictReader(io.StringIO(mine.read("trainings.csv").decode()))
    assert line["title"] == "'=cmd()"
    (outside,) = json.loads(mine.read("outside-providers.json"))
    assert outside["address"] == "olive@example.org"
    assert "hours-history.json            2" in mine.read("README.txt").decode()


async def test_everything_about_oneself_can_be_taken_and_what_must_stay_stays(circle):
    await circle.record(KEY)
    await circle.confirm_all("ann")
    paper = checked_file(pdf(), "My paper.pdf")
    command = LogTrainings(trainings=(TRAINING,))
    await circle.run(lambda uow: log_trainings(command, ANN, uow, file=paper))
    named = NameProvider(name="Olive Outside", email="olive@example.org")
    await circle.run(lambda uow: name_provider(named, ANN, uow))

    mine = await archive(circle, "ann")
    look_through(mine)

    given = await archive(circle, "pat")
    rows = json.loads(given.read("given.json"))
    assert [each["minutes"] for each in rows] == [120, 120]
    everything = b"".join(given.read(name) for name in given.namelist())
    assert b'"ann"' not in everything
    assert b"Ann" not in everything

    gone = await circle.person("ann", pursuing="IFS", left_at=circle.clock.now())
    left = PersonLeft(
        id=circle.app.new_id(),
        occurred_at=circle.clock.now(),
        person=gone.model_copy(update={"version": gone.version + 1}),
    )
    await circle.run(lambda uow: on_people(left, uow))
    chores = Housekeeping(circle.app.uow)
    circle.clock.advance(timedelta(days=29))
    assert await chores.follow_leaving() == 0
    circle.clock.advance(timedelta(days=2))
    assert await chores.follow_leaving() == 1
    assert await chores.follow_leaving() == 0
    after = await archive(circle, "ann")
    assert not [name for name in after.namelist() if name.startswith("certificates/")]
    (outside,) = json.loads(after.read("outside-providers.json"))
    assert outside["address"] is None
    assert after.read("hours-history.json") == mine.read("hours-history.json")
    assert after.read("trainings.json") == mine.read("trainings.json")

    circle.clock.advance(timedelta(days=7 * 366))
    assert await chores.follow_leaving() == 1
    async with circle.app.web.state.doors.reading() as uow:
        assert (await uow.people.get("ann")).name == FORGOTTEN
        assert await uow.people.by_email("ann@example.org") is None
    found = await circle.run(verify)
    assert found.problems == ()
