"""What is watched exists: every figure that a dashboard or an alert names is one that the code has."""

import json
import re
from pathlib import Path

import pytest
import yaml

from alongside import host
from alongside.observability import metrics
from alongside.settings import SERVICES
from deploy.test_compose import FILE, SERVICE
from deploy.test_kubernetes import named

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "observability"
DASHBOARD = json.loads((FOLDER / "grafana" / "dashboards" / "alongside.json").read_text())
RULES = yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"]
PROMETHEUS = yaml.safe_load((FOLDER / "prometheus.yml").read_text())

LABELS = {"job", "process", "le"}
"""What Prometheus itself adds, or the scrape configuration."""


def known() -> dict[str, set[str]]:
    """Return every series that the code can make, with its labels."""
    series = {"up": set()}
    for metric in metrics.REGISTRY._names_to_collectors.values():
        labels = set(metric._labelnames)
        endings = {"counter": ["_total"], "histogram": ["_bucket", "_count", "_sum"]}
        for ending in endings.get(metric._type, [""]):
            series[f"{metric._name}{ending}"] = labels
    return series


def questions() -> dict[str, str]:
    asked = {rule["alert"]: rule["expr"] for group in RULES for rule in group["rules"]}
    for panel in DASHBOARD["panels"]:
        for target in panel.get("targets", ()):
            asked[f"{panel['title']} {target['refId']}"] = target["expr"]
    return asked


@pytest.mark.parametrize(("where", "question"), questions().items(), ids=list(questions()))
def test_every_figure_and_label_that_is_asked_for_exists(where, question):
    series = known()
    named_ones = set(re.findall(r"\balongside_\w+|\bup\b", question))
    assert named_ones, where
    assert named_ones <= set(series), where
    labels = {
        part.strip()
        for group in re.findall(r"by \(([^)]+)\)", question)
        for part in group.split(",")
    }
    labels |= set(re.findall(r"(\w+)=~?\"", question))
    assert labels <= set().union(*(series[name] for name in named_ones)) | LABELS, where
    assert question.count("(") == question.count(")")


def test_every_figure_of_an_operator_is_drawn():
    drawn = " ".join(questions().values())
    gauges = {name for name in known() if not name.endswith(("_sum", "_bucket"))}
    gauges -= {"alongside_rate_limit_failures_total", "up"}
    assert [name for name in sorted(gauges) if name not in drawn] == []


def test_every_figure_is_explained_as_in_the_code():
    explained = set(
        re.findall(
            r"^\| `(\w+)` \| (\w+) \| ([^|]*) \| (.+) \|$",
            (FOLDER / "README.md").read_text(),
            re.MULTILINE,
        )
    )
    assert explained == {
        (
            f"{each._name}{'_total' if each._type == 'counter' else ''}",
            each._type,
            ", ".join(each._labelnames),
            each._documentation,
        )
        for each in metrics.REGISTRY._names_to_collectors.values()
    }


def test_every_alert_says_what_is_wrong_and_what_to_do():
    for group in RULES:
        for rule in group["rules"]:
            assert set(rule["annotations"]) == {"summary", "description"}, rule["alert"]
            assert rule["labels"]["severity"] in {"warning", "critical"}, rule["alert"]
            shown = set(re.findall(r"\$labels\.(\w+)", str(rule["annotations"])))
            by = {
                part.strip()
                for each in re.findall(r"by \(([^)]+)\)", rule["expr"])
                for part in each.split(",")
            }
            assert shown <= by | LABELS, rule["alert"]


def test_the_tickers_that_are_waited_for_exist():
    (said,) = re.findall(r'ticker=~"([^"]+)"', str(RULES))
    makers = (ROOT / "services/notifier/src/alongside_notifier/app.py", Path(host.__file__))
    made = re.findall(r'Ticker\(\s*"([^"]+)"', "".join(each.read_text() for each in makers))
    assert set(said.split("|")) <= set(made)


def test_every_process_is_asked():
    (job,) = PROMETHEUS["scrape_configs"]
    (asked,) = job["dns_sd_configs"]
    parts = [f"{name}{part}" for name in SERVICES for part in ("", "-worker", "-relay")]
    assert asked["names"] == parts
    assert all(
        "inside" in SERVICE[name]["networks"] for name in (*parts, "prometheus", "collector")
    )
    assert PROMETHEUS["rule_files"] == ["alerts.yml"]


def test_the_dashboard_asks_where_the_figures_are():
    provisioned = yaml.safe_load(
        (FOLDER / "grafana" / "provisioning" / "datasources" / "alongside.yaml").read_text()
    )["datasources"]
    uids = {each["uid"]: each["url"].split(":")[1].strip("/") for each in provisioned}
    assert set(uids.values()) <= set(SERVICE)
    used = {panel["datasource"]["uid"] for panel in DASHBOARD["panels"] if "datasource" in panel}
    assert used == {"alongside-figures"}
    assert used <= set(uids)
    numbers = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(numbers) == len(set(numbers))
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert at["x"] + at["w"] <= 24, panel["title"]
        assert not cells & taken, panel["title"]
        taken |= cells


def test_what_is_mounted_is_there():
    for name in ("prometheus", "grafana", "collector"):
        assert SERVICE[name]["profiles"] == ["observability"]
        for volume in SERVICE[name]["volumes"]:
            source = volume.split(":")[0]
            assert source in FILE["volumes"] or (ROOT / source).exists(), volume
    collector = yaml.safe_load((FOLDER / "collector.yaml").read_text())
    pipeline = collector["service"]["pipelines"]["traces"]
    for kind in ("receivers", "processors", "exporters"):
        assert set(pipeline[kind]) == set(collector[kind])
    assert collector["receivers"]["otlp"]["protocols"]["http"]["endpoint"].endswith(":4318")
    assert collector["exporters"]["otlp"]["endpoint"].split(":")[0] in SERVICE


def test_the_alerts_of_kubernetes_are_the_same():
    text = json.dumps(named("PrometheusRule", "alongside")["spec"]["groups"])
    assert json.loads(text.replace(".*-web", "|".join(SERVICES))) == RULES
