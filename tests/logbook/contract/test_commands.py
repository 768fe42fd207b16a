"""The commands, on a data folder as an operator has it."""

import json
from pathlib import Path
from zipfile import ZipFile

import pytest
from sqlalchemy import create_engine, text
from typer.testing import CliRunner

from alongside.cli_support import console
from alongside_logbook.commands import app
from alongside_logbook.rulebook import SHIPPED, shipped
from alongside_logbook.store.people import digest

pytestmark = pytest.mark.contract

RUN = CliRunner()


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was said to people, on standard error."""
    lines: list[str] = []
    monkeypatch.setattr(console, "print", lambda text, **_: lines.append(text))
    return lines


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ALONGSIDE_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def run(*words: str) -> str:
    result = RUN.invoke(app, list(words))
    assert result.exit_code == 0, result.output
    return result.output


def test_listing_and_showing_rules(data):
    listed = run("rules", "list", "--association", "alliance", "--purpose", "apply")
    assert "alliance/apply/IMHM-C" in listed
    assert "50 h RSC, 48 h training" in listed
    assert "first5" not in listed
    assert "renew" not in listed
    assert "alliance/renew/IFS@yearly" in json.loads(run("rules", "list", "--json"))
    shown = run("rules", "show", "alliance/apply/IMHM-C")
    assert "25 h  Of these, about the RSC that one gives to others  [H; S17, S20, S21]" in shown
    assert "S17: Washington association" in shown
    assert json.loads(run("rules", "show", "alliance/apply/IFS", "--json"))["category"] == "IFS"


def test_an_installations_own_packs_are_listed_and_shown(data, said):
    own = data / "rules" / "here"
    (own / "apply").mkdir(parents=True)
    (own / "association.yaml").write_text(
        "association: here\nextends: alliance\nname: Our own\nabout: The rules of this place.\n"
    )
    (own / "apply" / "IFS.yaml").write_text(
        "extends: alliance/apply/IFS\ntitle: Family Specialist, as we say it\n"
    )
    assert "Family Specialist, as we say it" in run("rules", "list", "--association", "here")
    assert "as we say it" in run("rules", "show", "here/apply/IFS")
    assert f"of {len(shipped().associations) + 1} associations hold" in run("rules", "check")
    (own / "apply" / "IFS.yaml").write_text("extends: alliance/apply/NOPE\n")
    for command in (("list",), ("show", "here/apply/IFS"), ("check",)):
        result = RUN.invoke(app, ["rules", *command])
        assert result.exit_code == 1, command
    assert any("here/apply/IFS.yaml:1: extends 'alliance/apply/NOPE'" in line for line in said)


def test_a_pack_that_is_not_there(data, said):
    result = RUN.invoke(app, ["rules", "show", "alliance/apply/NONE"])
    assert result.exit_code == 1
    assert "`alongside rules list` shows them" in said[0]


def test_checking_rules(said, tmp_path):
    own = tmp_path / "rules" / "alliance" / "apply"
    own.mkdir(parents=True)
    text = (SHIPPED / "alliance/apply/IFS.yaml").read_text()
    (own / "IFS.yaml").write_text(text)
    assert f"of {len(shipped().associations)} associations hold" in run(
        "rules", "check", str(tmp_path / "rules")
    )
    (own / "IFS.yaml").write_text(text.replace("24 clock hours", "23 clock hours"))
    result = RUN.invoke(app, ["rules", "check", str(tmp_path / "rules")])
    assert result.exit_code == 1
    assert any("the summary says 23 hours" in line for line in said)
    (own / "IFS.yaml").write_text("association: alliance\nhours: many")
    result = RUN.invoke(app, ["rules", "check", str(tmp_path / "rules"), "--json"])
    assert result.exit_code == 1
    assert {"place": "alliance/apply/IFS.yaml:2", "said": "hours: Extra inputs are not permitted",
            "grave": True} in json.loads(result.stdout)  # fmt: skip
    assert "to put right" in said[-1]


def test_the_schemas_of_packs_are_printed(said):
    assert json.loads(run("rules", "schema"))["title"] == "A rule pack"
    assert "overlays" in json.loads(run("rules", "schema", "association"))["properties"]
    assert RUN.invoke(app, ["rules", "schema", "nothing"]).exit_code == 1


def test_verifying_an_empty_installation(data):
    assert "0 versions in 0 histories hold together" in run("verify")
    assert json.loads(run("verify", "--json")) == {"people": 0, "versions": 0, "problems": []}


def test_somebody_nobody_knows(data, said):
    result = RUN.invoke(app, ["hours", "nobody@example.org"])
    assert result.exit_code == 1
    assert "Nobody is known here as nobody@example.org" in said[0]


def test_somebodys_hours_and_a_broken_history(data, said):
    run("verify")
    engine = create_engine(f"sqlite:///{data / 'logbook.db'}")
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO people (person_id, version, name, zone, roles, pursuing, credentials, "
                "email_digest) VALUES ('ann', 1, 'Ann', 'UTC', '[]', 'IFS', '[]', :digest)"
            ),
            {"digest": digest("ann@example.org")},
        )
        connection.execute(
            text(
                "INSERT INTO entry_versions (supervisee_id, position, entry_id, version, body, "
                "prev_hash, hash) VALUES ('ann', 1, 'e', 1, '{}', 'x', 'y')"
            )
        )
    engine.dispose()
    shown = run("hours", "Ann@Example.org")
    assert "Ann: Infant Family Specialist" in shown
    assert "0 min of 24 h counted" in shown
    assert json.loads(run("hours", "ann", "--json"))["progress"]["category"] == "IFS"
    result = RUN.invoke(app, ["verify"])
    assert result.exit_code == 1
    assert said == ["ann: version 1 does not follow the one before it"]
    run("my-data", "ann@example.org", "--to", str(data / "ann.zip"))
    assert b'"person_id": "ann"' in ZipFile(data / "ann.zip").read("about-me.json")
    assert not (data / "ann.zip").stat().st_mode & 0o077
