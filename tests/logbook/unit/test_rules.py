"""The shipped rule packs say what the fact sheet says: a case for each rule."""

from datetime import date

import pytest

from alongside.contracts import Credential
from alongside_logbook.domain.rules.crediting import SeriesCredit
from alongside_logbook.domain.rules.packs import Pack
from alongside_logbook.domain.rules.standing import standing_on
from alongside_logbook.rulebook import shipped
from alongside_logbook.rulecheck import statements

pytestmark = pytest.mark.unit

BOOK = shipped()
NONE = ("IFA", "ECFA", "IMHM-P", "ECMHM-P", "IMHM-RF", "ECMHM-RF")
DAY = date(2026, 3, 2)
LIKE_THE_OTHERS = tuple(name for name in BOOK.associations if name != "illinois")
FAMILY, HEALTH, MENTOR = ("IFS", "ECFS"), ("IMHS", "ECMHS"), ("IMHM-C", "ECMHM-C")


@pytest.mark.parametrize("association", LIKE_THE_OTHERS)
def test_there_is_a_pack_in_force_for_every_category_and_purpose(association):
    """Rule 1: association, category, track and day; nothing is the same for all by accident."""
    for purpose, categories in (
        ("apply", (*NONE, *FAMILY, *HEALTH, *MENTOR)),
        ("renew", (*NONE, *FAMILY, *HEALTH, *MENTOR)),
        ("ers", (*FAMILY, *HEALTH)),
    ):
        for category in categories:
            held = BOOK.find(association, purpose, category, DAY)
            assert held is not None, (purpose, category)
            assert held.track == ("ECMH-E" if category.startswith("EC") else "IMH-E")
        assert {pack.category for pack in BOOK.of(association, purpose)} == {*categories}
    assert BOOK.find(association, "ers", "IFA", DAY) is None


@pytest.mark.parametrize("association", ["alliance", "first5-alabama"])
@pytest.mark.parametrize(
    ("categories", "hours"), [(NONE, 0), (FAMILY, 24), (HEALTH, 50), (MENTOR, 50)]
)
def test_the_hours_a_category_asks_for(association, categories, hours):
    for category in categories:
        pack = BOOK.pack(f"{association}/apply/{category}")
        assert pack.main.hours == hours
        assert pack.main.minutes == hours * 60
        assert pack.main.confidence == "H"


@pytest.mark.parametrize("category", MENTOR)
def test_a_mentor_needs_half_of_them_about_the_rsc_given(category):
    whole, part = BOOK.pack(f"alliance/apply/{category}").required
    assert (whole.hours, whole.of) == (50, None)
    assert (part.hours, part.of, part.counts) == (25, whole.id, "about_rsc")


@pytest.mark.parametrize("category", [*FAMILY, *HEALTH, *MENTOR])
def test_the_window_is_twelve_to_twenty_four_months(category):
    window = BOOK.pack(f"alliance/apply/{category}").window
    assert window is not None
    assert (window.at_least.months, window.at_most.months) == (12, 24)


@pytest.mark.parametrize("category", NONE)
def test_what_asks_for_nothing_names_no_provider_and_no_window(category):
    pack = BOOK.pack(f"alliance/apply/{category}")
    assert not pack.required
    assert pack.window is None
    assert pack.providers is None


