"""The worked cases as they are written down in tests/logbook/cases, read into facts for the engine."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import yaml

from alongside.contracts import Credential
from alongside_logbook.domain.calendar import add_months
from alongside_logbook.domain.facts import EntryFacts
from alongside_logbook.domain.rules.applicant import Applicant
from alongside_logbook.domain.rules.packs import Pack
from alongside_logbook.domain.rules.training_facts import TrainingFact
from alongside_logbook.rulebook import shipped
from alongside_logbook.rulefiles import merged

CASES = Path(__file__).parents[1] / "cases"
PERSON = "ann"
USUAL = "ERS since 2015-01-01 and IMHS since 2015-01-01"

_LENGTH = re.compile(r"(?:(\d+) h)? ?(?:(\d+) min)?")
_MEETINGS = re.compile(
    r"(?:(?P<times>\d+) \u00d7 )?(?P<length>\d+ (?:min|h)) "
    r"(?:(?P<rhythm>daily|weekly|fortnightly|monthly) from|on) (?P<day>\d{4}-\d\d-\d\d)"
)
_HELD = re.compile(
    r"(?P<kind>[A-Z-]+)(?: (?P<standing>emerging|vetted))?"
    r"(?: since (?P<since>\S+))?(?: until (?P<until>\S+))?"
)
_STEP = {"daily": 1, "weekly": 7, "fortnightly": 14}
_SAID: dict[str, dict[str, Any]] = {
    "individual": {"kind": "individual", "head_count": 1},
    "absent": {"minutes": 0},
    "peers": {"peer": True},
    "unconfirmed": {"status": "recorded", "awaits": "supervisee", "waits_for": PERSON},
    "returned": {"status": "returned", "awaits": "provider", "waits_for": "pat"},
    "withdrawn": {"status": "withdrawn"},
    "by the coordinator": {"override": True},
    "both ages": {"ages": ("0-3", "3-6")},
}
_SAID_WITH: tuple[tuple[re.Pattern[str], Callable[[str], dict[str, Any]]], ...] = (
    (re.compile(r"group of (\d+)"), lambda size: {"kind": "group", "head_count": int(size)}),
    (re.compile(r"series (\w+)"), lambda name: {"series_id": name}),
    (re.compile(r"with (\w+)"), lambda name: {"provider_id": name}),
    (re.compile(r"ages (0-3|3-6)"), lambda which: {"ages": (which,)}),
    (re.compile(r"(.+) attended"), lambda length: {"minutes": minutes(length)}),
    (re.compile(r"(.+) about RSC given"), lambda length: {"about_rsc_minutes": minutes(length)}),
    (re.compile(r"(.+) administrative"), lambda length: {"other_minutes": minutes(length)}),
)


@dataclass(frozen=True)
class Case:
    """One worked case: what is given, and what a coordinator expects."""

    name: str
    pack: str
    today: date
    but: Mapping[str, Any]
    hours: tuple[EntryFacts, ...]
    credentials: Mapping[str, tuple[Credential, ...]]
    applicant: Applicant
    expect: Mapping[str, Any]
    rule: int
    source: tuple[str, ...]

    def rules(self) -> Pack:
        """The pack in force on the case's day, with what the case changes."""
        association, purpose, category = self.pack.split("/")
        found = shipped().find(association, purpose, category, self.today)  # type: ignore[arg-type]
        assert found is not None, f"{self.pack} holds on no {self.today}"
        if not self.but:
            return found
        raw = found.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
        return Pack.model_validate(merged(raw, dict(self.but)))


def cases() -> Iterator[Case]:
    """Every case of every file, in order."""
    for path in sorted(CASES.glob("*.yaml")):
        book = yaml.safe_load(path.read_text(encoding="utf-8"))
        for raw in book["cases"]:
            yield _case({**book.get("defaults", {}), **raw})


