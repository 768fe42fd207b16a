"""The mail server of the tests."""

from email.message import EmailMessage

import aiosmtplib
import pytest

pytestmark = pytest.mark.unit


def _mail(to="ada@example.org"):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", to, "Täglich"
    message.set_content("Ünicode")
    return message


async def _send(sink, message):
    await aiosmtplib.send(message, hostname="127.0.0.1", port=sink.port, start_tls=False)


async def test_it_keeps_what_it_is_given(smtp_sink):
    await _send(smtp_sink, _mail())
    (delivery,) = await smtp_sink.wait_for(1)
    assert delivery.recipients == ("ada@example.org",)
    assert delivery.message["Subject"] == "Täglich"
    assert smtp_sink.to("ADA@example.org")[0].get_content().strip() == "Ünicode"


async def test_it_refuses_on_command_and_accepts_again(smtp_sink):
    smtp_sink.refuse("451 4.3.0 Later", times=1)
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused) as refused:
        await _send(smtp_sink, _mail())
    assert refused.value.recipients[0].code == 451
    await _send(smtp_sink, _mail())
    assert len(smtp_sink.deliveries) == 1


async def test_it_refuses_one_person(smtp_sink):
    smtp_sink.refuse_person("bo@example.org")
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused):
        await _send(smtp_sink, _mail("Bo@example.org"))
    await _send(smtp_sink, _mail())
    assert [each.recipients for each in smtp_sink.deliveries] == [("ada@example.org",)]


async def test_it_goes_away_and_comes_back(smtp_sink):
    smtp_sink.go_away()
    with pytest.raises(aiosmtplib.SMTPConnectError):
        await _send(smtp_sink, _mail())
    smtp_sink.start()
    await _send(smtp_sink, _mail())
    assert smtp_sink.attempts == 1
