"""The commands, on a data folder whose program does not run."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from alongside.db import migrate
from alongside.ids import SeededIds
from alongside.settings import Settings
from alongside.testing import FixedClock
from alongside_notifier.app import create_app
from notifier.conftest import Notifier
from notifier.corpus import apple, as_sent
from notifier.making import MAIL_FROM, NOW, ORIGIN

pytestmark = pytest.mark.integration


@pytest.fixture
def filled(tmp_path):
    """A data folder in which Ben is invited to a series."""

    async def fill():
        settings = Settings(data=tmp_path, base_url=ORIGIN, mail_from=MAIL_FROM)
        app = create_app(settings, clock=FixedClock(NOW), new_id=SeededIds(1))
        await migrate.upgrade(app.database, app.migrations)
        notifier = Notifier(app, app.clock, SeededIds(2))
        await notifier.begin()
        token = notifier.desk.reply_token("ben")
        await app.database.close()
        return token

    return tmp_path, asyncio.run(fill())


def alongside(data, *arguments, **options):
    command = Path(sys.executable).with_name("alongside")
    return subprocess.run(
        [command, *arguments],
        env={
            **os.environ,
            "ALONGSIDE_DATA": str(data),
            "ALONGSIDE_BASE_URL": ORIGIN,
            "ALONGSIDE_MAIL_FROM": MAIL_FROM,
        },
        capture_output=True,
        check=False,
        **options,
    )


def test_feed_prints_the_address_and_nothing_else(filled):
    data, _ = filled
    done = alongside(data, "feed", "ben@people.example")
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.decode().splitlines()
    assert line.startswith(f"{ORIGIN}/feeds/")
    assert line.endswith(".ics")
    assert done.stdout == alongside(data, "feed", "BEN@people.example").stdout
    unknown = alongside(data, "feed", "nobody@people.example")
    assert (unknown.returncode, unknown.stdout) == (1, b"")
    assert b"Nobody here" in unknown.stderr


def test_a_reply_comes_through_the_pipe_and_the_queue_can_be_read(filled):
    data, token = filled
    taken = alongside(data, "reply", input=as_sent(apple(token)))
    assert (taken.returncode, taken.stderr[:6]) == (0, b"taken:"), taken.stderr
    refused = alongside(data, "reply", input=b"rubbish")
    assert refused.returncode == 1
    listed = alongside(data, "mail", "list", "--to", "ben@people.example")
    assert listed.returncode == 0
    assert b"invitation" in listed.stdout
    assert b"Example" in alongside(data, "mail", "list", "--help").stdout
