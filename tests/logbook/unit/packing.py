"""Rule packs for tests of the engine: written here, so that no shipped number is tested by accident."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from alongside.contracts import Credential
from alongside_logbook.domain.rules.applicant import Applicant
from alongside_logbook.domain.rules.engine import Hour, Verdict, judge_all
from alongside_logbook.domain.rules.packs import Pack
from alongside_logbook.domain.rules.training_facts import TrainingFact

HOUSE = {"sources": ["house"], "confidence": "L"}
TODAY = date(2026, 6, 30)


def said(**facts: Any) -> dict[str, Any]:
    """A statement with a source."""
    return {**facts, **HOUSE}


def need(name: str = "rsc", hours: int = 24, **facts: Any) -> dict[str, Any]:
    return said(id=name, label=f"Requirement {name}", hours=hours, **facts)


def training(name: str = "training", hours: int = 15, **facts: Any) -> dict[str, Any]:
    return need(name, hours, **{"kind": "training", "counts": "all", **facts})


WINDOW = {"at_least": said(months=12), "at_most": said(months=24)}
YEARLY = {"years": said(years=1), "ends": said(day="12-31")}
THREE_YEARS = {
    "years": said(years=3), "ends": said(day="12-31"), "anchor": said(year=2027),
    "opens": said(day="10-01"),
}  # fmt: skip
ANY_ERS = {"verdict": "counts", "kinds": ["ERS", "IMHM-C"], **HOUSE}


def pack(*requirements: dict[str, Any], **facts: Any) -> Pack:
    """An application for IFS within 12 to 24 months, but for what is said."""
    raw = {
        "association": "testing",
        "category": "IFS",
        "title": "For tests",
        "track": "IMH-E",
        "purpose": "renew" if "cycle" in facts else "apply",
        "effective_from": "2000-01-01",
        "summary": "Rules that stand in no shipped file.",
        "requirements": requirements or [need()],
        "providers": {"judged_on": "session", "rows": [ANY_ERS]},
        "notices": {"ages_out_within": said(days=90), "quiet_after": said(days=60)},
        **facts,
    }
    if not {"cycle", "lookback", "purpose"} & facts.keys():
        raw.setdefault("window", WINDOW)
    return Pack.model_validate(raw)


def ann(today: date = TODAY, *held: tuple[str, date], **facts: Any) -> Applicant:
    """Ann, who holds so much since some days."""
    own = tuple(
        Credential(credential_id=kind, kind=kind, valid_from=since)  # type: ignore[arg-type]
        for kind, since in held
    )
    return Applicant(person_id="ann", today=today, credentials=own, **facts)


def taught(hours: int, day: date = date(2026, 3, 1), **facts: Any) -> TrainingFact:
    return TrainingFact(
        **{
            "training_id": f"{hours}-{day}-{sorted(facts)}",
            "minutes": hours * 60,
            "held_on": day,
            **facts,
        }
    )


def judge(
    hour: Hour, rules: Pack | None, held: Iterable[Credential], who: Applicant | None = None
) -> Verdict:
    """What one hour counts for, whose provider held so much."""
    verdicts = judge_all([hour], rules, {hour.provider_id: tuple(held)}, who or ann())
    return verdicts[hour.entry_id]
