"""Calendar health on the page and as JSON: mine, and for a coordinator everybody's."""

from datetime import timedelta

import pytest

from alongside_notifier.domain.addresses import tagged
from alongside_notifier.handlers.intake import take_mail
from notifier import reports
from notifier.making import MAIL_FROM, person

pytestmark = pytest.mark.unit


async def test_health_follows_what_happens(notifier, open_browser, feed_path):
    await notifier.begin()
    await notifier.tick("send")
    ben = await open_browser("ben", token=True)

    async def mine():
        answer = await ben.send("GET", "/calendar-health")
        return answer, {each["about"]: each["state"] for each in answer["findings"]}

    assert (await mine())[1] == {
        "calendar": "Not used yet",
        "mail": "Kept as a file",
        "answers": "No answer yet",
        "address": "In use",
    }
    await ben.get(await feed_path("ben"), **{"User-Agent": "Google-Calendar-Importer"})
    await notifier.tick("fetches")
    await ben.send("PUT", "/answers/series-1", {"answer": "accepted"})
    (mail,) = await notifier.mails("ben")
    address = tagged(MAIL_FROM, notifier.desk.reply_token("ben"))
    async with notifier.app.uow() as uow:
        await take_mail(reports.postfix(address, mail.message_id), uow, notifier.desk)
        await uow.commit()
    known, states = await mine()
    assert states == {
        "calendar": "Following",
        "mail": "Came back",
        "answers": "Answered",
        "address": "Silent",
    }
    assert [each["program"] for each in known["programs"]] == ["Google Calendar"]
    assert (known["unanswered"], known["answered"]) == (0, 6)
    page = await (await open_browser("ben")).page("/calendar/health")
    assert "Google Calendar fetches the feed." in page
    assert "There is no such address." in page
    notifier.clock.advance(timedelta(days=3))
    assert (await mine())[1]["calendar"] == "Not following"


async def test_a_coordinator_sees_everybody_and_no_contents(notifier, open_browser):
    await notifier.begin()
    await notifier.meet(person("eve", roles=("coordinator",)))
    await notifier.tick("send")
    for path in ("/calendar/health/people", "/calendar/health/people/ben"):
        await (await open_browser("cleo")).get(path, status=403)
    eve = await open_browser("eve", roles=("coordinator",))
    everybody = await eve.page("/calendar/health/people")
    assert "Ben Achterberg" in everybody
    page = await eve.page("/calendar/health/people/ben")
    assert "Invitation" in page
    assert "Tuesday Circle" not in page
    await eve.get("/calendar/health/people/nobody", status=404)
    script = await open_browser("eve", roles=("coordinator",), token=True)
    rows = await script.send("GET", "/calendar-health/people")
    waiting = {row["person_id"]: row["unanswered"] for row in rows}
    assert waiting == {"ada": 0, "ben": 6, "cleo": 6, "dora": 0, "eve": 0}
    assert (await script.send("GET", "/calendar-health/people/ben"))["unanswered"] == 6