# Who counts, on which day: endorsed on that day unless the kind says otherwise.
# fmt: off
MATRIX = [
    # credential           day            FS         MHS        MHM-C
    ("ERS",                "2025-03-01",  "counts",  "counts",  "ask"),
    ("ERS (emerging)",     "2025-03-01",  "counts",  "counts",  "ask"),
    ("ERS",                "2024-03-01",  "counts",  "counts",  "ask"),
    ("IMHM-C",             "2025-03-01",  "counts",  "counts",  "counts"),
    ("ECMHM-C",            "2025-03-01",  "counts",  "counts",  "counts"),
    ("IMHM-C",             "2019-03-01",  "counts",  "counts",  "counts"),
    ("IMHS",               "2019-03-01",  "counts",  "counts",  "refused"),
    ("IMHS",               "2024-12-31",  "counts",  "counts",  "refused"),
    ("IMHS",               "2025-01-01",  "refused", "refused", "refused"),
    ("ECMHS",              "2023-05-01",  "counts",  "counts",  "refused"),
    ("IFRS",               "2022-08-31",  "refused", "ask",     "refused"),
    ("IFRS",               "2022-09-01",  "counts",  "ask",     "refused"),
    ("IFRS (emerging)",    "2023-01-15",  "counts",  "ask",     "refused"),
    ("ECFRS",              "2024-12-31",  "counts",  "ask",     "refused"),
    ("IFRS",               "2025-01-01",  "ask",     "ask",     "refused"),
    ("IFS",                "2021-06-01",  "ask",     "refused", "refused"),
    ("IFS",                "2023-06-01",  "refused", "refused", "refused"),
    ("IFS",                "2025-06-01",  "refused", "refused", "refused"),
    ("IFA",                "2025-06-01",  "refused", "refused", "refused"),
    ("IMHM-P",             "2025-06-01",  "refused", "refused", "refused"),
    ("IMHM-RF",            "2025-06-01",  "refused", "refused", "refused"),
    ("IMHM-C (vetted)",    "2025-06-01",  "ask",     "ask",     "ask"),
    ("IMHM-C (emerging)",  "2025-06-01",  "refused", "refused", "refused"),
]
# fmt: on


@pytest.mark.parametrize(("held", "day", "family", "health", "mentor"), MATRIX)
def test_the_provider_matrix(held, day, family, health, mentor):
    kind, _, standing = held.partition(" ")
    on = date.fromisoformat(day)
    credential = Credential(
        credential_id="c",
        kind=kind,  # type: ignore[arg-type]
        standing=standing.strip("()") or "endorsed",  # type: ignore[arg-type]
        valid_from=date(on.year - 1, on.month, on.day),
    )
    for categories, verdict in ((FAMILY, family), (HEALTH, health), (MENTOR, mentor)):
        for category in categories:
            rule = BOOK.pack(f"alliance/apply/{category}").providers
            assert rule is not None
            assert rule.judged_on == "session"
            assert standing_on([credential], rule, on).verdict == verdict, category


def test_an_emerging_ers_counts_for_two_years():
    rule = BOOK.pack("alliance/apply/IFS").providers
    assert rule is not None
    emerging = Credential(
        credential_id="c", kind="ERS", standing="emerging", valid_from=date(2025, 1, 15)
    )
    assert standing_on([emerging], rule, date(2027, 1, 14)).verdict == "counts"
    after = standing_on([emerging], rule, date(2027, 1, 15))
    assert after.verdict == "refused"
    assert "24 months only, until January 15, 2027" in after.because


@pytest.mark.parametrize(
    ("base", "warned"), [(None, True), ("IFS", True), ("IMHS", False), ("ECMHS", False)]
)
def test_an_ers_without_a_mental_health_base_is_marked_for_specialists(base, warned):
    rule = BOOK.pack("alliance/apply/IMHS").providers
    assert rule is not None
    day = date(2025, 6, 1)
    held = [
        Credential(credential_id=kind, kind=kind, valid_from=date(2020, 1, 1))
        for kind in ("ERS", base)
        if kind
    ]
    found = standing_on(held, rule, day)
    assert found.verdict == "counts"
    assert bool(found.warnings) is warned


def test_group_size_only_warns_and_names_its_weak_source():
    size = BOOK.pack("alliance/apply/IFS").notices.group_size
    assert size is not None
    assert (size.people, size.confidence, size.sources) == (8, "L", ("S44",))
    assert BOOK.pack("alliance/apply/IFS").notices.shortest_session is None


def test_alabama_says_its_own_of_the_age_and_else_the_shared_pattern():
    ours, shared = BOOK.pack("first5-alabama/apply/ECFS"), BOOK.pack("alliance/apply/ECFS")
    assert ours.age_range is not None
    assert ours.age_range.sources == ("S56",)
    assert ours.requirements == shared.requirements
    assert ours.providers == shared.providers
    assert ours.window == shared.window
    assert "S56" in BOOK.sources_of(ours)
    infants = BOOK.pack("first5-alabama/apply/IFS")
    assert infants.age_range == BOOK.pack("alliance/apply/IFS").age_range


def test_every_number_has_a_source_that_is_listed():
    for pack in BOOK.packs.values():
        listed = BOOK.sources_of(pack)
        found = list(statements(pack))
        assert len(found) >= 3, pack.name
        assert all(statement.sources for statement in found), pack.name
        for statement in found:
            for source in statement.sources:
                assert listed[source].name, pack.name
                assert listed[source].address or source == "house", pack.name


