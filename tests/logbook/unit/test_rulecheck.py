"""The linter of rule packs: what can be read, and yet cannot be meant."""

import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from alongside_logbook.rulebook import SHIPPED
from alongside_logbook.rulecheck import Finding, check
from alongside_logbook.ruleschema import FILES, schema

pytestmark = pytest.mark.unit

SURE = {"sources": ["house"], "confidence": "L"}


@pytest.fixture(scope="module")
def shared(tmp_path_factory) -> Path:
    """The shared pattern alone: a check of it is quick."""
    folder = tmp_path_factory.mktemp("rules")
    shutil.copytree(SHIPPED / "alliance", folder / "alliance")
    # What other folders extend is not looked at here, and makes each check slow.
    for path in (folder / "alliance").rglob("*.yaml"):
        if path.parent.name in {"renew", "ers"} or path.stem not in {
            "association", "IFS", "IMHS", "IMHS@2018"
        }:  # fmt: skip
            path.unlink()
    return folder


@pytest.fixture
def own(tmp_path) -> Path:
    """An association of one's own, beside the shared pattern."""
    folder = tmp_path / "here"
    (folder / "apply").mkdir(parents=True)
    head(folder)
    return tmp_path


def head(folder: Path, **says: Any) -> None:
    text = {"association": "here", "extends": "alliance", "name": "Here", "about": "Our own rules."}
    (folder / "association.yaml").write_text(yaml.safe_dump({**text, **says}, sort_keys=False))


def pack(own: Path, name: str, **says: Any) -> None:
    text = {"extends": "alliance/apply/IFS", **says}
    (own / "here/apply" / f"{name}.yaml").write_text(yaml.safe_dump(text, sort_keys=False))


def found(shared: Path, own: Path) -> list[Finding]:
    usual = {finding.said for finding in check(shared).findings}
    return [finding for finding in check(shared, own).findings if finding.said not in usual]


def part(name: str, **says: Any) -> dict[str, Any]:
    return {"id": name, "label": "A part of it", "of": "rsc", **SURE, **says}


def whole(**says: Any) -> dict[str, Any]:
    return {"id": "rsc", "label": "Received", "hours": 24, **SURE, **says}


def row(*kinds: str, **says: Any) -> dict[str, Any]:
    return {"verdict": "counts", "kinds": list(kinds), **SURE, **says}


def rows(*each: dict[str, Any]) -> dict[str, Any]:
    return {"providers": {"judged_on": "session", "rows": list(each)}}


ASK = {"verdict": "ask", "note": "Ask them about it.", **SURE}
LIMIT = {"hours": 10, **SURE}

# fmt: off
NONSENSE = [
    ("ages of the other track",       {"ages": {"must": "3-6", **SURE}}, "here/apply/IFS.yaml:3", "concerns the ages 0-3, not 3-6"),
    ("a summary that says otherwise", {"summary": "You need 26 hours, within 24 months."}, "here/apply/IFS.yaml:2", "the summary says 26 hours"),
    ("halves that ask for too much",  {"requirements": [whole(), part("one", hours=20, counts="individual"), part("two", hours=10, counts="group")]}, "here/apply/IFS.yaml:3", "never overlap and ask for 30 h together"),
    ("limits that nobody can meet",   {"requirements": [whole(), part("one", hours=0, counts="individual", at_most=LIMIT), part("two", hours=0, counts="group", at_most=LIMIT)]}, "here/apply/IFS.yaml:3", "limited to 20 h: nobody could ever meet it"),
    ("a row that never decides",      rows(row("ERS"), row("ERS", since="2025-01-01")), "here/apply/IFS.yaml", "never decides about it"),
    ("a row behind two that meet",    rows(row("ERS", until="2024-12-31"), row("ERS", since="2025-01-01"), row("ERS", since="2020-01-01")), "here/apply/IFS.yaml", "never decides about it"),
    ("a row of which one is hidden",  rows(row("ERS"), row("ERS", "IMHS")), "here/apply/IFS.yaml", "never decides about ERS (endorsed)"),
    ("asking about what counts",      rows(row("ERS"), {**ASK, "kinds": ["ERS"]}), "here/apply/IFS.yaml", "never decides about it"),
    ("a choice that is sure of itself", {"window": {"at_least": {"months": 12, "sources": ["house"], "confidence": "H"}}}, "here/apply/IFS.yaml", "only L is honest"),
]
SENSE = [
    ("rows that follow each other",   rows(row("ERS", until="2024-12-31"), row("ERS", since="2025-01-01"))),
    ("a gap between them",            rows(row("ERS", until="2024-12-30"), row("ERS", since="2025-01-01"), row("ERS"))),
    ("what grows too old",            rows(row("ERS", at_most={"months": 24, **SURE}), {**ASK, "kinds": ["ERS"]})),
    ("asking about all the others",   rows(row("ERS"), ASK)),
    ("another standing",              rows(row("ERS"), row("ERS", standing=["emerging"]))),
    ("limits that leave enough",      {"requirements": [whole(), part("one", hours=0, counts="individual", at_most={**LIMIT, "hours": 14}), part("two", hours=0, counts="group", at_most=LIMIT)]}),
]
# fmt: on


