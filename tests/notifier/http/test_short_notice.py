"""Changes at short notice: told at once, acknowledged, asked about once more, never after the start."""

import re
from datetime import date, timedelta
from email import message_from_bytes
from email.policy import default

import pytest

from alongside_notifier.domain.short_notice import Change, at_short_notice, still_holds
from alongside_notifier.domain.view import view_of
from notifier.making import Life, make_series, person

pytestmark = pytest.mark.unit

FIRST = "20270112T1000"


def changes(life, now, who="ben"):
    before = life.history[-1]
    return at_short_notice(view_of(before, who), life.series, view_of(life.series, who), now)


def test_what_is_at_short_notice():
    life = Life(make_series())
    start = life.occurrence(FIRST).starts_at
    hour = timedelta(hours=1)
    soon, early = start - 3 * hour, start - 25 * hour
    life.move(FIRST, hour)
    assert changes(life, soon) == (Change(FIRST, start, start + hour),)
    assert changes(life, early) == ()
    assert changes(life, start + 2 * hour) == ()
    assert changes(life, soon, "dora") == ()
    life.move(FIRST, timedelta(days=3))  # today's goes to another day
    assert changes(life, soon) == (Change(FIRST, start + hour, start + hour + 72 * hour),)
    assert changes(life, start + 2 * hour) == ()
    life.cancel(FIRST)
    assert changes(life, soon) == ()  # it is days ahead by now
    life.restore(FIRST)
    life.move(FIRST, -(hour + 72 * hour))  # and back to today
    assert changes(life, soon) == (Change(FIRST, start + 73 * hour, start),)
    life.cancel(FIRST)
    assert changes(life, soon) == (Change(FIRST, start, None),)
    life.restore(FIRST)
    assert changes(life, soon) == (Change(FIRST, start, start),)
    life.elsewhere(FIRST, "Room 6")
    assert changes(life, soon) == ()
    life.retitle("Wednesday Circle")
    assert changes(life, soon) == ()
    life.end()
    assert changes(life, soon) == (Change(FIRST, start, None),)


def test_leaving_and_being_stood_in_for_are_no_change_of_the_session():
    life = Life(make_series())
    soon = life.occurrence(FIRST).starts_at - timedelta(hours=3)
    life.leave("ben", date(2027, 1, 11))
    assert changes(life, soon) == ()
    life._set(FIRST, provider_id="eli")
    assert changes(life, soon, "ada") == ()
    assert changes(life, soon, "cleo") == ()


def test_what_no_longer_stands_so():
    life = Life(make_series())
    start = life.occurrence(FIRST).starts_at
    told = Change(FIRST, start, start + timedelta(hours=1))
    life.move(FIRST, timedelta(hours=1))
    assert still_holds(told, life.series)
    life.cancel(FIRST)
    assert not still_holds(told, life.series)
    assert still_holds(Change(FIRST, start, None), life.series)


async def mails(notifier, who, *kinds):
    return [row for row in await notifier.mails(who) if row.kind in kinds]


def text_of(row):
    return message_from_bytes(row.raw, policy=default).get_body(("plain",)).get_content()


def link_in(row):
    return re.search(r"https://supervision.example(/answer/\S+/changes)", text_of(row))[1]


@pytest.fixture
async def today(notifier):
    """Three hours before the first session: `ada` moves it by one hour."""
    life = await notifier.begin()
    start = life.occurrence(FIRST).starts_at
    notifier.clock.set(start - timedelta(hours=3))
    life.now = notifier.clock.now()
    await notifier.hear_series(life.move(FIRST, timedelta(hours=1)), actor_id="ada")
    return life


async def test_it_is_told_at_once_with_a_link_to_say_so(notifier, open_browser, today):
    await notifier.tell(wait=False)
    for who in ("ben", "cleo"):
        (changed,) = await mails(notifier, who, "changed")
        assert "at short notice" in text_of(changed)
    assert await mails(notifier, "ada", "changed") == []  # who did it waits like before
    await notifier.tell()
    (own,) = await mails(notifier, "ada", "changed")
    assert "at short notice" not in text_of(own)
    ada = await open_browser("ada", roles=("supervisor",))
    assert "0 of 2 have seen it" in await ada.page("/calendar/changes")
    assert "2 people have not seen it yet" in await ada.page("/calendar")
    link = link_in((await mails(notifier, "ben", "changed"))[0])
    assert f'action="{link}"' in await (await open_browser("ben")).page("/calendar")
    nobody = await open_browser()
    assert "I have seen it" in await nobody.page(link)
    assert "0 of 2 have seen it" in await ada.page("/calendar/changes")
    await nobody.post(link)
    assert "There is nothing more to do" in await nobody.page(link)
    assert "I have seen it" not in await (await open_browser("ben")).page("/calendar")
    page = await ada.page("/calendar/changes")
    assert "1 of 2 have seen it" in page
    assert "cleo@people.example" in page
    assert "ben@people.example" not in page
    assert "Nothing changed" in await (await open_browser("ben")).page("/calendar/changes")
    await nobody.get(link.replace("/ben.", "/cleo."), status=404)


