"""The files for Kubernetes, proven as far as that goes without a cluster.

Each resource of Kubernetes itself is valid for the newest version, strictly. Those of operators have
schemas of their own, which are not here; what they say about us is compared with the code.
"""

import re
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from alongside.messaging.grants import HEARS, SAYS, Grant, grants
from alongside.messaging.kafka import PARTITIONS
from alongside.settings import SERVICES, Settings
from alongside.stack.kafka_files import VERSION
from alongside.stack.keys import KEYS_OF
from alongside.stack.routes import ROUTES
from deploy.test_compose import run, tool

pytestmark = pytest.mark.unit

FOLDER = Path(__file__).parents[2] / "deploy" / "kubernetes"
FILES = sorted(FOLDER.rglob("*.yaml"))
RESOURCES = [path for path in FILES if path.name != "kustomization.yaml"]
BASE = FOLDER / "base"
OPERATORS = ("kafka.strimzi.io/", "postgresql.cnpg.io/", "keda.sh/", "monitoring.coreos.com/")


@cache
def parsed(path: Path) -> list[dict[str, Any]]:
    return [each for each in yaml.load_all(path.read_text(), yaml.CSafeLoader) if each]


def resources(*paths: Path) -> list[dict[str, Any]]:
    return [deepcopy(each) for path in paths for each in parsed(path)]


def named(kind: str, name: str) -> dict[str, Any]:
    (found,) = [
        each
        for each in resources(*RESOURCES)
        if each["kind"] == kind and each["metadata"]["name"] == name
    ]
    return found


def pods() -> Iterator[tuple[str, dict[str, Any]]]:
    for each in resources(*RESOURCES):
        if each["kind"] in {"Deployment", "Job"}:
            yield each["metadata"]["name"], each["spec"]["template"]["spec"]


@pytest.mark.parametrize("path", RESOURCES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_resource_is_valid(path):
    judged = 0
    for each in resources(path):
        if not each["apiVersion"].startswith(OPERATORS):
            kubernetes_validate.validate(each, kubernetes_validate.latest_version(), strict=True)
            judged += 1
    assert judged or path.parent.name in {"operators", "autoscale-on-lag", "observed"}


def test_a_wrong_word_would_be_noticed():
    service = named("Service", "logbook")
    service["spec"]["prots"] = service["spec"].pop("ports")
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(service, kubernetes_validate.latest_version(), strict=True)


def test_the_files_are_tidy():
    rules = "{extends: default, rules: {line-length: {max: 120}, document-start: disable}}"
    answer = run(tool("yamllint"), "--strict", "-d", rules, *FILES)
    assert answer.returncode == 0, answer.stdout


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("kustomization.yaml")), ids=str)
def test_a_kustomization_names_what_is_there_and_leaves_nothing_out(path):
    (whole,) = resources(path)
    beside = {each.name for each in path.parent.glob("*.yaml")} - {path.name}
    names = {each for each in whole["resources"] if not each.startswith("../")}
    assert names == beside
    for each in whole["resources"]:
        assert (path.parent / each).exists(), each


def test_every_setting_they_name_exists():
    known = {f"ALONGSIDE_{name.upper()}" for name in Settings.model_fields}
    for path in FILES:
        text = path.read_text()
        assert set(re.findall(r"ALONGSIDE_[A-Z_]+[A-Z]", text)) <= known, path
        if path.name != "alerts.yaml":  # which speaks of figures
            mounted = re.findall(r"\balongside_[a-z_]+", text)
            assert {name.upper() for name in mounted} <= known, path


def test_every_service_has_its_pages_its_work_and_its_migration():
    for name in SERVICES:
        said = {
            kind: named(*what)["spec"]["template"]["spec"]["containers"][0]
            for kind, what in {
                "web": ("Deployment", f"{name}-web"),
                "work": ("Deployment", f"{name}-work"),
                "relay": ("Deployment", f"{name}-relay"),
                "migrate": ("Job", f"migrate-{name}"),
            }.items()
        }
        assert {each["image"] for each in said.values()} == {f"alongside-{name}"}
        assert said["web"]["args"] == ["serve", name, "--roles", "web"]
        assert said["work"]["args"] == ["serve", name, "--roles", "worker"]
        assert said["relay"]["args"] == ["serve", name, "--roles", "relay,ticker"]
        assert said["migrate"]["args"] == ["migrate", name]
        for kind in ("web", "work", "relay"):
            assert said[kind]["readinessProbe"]["httpGet"]["path"] == "/readyz"
            assert said[kind]["livenessProbe"]["httpGet"]["path"] == "/healthz"
            assert named("PodDisruptionBudget", f"{name}-{kind}")["spec"]["minAvailable"] == 1
        chosen = named("Service", name)["spec"]["selector"]
        labels = named("Deployment", f"{name}-web")["spec"]["template"]["metadata"]["labels"]
        assert chosen.items() <= labels.items()


def test_every_pod_is_hardened():
    for name, pod in pods():
        assert pod["automountServiceAccountToken"] is False, name
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["securityContext"]["runAsUser"] == 10001, name
        for container in pod["containers"]:
            context = container["securityContext"]
            assert context["readOnlyRootFilesystem"] is True, name
            assert context["allowPrivilegeEscalation"] is False, name
            assert context["capabilities"] == {"drop": ["ALL"]}, name
            assert "memory" in container["resources"]["limits"], name


