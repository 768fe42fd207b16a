"""Channels beside mail, with a real server standing for the service that carries them."""

import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from alongside.errors import Invalid
from alongside_notifier.channels import BrokenChannels, _offer
from alongside_notifier.domain.channels import checked_address, hint_of
from alongside_notifier.handlers.channels import code_of
from alongside_notifier.store.channel_tables import CHANNEL_MESSAGES
from alongside_notifier.store.channels import ChannelMessages

pytestmark = pytest.mark.unit

HOME = "/preferences/channels/text-message"
NUMBER = "+15551234567"


class Service:
    """Keeps what it is given, by whom it was for; answers as told."""

    def __init__(self):
        self.taken = []
        self.status = 200

    def said(self):
        return [text for _, text in self.taken]


@pytest.fixture(scope="module")
def server():
    class Taking(BaseHTTPRequestHandler):
        def do_POST(self):
            sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            service = self.server.service
            if service.status == 200:
                service.taken.append((self.path, sent["message"]))
            self.send_response(service.status)
            self.end_headers()

        def log_message(self, *_arguments):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Taking) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


@pytest.fixture
def service(server):
    server.service = Service()
    return server.service


@pytest.fixture
def notifier_settings(notifier_settings, server):
    offered = f"Text message: {{url: 'json://127.0.0.1:{server.server_port}/{{to}}', asks: phone}}"
    return {**notifier_settings, "channels": offered, "reminder_leads": (60,)}


async def rows(notifier, **wanted):
    async with notifier.app.database.read() as session:
        found = (await session.execute(CHANNEL_MESSAGES.select().order_by("id"))).all()
    return [row for row in found if all(getattr(row, k) == v for k, v in wanted.items())]


async def wrong(notifier):
    """Return what the operator is told of the channels that is worth a look, with what to do."""
    return {
        each.metric.removeprefix("alongside_channel_"): f"{each.text} {each.advice}"
        for each in await notifier.app.figures()
        if each.is_wrong and each.metric.startswith("alongside_channel_")
    }


async def code_sent(notifier, service):
    await notifier.tick("channels")
    return service.taken[-1][1].partition("code is ")[2][:6]


async def turned_on(notifier, service, browser):
    await browser.post(HOME, address="+1 (555) 123-4567", wanted=["reminders", "changes"])
    await browser.post(f"{HOME}/confirm", code=await code_sent(notifier, service))
    service.taken.clear()


async def test_a_channel_is_on_once_the_code_that_came_by_it_was_typed(
    notifier, service, open_browser
):
    await notifier.begin()
    ben = await open_browser("ben")
    assert HOME in await ben.page("/preferences")
    wrong = await ben.post(HOME, status=422, address="json://10.0.0.1", wanted="reminders")
    assert "country code" in wrong.text
    await ben.post(HOME, address="+1 (555) 123-4567", wanted="reminders")
    code = await code_sent(notifier, service)
    assert service.taken[0][0] == f"/{NUMBER}"
    (row,) = await rows(notifier, kind="code")
    assert code not in row.body
    assert NUMBER not in "".join(map(str, row))
    assert "+1 … 4567" in await ben.page(HOME)
    other = "000000" if code != "000000" else "111111"
    await ben.post(f"{HOME}/confirm", status=422, code=other)
    await ben.post(f"{HOME}/confirm", code=f" {code[:3]} {code[3:]} ")
    assert "Switch it off" in await ben.page(HOME)
    shown = (await ben.send("GET", "/channels"))[0]
    assert (shown["state"], shown["reminders"], shown["changes"]) == ("on", True, False)
    mine = await ben.send("GET", "/my-data")
    assert mine["data"]["channels beside mail"][0]["address"] == NUMBER
    await ben.post(f"{HOME}/choose", wanted="changes")
    await ben.post(f"{HOME}/off")
    assert [each["state"] for each in await ben.send("GET", "/channels")] == ["off"]