def minutes(text: str) -> int:
    """Read a length: `1 h 15 min`, `24 h`, `0 min`."""
    found = _LENGTH.fullmatch(text)
    assert found, f"{text!r} is no length"
    assert any(found.groups()), f"{text!r} is no length"
    return 60 * int(found[1] or 0) + int(found[2] or 0)


def _case(raw: Mapping[str, Any]) -> Case:
    known = {"case", "pack", "today", "but", "hours", "providers", "trainings", "person", "expect"}
    assert not raw.keys() - known - {"rule", "source"}, f"{raw['case']}: {raw.keys() - known}"
    person = raw.get("person", {})
    applicant = Applicant(
        person_id=PERSON,
        today=raw["today"],
        pursuing_since=person.get("works since"),
        credentials=_held(person.get("holds", "")),
        gives_rsc=person.get("gives RSC", False),
        leads_series=frozenset(person.get("leads", ())),
        trainings=tuple(
            _training(number, text) for number, text in enumerate(raw.get("trainings", ()))
        ),
    )
    return Case(
        name=raw["case"],
        pack=raw["pack"],
        today=raw["today"],
        but=raw.get("but", {}),
        hours=tuple(
            replace(hour, entry_id=f"e{number}")
            for number, hour in enumerate(
                hour for text in raw.get("hours", ()) for hour in _hours(text)
            )
        ),
        credentials={
            name: _held(text) for name, text in raw.get("providers", {"pat": USUAL}).items()
        },
        applicant=applicant,
        expect=raw["expect"],
        rule=raw["rule"],
        source=tuple(raw["source"]),
    )


def _held(text: str) -> tuple[Credential, ...]:
    held = []
    for number, part in enumerate(text.split(" and ") if text else ()):
        found = _HELD.fullmatch(part)
        assert found, f"{part!r} is no credential"
        held.append(
            Credential(
                credential_id=f"c{number}",
                kind=found["kind"],  # type: ignore[arg-type]
                standing=found["standing"] or "endorsed",  # type: ignore[arg-type]
                valid_from=date.fromisoformat(found["since"] or "2000-01-01"),
                valid_until=date.fromisoformat(found["until"]) if found["until"] else None,
            )
        )
    return tuple(held)


def _hours(text: str) -> Iterator[EntryFacts]:
    said, *flags = (part.strip() for part in text.split(";"))
    found = _MEETINGS.fullmatch(said)
    assert found, f"{said!r} is no row of meetings"
    length, first = minutes(found["length"]), date.fromisoformat(found["day"])
    if "cancelled" in flags:
        return
    for number in range(int(found["times"] or 1)):
        rhythm = found["rhythm"]
        day = (
            add_months(first, number)
            if rhythm == "monthly"
            else first + timedelta(days=number * _STEP.get(rhythm, 0))
        )
        hour = EntryFacts(
            entry_id="",
            supervisee_id=PERSON,
            provider_id="pat",
            held_on=day,
            minutes=length,
            about_rsc_minutes=0,
            status="confirmed",
            head_count=4,
            scheduled_minutes=length,
            series_id="one",
            at=datetime.combine(day, time(18), UTC),
        )
        for flag in flags:
            hour = replace(hour, **_facts(flag))
        yield hour


def _facts(flag: str) -> dict[str, Any]:
    if flag in _SAID:
        return _SAID[flag]
    for pattern, facts in _SAID_WITH:
        if found := pattern.fullmatch(flag):
            return facts(found[1])
    raise AssertionError(f"{flag!r} says nothing about a meeting")


def _training(number: int, text: str) -> TrainingFact:
    said, *flags = (part.strip() for part in text.split(";"))
    found = _MEETINGS.fullmatch(said)
    assert found, f"{said!r} is no training"
    assert set(flags) <= {"about RSC", "DEI", "as a reviewer"}, flags
    return TrainingFact(
        training_id=f"t{number}",
        minutes=minutes(found["length"]),
        held_on=date.fromisoformat(found["day"]),
        about_rsc="about RSC" in flags,
        dei="DEI" in flags,
        kind="reviewer" if "as a reviewer" in flags else "training",
    )
