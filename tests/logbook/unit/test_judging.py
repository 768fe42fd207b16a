"""What keeps an hour from counting, what only marks it, and how the reason is said."""

from dataclasses import replace
from datetime import date

import pytest

from alongside.contracts import Credential
from alongside_logbook.domain.rules.engine import judge_trainings
from logbook.unit.making import ERS, MENTOR, hour
from logbook.unit.packing import (
    HOUSE,
    TODAY,
    WINDOW,
    YEARLY,
    ann,
    judge,
    need,
    pack,
    said,
    taught,
    training,
)

pytestmark = pytest.mark.unit

PLAIN = pack()
ABOUT = pack(need(hours=12, counts="about_rsc"))
INFANTS = pack(ages=said(must="0-3", both="warn", unsaid="warn"))
YOUNG = pack(ages=said(must="3-6", both="ask", note="Ask how to divide it."))
LENIENT_AGES = pack(ages=said(must="0-3", enforcement="warn"))
WORK = pack(work=said())
LENIENT_WORK = pack(work=said(enforcement="warn"))
RENEWAL = pack(need(hours=12), cycle=YEARLY)
LOOKBACK = pack(need(hours=12), purpose="reinstate", lookback=said(months=12))
MARKING = pack(
    exclusions=[
        {"what": "peer", "verdict": "warn", **HOUSE},
        {"what": "other_minutes", "verdict": "warn", **HOUSE},
        {"what": "own_group", "verdict": "warn", **HOUSE},
    ]
)
PEERS = pack(
    need(hours=12, instead=[said(held_years=3, hours=10, peers=True)]),
    category="IMHM-C",
    cycle=YEARLY,
    providers={"judged_on": "session", "rows": [{"verdict": "counts", "kinds": ["ERS"], **HOUSE}]},
)
ANN = ann()
LEADS = ann(leads_series=frozenset({"s1"}))
SINCE = ann(pursuing_since=date(2025, 6, 11))
VETERAN = ann(TODAY, ("IMHM-C", date(2015, 1, 1)))
NOVICE = ann(TODAY, ("IMHM-C", date(2025, 1, 1)))
THIS_YEAR = date(2026, 2, 3)
OTHER = Credential(credential_id="o", kind="IMHM-C", valid_from=date(2015, 1, 1), standing="vetted")

