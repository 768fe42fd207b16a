"""What is asked of whom: conditions, years held, first periods."""

from datetime import date

import pytest
from pydantic import ValidationError

from alongside.contracts import Credential
from alongside_logbook.domain.rules.terms import held_since, terms_of
from logbook.unit.packing import THREE_YEARS, TODAY, WINDOW, YEARLY, ann, need, pack, said, training

pytestmark = pytest.mark.unit


def asked(rules, applicant) -> dict[str, int]:
    """Whole minutes by requirement."""
    terms = terms_of(rules, applicant)
    return {need.requirement.id: need.minutes for need in (*terms.rsc, *terms.training)}


VETERAN = need(
    hours=12,
    instead=[said(held_years=10, hours=0), said(held_years=3, hours=10, peers=True)],
)
GIVING = training("giving", 3, of="training", counts="about_rsc", when=said(gives_rsc=True))


def earned(day: str, treatment: dict, cycle=THREE_YEARS) -> dict[str, int]:
    rules = pack(
        need(hours=36), training(hours=45), GIVING,
        cycle={**cycle, "first_period": said(**treatment)},
    )  # fmt: skip
    return asked(rules, ann(TODAY, ("IFS", date.fromisoformat(day)), gives_rsc=True))


PRORATED = {"rsc": "prorated", "training": "prorated"}

# fmt: off
FIRST = [
    # earned,       treatment,                                    RSC h, training h, about giving
    ("2024-12-31", PRORATED,                                      36,    45,         180),
    ("2025-01-01", PRORATED,                                      36,    45,         180),
    ("2025-01-02", PRORATED,                                      24,    30,         120),
    ("2026-05-01", PRORATED,                                      12,    15,         60),
    ("2025-02-01", {**PRORATED, "years_as": "started"},           36,    45,         180),
    ("2026-06-01", {**PRORATED, "years_as": "started"},           24,    30,         120),
    ("2026-06-01", {"training": "exempt"},                        36,    None,       None),
    ("2026-06-01", {"rsc": "exempt"},                             None,  45,         180),
    ("2026-06-01", {"rsc": "exempt", "training": "exempt"},       None,  None,       None),
    ("2028-01-01", PRORATED,                                      36,    45,         180),
]
# fmt: on


@pytest.mark.parametrize(("day", "treatment", "rsc", "training_hours", "giving"), FIRST)
def test_the_period_in_which_it_was_earned(day, treatment, rsc, training_hours, giving):
    found = earned(day, treatment)
    assert found.get("rsc") == (rsc and rsc * 60)
    assert found.get("training") == (training_hours and training_hours * 60)
    assert found.get("giving") == giving


def test_proration_is_rounded_up_to_the_minute_and_never_asks_for_more():
    rules = pack(need(hours=10), cycle={**THREE_YEARS, "first_period": said(rsc="prorated")})
    assert asked(rules, ann(TODAY, ("IFS", date(2026, 5, 1)))) == {"rsc": 200}
    assert asked(rules, ann(TODAY, ("IFS", date(2025, 5, 1)))) == {"rsc": 400}
    odd = pack(need(hours=20), cycle={**THREE_YEARS, "first_period": said(rsc="prorated")})
    assert asked(odd, ann(TODAY, ("IFS", date(2025, 5, 1)))) == {"rsc": 800}
    seven = {**THREE_YEARS, "years": said(years=7), "first_period": said(rsc="prorated")}
    assert asked(pack(need(hours=1), cycle=seven), ann(TODAY, ("IFS", date(2026, 1, 1)))) == {
        "rsc": 18  # two sevenths of an hour are 17 1/7 minutes
    }


# fmt: off
HELD = [
    # held since,   minutes, peers
    (None,          720,     False),
    ("2024-01-02",  720,     False),   # a day short of three years when 2026 ends
    ("2024-01-01",  600,     True),
    ("2017-01-02",  600,     True),
    ("2017-01-01",  None,    False),
]
# fmt: on


@pytest.mark.parametrize(("since", "minutes", "peers"), HELD)
def test_who_has_held_it_for_long_is_asked_otherwise(since, minutes, peers):
    held = [("IFS", date.fromisoformat(since))] if since else []
    who = ann(TODAY, *held)
    rules = pack(VETERAN, cycle=YEARLY)
    terms = terms_of(rules, who)
    assert asked(rules, who).get("rsc") == minutes
    assert terms.peers is peers
    assert (terms.spared is not None) is (minutes is None)
    assert terms.spared is None or "for 10 years" in terms.spared


def test_from_the_very_year_on_nothing_is_asked_and_the_reason_names_the_years():
    rules = pack(need(hours=12, instead=[said(held_years=3, hours=0)]), cycle=YEARLY)
    terms = terms_of(rules, ann(TODAY, ("IFS", date(2024, 1, 1))))
    assert terms.spared == "Nothing is asked of those who have held it for 3 years."


def test_a_part_is_never_more_than_its_whole():
    rules = pack(
        need(hours=12, instead=[said(held_years=1, hours=2)]),
        need("about-rsc", 6, of="rsc", counts="about_rsc"),
        cycle=YEARLY,
    )
    assert asked(rules, ann(TODAY, ("IFS", date(2020, 1, 1)))) == {"rsc": 120, "about-rsc": 120}