@pytest.mark.parametrize(
    ("says", "place", "said"), [case[1:] for case in NONSENSE], ids=[case[0] for case in NONSENSE]
)
def test_what_cannot_be_meant_is_found(shared, own, says, place, said):
    pack(own, "IFS", **says)
    hits = [each for each in found(shared, own) if said in each.said]
    assert hits, found(shared, own)
    assert all(hit.place.startswith(place) for hit in hits)


@pytest.mark.parametrize("says", [case[1] for case in SENSE], ids=[case[0] for case in SENSE])
def test_what_can_be_meant_is_left_alone(shared, own, says):
    pack(own, "IFS", summary="What one needs.", **says)
    assert found(shared, own) == []


@pytest.mark.parametrize(
    ("until", "said"),
    [
        (
            "2024-12-30",
            "nothing holds from December 31, 2024 until here/apply/IFS begins on January 1",
        ),
        (
            "2025-01-01",
            "but here/apply/IFS begins on January 1, 2025: on such days two are in force",
        ),
        (None, "holds until for ever"),
        ("2024-12-31", ""),
    ],
)
def test_editions_follow_each_other_without_gap_or_overlap(shared, own, until, said):
    pack(own, "IFS", effective_from="2025-01-01")
    pack(own, "IFS@2018", edition="2018", **({"effective_until": until} if until else {}))
    hits = [each for each in found(shared, own) if "here/apply/IFS" in each.said]
    assert [said in each.said for each in hits] == ([True] if said else [])
    if until:
        assert all(each.place == "here/apply/IFS@2018.yaml:3" for each in hits)


@pytest.mark.parametrize(
    ("says", "said", "grave"),
    [
        ({"sources": {"S900": {"name": "A page"}}}, "S900 is listed, but no pack cites it", False),
        ({"editions": {"renew": "weekly"}}, "chooses the edition 'weekly' for renew", True),
        ({"overlays": [{"purpose": "reinstate", "set": {}}]}, "this overlay fits no pack", False),
        ({"overlays": [{"categories": ["IFS", "IMHX"], "set": {}}]}, "no category IMHX", True),
    ],
)
def test_what_a_head_says_in_vain_is_found(shared, own, says, said, grave):
    head(own / "here", **says)
    hit = next(each for each in found(shared, own) if said in each.said)
    assert hit.grave is grave
    assert hit.place.startswith(("here/association.yaml:5", "here/association.yaml:6"))


def test_what_cannot_be_read_is_found_first(shared, own):
    pack(own, "IFS", hours=24)
    (finding,) = found(shared, own)
    assert str(finding) == "here/apply/IFS.yaml:2: hours: Extra inputs are not permitted"


def test_nothing_is_wrong_with_what_is_shipped():
    assert check(SHIPPED).findings == ()


@pytest.mark.parametrize("kind", ["pack", "association"])
def test_the_committed_schema_is_the_models(kind):
    """If it is not: `alongside rules schema pack > …/rules/pack.schema.json`, or `association`."""
    text = (SHIPPED / FILES[kind]).read_text(encoding="utf-8")
    assert yaml.safe_load(text) == schema(kind)


def test_every_shipped_file_keeps_to_the_schema_and_nonsense_does_not():
    loader = type("Plain", (getattr(yaml, "CSafeLoader", yaml.SafeLoader),), {})
    # JSON has no dates: editors see them as text.
    loader.add_constructor("tag:yaml.org,2002:timestamp", lambda _, node: node.value)
    packs, heads = (
        jsonschema.Draft202012Validator(schema("pack")),
        jsonschema.Draft202012Validator(schema("association")),
    )
    for path in SHIPPED.rglob("*.yaml"):
        validator = heads if path.name == "association.yaml" else packs
        raw = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # a safe one
        assert [error.message for error in validator.iter_errors(raw)] == [], path
    assert not packs.is_valid({"category": "IFS"})
    assert not packs.is_valid({"extends": "alliance/apply/IFS", "hours": 24})
    assert packs.is_valid({"extends": "alliance/apply/IFS", "category": "IFS"})