def test_a_pod_is_given_the_secrets_of_its_own_service():
    for name, pod in pods():
        (mounted,) = [each["projected"] for each in pod["volumes"] if "projected" in each]
        secrets = {each["secret"]["name"] for each in mounted["sources"]}
        env = {each["name"]: each["value"] for each in pod["containers"][0]["env"]}
        service = next((each for each in SERVICES if each in name), None)
        if service is None:
            assert secrets == {"admin", "alongside-cluster-ca-cert"}
            assert env["ALONGSIDE_KAFKA_USER"] == "admin"
        else:
            assert secrets == {f"alongside-{service}", service, "alongside-cluster-ca-cert"}
            assert env["ALONGSIDE_KAFKA_USER"] == service


def test_the_runbook_makes_every_secret_from_its_files():
    text = (FOLDER / "README.md").read_text()
    for name in SERVICES:
        (command,) = re.findall(
            rf"kubectl create secret generic alongside-{name} (.*?)\n(?:\n|kubectl|```)",
            text,
            re.DOTALL,
        )
        files = set(re.findall(r"--from-file=(?:[\w.]+=)?(\S+)", command))
        mail = {"smtp_url", "channels"} if name == "notifier" else set()
        assert files == {*KEYS_OF[name], f"{name}_database_url"} | mail


def test_the_door_knows_the_same_paths():
    (rule,) = named("Ingress", "alongside")["spec"]["rules"]
    said: dict[str, list[str]] = {}
    for each in rule["http"]["paths"]:
        assert each["pathType"] == "Prefix"
        said.setdefault(each["backend"]["service"]["name"], []).append(each["path"])
    assert said == {
        "scheduler": ["/"],
        **{name: list(ROUTES[name]) for name in ("logbook", "notifier")},
    }


def test_kafka_has_our_topics_and_grants_and_no_others():
    kinds = resources(FOLDER / "operators" / "kafka.yaml")
    topics = {
        each["metadata"]["name"]: each["spec"] for each in kinds if each["kind"] == "KafkaTopic"
    }
    assert set(topics) == {topic for each in SAYS.values() for topic in each}
    for spec in topics.values():
        assert spec["partitions"] == PARTITIONS
        assert spec["config"]["retention.ms"] == -1
    assert named("Kafka", "alongside")["spec"]["kafka"]["version"] == VERSION
    said = {
        Grant(user["metadata"]["name"], acl["resource"]["type"], acl["resource"]["name"], operation.upper())
        for user in kinds
        if user["kind"] == "KafkaUser"
        for acl in user["spec"]["authorization"]["acls"]
        for operation in acl["operations"]
    }  # fmt: skip
    assert said == set(grants())


def test_workers_come_and_go_with_what_waits_for_each_consumer():
    for name in SERVICES:
        spec = named("ScaledObject", f"{name}-work")["spec"]
        assert spec["scaleTargetRef"]["name"] == f"{name}-work"
        assert spec["maxReplicaCount"] == PARTITIONS
        watched = {
            (each["metadata"]["consumerGroup"], each["metadata"]["topic"])
            for each in spec["triggers"]
        }
        assert watched == {
            (f"alongside.{name}-{topic.split('.')[1]}", topic) for topic in HEARS[name]
        }
        # What KEDA takes from a trigger, and what from its authentication alone.
        for each in spec["triggers"]:
            assert each["authenticationRef"] == {"name": "kafka"}
            assert each["metadata"].keys() == {
                *("bootstrapServers", "consumerGroup", "topic", "lagThreshold", "version"),
                *("offsetResetPolicy", "sasl", "tls"),
            }
            assert each["metadata"]["version"].split(".")[0] == VERSION.split(".")[0]
    known = named("TriggerAuthentication", "kafka")["spec"]
    assert [each["parameter"] for each in known["secretTargetRef"]] == ["password", "ca"]
    (reader,) = known["configMapTargetRef"]
    assert named("ConfigMap", reader["name"])["data"] == {reader["key"]: "lag-reader"}


def test_each_database_belongs_to_its_service_alone():
    databases = [each for each in resources(*RESOURCES) if each["kind"] == "Database"]
    assert {(each["spec"]["name"], each["spec"]["owner"]) for each in databases} == {
        (name, name) for name in SERVICES
    }
    roles = named("Cluster", "postgres")["spec"]["managed"]["roles"]
    assert {(role["name"], role["passwordSecret"]["name"]) for role in roles} == {
        (name, f"postgres-{name}") for name in SERVICES
    }
    assert not any(role.get("superuser") or role.get("inRoles") for role in roles)


def test_a_server_has_room_for_every_process():
    (base,) = resources(BASE / "kustomization.yaml")
    said = dict(each.split("=", 1) for each in base["configMapGenerator"][0]["literals"])
    each_keeps = int(said["ALONGSIDE_DATABASE_POOL"]) + 1
    most = sum(
        named("HorizontalPodAutoscaler", f"{name}-web")["spec"]["maxReplicas"]
        + named("ScaledObject", f"{name}-work")["spec"]["maxReplicaCount"]
        + named("Deployment", f"{name}-relay")["spec"]["replicas"]
        for name in SERVICES
    )
    said = named("Cluster", "postgres")["spec"]["postgresql"]["parameters"]
    assert most * each_keeps < int(said["max_connections"]) * 0.9


def test_nothing_is_reachable_unless_it_is_said():
    everything = named("NetworkPolicy", "nothing")["spec"]
    assert everything == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