# fmt: off
CASES = [
    # pack,        hour,                                          who,     held,     state,         minutes, words
    (PLAIN,        hour(other_minutes=30),                        ANN,     [ERS],    "counted",     90,  "Counts 1 h 30 min of 2 h attended. The provider held ERS on June 10, 2025. 30 min were administrative or clinical."),
    (PLAIN,        hour(other_minutes=30, status="recorded"),     ANN,     [ERS],    "pending",     90,  "1 h 30 min count once the supervisee has confirmed them."),
    (PLAIN,        hour(other_minutes=120),                       ANN,     [ERS],    "not_counted", 0,   "All 2 h were administrative or clinical."),
    (MARKING,      hour(other_minutes=30),                        ANN,     [ERS],    "counted",     120, "Counts 2 h."),
    (PLAIN,        hour(peer=True),                               ANN,     [ERS],    "not_counted", 0,   "Peers among themselves"),
    (MARKING,      hour(peer=True),                               ANN,     [ERS],    "counted",     120, "Counts 2 h."),
    (MARKING,      hour(peer=True),                               ANN,     [],       "not_counted", 0,   "No credential of the provider"),
    (PLAIN,        hour(series_id="s1"),                          LEADS,   [ERS],    "not_counted", 0,   "a group that one leads oneself"),
    (PLAIN,        hour(series_id="s2"),                          LEADS,   [ERS],    "counted",     120, "Counts 2 h."),
    (MARKING,      hour(series_id="s1"),                          LEADS,   [ERS],    "counted",     120, "Counts 2 h."),
    (MARKING,      hour(provider_id="ann"),                       ANN,     [ERS],    "not_counted", 0,   "a session they lead themselves"),
    (PLAIN,        hour(status="withdrawn"),                      ANN,     [ERS],    "not_counted", 0,   "Taken back"),
    (None,         hour(status="withdrawn"),                      ANN,     [ERS],    "not_counted", 0,   "Taken back"),
    (PLAIN,        hour(override=True),                           ANN,     [ERS],    "counted",     120, "Counts 2 h."),
    (PLAIN,        hour(status="recorded", awaits="pat"),         ANN,     [ERS],    "pending",     120, "2 h count once the provider has confirmed them."),
    (PLAIN,        hour(status="returned", awaits="ann"),         ANN,     [ERS],    "pending",     120, "wait until the supervisee has looked again."),
    (ABOUT,        hour(about_rsc_minutes=45),                    ANN,     [ERS],    "counted",     45,  "Counts 45 min of 2 h attended. The provider held ERS on June 10, 2025. Only what is about the RSC that one gives counts here."),
    (ABOUT,        hour(),                                        ANN,     [ERS],    "not_counted", 0,   "Nothing of it was about the RSC"),
    (ABOUT,        hour(about_rsc_minutes=60, other_minutes=90),  ANN,     [ERS],    "counted",     30,  "Counts 30 min of 2 h attended."),
    (INFANTS,      hour(ages=("0-3",)),                           ANN,     [ERS],    "counted",     120, "Counts 2 h."),
    (INFANTS,      hour(ages=("3-6",)),                           ANN,     [ERS],    "not_counted", 0,   "The work concerned children of 3 up to 6 years; here it must concern children before birth to 36 months."),
    (INFANTS,      hour(ages=("0-3", "3-6")),                     ANN,     [ERS],    "counted",     120, "Counts 2 h."),
    (YOUNG,        hour(ages=("0-3", "3-6")),                     ANN,     [ERS],    "not_counted", 0,   "Not counted for now. The work concerned both ages. Ask how to divide it."),
    (LENIENT_AGES, hour(ages=("3-6",)),                           ANN,     [ERS],    "counted",     120, "Counts 2 h."),
    (WORK,         hour(),                                        SINCE,   [ERS],    "not_counted", 0,   "The qualifying work began on June 11, 2025, after June 10, 2025."),
    (WORK,         hour(date(2025, 6, 11)),                       SINCE,   [ERS],    "counted",     120, "Counts 2 h."),
    (WORK,         hour(),                                        ANN,     [ERS],    "counted",     120, "Counts 2 h."),
    (LENIENT_WORK, hour(),                                        SINCE,   [ERS],    "counted",     120, "Counts 2 h."),
    (RENEWAL,      hour(date(2025, 12, 31)),                      ANN,     [ERS],    "not_counted", 0,   "Only hours from January 1, 2026 to December 31, 2026 count."),
    (RENEWAL,      hour(date(2026, 1, 1)),                        ANN,     [ERS],    "counted",     120, "Counts 2 h."),
    (LOOKBACK,     hour(date(2025, 6, 30)),                       ANN,     [ERS],    "not_counted", 0,   "Only hours from July 1, 2025 to June 30, 2026 count."),
    (LOOKBACK,     hour(date(2025, 7, 1)),                        ANN,     [ERS],    "counted",     120, "Counts 2 h."),
    (PEERS,        hour(THIS_YEAR, peer=True),                    VETERAN, [MENTOR], "counted",     120, "Peers count who held IMHM-C, too, as here on February 3, 2026."),
    (PEERS,        hour(THIS_YEAR),                               VETERAN, [MENTOR], "counted",     120, "Peers count who held IMHM-C"),
    (PEERS,        hour(THIS_YEAR, peer=True),                    NOVICE,  [MENTOR], "not_counted", 0,   "Peers among themselves"),
    (PEERS,        hour(THIS_YEAR, peer=True),                    VETERAN, [ERS],    "not_counted", 0,   "Peers among themselves"),
    (PEERS,        hour(THIS_YEAR),                               VETERAN, [OTHER],  "not_counted", 0,   "which does not count"),
]
# fmt: on


@pytest.mark.parametrize(("rules", "facts", "who", "held", "state", "minutes", "words"), CASES)
def test_worked_cases(rules, facts, who, held, state, minutes, words):
    verdict = judge(facts, rules, held, who)
    assert verdict.state == state
    assert words in verdict.reason
    assert verdict.buckets.get("rsc", 0) == minutes


