"""The doctor finds what is wrong, says what to do, and leaves everything as it was."""

import json

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from alongside.cli import build
from alongside.host import opened
from alongside.operations.doctor import _logins, examine
from alongside.secrets import MissingKey
from alongside.settings import SERVICES, Settings

pytestmark = pytest.mark.unit

NOWHERE = "127.0.0.1:1"


async def complaints(settings: Settings) -> dict[str, str]:
    found = [each async for each in examine(settings)]
    assert all(each.good or each.advice for each in found)
    return {f"{each.about}: {each.said}": each.advice for each in found if not each.good}


def one(found: dict[str, str], *words: str) -> bool:
    """Tell whether exactly one complaint, with its advice, has all these words."""
    said = [f"{key} → {value}" for key, value in found.items()]
    return len([each for each in said if all(word in each for word in words)]) == 1


async def test_a_house_in_order_has_no_complaints_and_each_fault_has_its_own(house, monkeypatch):
    settings = house.settings
    data = settings.data
    assert await complaints(settings) == {}

    for name, revision in (("logbook", "0001"), ("scheduler", "of a newer version")):
        async with house.host.services[name].database.write() as session:
            await session.execute(text(f"UPDATE alembic_version SET version_num = '{revision}'"))
            await session.commit()
    (data / "keys" / "link.key").chmod(0o644)
    (data / "keys").chmod(0o755)
    monkeypatch.setattr("alongside.operations.doctor._LITTLE_SPACE", 2**60)
    changed = {
        "smtp_url": f"smtp://{NOWHERE}",
        "imap_url": f"imaps://u:p@{NOWHERE}/INBOX",
        "otlp_endpoint": f"http://{NOWHERE}",
        "base_url": "http://hours.example.org",
    }
    found = await complaints(Settings(data=data, **changed))
    assert one(found, "logbook: the database is at revision 0001", "alongside migrate logbook")
    assert one(found, "keys: Others", "link.key", "chmod 600")
    assert one(found, "disk:", "Make room")
    assert one(found, "mail: the mail server", NOWHERE, "ALONGSIDE_SMTP_URL")
    assert one(found, "mail: the mailbox", NOWHERE, "ALONGSIDE_IMAP_URL")
    assert one(found, f"traces: http://{NOWHERE}", "Start the collector")
    assert one(found, "address: ", "TLS")
    assert len(found) == 7

    (data / "templates" / "mail").mkdir(parents=True)
    (data / "templates" / "mail" / "reminder.txt").write_text("{% if %}")
    found = await complaints(Settings(data=data))
    assert one(found, "notifier: cannot be made", "reminder.txt")
    (data / "keys" / "feed.key").unlink()
    found = await complaints(Settings(data=data))
    assert one(found, "keys: feed.key cannot be read", "backup")
    assert not (data / "keys" / "feed.key").exists()
    with pytest.raises(MissingKey, match=r"feed\.key not found"):
        async with opened(Settings(data=data)):
            pass
    assert one(await complaints(Settings(data=data / "elsewhere")), "folder:", "alongside up")


async def test_what_is_away_is_named_with_its_address_and_without_its_password(house):
    urls = {
        f"{name}_database_url": f"postgresql+asyncpg://{name}:secret@{NOWHERE}/{name}"
        for name in SERVICES
    }
    stack = Settings(data=house.settings.data, mode="stack", kafka_bootstrap=NOWHERE, **urls)
    found = await complaints(stack)
    for name in SERVICES:
        assert one(found, f"{name}: the database at postgresql", NOWHERE, "Is it running")
    assert one(found, f"kafka: {NOWHERE} does not answer", "outbox")
    assert len(found) == 4
    assert "secret" not in str(found)


def test_kafka_is_asked_as_each_service_where_their_passwords_are_and_else_as_the_settings_say(
    tmp_path,
):
    urls = {f"{name}_database_url": f"postgresql+asyncpg://{NOWHERE}/{name}" for name in SERVICES}
    user = {"kafka_user": "admin", "kafka_password": "all-rights"}
    stack = Settings(data=tmp_path, mode="stack", kafka_bootstrap=NOWHERE, **urls, **user)
    assert [(each.user, asked) for each, asked in _logins(stack)] == [("admin", [*SERVICES])]
    (tmp_path / "secrets").mkdir()
    for name in SERVICES:
        (tmp_path / "secrets" / f"kafka-{name}.password").write_text(f"of {name}")
    assert [(each.user, each.password, asked) for each, asked in _logins(stack)] == [
        (name, f"of {name}", [name]) for name in SERVICES
    ]


def test_scripts_read_it_and_its_exit_code(house, monkeypatch):
    monkeypatch.setenv("ALONGSIDE_DATA", str(house.settings.data))
    answer = CliRunner().invoke(build(), ["doctor", "--json"])
    assert answer.exit_code == 0
    assert all(each["good"] for each in json.loads(answer.stdout))
    (house.settings.data / "scheduler.db").rename(house.settings.data / "gone.db")
    answer = CliRunner().invoke(build(), ["doctor"])
    assert answer.exit_code == 1
    assert not (house.settings.data / "scheduler.db").exists()
