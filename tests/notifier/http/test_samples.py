"""Coordinators look at every mail before anybody gets it."""

import pytest

from alongside_notifier.letters import KINDS
from notifier.making import person

pytestmark = pytest.mark.unit


async def test_every_mail_can_be_looked_at_and_nothing_in_it_runs(notifier, open_browser):
    await notifier.begin()
    await notifier.meet(person("eve", roles=("coordinator",)))
    eve = await open_browser("eve", roles=("coordinator",))
    listed = await eve.page("/messages/samples")
    for kind in KINDS:
        assert f"/messages/samples/{kind}" in listed
    page = await eve.page("/messages/samples/changed")
    assert 'sandbox=""' in page
    assert "Robin Example" in page
    assert "METHOD:REQUEST" in page
    framed = await eve.get("/messages/samples/changed/body.html")
    assert framed.text.startswith("<!doctype html>")
    policy = framed.headers["content-security-policy"]
    assert policy.startswith("sandbox; default-src 'none'; style-src 'unsafe-inline';")
    assert "frame-ancestors 'self'" in policy
    await eve.get("/messages/samples/nothing", status=404)
    cleo = await open_browser("cleo")
    for path in ("", "/changed", "/changed/body.html"):
        await cleo.get(f"/messages/samples{path}", status=403)
    assert await notifier.mails("sample-reader") == []