def test_no_pack_holds_before_it_begins():
    assert BOOK.find("alliance", "apply", "IFS", date(2017, 12, 31)) is None
    assert BOOK.find("alliance", "apply", "IFS", date(2026, 3, 2)) == BOOK.pack(
        "alliance/apply/IFS"
    )
    assert BOOK.find("alliance", "apply", None, date(2026, 3, 2)) is None


def test_an_association_nobody_wrote_packs_for_goes_by_the_shared_pattern():
    found = BOOK.find("elsewhere", "apply", "IMHS", date(2026, 3, 2))
    assert found == BOOK.pack("alliance/apply/IMHS")


def held(name: str, day: date = DAY) -> Pack:
    """The pack in force: `texas/renew/IFS`."""
    association, purpose, category = name.split("/")
    found = BOOK.find(association, purpose, category, day)  # type: ignore[arg-type]
    assert found is not None, name
    return found


def hours(pack: Pack) -> dict[str, int]:
    return {each.id: each.hours for each in pack.requirements if each.hours}


# fmt: off
ASKED = [
    # pack                           day           hours of each bucket
    ("alliance/apply/IFA",           "2026-03-02", {"training": 30}),
    ("alliance/apply/ECFS",          "2026-03-02", {"rsc": 24, "training": 30}),
    ("alliance/apply/IMHS",          "2024-12-31", {"rsc": 50, "training": 30}),
    ("alliance/apply/IMHS",          "2025-01-01", {"rsc": 50, "training": 33, "training-dei": 3}),
    ("alliance/apply/ECMHM-C",       "2023-12-31", {"rsc": 50, "about-rsc": 25, "training": 45, "training-rsc": 15}),
    ("alliance/apply/ECMHM-C",       "2024-01-01", {"rsc": 50, "about-rsc": 25, "training": 48, "training-rsc": 15, "training-dei": 3}),
    ("alliance/apply/IMHM-P",        "2023-12-31", {}),
    ("alliance/apply/IMHM-RF",       "2024-01-01", {"training": 33, "training-dei": 3}),
    ("alliance/ers/IFS",             "2026-03-02", {"about-rsc": 12, "training-rsc": 15}),
    ("alliance/ers/ECMHS",           "2026-03-02", {"about-rsc": 12, "training-rsc": 15}),
    ("alliance/renew/IFA",           "2026-03-02", {"training": 45}),
    ("alliance/renew/IFS",           "2026-03-02", {"rsc": 36, "training": 45, "training-rsc": 9}),
    ("alliance/renew/ECMHM-C",       "2026-03-02", {"rsc": 36, "training": 45, "training-rsc": 9}),
    ("alliance/renew/ECMHM-P",       "2026-03-02", {"training": 45}),
    ("first5-alabama/renew/IFS",     "2026-03-02", {"rsc": 12, "training": 15, "training-rsc": 3}),
    ("first5-alabama/renew/IMHM-C",  "2026-03-02", {"rsc": 12, "training": 15, "training-rsc": 3}),
    ("first5-alabama/renew/ECFA",    "2026-03-02", {"training": 15}),
    ("michigan/renew/IFS",           "2026-03-02", {"rsc": 12, "training": 15, "training-rsc": 3, "training-dei": 1}),
    ("michigan/renew/IMHM-C",        "2026-03-02", {"rsc": 12, "training": 15, "training-rsc": 3, "training-dei": 1}),
    ("texas/renew/IFS",              "2026-03-02", {"rsc": 36, "training": 45, "training-rsc": 9}),
    ("florida/renew/IMHM-C",         "2026-03-02", {"rsc": 36, "training": 45, "training-rsc": 9}),
    ("tennessee/renew/IMHM-C",       "2026-03-02", {"rsc": 12, "training": 15, "training-rsc": 3, "training-dei": 1}),
    ("virginia/renew/IMHM-C",        "2026-03-02", {"rsc": 12, "training": 15, "training-rsc": 3}),
    ("pennsylvania/renew/ECFS",      "2026-03-02", {"rsc": 36, "training": 45, "training-rsc": 9, "training-dei": 3}),
    ("arizona/renew/IFA",            "2026-03-02", {"training": 15}),
    ("massachusetts/renew/IMHS",     "2026-03-02", {"rsc": 12, "training": 15, "training-rsc": 3}),
    ("nebraska/renew/IFS",           "2026-03-02", {"rsc": 36, "training": 45, "training-rsc": 9}),
    ("nebraska/reinstate/IFS",       "2026-03-02", {"rsc": 12, "training": 15}),
    ("nebraska/reinstate/ECFA",      "2026-03-02", {"training": 15}),
    ("illinois/apply/IL-CREDENTIAL", "2026-03-02", {"rsc": 60, "individual": 48}),
]
CYCLES = [
    # pack                       years  ends     opens    due      how it is shown
    ("alliance/renew/IFS",       3,     "12-31", "10-01", "12-31", "attested"),
    ("texas/renew/IFA",          3,     "12-31", "10-01", "12-31", "attested"),
    ("florida/renew/IMHS",       3,     "12-31", "10-01", "12-31", "attested"),
    ("first5-alabama/renew/IFS", 1,     "12-31", None,    "12-31", "entered"),
    ("michigan/renew/ECMHM-C",   1,     "12-31", None,    "12-31", "entered"),
    ("south-carolina/renew/IFS", 1,     "12-31", None,    "01-31", "entered"),
    ("tennessee/renew/IFS",      1,     "12-31", "10-01", "12-31", "entered"),
    ("oregon/renew/IFS",         1,     "12-31", None,    None,    "entered"),
    ("arizona/renew/IFS",        1,     "12-15", None,    "12-15", "entered"),
    ("pennsylvania/renew/IFS",   3,     "12-31", "10-01", "12-31", "attested"),
]
VETTED = [
    # pack                       day           hours with a vetted provider
    ("alliance/apply/IFS",       "2026-03-02", "ask"),
    ("texas/apply/IFS",          "2025-12-31", "counts"),
    ("texas/apply/IMHM-C",       "2026-01-01", "refused"),
    ("north-carolina/apply/IFS", "2027-12-31", "counts"),
    ("north-carolina/apply/IFS", "2028-01-01", "refused"),
    ("michigan/apply/IMHS",      "2010-09-30", "counts"),
    ("michigan/apply/IMHS",      "2010-10-01", "refused"),
    ("michigan/renew/IMHS",      "2026-03-02", "refused"),
    ("washington/apply/IFS",     "2021-06-01", "refused"),
]
FIRST_PERIODS = [
    ("alliance/renew/IFS",       "prorated", "prorated"),
    ("michigan/renew/IFS",       "exempt",   "exempt"),
    ("massachusetts/renew/IFS",  "exempt",   "exempt"),
    ("south-carolina/renew/IFS", "full",     "exempt"),
]
# fmt: on


