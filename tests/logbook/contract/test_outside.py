"""Hours from elsewhere on both databases: named, written down, asked, answered, changed, looked up."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta

import pytest

from alongside.contracts import HoursConfirmed, HoursReturned, VouchAnswered, VouchAsked
from alongside.errors import Conflict, Forbidden, Invalid, NotFound
from alongside_logbook.domain.providers import Claim
from alongside_logbook.domain.vouching import Answer
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.handlers.given import AnswerGiven, answer_given
from alongside_logbook.handlers.outside import (
    ChangeHour,
    HourSaid,
    LooksTwice,
    TakeBack,
    WriteDown,
    change_hour,
    take_back,
    write_down,
)
from alongside_logbook.handlers.outside_providers import (
    CheckProvider,
    CorrectAddress,
    NameProvider,
    check_provider,
    correct_address,
    name_provider,
)
from alongside_logbook.handlers.vouching import (
    AnswerRequest,
    AskProvider,
    LinkOver,
    answer_request,
    ask_provider,
    refuse_request,
)
from alongside_logbook.views.entries import entry_view
from alongside_logbook.views.outside import given_view, outside_view, vouch_view

pytestmark = pytest.mark.contract

ANN, BOB, PAT, CORA = Actor("ann"), Actor("bob"), Actor("pat"), Actor("cora", coordinator=True)
NOW = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
HOLDS = Claim(kind="IMHM-C", valid_from=date(2020, 1, 1))
DAYS = (date(2026, 2, 3), date(2026, 2, 17))


def provider(email="hanna@example.org", **facts) -> NameProvider:
    return NameProvider(**{"name": "Hanna Vale", "email": email, "claims": (HOLDS,), **facts})


def said(day: date, minutes=60, **facts) -> HourSaid:
    return HourSaid(held_on=day, start=time(10, 0), minutes=minutes, **facts)


@pytest.fixture
async def desk(circle):
    """Ann has two sessions with Hanna, from elsewhere, written down."""
    circle.clock.set(NOW)
    return circle


async def named(desk, actor=ANN, **facts) -> str:
    found = await desk.run(lambda uow: name_provider(provider(**facts), actor, uow))
    return found.provider_id


async def written(desk, provider_id, actor=ANN, days=DAYS, **facts):
    command = WriteDown(provider_id=provider_id, sessions=[said(day) for day in days], **facts)
    return (await desk.run(lambda uow: write_down(command, actor, uow))).entries


async def asked(desk, provider_id, actor=ANN):
    command = AskProvider(provider_id=provider_id)
    return await desk.run(lambda uow: ask_provider(command, actor, uow))


async def answered(desk, request_id, *answers: Answer, **facts):
    command = AnswerRequest(request_id=request_id, name="Hanna Vale", answers=answers, **facts)
    return await desk.run(lambda uow: answer_request(command, uow))


def right(entry) -> Answer:
    return Answer(entry_id=entry.entry_id, right=True)


async def test_the_whole_way_from_a_name_to_a_confirmed_hour(desk):
    hanna = await named(desk)
    first, second = await written(desk, hanna)
    asking = await asked(desk, hanna)
    (event,) = desk.heard(VouchAsked)
    assert (event.request_id, event.provider_email) == (asking.request_id, "hanna@example.org")
    assert (event.entries, event.minutes, asking.left) == (2, 120, 0)

    seen = await desk.run(lambda uow: vouch_view(asking.request_id, uow))
    assert [line.entry_id for line in seen.lines] == [first.entry_id, second.entry_id]
    assert (seen.supervisee, seen.minutes, seen.states_claims) == ("Ann", 120, True)

    with pytest.raises(Invalid) as caught:
        await answered(desk, asking.request_id, right(first))
    assert second.entry_id in caught.value.fields
    done = await answered(
        desk,
        asking.request_id,
        right(first),
        Answer(entry_id=second.entry_id, right=False, reason="It was 45 minutes."),
    )
    assert (done.confirmed, done.returned) == (1, 1)
    view = await desk.run(lambda uow: entry_view(first.entry_id, ANN, uow))
    assert (view.status, view.provider.name, view.counts) == ("confirmed", "Hanna Vale", "counted")
    assert "not yet checked against the registry" in view.warnings[-1]
    back = await desk.run(lambda uow: entry_view(second.entry_id, ANN, uow))
    assert (back.status, back.awaits.person_id, back.returned_because) == (
        "returned", "ann", "It was 45 minutes."
    )  # fmt: skip
    assert len(desk.heard(HoursConfirmed)) == len(desk.heard(HoursReturned)) == 1
    (told,) = desk.heard(VouchAnswered)
    assert (told.request_id, told.confirmed, told.returned) == (asking.request_id, 1, 1)
    assert not [event for event in desk.said if "45 minutes" in event.model_dump_json()]

    # The link is used up; what was returned is said anew, and asked anew.
    with pytest.raises(LinkOver, match="answered already"):
        await answered(desk, asking.request_id, right(second))
    change = ChangeHour(entry_id=second.entry_id, said=said(DAYS[1], 45), version=2)
    assert (await desk.run(lambda uow: change_hour(change, ANN, uow))).version == 3
    again = await asked(desk, hanna)
    assert again.entries == 1
    # Twice at the same moment: one is heard, the other finds the link over.
    both = await asyncio.gather(
        *(answered(desk, again.request_id, right(second)) for _ in range(2)),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in both) == ["Answered", "LinkOver"]
    view = await desk.run(lambda uow: entry_view(second.entry_id, ANN, uow))
    assert (view.status, view.minutes) == ("confirmed", 45)
    (group,) = (await desk.run(lambda uow: outside_view(ANN, uow))).groups
    assert (group.confirmed, group.waiting, group.returned, group.to_ask) == (105, 0, 0, 0)
    assert group.provider.address == "h…a@example.org"
    assert (await desk.run(lambda uow: uow.entries.chain("ann")))[1][0] == 6


async def test_a_link_asks_about_versions_and_never_about_what_changed_since(desk):
    hanna = await named(desk)
    first, second = await written(desk, hanna)
    asking = await asked(desk, hanna)
    change = ChangeHour(entry_id=first.entry_id, said=said(DAYS[0], 90))
    await desk.run(lambda uow: change_hour(change, ANN, uow))
    seen = await desk.run(lambda uow: vouch_view(asking.request_id, uow))
    assert [line.entry_id for line in seen.lines] == [second.entry_id]
    # Ticked on a page that still showed the earlier version: not confirmed by it.
    await answered(desk, asking.request_id, right(first), right(second))
    view = await desk.run(lambda uow: entry_view(first.entry_id, ANN, uow))
    assert (view.status, view.minutes) == ("recorded", 90)

    third = await asked(desk, hanna)
    await desk.run(lambda uow: take_back(TakeBack(entry_id=first.entry_id), ANN, uow))
    with pytest.raises(LinkOver, match="changed or taken back"):
        await desk.run(lambda uow: vouch_view(third.request_id, uow))
    with pytest.raises(LinkOver):
        await desk.run(lambda uow: vouch_view("unknown", uow))


async def test_a_newer_link_replaces_an_older_one_and_every_link_ends(desk):
    hanna = await named(desk)
    (only,) = await written(desk, hanna, days=DAYS[:1])
    older = await asked(desk, hanna)
    newer = await asked(desk, hanna)
    with pytest.raises(LinkOver, match="replaced by a newer one"):
        await answered(desk, older.request_id, right(only))
    await asked(desk, hanna)
    with pytest.raises(Conflict, match="several times today"):
        await asked(desk, hanna)
    desk.clock.advance(timedelta(days=30))
    last = await asked(desk, hanna)
    desk.clock.advance(timedelta(days=30))
    with pytest.raises(LinkOver, match="good for 30 days"):
        await answered(desk, last.request_id, right(only))
    assert newer.expires_at == NOW + timedelta(days=30)


async def test_not_my_hours_ends_it(desk):
    hanna = await named(desk)
    (only,) = await written(desk, hanna, days=DAYS[:1])
    asking = await asked(desk, hanna)
    await desk.run(lambda uow: refuse_request(asking.request_id, uow))
    view = await desk.run(lambda uow: entry_view(only.entry_id, ANN, uow))
    assert (view.status, view.awaits.person_id) == ("returned", "ann")
    change = ChangeHour(entry_id=only.entry_id, said=said(DAYS[0], 61))
    await desk.run(lambda uow: change_hour(change, ANN, uow))
    with pytest.raises(Conflict, match="not hours they gave"):
        await asked(desk, hanna)


async def test_one_address_is_one_provider_and_a_registered_persons_is_theirs(desk):
    hanna = await named(desk)
    assert await named(desk, BOB, email=" HANNA@example.org ", name="H. Vale") == hanna
    row = await desk.run(lambda uow: uow.outside.get(hanna))
    assert (row.name, row.created_by) == ("Hanna Vale", "ann")
    assert "hanna" not in row.email_sealed
    found = await desk.run(lambda uow: name_provider(provider("pat@example.org"), ANN, uow))
    assert (found.provider_id, found.registered) == ("pat", True)
    with pytest.raises(Invalid, match="to themselves"):
        await named(desk, email="ann@example.org")

    # With a registered provider nothing is mailed: they answer where they sign in.
    first, second = await written(desk, "pat")
    with pytest.raises(Conflict, match="account here"):
        await asked(desk, "pat")
    assert len(await desk.run(lambda uow: given_view(PAT, uow))) == 2
    answers = (
        Answer(entry_id=first.entry_id, right=True, version=1),
        Answer(entry_id=second.entry_id, right=False, reason="That was Bob."),
    )
    for somebody in (BOB, ANN, CORA):
        with pytest.raises(Invalid):
            await desk.run(
                lambda uow, by=somebody: answer_given(AnswerGiven(answers=answers), by, uow)
            )
    done = await desk.run(lambda uow: answer_given(AnswerGiven(answers=answers), PAT, uow))
    assert (done.confirmed, done.returned) == (1, 1)
    view = await desk.run(lambda uow: entry_view(first.entry_id, ANN, uow))
    assert (view.counts, view.provider.name, view.warnings) == ("counted", "Pat", ())


async def test_a_mistyped_address_is_corrected_and_its_link_is_dead(desk):
    hanna = await named(desk, email="hana@example.org")
    (only,) = await written(desk, hanna, days=DAYS[:1])
    wrong = await asked(desk, hanna)
    command = CorrectAddress(provider_id=hanna, email="hanna@example.org")
    with pytest.raises(Conflict, match="coordinator"):
        await desk.run(lambda uow: correct_address(command, BOB, uow))
    same = await desk.run(lambda uow: correct_address(command, ANN, uow))
    assert same.provider_id == hanna
    with pytest.raises(LinkOver, match="replaced"):
        await answered(desk, wrong.request_id, right(only))
    assert (await asked(desk, hanna)).entries == 1
    assert desk.heard(VouchAsked)[-1].provider_email == "hanna@example.org"
    # It was a registered person's all along: what waits goes over to them.
    command = CorrectAddress(provider_id=hanna, email="pat@example.org")
    assert (await desk.run(lambda uow: correct_address(command, ANN, uow))).provider_id == "pat"
    view = await desk.run(lambda uow: entry_view(only.entry_id, ANN, uow))
    assert (view.provider.person_id, view.awaits.person_id) == ("pat", "pat")


async def test_what_is_not_found_in_the_registry_no_longer_counts(desk):
    hanna = await named(desk)
    (only,) = await written(desk, hanna, days=DAYS[:1])
    await answered(desk, (await asked(desk, hanna)).request_id, right(only))

    async def checked(*, found: bool, claims=None, by=CORA):
        command = CheckProvider(provider_id=hanna, found=found, claims=claims)
        await desk.run(lambda uow: check_provider(command, by, uow))
        return await desk.run(lambda uow: entry_view(only.entry_id, ANN, uow))

    with pytest.raises(Forbidden):
        await checked(found=True, by=ANN)
    view = await checked(found=True)
    assert (view.counts, view.warnings) == ("counted", ())
    view = await checked(found=False)
    assert view.counts == "not_counted"
    assert "not found in the registry" in view.warnings[-1]
    late = HOLDS.model_copy(update={"valid_from": date(2026, 2, 4)})
    view = await checked(found=True, claims=(late,))
    assert view.counts == "not_counted"
    row = await desk.run(lambda uow: uow.outside.get(hanna))
    assert [step.act for step in row.history] == ["named", "checked", "refused", "checked"]


async def test_what_seems_to_be_here_already_is_asked_about_first(desk):
    hanna = await named(desk)
    await written(desk, hanna)
    with pytest.raises(LooksTwice) as caught:
        await written(desk, hanna, days=(date(2026, 2, 10), DAYS[1]))
    assert list(caught.value.fields) == ["held_on-1"]
    assert len(await written(desk, hanna, anyway=True)) == 2
    assert len((await desk.run(lambda uow: outside_view(ANN, uow))).twice) == 4
    with pytest.raises(Invalid) as caught_invalid:
        await written(desk, hanna, days=(DAYS[0], date(2026, 3, 3)))
    assert list(caught_invalid.value.fields) == ["held_on-1"]
    with pytest.raises(Invalid, match="with whom"):
        await written(desk, "nobody")
    (mine, *_) = await written(desk, hanna, days=(date(2026, 1, 5),))
    for command in (TakeBack(entry_id=mine.entry_id), TakeBack(entry_id="none")):
        with pytest.raises(NotFound):
            await desk.run(lambda uow, it=command: take_back(it, BOB, uow))
