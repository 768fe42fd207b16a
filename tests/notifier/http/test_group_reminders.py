"""When everybody in a group is reminded, where they chose nothing of their own."""

from datetime import timedelta

import pytest

from alongside.contracts import MilestoneReached
from alongside_notifier.domain import wording
from alongside_notifier.domain.reminders import leads_for
from notifier.making import make_series

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("own", "groups", "expected"),
    [
        (None, None, (1440, 60)),
        (None, (2880,), (2880,)),
        (None, (), ()),
        ((30,), (2880,), (30,)),
        ((), (2880,), ()),
    ],
)
def test_what_somebody_chose_stands_above_their_group(own, groups, expected):
    assert leads_for(own, groups, (1440, 60)) == expected


def test_lead_times_in_words():
    assert wording.leads((60, 2880)) == "2 days and 1 hour before"
    assert wording.leads((1440, 60, 15)) == "1 day, 1 hour and 15 minutes before"
    assert (wording.leads((1440,)), wording.leads(())) == ("1 day before", "No reminders")


async def leads_of(notifier, who, series_id="series-1"):
    async with notifier.app.uow() as uow:
        rows = await uow.reminders.of_person(who, 100)
    return {row.lead_minutes for row in rows if row.series_id == series_id}


async def test_a_group_is_reminded_as_its_provider_says(notifier, open_browser):
    await notifier.begin()
    other = {"series_id": "series-2", "group_id": "group-2", "uid": "2@supervision.example"}
    await notifier.hear_series(make_series(**other, provider_id="eli", members=("ben",)))
    cleo = await open_browser("cleo")
    await cleo.post("/preferences", leads="30")
    ada = await open_browser("ada", roles=("supervisor",))
    assert "1 day and 1 hour before" in await ada.page("/preferences/groups")
    assert "Reminders of my groups" in await ada.page("/preferences")
    await ada.page("/preferences/groups/group-1")
    await ada.post("/preferences/groups/group-1", reminders="own", leads="2880")
    assert "2 days before" in await ada.page("/preferences/groups")
    assert await leads_of(notifier, "ben") == {2880}
    assert await leads_of(notifier, "ben", "series-2") == {1440, 60}
    assert await leads_of(notifier, "cleo") == {30}
    ben = await open_browser("ben")
    page = await ben.page("/preferences")
    assert "Tuesday Circle: 2 days before; otherwise 1 day and 1 hour before" in page
    await cleo.post("/preferences", reminders="default", leads="30")
    assert await leads_of(notifier, "cleo") == {2880}
    wrong = await ada.post(
        "/preferences/groups/group-1", status=422, reminders="own", leads=["99999"]
    )
    assert "between 1 minute and 14 days" in wrong.text
    await ada.post("/preferences/groups/group-1", reminders="default")
    assert await leads_of(notifier, "ben") == {1440, 60}


async def test_only_who_leads_a_group_speaks_for_it(notifier, open_browser):
    await notifier.begin()
    ben = await open_browser("ben")
    assert "No group of yours meets" in await ben.page("/preferences/groups")
    await ben.page("/preferences/groups/group-1", status=404)
    await ben.post("/preferences/groups/group-1", status=404, reminders="own", leads="60")
    script = await open_browser("ada", roles=("supervisor",), token=True)
    (group,) = await script.send("GET", "/groups")
    assert group == {
        "group_id": "group-1", "title": "Tuesday Circle", "people": 2, "reminder_leads": None,
    }  # fmt: skip
    chosen = await script.send("PUT", "/groups/group-1/reminders", {"reminder_leads": [60, 60]})
    assert chosen["reminder_leads"] == [60]
    assert await leads_of(notifier, "ben") == {60}
    await script.send("PUT", "/groups/group-9/reminders", {"reminder_leads": []}, status=404)


async def test_what_waits_for_the_end_of_quiet_hours_says_so(notifier, open_browser):
    await notifier.begin()
    await notifier.tick("send")
    ben = await open_browser("ben")
    nine = {"quiet_from": "08:00", "quiet_until": "10:00"}
    await ben.post("/preferences", hour_mails="yes", **nine)
    milestone = {"supervisee_id": "ben", "category": "IFS", "counted_minutes": 1440}
    now = notifier.clock.now()
    await notifier.hear(MilestoneReached(id=notifier.ids(), occurred_at=now, **milestone))
    await notifier.tick("send")
    page = await ben.page("/messages")
    assert "After your quiet hours" in page
    assert "On its way" not in page
    notifier.clock.advance(timedelta(hours=1))
    await notifier.tick("send")
    assert "After your quiet hours" not in await ben.page("/messages")