async def test_codes_run_out_and_are_few(notifier, service, open_browser):
    await notifier.begin()
    ben = await open_browser("ben", token=True)
    path = "/channels/text-message"
    for _ in range(3):
        await ben.send("PUT", path, {"address": NUMBER})
    await ben.send("PUT", path, {"address": NUMBER}, status=429)
    cleo = await open_browser("cleo", token=True)
    await cleo.send("PUT", path, {"address": NUMBER}, status=429)
    code = await code_sent(notifier, service)
    assert len(service.taken) == 1, "only the last code is good for anything"
    for _ in range(5):
        outcome = await ben.send("POST", f"{path}/confirm", {"code": "no"})
    assert "too often" in outcome["reason"]
    assert not (await ben.send("POST", f"{path}/confirm", {"code": code}))["confirmed"]
    notifier.clock.advance(timedelta(hours=2))
    await ben.send("PUT", path, {"address": NUMBER})
    code = await code_sent(notifier, service)
    notifier.clock.advance(timedelta(minutes=10))
    outcome = await ben.send("POST", f"{path}/confirm", {"code": code})
    assert "run out" in outcome["reason"]


async def test_reminders_and_changes_come_by_it_beside_the_mail(notifier, service, open_browser):
    life = await notifier.begin()
    ben = await open_browser("ben")
    await turned_on(notifier, service, ben)
    first, second, third = (each.starts_at for each in life.series.occurrences[:3])
    notifier.clock.set(first - timedelta(minutes=60))
    await notifier.tick("remind")
    assert await notifier.tick("channels") == 1
    (said,) = service.said()
    assert "(America/Chicago, UTC-06:00)" in said
    assert "/answer/ben." in said
    assert "Cleo" not in said
    # At short notice, at once; and only what still holds when it is handed over.
    notifier.clock.set(second - timedelta(hours=3))
    service.taken.clear()
    await notifier.hear_series(life.cancel(life.keys()[1]))
    await notifier.tell(wait=False)
    await notifier.tick("channels")
    assert [text.count("cancelled") for text in service.said()] == [1]
    notifier.clock.set(third - timedelta(minutes=60))
    await notifier.tick("remind")
    await notifier.hear_series(life.cancel(life.keys()[2]))
    service.taken.clear()
    await notifier.tick("channels")
    (row,) = await rows(notifier, outcome="withdrawn")
    assert (row.kind, row.last_error) == ("reminder", "Not sent: cancelled.")
    assert service.taken == []
    page = await (await open_browser("ben")).page("/messages")
    assert page.count("Text message: ") >= 3
    assert "Not sent: cancelled." in page


async def test_what_is_not_taken_is_tried_again_and_ends_with_a_reason(
    notifier, service, open_browser
):
    life = await notifier.begin()
    ben = await open_browser("ben")
    await turned_on(notifier, service, ben)
    notifier.clock.set(life.series.occurrences[0].starts_at - timedelta(minutes=60))
    await notifier.tick("remind")
    assert await wrong(notifier) == {}
    for status, outcome, reason, operator in (
        (503, None, "error 503", {}),
        (401, None, "will not have us", {"oldest_seconds": ("10 min", "Text message: ", "401")}),
        (400, "failed", "It was refused. The service answered with error 400.",
         {"failed_lately": ("1", "Text message: It was refused.", "400")}),
    ):  # fmt: skip
        service.status = status
        assert await notifier.tick("channels") == 0
        (row,) = await rows(notifier, kind="reminder")
        assert row.outcome == outcome
        assert reason in row.last_error
        notifier.clock.advance(timedelta(minutes=5))
        found = await wrong(notifier)
        assert found.keys() == operator.keys()
        for name, words in operator.items():
            assert all(word in found[name] for word in words)
    assert "error 400" in await ben.page("/messages")
    assert [each.said for each in await notifier.app.examine() if each.about == "channels"] == [
        "Text message is offered; turned on by: 1, handed over within seven days: 0"
    ]


