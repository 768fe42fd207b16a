"""What SpamAssassin makes of our mails, signed as they leave: nothing that calls for sorting out."""

import re
import subprocess
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from alongside.settings import Settings
from alongside_notifier.handlers.preferences import choose
from alongside_notifier.signing import Signer
from alongside_notifier.store.people import Preferences
from judges import ask
from notifier.making import MAIL_FROM, person

pytestmark = pytest.mark.integration

MOST = 1.0
"""Points; at 5 a mail is put aside."""
# From an address of the open net: those kept for documentation cost points.
ARRIVED = (
    b"Return-Path: <bounces@supervision.example>\n"
    b"Received: from mail.supervision.example (mail.supervision.example [93.184.215.14])\n"
    b"\tby mx.people.example with ESMTPS id 1 for <ben@people.example>;\n"
    b"\t%s\n"
)
SPAM = b"""Subject: =?utf-8?q?CHEAP_V1AGRA_!!!_$$$?=
From: winner@supervision.example
Content-Type: text/html

<a href='http://192.0.2.1/x'>Viagra, Cialis, V1AGRA: 100% free</a>
"""


@pytest.fixture
def signer(tmp_path):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    file = tmp_path / "dkim.pem"
    kinds = serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL
    file.write_bytes(key.private_bytes(*kinds, serialization.NoEncryption()))
    return Signer.of(Settings(dkim_key=file, dkim_selector="spring", mail_from=MAIL_FROM))


def charged(program, mails):
    """Return what mails are charged with, in points and in names of rules, the least first.

    Nobody else is asked. It judges them in an order of its own.
    """
    box = b""
    for each in mails:
        found = re.search(rb"^Date: (.*?)\r?$", each, re.MULTILINE)
        date = found[1] if found else b"Mon, 04 Jan 2027 15:00:00 +0000"
        plain = each.replace(b"\r\n", b"\n").replace(b"\nFrom ", b"\n>From ")
        box += b"From x@supervision.example Mon Jan  4 15:00:00 2027\n" + ARRIVED % date
        box += plain + b"\n\n"
    command = [program, "--local", "--mbox", "--nocreate-prefs", "--prefspath=/dev/null"]
    done = subprocess.run(command, input=box, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    text = re.sub(r"\n[ \t]+", " ", done.stdout.decode(errors="replace"))
    form = r"^X-Spam-Status: \w+, score=(-?[\d.]+) required=\S+ tests=(.*?) autolearn="
    return sorted((float(score), tests) for score, tests in re.findall(form, text, re.MULTILINE))


async def test_nothing_of_ours_looks_like_spam(notifier, signer):
    program = ask.system_program("spamassassin", "spamassassin")
    cleo = person("cleo", "Cleo Ramírez")
    await notifier.meet(cleo)
    async with notifier.app.uow() as uow:
        await choose(cleo, Preferences(language="es"), uow, notifier.desk)
        await uow.session.commit()
    life = await notifier.begin()
    notifier.clock.set(life.series.occurrences[0].starts_at - timedelta(days=1))
    await notifier.tick("remind")
    await notifier.hear_series(life.move(life.keys()[1], timedelta(hours=2)))
    await notifier.tell()
    await notifier.hear_series(life.end())
    await notifier.tell()
    rows = [row for row in await notifier.mails() if row.person_id in {"ben", "cleo"}]
    kinds = {"invitation", "reminder", "changed", "cancelled"}
    assert {row.kind for row in rows} == kinds
    mails = [signer.sign(row.raw) for row in rows]
    assert all(each.startswith(b"DKIM-Signature: ") for each in mails)
    *ours, spam = charged(program, [*mails, SPAM])
    assert spam[0] > 5, "it judges nothing"
    assert len(ours) == 2 * len(kinds)
    assert all(score < MOST for score, _ in ours), ours
