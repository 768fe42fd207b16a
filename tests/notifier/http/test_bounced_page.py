"""A person sees that mails to them come back, and has the address tried again."""

import pytest

from alongside_notifier.domain.addresses import tagged
from alongside_notifier.handlers.intake import take_mail
from notifier import reports
from notifier.making import MAIL_FROM

pytestmark = pytest.mark.unit


async def test_what_came_back_is_told_on_the_page(notifier, open_browser):
    await notifier.begin()
    await notifier.tick("send")
    (mail,) = await notifier.mails("ben")
    address = tagged(MAIL_FROM, notifier.desk.reply_token("ben"))
    assert f"<{address}>".encode() in mail.raw
    async with notifier.app.uow() as uow:
        await take_mail(reports.postfix(address, mail.message_id), uow, notifier.desk)
        await uow.commit()
    ben = await open_browser("ben")
    page = await ben.page("/messages")
    assert "Mails to your address come back" in page
    assert "Came back" in page
    assert "User unknown" in await ben.page(f"/messages/{mail.id}")
    await ben.post("/messages/try-again")
    assert "Mails to your address come back" not in await ben.page("/messages")