EMERGING = ERS.model_copy(update={"standing": "emerging", "valid_from": date(2025, 1, 15)})
FOR_TWO_YEARS = pack(
    providers={
        "judged_on": "session",
        "rows": [
            {"verdict": "counts", "kinds": ["ERS"], "standing": ["emerging"],
             "at_most": said(months=24), **HOUSE},
        ],
    }
)  # fmt: skip

# fmt: off
MARKED = [
    (PLAIN,         hour(),                              ANN,                                  [ERS],      None),
    (INFANTS,       hour(ages=("0-3",)),                 ANN,                                  [ERS],      None),
    (MARKING,       hour(other_minutes=30),              ANN,                                  [ERS],      "30 min were administrative or clinical."),
    (MARKING,       hour(peer=True),                     ANN,                                  [ERS],      "Peers were among themselves"),
    (MARKING,       hour(series_id="s1"),                LEADS,                                [ERS],      "a group that one leads oneself"),
    (PLAIN,         hour(override=True),                 ANN,                                  [ERS],      "A coordinator stood in"),
    (PLAIN,         hour(),                              ann(unchecked=frozenset({"pat"})),    [ERS],      "not yet checked against the registry"),
    (PLAIN,         hour(),                              ann(unchecked=frozenset({"lee"})),    [ERS],      None),
    (INFANTS,       hour(),                              ANN,                                  [ERS],      "Nobody said whether"),
    (INFANTS,       hour(ages=("0-3", "3-6")),           ANN,                                  [ERS],      "both ages"),
    (LENIENT_AGES,  hour(ages=("3-6",)),                 ANN,                                  [ERS],      "not said to have concerned children before birth"),
    (LENIENT_WORK,  hour(),                              SINCE,                                [ERS],      "began later, on June 11, 2025."),
    (FOR_TWO_YEARS, hour(),                              ANN,                                  [EMERGING], "counts for 24 months, until January 15, 2027."),
]
# fmt: on


@pytest.mark.parametrize(("rules", "facts", "who", "held", "words"), MARKED)
def test_what_is_only_marked_counts_in_full(rules, facts, who, held, words):
    verdict = judge(facts, rules, held, who)
    assert verdict.buckets == {"rsc": 120}
    assert [words in warning for warning in verdict.warnings] == ([True] if words else [])


def test_nothing_is_asked_in_the_first_period_and_the_reason_says_so():
    rules = pack(need(hours=12), cycle={**YEARLY, "first_period": said(rsc="exempt")})
    verdict = judge(hour(THIS_YEAR), rules, [ERS], ann(TODAY, ("IFS", THIS_YEAR)))
    assert (verdict.code, verdict.buckets) == ("nothing_required", {})
    assert "in the period in which the category was earned" in verdict.reason


VETTED = pack(
    providers={
        "judged_on": "session",
        "rows": [
            {"verdict": "counts", "kinds": ["ERS"], **HOUSE},
            {"verdict": "counts", "standing": ["vetted"], "until": "2025-06-30", **HOUSE},
        ],
    }
)


@pytest.mark.parametrize(("day", "counts"), [(date(2025, 6, 30), True), (date(2025, 7, 1), False)])
def test_vetted_providers_may_count_until_a_day(day, counts):
    verdict = judge(hour(day), VETTED, [OTHER], ANN)
    assert bool(verdict.buckets) is counts
    assert "IMHM-C (vetted)" in verdict.reason
    none = judge(hour(date(2025, 6, 1)), VETTED, [], ANN)
    assert "hours counted with ERS or vetted providers." in none.reason


def test_the_day_of_the_application_decides_where_the_pack_says_so():
    rule = {"judged_on": "application", "rows": [{"verdict": "counts", "kinds": ["ERS"], **HOUSE}]}
    later = ERS.model_copy(update={"valid_from": date(2026, 9, 1)})
    rules = pack(providers=rule)
    assert judge(hour(), rules, [later], ANN).state == "not_counted"
    planned = replace(ANN, application_day=date(2026, 9, 1))
    assert judge(hour(), rules, [later], planned).state == "counted"


