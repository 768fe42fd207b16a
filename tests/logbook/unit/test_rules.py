"""The shipped rule packs say what the fact sheet says: a case for each rule."""

from datetime import date

import pytest

from alongside.contracts import Credential
from alongside_logbook.domain.packs import Sourced
from alongside_logbook.domain.standing import standing_on
from alongside_logbook.rulebook import shipped

pytestmark = pytest.mark.unit

BOOK = shipped()
NONE = ("IFA", "ECFA", "IMHM-P", "ECMHM-P", "IMHM-RF", "ECMHM-RF")
FAMILY, HEALTH, MENTOR = ("IFS", "ECFS"), ("IMHS", "ECMHS"), ("IMHM-C", "ECMHM-C")


@pytest.mark.parametrize("association", ["alliance", "first5-alabama"])
def test_there_is_a_pack_for_every_category(association):
    assert {pack.category for pack in BOOK.of(association)} == {
        *NONE, *FAMILY, *HEALTH, *MENTOR
    }  # fmt: skip


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


def _statements(piece):
    if isinstance(piece, Sourced):
        yield piece
    for name in getattr(type(piece), "model_fields", ()):
        yield from _statements(getattr(piece, name))
    if isinstance(piece, tuple):
        for each in piece:
            yield from _statements(each)


@pytest.mark.parametrize("pack", BOOK.of("alliance"), ids=lambda pack: pack.name)
def test_every_number_has_a_source_that_is_listed(pack):
    listed = BOOK.sources_of(pack)
    statements = list(_statements(pack))
    assert len(statements) >= 4
    for statement in statements:
        assert statement.sources
        assert statement.confidence in {"H", "M", "L"}
        for source in statement.sources:
            assert listed[source].name
            assert listed[source].address or source == "house"


def test_no_pack_holds_before_it_begins():
    assert BOOK.find("alliance", "apply", "IFS", date(2017, 12, 31)) is None
    assert BOOK.find("alliance", "apply", "IFS", date(2026, 3, 2)) == BOOK.pack("alliance/apply/IFS")
    assert BOOK.find("alliance", "apply", None, date(2026, 3, 2)) is None


def test_an_association_nobody_wrote_packs_for_goes_by_the_shared_pattern():
    found = BOOK.find("elsewhere", "apply", "IMHS", date(2026, 3, 2))
    assert found == BOOK.pack("alliance/apply/IMHS")