async def test_whoever_has_not_seen_it_is_asked_once_more(notifier, open_browser, today):
    await notifier.tell(wait=False)
    link = link_in((await mails(notifier, "ben", "changed"))[0])
    await (await open_browser()).post(link)
    notifier.clock.advance(timedelta(minutes=59))
    assert await notifier.tick("unseen") == 0
    notifier.clock.advance(timedelta(minutes=1))
    assert await notifier.tick("unseen") == 1
    assert await notifier.tick("unseen") == 0
    (again,) = await mails(notifier, "cleo", "unseen")
    assert again.subject.startswith("Have you seen it? Tuesday Circle, Tue, Jan 12, 10:00 AM")
    assert link_in(again)
    assert await mails(notifier, "ben", "unseen") == []
    for days, left in ((29, True), (2, False)):
        notifier.clock.advance(timedelta(days=days))
        await notifier.tick("sweep")
        async with notifier.app.uow() as uow:
            assert bool(await uow.short_notice.of("cleo", "series-1")) is left


async def test_scripts_see_and_say_the_same(notifier, open_browser, today):
    await notifier.tell(wait=False)
    ben = await open_browser("ben", token=True)
    assert await ben.send("GET", "/changes") == []
    await ben.send("POST", "/changes/series-1/seen", status=204)
    (change,) = await (await open_browser("ada", token=True)).send("GET", "/changes")
    assert change["occurrence_key"] == FIRST
    assert [(each["name"], bool(each["seen_at"])) for each in change["people"]] == [
        ("Cleo Ramírez", False),
        ("Ben Achterberg", True),
    ]


async def test_an_answer_says_that_it_was_seen(notifier, open_browser, today):
    await notifier.tell(wait=False)
    link = link_in((await mails(notifier, "ben", "changed"))[0])
    browser = await open_browser()
    await browser.post(link.removesuffix("/changes"), answer="accepted", key=FIRST)
    notifier.clock.advance(timedelta(hours=1))
    assert await notifier.tick("unseen") == 1  # Cleo alone
    assert await mails(notifier, "ben", "unseen") == []


@pytest.mark.parametrize("what", ["moved on", "cancelled", "left", "begun"])
async def test_nobody_is_asked_about_what_is_past(notifier, today, what):
    life = today
    await notifier.tell(wait=False)
    if what == "moved on":
        await notifier.hear_series(life.move(FIRST, timedelta(hours=1)), actor_id="ada")
        await notifier.tell(wait=False)
        assert len(await mails(notifier, "ben", "changed")) == 2
        notifier.clock.advance(timedelta(minutes=59))
    elif what == "cancelled":
        await notifier.hear_series(life.cancel(FIRST), actor_id="ada")
        notifier.clock.advance(timedelta(minutes=59))
        await notifier.tell(wait=False)
    elif what == "left":
        now = notifier.clock.now()
        await notifier.meet(*(person(who, version=2, left_at=now) for who in ("ben", "cleo")))
        notifier.clock.advance(timedelta(hours=1))
    else:
        notifier.clock.advance(timedelta(hours=4))
    assert await notifier.tick("unseen") == 0
    assert await mails(notifier, "ben", "unseen") == []


async def test_what_is_taken_back_at_once_troubles_nobody(notifier, open_browser, today):
    await notifier.hear_series(today.move(FIRST, -timedelta(hours=1)), actor_id="ada")
    await notifier.tell()
    assert await mails(notifier, "ben", "changed", "unseen") == []
    ada = await open_browser("ada", roles=("supervisor",))
    assert "Nothing changed" in await ada.page("/calendar/changes")
    notifier.clock.advance(timedelta(hours=1))
    assert await notifier.tick("unseen") == 0
    await notifier.hear_series(today.move(today.keys()[2], timedelta(hours=1)), actor_id="ada")
    await notifier.tell(wait=False)
    assert await mails(notifier, "ben", "changed") == []  # weeks ahead: it waits like any other
    await notifier.tell()
    (changed,) = await mails(notifier, "ben", "changed")
    assert "at short notice" not in text_of(changed)