async def test_a_late_reminder_waits_for_the_end_of_quiet_hours(notifier, service, open_browser):
    life = await notifier.begin()
    ben = await open_browser("ben")
    await turned_on(notifier, service, ben)
    await ben.post("/preferences", quiet_from="09:02", quiet_until="09:45", reminders="default")
    notifier.clock.set(life.series.occurrences[0].starts_at - timedelta(minutes=60))  # 9:00
    service.status = 503
    await notifier.tick("remind")
    for minutes, taken in ((0, 0), (5, 0), (39, 0), (1, 1)):
        notifier.clock.advance(timedelta(minutes=minutes))
        assert await notifier.tick("channels") == taken
        service.status = 200


async def test_whoever_is_killed_while_handing_over_has_it_repeated_once(
    notifier, service, open_browser, monkeypatch
):
    life = await notifier.begin()
    await turned_on(notifier, service, await open_browser("ben"))
    notifier.clock.set(life.series.occurrences[0].starts_at - timedelta(minutes=60))
    await notifier.tick("remind")

    async def killed(*_arguments, **_facts):
        raise KeyboardInterrupt

    monkeypatch.setattr(ChannelMessages, "sent", killed)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            await notifier.tick("channels")
        assert await notifier.tick("channels") == 0, "the claim is still held"
        notifier.clock.advance(timedelta(minutes=6))
    assert await notifier.tick("channels") == 0
    assert len(service.taken) == 2
    (row,) = await rows(notifier, kind="reminder")
    assert row.outcome == "unclear"


async def test_who_leaves_is_forgotten(notifier, service, open_browser):
    life = await notifier.begin()
    await turned_on(notifier, service, await open_browser("ben"))
    notifier.clock.set(life.series.occurrences[0].starts_at - timedelta(minutes=60))
    await notifier.tick("remind")
    async with notifier.app.uow() as uow:
        ben = await uow.people.get("ben")
    gone = ben.model_copy(update={"version": 2, "left_at": notifier.clock.now()})
    await notifier.meet(gone)
    await notifier.tick("channels")
    assert service.taken == []
    async with notifier.app.uow() as uow:
        assert await uow.channels.of_person("ben") == {}


@pytest.mark.parametrize(
    ("asks", "given", "kept", "hint"),
    [
        ("phone", "+1 (555) 123-4567", NUMBER, "+1 … 4567"),
        ("phone", "0049 151 2345678", "+491512345678", "+4 … 5678"),
        ("phone", "5551234567", None, None),
        ("phone", "2130706433", None, None),
        ("handle", "@ada.solberg", "@ada.solberg", "@ada…"),
        ("handle", "json://10.0.0.1/", None, None),
        ("handle", "a,b", None, None),
        ("handle", "../admin", None, None),
        ("handle", "ada?x=1", None, None),
        ("email", "ada@example.org", "ada@example.org", "a…@example.org"),
        ("email", "ada@example.org,bo@example.org", None, None),
    ],
)
def test_people_give_their_own_address_and_nothing_else(asks, given, kept, hint):
    if kept is None:
        with pytest.raises(Invalid):
            checked_address(asks, given)
    else:
        assert checked_address(asks, given) == kept
        assert hint_of(asks, kept) == hint


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("twilio://SID:hunter2@FROM/", "once"),
        ("json://{to}/hunter2", "server's name"),
        ("{to}://hunter2/x", "server's name"),
        ({"url": "json://hunter2/{to}", "asks": "fax"}, "asks is one of"),
        ({"url": "json://hunter2/{to}", "plugin": "x"}, "mean nothing"),
    ],
)
def test_what_an_operator_got_wrong_is_said_without_the_keys_in_it(url, said):
    with pytest.raises(BrokenChannels) as refused:
        _offer("Text message", url)
    assert said in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_a_code_is_six_digits_and_each_its_own(tmp_path):
    class Desk:
        secrets = __import__("alongside.secrets", fromlist=["Secrets"]).Secrets(
            tmp_path, allow_create=True
        )

    codes = {code_of(f"code-{number}", Desk) for number in range(50)}
    assert len(codes) > 45
    assert all(len(code) == 6 and code.isdigit() for code in codes)
