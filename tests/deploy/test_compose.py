"""The files for containers, proven as far as that goes without an engine.

They are valid, they name settings that exist, no service gets another's secrets, and the door
knows the same paths. (The recipe in them, the same commands as plain processes, is run by the tests of the
stack.)
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from alongside.secrets import BEFORE
from alongside.settings import SERVICES, Settings
from alongside.stack.kafka_files import VERSION
from alongside.stack.keys import KEYS_OF
from alongside.stack.routes import ROUTES

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "docker-compose.yml"
OVERLAYS = sorted((ROOT / "deploy").glob("compose.*.yml"))
DOCKERFILE = ROOT / "deploy" / "Dockerfile"
CADDYFILE = ROOT / "deploy" / "caddy" / "Caddyfile"

FILE = yaml.safe_load(COMPOSE.read_text())
SERVICE = FILE["services"]
PARTS_OF = {name: (name, f"{name}-worker", f"{name}-relay", f"migrate-{name}") for name in SERVICES}
OURS = {name: each for name, each in SERVICE.items() if str(each["image"]).startswith("alongside-")}


def run(*command: str | Path, timeout=60, **options) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        list(map(str, command)),
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
        **options,
    )


def tool(name: str) -> Path:
    return Path(sys.executable).with_name(name)


def test_compose_files_are_valid():
    answer = run(
        tool("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", COMPOSE, *OVERLAYS
    )
    assert answer.returncode == 0, answer.stdout


def test_yaml_is_tidy():
    rules = "{extends: default, rules: {line-length: {max: 120}, document-start: disable}}"
    answer = run(tool("yamllint"), "--strict", "-d", rules, COMPOSE, *OVERLAYS)
    assert answer.returncode == 0, answer.stdout


def test_every_setting_they_name_exists():
    known = {f"ALONGSIDE_{name.upper()}" for name in Settings.model_fields}
    for path in (COMPOSE, *OVERLAYS, DOCKERFILE, CADDYFILE, ROOT / "deploy" / "make-secrets"):
        named = set(re.findall(r"ALONGSIDE_[A-Z_]+[A-Z]", path.read_text()))
        assert named <= known, path
    mounted = [
        secret["target"]
        for each in OURS.values()
        for secret in each.get("secrets", ())
        if isinstance(secret, dict)
    ]
    assert mounted
    assert {name.upper() for name in mounted} <= known


def test_every_setting_can_be_said():
    """But for Kafka's login, which is for one elsewhere, and rehearsals."""
    files = "".join(path.read_text() for path in (COMPOSE, *OVERLAYS, DOCKERFILE)).lower()
    silent = {name for name in Settings.model_fields if f"alongside_{name}" not in files}
    assert silent == {"kafka_user", "kafka_password", "kafka_ca", "clock_file"}


def test_a_server_has_room_for_every_process():
    (said,) = re.findall(r"max_connections=(\d+)", str(SERVICE["postgres"]["command"]))
    processes = [name for name, each in OURS.items() if each["command"][0] == "serve"]
    # A pool, and the connection by which each process is woken; some are kept for others.
    assert len(processes) * (Settings.model_fields["database_pool"].default + 1) < int(said) * 0.8


def test_a_service_gets_its_own_secrets_and_no_others():
    for name in SERVICES:
        for part in PARTS_OF[name]:
            each = SERVICE[part]
            plain = {secret for secret in each["secrets"] if isinstance(secret, str)}
            settings = {secret["target"] for secret in each["secrets"] if isinstance(secret, dict)}
            mail = {"alongside_smtp_url", "alongside_channels"} if name == "notifier" else set()
            assert plain == set(KEYS_OF[name])
            assert settings == {f"alongside_{name}_database_url"} | mail


@pytest.mark.parametrize("what", ["signing", "link", "feed"])
def test_a_key_before_goes_to_every_service_that_has_the_key(what):
    kept = "verifying.pem" if what == "signing" else f"{what}.key"
    overlay = yaml.safe_load((ROOT / "deploy" / f"compose.{what}-before.yml").read_text())
    before = BEFORE[kept]
    assert overlay["secrets"] == {before: {"file": f"./deploy/secrets/{before}"}}
    readers = {
        part
        for name in SERVICES
        if kept in KEYS_OF[name]
        for part in (name, f"{name}-worker", f"{name}-relay")
    }
    assert overlay["services"] == {part: {"secrets": [before]} for part in readers}


def test_every_secret_is_a_file_that_is_made_and_never_committed(tmp_path):
    deploy = tmp_path / "deploy"
    deploy.mkdir()
    script = deploy / "make-secrets"
    script.write_text((ROOT / "deploy" / "make-secrets").read_text())
    first = run("sh", script)
    assert first.returncode == 0, first.stderr
    made = {path.name: path.read_bytes() for path in (deploy / "secrets").iterdir()}
    wanted = {
        Path(secret["file"]).relative_to("./deploy/secrets").name
        for secret in FILE["secrets"].values()
    }
    assert set(made) == wanted
    assert all(made.values())
    again = run("sh", script)
    assert again.stdout == ""
    assert {path.name: path.read_bytes() for path in (deploy / "secrets").iterdir()} == made
    ignored = run("git", "check-ignore", "deploy/secrets/signing.pem", cwd=ROOT)
    assert ignored.returncode == 0


