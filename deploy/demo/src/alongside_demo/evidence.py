"""What people logged of their own this fortnight: trainings, hours from elsewhere, a further goal, papers."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from alongside_demo.days import WEDNESDAY, add_months, instant
from alongside_demo.people import CENTRAL, RUTH, TOBIAS
from alongside_demo.sending import Send

_ELSEWHERE = "outside:orla"


def evidence(today: date) -> Iterator[Send]:
    """Yield it, oldest first of each kind."""
    yield from _trainings(today)
    yield from _elsewhere(today)
    yield Send(
        at=_at(today, 6, 9),
        who="greta",
        service="logbook",
        method="PUT",
        path="/goals/ers/IMHS",
        body={"since": add_months(today, -5).isoformat()},
    )
    yield Send(
        at=_at(today, 4, 15),
        who="theo",
        service="logbook",
        path="/documents",
        body={"kind": "rollup", "goal": "apply/IMHS", "span": "goal"},
    )


def _at(today: date, days_ago: int, hour: int, minute: int = 0) -> datetime:
    return instant(today - timedelta(days=days_ago), time(hour, minute), CENTRAL)


def _trainings(today: date) -> Iterator[Send]:
    core = ("theoretical_foundations", "thinking")
    for number, (who, trainings) in enumerate(
        {
            "elowen": (
                _training(today, 9, "Attachment in the first year", 360, core),
                _training(today, 6, "Talking with families about worry", 180, ("communicating",)),
                _training(
                    today, 4, "Whose story is missing? A day on equity", 180,
                    ("working_with_others",), dei=True,
                ),
            ),
            "kofi": (
                _training(today, 11, "Home visiting and the law", 120, ("law_regulation_policy",)),
                _training(
                    today, 2, "Systems around a family", 240,
                    ("systems_expertise", "direct_service_skills"),
                ),
                {
                    "kind": "course", "title": "Graduate certificate in infant mental health",
                    "sponsor": "Oakmere College", "award": "Graduate certificate",
                    "credits": "12 credits", "first_day": _ago(today, 30), "last_day": _ago(today, 14),
                },
            ),
            TOBIAS: (
                _training(
                    today, 7, "Holding a reflective group", 540, ("reflection", "leadership"),
                    about_rsc=True,
                ),
                _training(today, 3, "Parallel process in teams", 300, ("reflection",)),
            ),
            RUTH: (
                _training(
                    today, 10, "Beginning to give reflective supervision", 600, ("reflection",),
                    about_rsc=True,
                ),
            ),
        }.items()
    ):  # fmt: skip
        yield Send(
            at=_at(today, 10, 11, number),
            who=who,
            service="logbook",
            path="/trainings",
            body={"trainings": list(trainings)},
        )


def _training(
    today: date, months_ago: int, title: str, minutes: int, areas: tuple[str, ...], **facts: Any
) -> dict[str, Any]:
    return {
        "title": title,
        "trainer": "Marlow Finch",
        "sponsor": "Wrenfield Association",
        "first_day": _ago(today, months_ago),
        "minutes": minutes,
        "areas": list(areas),
        **facts,
    }


def _elsewhere(today: date) -> Iterator[Send]:
    """Yield what Yuki brings from the county she worked in before, whose provider is asked by mail."""
    yield Send(
        at=_at(today, 5, 18),
        who="yuki",
        service="logbook",
        path="/outside/providers",
        body={
            "name": "Orla Penhallis",
            "email": "orla.penhallis@fernvalley.example",
            "agency": "Fern Valley County",
            "claims": [
                {"kind": "ERS", "number": "FV-311", "valid_from": _ago(today, 40)},
            ],
        },
        keeps=((_ELSEWHERE, "provider_id"),),
    )
    yield Send(
        at=_at(today, 5, 18, 10),
        who="yuki",
        service="logbook",
        path="/outside/entries",
        body={
            "provider_id": f"{{{_ELSEWHERE}}}",
            "sessions": [
                {
                    "held_on": _wednesday(add_months(today, -months)),
                    "minutes": 90,
                    "kind": "group",
                    "head_count": 6,
                    "mode": "virtual",
                    "ages": ["0-3"],
                    "title": "Fern Valley circle",
                }
                for months in range(9, 3, -1)
            ],
        },
    )
    yield Send(
        at=_at(today, 5, 18, 20),
        who="yuki",
        service="logbook",
        path=f"/outside/providers/{{{_ELSEWHERE}}}/ask",
    )


def _ago(today: date, months: int) -> str:
    return add_months(today, -months).isoformat()


def _wednesday(day: date) -> str:
    return (day - timedelta(days=(day.weekday() - WEDNESDAY) % 7)).isoformat()