@pytest.mark.parametrize(("name", "day", "asked"), ASKED)
def test_what_is_asked_for(name, day, asked):
    assert hours(held(name, date.fromisoformat(day))) == asked


@pytest.mark.parametrize(("name", "years", "ends", "opens", "due", "how"), CYCLES)
def test_when_one_renews_and_how(name, years, ends, opens, due, how):
    """Rule 7, and the switch between years."""
    pack = held(name)
    cycle = pack.cycle
    assert cycle is not None
    assert (cycle.years.years, cycle.ends.day) == (years, ends)
    assert (cycle.opens.day if cycle.opens else None) == opens
    assert (cycle.due.day if cycle.due else None) == due
    assert (cycle.anchor.year if cycle.anchor else None) == (2027 if years == 3 else None)
    assert pack.evidence is not None
    assert pack.evidence.how == how


@pytest.mark.parametrize(("name", "day", "verdict"), VETTED)
def test_vetted_providers_are_for_each_association(name, day, verdict):
    """Rule 4."""
    rule = held(name).providers
    assert rule is not None
    vetted = Credential(
        credential_id="c", kind="IMHS", standing="vetted", valid_from=date(2005, 1, 1)
    )
    assert standing_on([vetted], rule, date.fromisoformat(day)).verdict == verdict


@pytest.mark.parametrize(("name", "rsc", "training"), FIRST_PERIODS)
def test_the_first_period_differs(name, rsc, training):
    """Rule 20."""
    cycle = held(name).cycle
    assert cycle is not None
    assert cycle.first_period is not None
    assert (cycle.first_period.rsc, cycle.first_period.training) == (rsc, training)