@pytest.mark.parametrize(
    ("condition", "gives", "since", "is_asked"),
    [
        ({"gives_rsc": True}, True, None, True),
        ({"gives_rsc": True}, False, None, False),
        ({"gives_rsc": False}, False, None, True),
        ({"held_years": 3}, False, "2020-01-01", True),
        ({"held_years": 3}, False, None, False),
        ({"held_years_under": 3}, False, "2020-01-01", False),
        ({"held_years_under": 3}, False, None, True),
        ({"held_years_under": 3}, False, "2024-01-01", False),
        ({"held_years_under": 3}, False, "2024-01-02", True),
        ({"held_years": 3}, False, "2024-01-01", True),
        ({"held_years": 3, "gives_rsc": True}, False, "2020-01-01", False),
    ],
)
def test_some_requirements_are_asked_of_some(condition, gives, since, is_asked):
    held = [("IFS", date.fromisoformat(since))] if since else []
    rules = pack(need(hours=12, when=said(**condition)), cycle=YEARLY)
    terms = terms_of(rules, ann(TODAY, *held, gives_rsc=gives))
    assert bool(terms.rsc) is is_asked
    assert terms.spared == (None if is_asked else "This is asked of others only.")


def credential(first: str, last: str | None = None, kind="IFS", standing="endorsed") -> Credential:
    return Credential(
        credential_id=first,
        kind=kind,
        standing=standing,
        valid_from=date.fromisoformat(first),
        valid_until=date.fromisoformat(last) if last else None,
    )


@pytest.mark.parametrize(
    ("held", "since"),
    [
        ([], None),
        ([credential("2020-05-01")], "2020-05-01"),
        ([credential("2020-05-01", "2021-12-31"), credential("2022-01-01")], "2020-05-01"),
        ([credential("2020-05-01", "2021-12-31"), credential("2022-01-02")], "2022-01-02"),
        ([credential("2022-01-01"), credential("2020-05-01", "2023-12-31")], "2020-05-01"),
        ([credential("2027-01-01")], None),
        ([credential("2020-05-01", kind="IMHS")], None),
        ([credential("2020-05-01", standing="vetted")], None),
        ([credential("2019-01-01", "2025-01-01"), credential("2020-01-01", "2021-01-01"),
          credential("2024-12-31")], "2019-01-01"),
    ],
)  # fmt: skip
def test_a_lapse_begins_the_years_anew(held, since):
    assert held_since(held, "IFS", TODAY) == (date.fromisoformat(since) if since else None)


def test_a_lookback_is_so_many_months_and_no_day_more():
    rules = pack(need(hours=15), purpose="reinstate", lookback=said(months=12))
    assert terms_of(rules, ann(TODAY)).days == (date(2025, 7, 1), date(2026, 6, 30))


@pytest.mark.parametrize(
    ("earned_on", "first"), [("2025-12-31", date(2025, 1, 1)), ("2026-01-20", date(2026, 1, 1))]
)
def test_nobody_renews_for_a_year_before_they_held_it(earned_on, first):
    rules = pack(need(hours=12), cycle={**YEARLY, "due": said(day="01-31")})
    held = ("IFS", date.fromisoformat(earned_on))
    period = terms_of(rules, ann(date(2026, 1, 25), held)).period
    assert period is not None
    assert period.first == first


@pytest.mark.parametrize(
    ("requirements", "words"),
    [
        ([need(kind="training")], "`counts: received` makes no sense of training"),
        ([need(counts="dei")], "`counts: dei` makes no sense of rsc"),
        ([need(at_most=said(hours=3))], "only a share"),
        ([need(), need("group", 5, of="rsc", counts="group", at_most=said(hours=3))], "to fewer"),
        ([need(), training(of="rsc")], "exactly one requirement must stand for the whole"),
        ([need(), need("group", 0, of="rsc", counts="group", at_most=said(hours=3)),
          need("about", 0, of="rsc", counts="about_rsc", at_most=said(hours=3))], "has a limit"),
        ([need(instead=[said(held_years=3, hours=1), said(held_years=10, hours=0)])], "most years"),
        ([need(when=said())], "says no condition"),
    ],
)  # fmt: skip
def test_requirements_that_are_nonsense_are_refused(requirements, words):
    with pytest.raises(ValidationError, match=words):
        pack(*requirements)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"cycle": YEARLY, "window": WINDOW}, "window and cycle"),
        ({"purpose": "renew"}, "`cycle` does not say"),
        ({"purpose": "apply"}, "`window` does not say"),
        ({"spread": WINDOW}, "`spread` is said of a cycle"),
        ({"category": "IL-OWN"}, "IL-OWN is not a category of the track IMH-E"),
        ({"track": "none"}, "IFS is not a category of the track none"),
        ({"cycle": {**YEARLY, "years": said(years=3)}}, "needs an anchor"),
        ({"cycle": {**YEARLY, "ends": said(day="02-30")}}, "day"),
        ({"exclusions": [said(what="own_session", verdict="counts")]}, "nobody earns received"),
    ],
)
def test_packs_that_are_nonsense_are_refused(facts, words):
    with pytest.raises(ValidationError, match=words):
        pack(**facts)
