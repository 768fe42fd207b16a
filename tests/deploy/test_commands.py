"""The commands of docker-compose.yml, run as they stand there: no engine, but the same words.

Of one service, as the three are alike (test_compose.py). Host names, ports and the folder of secrets
are the only things that are other than in a container.
"""

import os
import re
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from alongside.stack.kafka_files import find_java, find_kafka
from alongside.stack.ports import free_port
from deploy.test_compose import DOCKERFILE, FILE, ROOT, SERVICE, run, tool

pytestmark = [pytest.mark.integration, pytest.mark.timeout(240)]

NAME = "notifier"
PARTS = (NAME, f"{NAME}-worker", f"{NAME}-relay")


def filled_in(value: object) -> str:
    """Return a value with what docker-compose.yml says where nothing is set."""
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", str(value))


class Containers:
    """What an engine would do, with processes."""

    def __init__(self, folder: Path, kafka: str, database: str) -> None:
        self.folder, self.kafka, self.database = folder, kafka, database
        script = folder / "deploy" / "make-secrets"
        script.parent.mkdir()
        script.write_text((ROOT / "deploy" / "make-secrets").read_text())
        assert run("sh", script).returncode == 0
        self.image = dict(re.findall(r"(ALONGSIDE_\w+)=(\S+)", DOCKERFILE.read_text()))

    def environment(self, part: str, port: int) -> dict[str, str]:
        own = self.folder / part
        own.mkdir()
        said = {"PATH": os.environ["PATH"], "HOME": str(own)} | self.image
        said |= {name: filled_in(each) for name, each in SERVICE[part]["environment"].items()}
        assert said["ALONGSIDE_KAFKA_BOOTSTRAP"] == "kafka:19092"
        said["ALONGSIDE_KAFKA_BOOTSTRAP"] = self.kafka
        said |= {"ALONGSIDE_HOST": "127.0.0.1", "ALONGSIDE_PORT": str(port)}
        said |= {"ALONGSIDE_DATA": str(own / "data"), "ALONGSIDE_KEYS": str(own)}
        for secret in SERVICE[part].get("secrets", ()):
            each = {"source": secret, "target": secret} if isinstance(secret, str) else secret
            content = (self.folder / FILE["secrets"][each["source"]]["file"]).read_text()
            if each["target"] == f"alongside_{NAME}_database_url":
                assert f"@postgres:5432/{NAME}" in content
                content = self.database
            (own / each["target"]).write_text(content)
            if each["target"].startswith("alongside_"):
                # In a container the file is enough: there it is in /run/secrets.
                said[each["target"].upper()] = content
        return said

    def start(self, part: str, port: int = 0) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [tool("alongside"), *SERVICE[part]["command"]],
            env=self.environment(part, port),
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


def healthy(part: str, port: int) -> bool:
    kind, *question = SERVICE[part]["healthcheck"]["test"]
    assert kind == "CMD"
    asked = [each.replace(":8000/", f":{port}/") for each in question]
    return run(tool(asked[0]), *asked[1:]).returncode == 0


def test_jobs_end_well_and_processes_become_healthy_and_stop(
    kafka_bootstrap, postgres_url, tmp_path
):
    containers = Containers(tmp_path, kafka_bootstrap, postgres_url)
    with ExitStack() as running:
        jobs = {job: containers.start(job) for job in ("topics", f"migrate-{NAME}")}
        for process in jobs.values():
            running.callback(process.kill)
        for job, process in jobs.items():
            said, _ = process.communicate(timeout=120)
            assert process.returncode == 0, f"{job}: {said}"
        ports = {part: free_port() for part in PARTS}
        assert not healthy(NAME, ports[NAME])
        processes = {part: containers.start(part, port) for part, port in ports.items()}
        for process in processes.values():
            running.callback(process.kill)
        waiting = set(PARTS)
        deadline = time.monotonic() + 180
        while waiting:
            assert time.monotonic() < deadline, f"not healthy: {waiting}"
            waiting -= {part for part in waiting if healthy(part, ports[part])}
            time.sleep(0.3)
        for process in processes.values():
            process.terminate()
        for part, process in processes.items():
            said, _ = process.communicate(timeout=int(SERVICE[part]["stop_grace_period"][:-1]))
            assert process.returncode == 0, f"{part}: {said}"


def test_the_image_of_kafka_makes_of_its_variables_what_the_broker_takes(stack_can_run, tmp_path):
    said = {name: filled_in(each) for name, each in SERVICE["kafka"]["environment"].items()}
    folders = {name: tmp_path / name for name in ("default", "mounted", "final")}
    for folder in folders.values():
        folder.mkdir()
    for name in ("server.properties", "log4j2.yaml", "tools-log4j2.yaml"):
        (folders["default"] / name).write_text("of.the.image=1\n" if "server" in name else "")
    # The program by which the image begins: it writes the settings and makes the storage by them.
    answer = run(
        *(find_java(), "-XX:TieredStopAtLevel=1", "-cp", f"{find_kafka() / 'libs'}/*"),
        *("kafka.docker.KafkaDockerWrapper", "setup"),
        *(part for name in folders for part in (f"--{name}-configs-dir", folders[name])),
        env={"PATH": os.environ["PATH"]} | said | {"KAFKA_LOG_DIRS": str(tmp_path / "log")},
        timeout=200,
    )
    assert answer.returncode == 0, answer.stderr
    written = (folders["final"] / "server.properties").read_text()
    made = dict(line.split("=", 1) for line in written.split())
    wanted = {
        name.removeprefix("KAFKA_").lower().replace("_", "."): each
        for name, each in said.items()
        if name.startswith("KAFKA_")
    }
    assert made == wanted | {"log.dirs": str(tmp_path / "log")}
    assert said["CLUSTER_ID"] in (tmp_path / "log" / "meta.properties").read_text()
