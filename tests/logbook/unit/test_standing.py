"""Which row of a provider matrix decides, on which day, and what is said of it."""

from datetime import date

import pytest

from alongside.contracts import Credential
from alongside_logbook.domain.rules.providing import ProviderRule
from alongside_logbook.domain.rules.standing import Standings, standing_on
from logbook.unit.packing import HOUSE, said

pytestmark = pytest.mark.unit

ASK = {"verdict": "ask", "note": "Ask them.", **HOUSE}
COUNTS = {"verdict": "counts", **HOUSE}
RULE = ProviderRule.model_validate(
    {
        "judged_on": "session",
        "rows": [
            {**ASK, "kinds": ["IFS"]},
            {**ASK, "standing": ["vetted"]},
            {**COUNTS, "kinds": ["IMHS"], "since": "2020-01-01", "until": "2024-12-31"},
            {**COUNTS, "kinds": ["ERS"], "standing": ["emerging"], "at_most": said(months=24)},
            {**COUNTS, "kinds": ["ERS"],
             "warn": {"say": "Ask about the base.", "unless_also": ["ECMHS"]}},
        ],
    }
)  # fmt: skip
BY_APPLICATION = RULE.model_copy(update={"judged_on": "application"})


def held(kind: str, since: str = "2019-01-01", until: str | None = None, standing="endorsed"):
    return Credential(
        credential_id=kind,
        kind=kind,  # type: ignore[arg-type]
        standing=standing,
        valid_from=date.fromisoformat(since),
        valid_until=date.fromisoformat(until) if until else None,
    )


EMERGING = held("ERS", "2023-03-15", standing="emerging")

# fmt: off
DAYS = [
    # held,                                       on,           verdict,   words
    ([held("IMHS")],                              "2019-12-31", "refused", "held IMHS on December 31, 2019, which does not count. On that day hours counted with ERS."),
    ([held("IMHS")],                              "2020-01-01", "counts",  "held IMHS on January 1, 2020."),
    ([held("IMHS")],                              "2024-12-31", "counts",  "held IMHS"),
    ([held("IMHS")],                              "2025-01-01", "refused", "which does not count"),
    ([held("IFS"), held("IMHS")],                 "2023-01-01", "counts",  "held IMHS"),
    ([held("IMHS"), held("IFS")],                 "2025-01-01", "ask",     "held IFS on January 1, 2025. Ask them."),
    ([held("IMHM-P", standing="vetted")],         "2023-01-01", "ask",     "IMHM-P (vetted)"),
    ([EMERGING],                                  "2025-03-14", "counts",  "ERS (emerging)"),
    ([EMERGING],                                  "2025-03-15", "refused", "counted for 24 months only, until March 15, 2025."),
    ([EMERGING],                                  "2023-03-14", "refused", "began on March 15, 2023, after March 14, 2023."),
    ([held("ERS", until="2023-05-01")],           "2023-05-01", "counts",  "held ERS"),
    ([held("ERS", until="2023-05-01")],           "2023-05-02", "refused", "ended on May 1, 2023, before May 2, 2023."),
    ([held("ERS", until="2021-01-01"),
      held("ERS", "2022-01-01", "2023-05-01")],   "2023-05-02", "refused", "ended on May 1, 2023"),
    ([held("ERS", "2024-01-01"),
      held("ERS", "2023-09-01")],                 "2023-08-01", "refused", "began on September 1, 2023"),
    ([],                                          "2023-08-01", "refused", "No credential of the provider is on record for August 1, 2023. On that day hours counted with IMHS or ERS."),
]
# fmt: on


@pytest.mark.parametrize(("credentials", "on", "verdict", "words"), DAYS)
def test_what_was_held_that_day_decides(credentials, on, verdict, words):
    found = standing_on(credentials, RULE, date.fromisoformat(on))
    assert found.verdict == verdict
    assert words in found.because
    backwards = standing_on(credentials[::-1], RULE, date.fromisoformat(on))
    assert backwards.verdict == verdict


def test_what_is_said_beside_it():
    day = date(2024, 6, 1)
    assert standing_on([held("ERS")], RULE, day).warnings == ("Ask about the base.",)
    assert not standing_on([held("ERS"), held("ECMHS")], RULE, day).warnings
    assert standing_on([EMERGING], RULE, day).warnings == (
        "ERS (emerging) counts for 24 months, until March 15, 2025.",
    )


def test_standings_are_those_of_the_session_or_of_the_application():
    known = {"pat": (held("ERS", until="2023-05-01"),)}
    by_session = Standings(RULE, known, date(2024, 1, 1))
    assert by_session.of("pat", date(2023, 5, 1)).verdict == "counts"
    assert by_session.of("pat", date(2023, 5, 2)).verdict == "refused"
    assert by_session.of("lee", date(2023, 5, 1)).verdict == "refused"
    by_application = Standings(BY_APPLICATION, known, date(2024, 1, 1))
    assert by_application.of("pat", date(2023, 5, 1)).verdict == "refused"
    assert (
        Standings(BY_APPLICATION, known, date(2023, 5, 1)).of("pat", date(2030, 1, 1)).held == "ERS"
    )


def test_a_peer_must_have_been_endorsed_in_that_category_that_day():
    known = {"pat": (held("IMHM-C", "2020-01-01", "2023-05-01"), held("ERS")),
             "lee": (held("IMHM-C", standing="vetted"),)}  # fmt: skip
    standings = Standings(RULE, known, date(2024, 1, 1))
    assert standings.held_on("pat", "IMHM-C", date(2023, 5, 1))
    assert not standings.held_on("pat", "IMHM-C", date(2023, 5, 2))
    assert not standings.held_on("pat", "IMHM-C", date(2019, 12, 31))
    assert not standings.held_on("lee", "IMHM-C", date(2023, 5, 1))
    assert not standings.held_on("kim", "IMHM-C", date(2023, 5, 1))