def test_a_secret_that_cannot_be_made_is_said_and_not_left_empty(tmp_path):
    (tmp_path / "deploy").mkdir()
    script = tmp_path / "deploy" / "make-secrets"
    script.write_text((ROOT / "deploy" / "make-secrets").read_text())
    old = tmp_path / "openssl"
    old.write_text(f'#!/bin/sh\n[ "$1" != genpkey ] && exec {shutil.which("openssl")} "$@"\n')
    old.chmod(0o755)
    answer = run("sh", script, env={"PATH": f"{tmp_path}:{os.environ['PATH']}"})
    assert answer.returncode != 0
    assert "signing.pem could not be made" in answer.stderr
    assert not (tmp_path / "deploy" / "secrets" / "signing.pem").exists()


def test_the_keys_that_are_made_are_keys(tmp_path):
    from alongside.secrets import Secrets

    deploy = tmp_path / "deploy"
    deploy.mkdir()
    script = deploy / "make-secrets"
    script.write_text((ROOT / "deploy" / "make-secrets").read_text())
    run("sh", script)
    secrets = Secrets(deploy / "secrets")
    signed = secrets.signing_key.sign(b"x")
    secrets.public_key.verify(signed, b"x")
    assert len(secrets.link_mac("a", "b")) == 43
    assert len(secrets.feed_mac("a")) == 43
    url = (deploy / "secrets" / "logbook_database_url").read_text()
    password = (deploy / "secrets" / "logbook_password").read_text()
    assert url == f"postgresql+asyncpg://logbook:{password}@postgres:5432/logbook"


def test_every_service_has_its_image_its_migration_and_its_command():
    for name in SERVICES:
        assert SERVICE[name]["build"]["args"] == {"SERVICE": name}
        assert SERVICE[name]["image"] == f"alongside-{name}"
        for part, roles in {"": "web", "-worker": "worker", "-relay": "relay,ticker"}.items():
            each = SERVICE[f"{name}{part}"]
            assert each["image"] == f"alongside-{name}"
            assert each["command"] == ["serve", name, "--roles", roles]
            assert each["environment"] == SERVICE[name]["environment"]
            assert each["depends_on"] == SERVICE[name]["depends_on"]
        assert SERVICE[f"migrate-{name}"]["command"] == ["migrate", name]
        assert SERVICE[name]["depends_on"] == {
            f"migrate-{name}": {"condition": "service_completed_successfully"},
            "topics": {"condition": "service_completed_successfully"},
        }


def test_no_image_of_ours_is_asked_for_elsewhere():
    for name, each in OURS.items():
        assert ("build" in each) is (name in SERVICES), name
        assert each.get("pull_policy") == (None if "build" in each else "never"), name


def test_every_container_is_hardened():
    for name, each in SERVICE.items():
        assert each["cap_drop"] == ["ALL"], name
        assert each["security_opt"] == ["no-new-privileges:true"], name
        # Kafka's image writes its configuration at start.
        assert each.get("read_only", False) is (name != "kafka"), name
        assert "container_name" not in each, name
        assert each.get("restart") == "no" or "healthcheck" in each, name


def test_only_doors_are_published_and_only_on_loopback():
    published = {name: each["ports"] for name, each in SERVICE.items() if "ports" in each}
    assert set(published) == {"door", "mailpit", "grafana"}
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)


def test_kafka_is_that_of_the_tests_and_makes_no_topics_by_itself():
    kafka = SERVICE["kafka"]
    assert kafka["image"] == f"apache/kafka:${{KAFKA_VERSION:-{VERSION}}}"
    assert kafka["environment"]["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"
    assert kafka["environment"]["KAFKA_LOG_RETENTION_MS"] == -1
    assert SERVICE["topics"]["command"][0] == "topics"
    for each in OURS.values():
        assert each["environment"]["ALONGSIDE_KAFKA_BOOTSTRAP"] == "kafka:19092"


def test_the_door_of_the_containers_knows_the_same_paths():
    text = CADDYFILE.read_text()
    for name in ("logbook", "notifier"):
        matcher = re.search(rf"@{name} path (.+)", text)[1].split()
        assert matcher == [part for path in ROUTES[name] for part in (path, f"{path}/*")]
        assert re.search(rf"handle @{name} {{\s+reverse_proxy {name}:8000\s+}}", text)
    assert re.search(r"handle {\s+reverse_proxy scheduler:8000\s+}", text)


def test_the_image_runs_as_nobody_in_particular_with_pinned_packages():
    text = DOCKERFILE.read_text()
    assert "USER 10001:10001" in text
    assert "--require-hashes" in text
    assert re.search(r"^COPY requirements/runtime.txt", text, re.MULTILINE)
    ignored = (ROOT / "deploy" / "Dockerfile.dockerignore").read_text().splitlines()
    assert "*" in ignored