SPLIT = pack(
    need(hours=60),
    need("individual", 48, of="rsc", counts="individual"),
    need("group", 0, of="rsc", counts="group", at_most=said(hours=12)),
    need("about-rsc", 10, of="rsc", counts="about_rsc"),
)


def test_an_hour_falls_into_every_share_it_fits():
    group = judge(hour(about_rsc_minutes=30), SPLIT, [ERS], ANN)
    assert group.buckets == {"rsc": 120, "individual": 0, "group": 120, "about-rsc": 30}
    assert "Of group hours at most 12 h count." in group.reason
    assert "Only what is about" not in group.reason
    alone = judge(hour(kind="individual", head_count=1), SPLIT, [ERS], ANN)
    assert alone.buckets == {"rsc": 120, "individual": 120, "group": 0, "about-rsc": 0}


BUCKETS = (
    training(hours=48),
    training("core", 30, of="training", counts="core"),
    training("giving", 15, of="training", counts="about_rsc"),
    training("dei", 3, of="training", counts="dei"),
)
TRAININGS = pack(need(), *BUCKETS)
REVIEWERS = pack(
    training(hours=15),
    training("reviewer", 0, of="training", counts="reviewer", at_most=said(hours=7)),
    cycle=YEARLY,
    providers=None,
)

# fmt: off
TAUGHT = [
    # pack,     training,                                    code,              whole, core, giving, dei, words
    (TRAININGS, taught(3),                                   "counted",          180,  180,  0,   0,   "Counts 3 h."),
    (TRAININGS, taught(3, about_rsc=True),                   "counted",          180,  0,    180, 0,   "counts as about giving RSC, too, and once in the whole."),
    (TRAININGS, taught(3, dei=True),                         "counted",          180,  180,  0,   180, "counts as DEI, too"),
    (TRAININGS, taught(3, dei=True, about_rsc=True),         "counted",          180,  0,    180, 180, "about giving RSC and DEI, too"),
    (TRAININGS, taught(3, status="withdrawn"),               "withdrawn",        0,    0,    0,   0,   "Taken back"),
    (TRAININGS, taught(3, kind="course"),                    "education",        0,    0,    0,   0,   "evidence of education"),
    (TRAININGS, taught(3, kind="reviewer"),                  "reviewer_work",    0,    0,    0,   0,   "name no work as reviewer"),
    (TRAININGS, taught(0),                                   "no_credit",        0,    0,    0,   0,   "0 minutes"),
    (TRAININGS, taught(3, date(2010, 1, 1)),                 "counted",          180,  180,  0,   0,   "Counts 3 h."),
    (REVIEWERS, taught(10, kind="reviewer"),                 "counted",          600,  0,    0,   0,   "Of work as reviewer or advisor at most 7 h count."),
    (REVIEWERS, taught(3, date(2025, 12, 31)),               "outside_period",   0,    0,    0,   0,   "Only trainings from January 1, 2026 to December 31, 2026 count."),
    (PLAIN,     taught(3),                                   "nothing_required", 0,    0,    0,   0,   "IFS asks for no hours of training here."),
    (None,      taught(3),                                   "no_category",      0,    0,    0,   0,   "No endorsement category"),
    (None,      taught(3, status="withdrawn"),               "withdrawn",        0,    0,    0,   0,   "Taken back"),
]
# fmt: on


@pytest.mark.parametrize(
    ("rules", "fact", "code", "whole", "core", "giving", "dei", "words"), TAUGHT
)
def test_trainings(rules, fact, code, whole, core, giving, dei, words):
    verdict = judge_trainings([fact], rules, ANN)[fact.training_id]
    assert verdict.code == code
    assert words in verdict.reason
    found = [verdict.buckets.get(name, 0) for name in ("training", "core", "giving", "dei")]
    assert found == [whole, core, giving, dei]


def test_a_window_says_nothing_of_trainings():
    assert pack(window=WINDOW).window is not None
    fact = taught(3, date(1999, 1, 1))
    assert judge_trainings([fact], TRAININGS, ANN)[fact.training_id].state == "counted"
