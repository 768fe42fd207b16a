"""Another time, proposed in a calendar: the supervisor takes it with one press."""

from datetime import timedelta

import pytest

from alongside.contracts import InvitationAnswered, PersonAsked, SessionMoved
from alongside_scheduler.handlers.copies import on_answers
from alongside_scheduler.store.tables import METADATA

pytestmark = pytest.mark.contract


async def propose(office, series, who, start, *, key=None, minutes=0):
    await office.run(
        lambda uow: on_answers(
            InvitationAnswered(
                id=uow.new_id(),
                occurred_at=uow.now,
                series_id=series.series_id,
                occurrence_key=key,
                person_id=who,
                answer="proposed",
                proposed_start=start,
                answered_at=uow.now + timedelta(minutes=minutes),
                channel="mail",
            ),
            uow,
        )
    )


async def test_one_press_moves_the_session_and_tells_everybody(open_browser, association):
    office = association
    lead, other = await office.person("Lea", "supervisor"), await office.person("Ole", "supervisor")
    ada, ben = await office.person("Ada"), await office.person("Ben")
    group = await office.group(lead, [ada, ben])
    series = await office.series(group.group_id)
    session = series.occurrences[1]
    start = session.starts_at + timedelta(hours=2)
    office.said.clear()
    await propose(office, series, ada, start, key=session.key)
    # The same once more, later, and an older one that comes late, say nothing new.
    await propose(office, series, ada, start, key=session.key, minutes=-5)
    (asked,) = office.said
    assert isinstance(asked, PersonAsked)
    path = f"/sessions/{series.series_id}/{session.key}"
    assert (asked.person_id, asked.about, asked.path) == (lead, "time_proposed", path)
    assert asked.expires_at == session.starts_at

    # Ben would rather come when somebody is taken: that is said, and there is nothing to press.
    taken = await office.series(group.group_id, starts_on=session.starts_at.date(), count=1,
                                start_time="14:00", end_time="15:00")  # fmt: skip
    await propose(office, series, ben, taken.occurrences[0].starts_at, key=session.key)
    browser = await open_browser(lead)
    for page in (await browser.page(path), await browser.page("/requests")):
        assert page.count("Move it there") == 1
        assert "Not free then: Ada, Ben, Lea." in page
    stranger = await open_browser(other)
    fields = {"person_id": ada, "start": start.isoformat()}
    await stranger.post(f"{path}/take-proposal", status=404, **fields)
    assert "Move it there" not in await stranger.page("/requests")
    member = await open_browser(ada)
    assert "Move it there" not in await member.page(path)

    office.clock.advance(timedelta(minutes=1))
    await browser.post(f"{path}/take-proposal", **fields)
    moved = await office.run(lambda uow: uow.series.get(series.series_id))
    assert (moved.occurrences[1].starts_at, moved.version) == (start, series.version + 1)
    outbox = office.app.database.plumbing.outbox
    async with office.app.database.read() as session_:
        said = (await session_.execute(outbox.select().order_by(outbox.c.id.desc()))).first()
    assert said.type == SessionMoved.type_name()
    # What was proposed for the time it no longer has is gone.
    assert "is proposed" not in await browser.page(path)
    await browser.post(f"{path}/take-proposal", status=409, **fields)
    await browser.post(f"{path}/take-proposal", status=303, person_id=ada, start="soon")


async def test_another_time_for_the_whole_series_leads_to_a_new_rhythm(association):
    office = association
    lead, ada = await office.person("Lea", "supervisor"), await office.person("Ada")
    series = await office.series((await office.group(lead, [ada])).group_id)
    office.said.clear()
    await propose(office, series, ada, series.occurrences[0].starts_at + timedelta(hours=1))
    (asked,) = office.said
    first = series.occurrences[0].key
    assert asked.path == f"/series/{series.series_id}/change?step=move_later&key={first}"


async def test_who_leads_sees_what_collides_since_the_clocks_changed(open_browser, association):
    office = association
    lead, ada = await office.person("Lea", "supervisor"), await office.person("Ada")
    series = await office.series((await office.group(lead, [ada])).group_id)
    key = series.occurrences[2].key
    async with office.app.uow() as uow:
        taken = METADATA.tables["commitments"]
        hurt = taken.update().where(taken.c.key == key).values(active=False, yields="told")
        await uow.session.execute(hurt)
        await uow.commit()
    path = f"/series/{series.series_id}"
    page = await (await open_browser(lead)).page(path)
    assert "Two sessions at one time" in page
    assert f"{path}/change?step=move&amp;key={key}" in page
    assert "Two sessions" not in await (await open_browser(ada)).page(path)