def test_alabama_asks_for_everything_in_the_first_year_for_no_source_says_otherwise():
    cycle = held("first5-alabama/renew/IFS").cycle
    assert cycle is not None
    assert cycle.first_period is None


@pytest.mark.parametrize(
    ("name", "instead"),
    [
        ("michigan/renew/IMHM-C", (3, 10, True)),
        ("virginia/renew/ECMHM-C", (3, 10, True)),
        ("oregon/renew/ECMHM-C", (3, 0, False)),
        ("pennsylvania/renew/IMHM-C", None),
        ("tennessee/renew/IMHM-C", None),
        ("texas/renew/IMHM-C", None),
        ("florida/renew/IMHM-C", None),
        ("first5-alabama/renew/IMHM-C", None),
    ],
)
def test_four_rules_for_mentors_of_many_years(name, instead):
    """Rule 13, the exception."""
    found = [(each.held_years, each.hours, each.peers) for each in held(name).main.instead]
    assert found == ([instead] if instead else [])


def test_whoever_comes_back_in_nebraska_shows_the_last_twelve_months():
    back = held("nebraska/reinstate/IMHM-C")
    assert back.lookback is not None
    assert (back.lookback.months, back.cycle, back.window) == (12, None, None)
    assert {pack.association for pack in BOOK.packs.values() if pack.purpose == "reinstate"} == {
        "nebraska"
    }


def test_only_michigans_mentors_have_to_spread_their_hours():
    """Rule 6."""
    spread = {
        pack.name: (pack.spread.at_least.months, pack.spread.at_most.months)
        for pack in BOOK.packs.values()
        if pack.spread is not None
    }
    assert spread == {
        "michigan/renew/IMHM-C@yearly": (6, 12), "michigan/renew/ECMHM-C@yearly": (6, 12)
    }  # fmt: skip


def test_work_as_a_reviewer_counts_up_to_seven_hours_in_one_place():
    """Rule 21."""
    limits = {
        pack.association: each.at_most.hours
        for pack in BOOK.packs.values()
        for each in pack.requirements
        if each.counts == "reviewer" and each.at_most is not None
    }
    assert limits == {"south-carolina": 7}


def test_training_about_giving_rsc_is_asked_of_those_who_give_it():
    for pack in BOOK.packs.values():
        for each in pack.requirements:
            if pack.purpose == "renew" and each.id == "training-rsc":
                assert each.when is not None, pack.name
                assert each.when.gives_rsc is True, pack.name


def test_where_the_sources_do_not_say_it_nothing_stands_in_the_way():
    """Florida's page does not ask for training about giving RSC; shares are an old rule."""
    florida = held("florida/renew/IFS").requirement("training-rsc")
    assert (florida.enforcement, florida.confidence) == ("warn", "L")
    shares = held("alliance/apply/IFS").shares
    assert shares is not None
    assert shares.majority is not None
    assert shares.at_most is not None
    assert (shares.majority.enforcement, shares.at_most.enforcement) == ("warn", "warn")
    assert shares.at_most.providers == 2


def test_what_never_counts_and_whom_the_work_concerns():
    """Rules 13, 14, 15 and 19, in every pack that asks for hours."""
    for pack in BOOK.of("alliance"):
        if not pack.required:
            continue
        excluded = {each.what: each.verdict for each in pack.exclusions}
        assert excluded == dict.fromkeys(
            ("peer", "other_minutes", "own_group", "own_session"), "excluded"
        ), pack.name
        assert pack.ages is not None
        assert pack.ages.must == ("3-6" if pack.track == "ECMH-E" else "0-3"), pack.name
        assert pack.credit is None, pack.name


def test_illinois_has_its_own_formula():
    """Rule 12: a credit formula for each association."""
    pack = held("illinois/apply/IL-CREDENTIAL")
    assert pack.track == "none"
    assert isinstance(pack.credit, SeriesCredit)
    formula = pack.credit
    assert (formula.sessions, formula.minutes, formula.yields_hours) == (10, 120, 12)
    assert (formula.absence_costs_minutes, formula.most_absences) == (60, 2)
    group = pack.requirement("group")
    assert group.at_most is not None
    assert group.at_most.hours == 12


def test_no_association_says_more_than_its_sources():
    """What is said of one association rests on what is listed; a house choice is never sure."""
    for pack in BOOK.packs.values():
        for statement in statements(pack):
            assert statement.confidence == "L" or set(statement.sources) != {"house"}, pack.name
