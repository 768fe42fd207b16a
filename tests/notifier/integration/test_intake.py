"""Mails that come in by real protocols: LMTP from a mail server, IMAP from a real mailbox."""

import asyncio
import getpass
import grp
import os
import pwd
import shutil
import smtplib
import socket
import subprocess
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from alongside_notifier.domain.addresses import tagged
from alongside_notifier.lmtp import LARGEST, listening
from alongside_notifier.mailbox import Mailbox, MailboxAway, read_mailbox
from notifier import corpus, reports
from notifier.making import MAIL_FROM

pytestmark = pytest.mark.integration


@pytest.fixture
async def ben(notifier):
    """Ben's own address of ours, once he was invited."""
    await notifier.begin()
    await notifier.tick("send")
    notifier.clock.advance(timedelta(hours=2))
    return tagged(MAIL_FROM, notifier.desk.reply_token("ben"))


def answer(notifier) -> bytes:
    return corpus.as_sent(corpus.google(notifier.desk.reply_token("ben")))


async def given(notifier):
    async with notifier.app.uow() as uow:
        found = await uow.answers.given("ben", "series-1", None)
    return found.answer if found else None


# --- LMTP ---------------------------------------------------------------------------------------


def deliver(port: int, to: list[str], raw: bytes):
    with smtplib.LMTP("127.0.0.1", port) as client:
        return client.sendmail("", to, raw)


async def test_a_mail_server_hands_answers_in(notifier, ben):
    async with listening(notifier.app.uow, notifier.desk, "127.0.0.1", 0) as port:
        assert await asyncio.to_thread(deliver, port, [ben], answer(notifier)) == {}
        assert await given(notifier) == "accepted"
        (mail,) = await notifier.mails("ben")
        report = reports.postfix(ben, mail.message_id)
        assert await asyncio.to_thread(deliver, port, [ben], report) == {}
    (mail,) = await notifier.mails("ben")
    assert mail.outcome == "bounced"


async def test_only_our_own_addresses_and_sizes_are_taken(notifier, ben):
    async with listening(notifier.app.uow, notifier.desk, "127.0.0.1", 0) as port:
        for stranger in ("somebody@supervision.example", ben.replace("@", "@not-")):
            with pytest.raises(smtplib.SMTPRecipientsRefused):
                await asyncio.to_thread(deliver, port, [stranger], answer(notifier))
        with pytest.raises(smtplib.SMTPException):
            await asyncio.to_thread(deliver, port, [ben], b"x: y\r\n" * (LARGEST // 5))
        assert await asyncio.to_thread(deliver, port, [MAIL_FROM], b"Subject: Hi\r\n\r\nHi") == {}
    assert await given(notifier) is None


async def test_a_mail_that_cannot_be_kept_now_is_not_taken(notifier, ben):
    async with listening(_closed, notifier.desk, "127.0.0.1", 0) as port:
        with pytest.raises(smtplib.SMTPDataError, match="try again"):
            await asyncio.to_thread(deliver, port, [ben], answer(notifier))


def _closed():
    raise ConnectionError("the database is away")


# --- IMAP ---------------------------------------------------------------------------------------

DOVECOT = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_failure_delay = 0
default_login_user = {user}
default_internal_user = {user}
default_internal_group = {group}
mail_location = maildir:{folder}/mail
passdb {{
  driver = static
  args = password=open-sesame
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/home
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""
"""All of it as one user. Never as root: then it would take more of the machine than its folder."""


class Dovecot:
    """A real mailbox on a port of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.user = "nobody" if os.geteuid() == 0 else getpass.getuser()
        self.group = grp.getgrgid(pwd.getpwnam(self.user).pw_gid).gr_name
        for name in ("", "run", "state", "home", "mail", "mail/new", "mail/cur", "mail/tmp"):
            (folder / name).mkdir()
            self._give(folder / name)
        config = folder / "dovecot.conf"
        config.write_text(
            DOVECOT.format(folder=folder, port=self.port, user=self.user, group=self.group)
        )
        other: dict[str, Any] = {}
        if os.geteuid() == 0:
            other = {"user": self.user, "group": self.group, "extra_groups": ()}
        self.process = subprocess.Popen(["dovecot", "-F", "-c", str(config)], **other)

    @property
    def url(self) -> str:
        return f"imap://calendar%40supervision.example:open-sesame@127.0.0.1:{self.port}/INBOX"

    def wait(self) -> None:
        mailbox = Mailbox(self.url)
        for _ in range(100):
            try:
                mailbox.unseen()
            except MailboxAway:
                assert self.process.poll() is None, (self.folder / "log").read_text()
                time.sleep(0.1)
            else:
                return
        raise AssertionError((self.folder / "log").read_text())

    def put(self, name: str, raw: bytes) -> None:
        draft = self.folder / "mail/tmp" / name
        draft.write_bytes(raw)
        self._give(draft)
        draft.rename(self.folder / "mail/new" / name)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=20)

    def _give(self, path: Path) -> None:
        shutil.chown(path, self.user, self.group)


@pytest.fixture
def dovecot():
    if shutil.which("dovecot") is None:
        pytest.skip("Dovecot: apt-get install dovecot-imapd")
    # Not below pytest's folder: whoever is not root cannot walk through that.
    with tempfile.TemporaryDirectory(prefix="mailbox-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        server = Dovecot(Path(folder) / "dovecot")
        try:
            server.wait()
            yield server
        finally:
            server.stop()


async def test_a_mailbox_is_read_once(notifier, ben, dovecot):
    mailbox = Mailbox(dovecot.url)
    assert await read_mailbox(notifier.app.uow, notifier.desk, mailbox) == 0
    dovecot.put("1", answer(notifier))
    dovecot.put("2", b"Subject: Buy now\r\n\r\nCheap!\r\n")
    dovecot.put("3", b"Subject: Large\r\n\r\n" + b"x" * 70 + b"\r\n" * 700_000)
    assert await read_mailbox(notifier.app.uow, notifier.desk, mailbox) == 2
    assert await given(notifier) == "accepted"
    assert await read_mailbox(notifier.app.uow, notifier.desk, mailbox) == 0
    assert len(list((dovecot.folder / "mail/cur").iterdir())) == 3


async def test_what_could_not_be_kept_is_read_again(notifier, ben, dovecot):
    mailbox = Mailbox(dovecot.url)
    dovecot.put("1", answer(notifier))
    with pytest.raises(ConnectionError):
        await read_mailbox(_closed, notifier.desk, mailbox)
    assert await given(notifier) is None
    assert await read_mailbox(notifier.app.uow, notifier.desk, mailbox) == 1
    assert await given(notifier) == "accepted"


async def test_a_mailbox_that_is_away_is_waited_for(notifier, ben, dovecot):
    nowhere = Mailbox(dovecot.url.replace("INBOX", "Nowhere"))
    with pytest.raises(MailboxAway, match="no folder Nowhere"):
        await asyncio.to_thread(nowhere.unseen)
    assert await read_mailbox(notifier.app.uow, notifier.desk, nowhere) == 0
    dovecot.stop()
    assert await read_mailbox(notifier.app.uow, notifier.desk, Mailbox(dovecot.url)) == 0
