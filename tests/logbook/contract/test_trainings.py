"""Trainings on both databases: chained, guarded by the database itself, files kept once a person."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from alongside.errors import Conflict
from alongside_logbook.domain.certificates import checked_file
from alongside_logbook.domain.rules.training_facts import TrainingFact
from alongside_logbook.domain.training import TrainingLog
from alongside_logbook.handlers import trainings
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.handlers.trainings import (
    LogTrainings,
    log_trainings,
    put_certificate,
    take_back,
)
from alongside_logbook.handlers.verification import verify
from logbook.papers import jpeg, pdf, png

pytestmark = pytest.mark.contract

ANN = Actor("ann")
ONE = TrainingLog(title="One", first_day=date(2026, 1, 5), minutes=90, about_rsc=True)
TWO = TrainingLog(title="Two", first_day=date(2025, 12, 1), last_day=date(2025, 12, 2), minutes=600)

ATTACKS = {
    "UPDATE training_versions SET body = 'x'": {"sqlite", "postgresql"},
    "DELETE FROM training_versions": {"sqlite", "postgresql"},
    "TRUNCATE training_versions": {"postgresql"},
    "REPLACE INTO training_versions SELECT person_id, position, training_id, version, 'x', "
    "prev_hash, hash FROM training_versions": {"sqlite"},
}


async def test_trainings_are_chained_guarded_and_their_files_kept_once(circle, monkeypatch):
    command = LogTrainings(trainings=(ONE, TWO))
    paper = checked_file(pdf(), "a.pdf")
    one, two = await circle.run(lambda uow: log_trainings(command, ANN, uow, file=paper))
    await circle.run(lambda uow: put_certificate(two.training_id, paper, ANN, uow))

    async def known(uow):
        return (
            await uow.trainings.facts("ann"),
            await uow.trainings.used("ann"),
            await uow.trainings.content("ann", paper.certificate.sha256),
            (await verify(uow, "ann")).problems,
            await uow.trainings.facts("bob"),
        )

    facts, used, content, problems, others = await circle.run(known)
    assert facts == (
        TrainingFact(two.training_id, 600, date(2025, 12, 2)),
        TrainingFact(one.training_id, 90, date(2026, 1, 5), about_rsc=True),
    )
    assert (used, content, problems, others) == (len(pdf()), pdf(), (), ())

    # The same file of two trainings stays until neither names it.
    await circle.run(lambda uow: take_back(one.training_id, ANN, uow))
    assert (await circle.run(known))[2] == pdf()
    await circle.run(lambda uow: take_back(two.training_id, ANN, uow))
    assert (await circle.run(known))[:3] == ((), 0, None)

    monkeypatch.setattr(trainings, "QUOTA", len(png()))
    (three,) = await circle.run(lambda uow: log_trainings(LogTrainings(trainings=(ONE,)), ANN, uow))
    small, more = checked_file(png(), "b.png"), checked_file(jpeg(), "c.jpg")
    await circle.run(lambda uow: put_certificate(three.training_id, small, ANN, uow))
    await circle.run(lambda uow: put_certificate(three.training_id, small, ANN, uow))
    with pytest.raises(Conflict, match="may take"):
        await circle.run(lambda uow: put_certificate(three.training_id, more, ANN, uow))

    for statement, dialects in ATTACKS.items():
        if circle.app.database.dialect in dialects:
            async with circle.app.database.write() as session:
                with pytest.raises(DBAPIError, match="append-only"):
                    await session.execute(text(statement))
    async with circle.app.database.write() as session:
        lie = text("UPDATE trainings SET current = replace(current, '90', '99')")
        await session.execute(lie)
        await session.commit()
    assert "is not shown as its history says" in (await circle.run(known))[3][0]
