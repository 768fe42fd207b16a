"""Where somebody stands: in minutes, in months and in sentences."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside_logbook.domain.calendar import add_months
from alongside_logbook.domain.facts import facts_of
from alongside_logbook.domain.progress import Progress
from alongside_logbook.domain.reckoning import Facts, progress_of
from alongside_logbook.domain.rules.applicant import Applicant
from alongside_logbook.domain.rules.engine import judge_all
from alongside_logbook.domain.rules.judging_trainings import judge_trainings
from alongside_logbook.rulebook import shipped
from logbook.unit.making import ERS, MENTOR, entry

pytestmark = pytest.mark.unit

TODAY = date(2026, 3, 2)
IFS = shipped().pack("alliance/apply/IFS")
IMHMC = shipped().pack("alliance/apply/IMHM-C")
IFA = shipped().pack("alliance/apply/IFA")
SPAN = "The counted hours must span at least 12 months: a counted meeting on or after {} completes that."
HELD = {"pat": (ERS,), "max": (MENTOR,)}


def progress(
    entries, pack=IFS, today: date = TODAY, usual_minutes=None, planned=(), **facts
) -> Progress:
    named = [
        each.model_copy(update={"entry_id": str(number)}) for number, each in enumerate(entries)
    ]
    applicant = Applicant("ann", today, **facts)
    known = Facts(facts_of(named), applicant, usual_minutes)
    return progress_of(
        known,
        judge_all(known.entries, pack, HELD, applicant),
        pack,
        training_verdicts=judge_trainings(applicant.trainings, pack, applicant),
        planned=planned,
    )


def monthly(first: date, number: int, minutes: int = 120, **facts):
    return [entry(add_months(first, each), minutes, **facts) for each in range(number)]


def test_nothing_yet():
    found = progress([], usual_minutes=120)
    assert found.status == "not_started"
    assert found.percent == 0
    assert found.missing == ("24 h more: at one 2 h meeting a month that is 12 more meetings.",)
    assert found.span is None
    assert found.months == ()
    assert progress([]).missing == ("24 h more.",)


def test_on_the_way():
    entries = [
        *monthly(date(2025, 6, 10), 8),
        entry(date(2026, 2, 10), 90, status="recorded"),
    ]
    found = progress(entries)
    bucket = found.main
    assert bucket is not None
    assert (bucket.counted, bucket.pending, bucket.missing) == (960, 90, 390)
    assert found.percent == 66
    assert found.status == "on_track"
    assert found.missing == (
        "6 h 30 min more: at one 2 h meeting a month that is 4 more meetings.",
        SPAN.format("June 9, 2026"),
    )
    assert [(each.person_id, each.minutes, each.entries) for each in found.awaited] == [
        ("ann", 90, 1)
    ]
    assert found.awaited[0].since == date(2026, 2, 10)
    assert found.unconfirmed == 1


def test_the_last_meeting_is_called_one_more():
    found = progress(monthly(date(2025, 1, 14), 11))
    assert found.missing[0] == "2 h more: one more meeting of 2 h."


def test_enough_but_unconfirmed_says_so():
    found = progress([*monthly(date(2025, 1, 14), 12), entry(date(2026, 1, 20), status="recorded")])
    assert found.missing == (SPAN.format("January 13, 2026"),)
    found = progress([*monthly(date(2025, 1, 14), 11), entry(date(2026, 1, 20), status="recorded")])
    assert found.missing[0] == "Nothing more to attend: 2 h wait to be confirmed."


def test_it_appears_met_and_since_when():
    found = progress(monthly(date(2025, 1, 14), 14))
    assert found.appears_met
    assert found.status == "appears_met"
    assert found.met_on == date(2026, 1, 14)
    assert found.missing == ()
    assert found.percent == 100
    assert found.long_enough_on is None


def test_ninety_nine_percent_is_not_all():
    found = progress([*monthly(date(2025, 1, 14), 11), entry(date(2026, 1, 14), 119)])
    assert found.percent == 99
    assert not found.appears_met
    assert found.missing[0] == "1 min more: one more meeting of 2 h."


def test_a_mentor_needs_both():
    entries = monthly(date(2025, 1, 14), 13, 240, provider_id="max", about_rsc_minutes=60)
    found = progress(entries, IMHMC)
    whole, part = found.buckets
    assert (whole.counted, whole.required, part.counted, part.required) == (3120, 3000, 780, 1500)
    assert not found.appears_met
    assert found.percent == 52
    assert found.missing == (
        "12 h more about the RSC one gives: at one 4 h meeting a month that is 3 more meetings.",
    )
    entries += monthly(date(2026, 2, 2), 1, 720, provider_id="max", about_rsc_minutes=720)
    assert progress(entries, IMHMC).appears_met


@pytest.mark.parametrize(("pack", "status"), [(IFA, "nothing_required"), (None, "no_category")])
def test_where_nothing_is_asked_hours_are_kept(pack, status):
    found = progress(monthly(date(2025, 11, 11), 3), pack)
    assert found.status == status
    assert found.attended == found.not_counted == 360
    assert found.main is None
    assert sum(month.counted for month in found.months) == 360


def test_what_does_not_count_is_told_apart():
    found = progress(
        [*monthly(date(2025, 11, 11), 3), entry(date(2026, 2, 1), provider_id="nobody")]
    )
    assert (found.attended, found.not_counted) == (480, 120)
    assert found.main is not None
    assert found.main.counted == 360


def test_hours_outside_of_the_best_window_are_told():
    found = progress([*monthly(date(2020, 1, 14), 3), *monthly(date(2025, 3, 11), 10)])
    assert found.outside == 360
    assert found.main is not None
    assert found.main.counted == 1200


def test_hours_about_to_age_out():
    entries = [*monthly(date(2024, 3, 12), 3), *monthly(date(2025, 9, 9), 3)]
    found = progress(entries)
    assert found.ageing is not None
    assert found.ageing.first_leaves_on == date(2026, 3, 12)
    assert (found.ageing.minutes, found.ageing.entries) == (360, 3)
    assert progress(entries, today=date(2025, 12, 1)).ageing is None
    met = progress(monthly(date(2024, 3, 12), 14))
    assert met.ageing is None


@pytest.mark.parametrize(
    ("entries", "status"),
    [
        (monthly(date(2025, 9, 9), 6), "on_track"),
        (monthly(date(2025, 6, 9), 6), "drifting"),
        (monthly(date(2024, 8, 9), 19, 30), "drifting"),
        ([entry(date(2026, 2, 24), 0)], "not_started"),
        ([entry(date(2026, 2, 24), provider_id="nobody")], "not_counting"),
        ([entry(date(2026, 2, 24), status="recorded")], "on_track"),
    ],
)
def test_on_track_or_drifting(entries, status):
    assert progress(entries).status == status


def test_the_months_of_the_drawing():
    found = progress(monthly(date(2025, 6, 10), 8))
    assert found.months[0].month == "2025-06"
    assert found.months[-1].month == "2027-06"
    assert [month.counted for month in found.months[:9]] == [120] * 8 + [0]
    assert all(month.in_window for month in found.months)
    old = progress([*monthly(date(2015, 1, 13), 2), *monthly(date(2025, 6, 10), 8)])
    assert old.months[0].month >= "2024-07"


def test_it_is_kept_as_it_is_worked_out():
    found = progress([*monthly(date(2025, 6, 10), 8), entry(date(2026, 2, 10), status="returned")])
    assert Progress.model_validate_json(found.model_dump_json()) == found
    assert found.awaited[0].person_id == "pat"


ENTRIES = st.lists(
    st.builds(
        lambda days, minutes, status, provider: entry(
            TODAY - timedelta(days=days), minutes, status=status, provider_id=provider
        ),
        st.integers(0, 1500),
        st.integers(0, 240),
        st.sampled_from(["recorded", "confirmed", "returned"]),
        st.sampled_from(["pat", "nobody"]),
    ),
    max_size=25,
)


@given(ENTRIES)
def test_every_minute_is_somewhere_exactly_once(entries):
    found = progress(entries)
    bucket = found.main
    assert bucket is not None
    countable = sum(each.minutes for each in entries if each.provider_id == "pat")
    confirmed = sum(
        each.minutes for each in entries if each.provider_id == "pat" and each.status == "confirmed"
    )
    assert found.attended == found.not_counted + countable
    assert bucket.counted + found.outside == confirmed
    assert bucket.missing == max(0, bucket.required - bucket.counted - bucket.pending)
    assert found.appears_met is (not found.missing)


@given(ENTRIES, st.randoms())
def test_the_order_of_entries_does_not_matter(entries, random):
    shuffled = entries[:]
    random.shuffle(shuffled)
    one, other = progress(entries), progress(shuffled)
    assert one.model_copy(update={"missing": ()}) == other.model_copy(update={"missing": ()})


@given(ENTRIES)
def test_the_day_it_was_met_is_the_first_such_day(entries):
    found = progress(entries)
    if found.met_on is None:
        assert not found.appears_met
        return
    until = [each for each in entries if each.held_on <= found.met_on]
    before = [each for each in entries if each.held_on < found.met_on]
    assert progress(until).appears_met
    assert not progress(before).appears_met
