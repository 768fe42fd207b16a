"""What each hour counts for, and the reason in words: worked cases, then properties."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.contracts import Credential
from alongside_logbook.rulebook import shipped
from logbook.unit.making import ERS, MENTOR, hour
from logbook.unit.packing import ann, judge

pytestmark = pytest.mark.unit

ANN = ann(date(2026, 3, 2))
IFS = shipped().pack("alliance/apply/IFS")
IMHS = shipped().pack("alliance/apply/IMHS")
IMHMC = shipped().pack("alliance/apply/IMHM-C")
IFA = shipped().pack("alliance/apply/IFA")
ENDED = Credential(
    credential_id="x", kind="ERS", valid_from=date(2020, 1, 1), valid_until=date(2025, 3, 31)
)
LATER = Credential(credential_id="y", kind="ERS", valid_from=date(2025, 9, 1))

# fmt: off
CASES = [
    # pack,  hour,                                            held,      state,         minutes, about, words
    (IFS,   hour(),                                           [ERS],     "counted",     120, 0,  "Counts 2 h. The provider held ERS on June 10, 2025."),
    (IFS,   hour(minutes=90),                                 [ERS],     "counted",     90,  0,  "Counts 1 h 30 min."),
    (IFS,   hour(minutes=1),                                  [ERS],     "counted",     1,   0,  "Counts 1 min."),
    (IFS,   hour(),                                           [MENTOR],  "counted",     120, 0,  "The provider held IMHM-C on June 10, 2025."),
    (IFS,   hour(head_count=1),                               [ERS],     "counted",     120, 0,  "Counts 2 h."),
    (IFS,   hour(minutes=0),                                  [ERS],     "not_counted", 0,   0,  "Absent: 0 minutes were attended."),
    (IFS,   hour(status="recorded"),                          [ERS],     "pending",     120, 0,  "2 h count once the supervisee has confirmed them."),
    (IFS,   hour(status="returned"),                          [ERS],     "pending",     120, 0,  "Returned: 2 h wait until the provider has looked again."),
    (IFS,   hour(provider_id="ann"),                          [ERS],     "not_counted", 0,   0,  "Nobody earns received hours from a session they lead themselves."),
    (IFS,   hour(),                                           [],        "not_counted", 0,   0,  "No credential of the provider is on record for June 10, 2025. On that day hours counted with ERS, IMHM-C or ECMHM-C."),
    (IFS,   hour(),                                           [ENDED],   "not_counted", 0,   0,  "The provider's ERS ended on March 31, 2025, before June 10, 2025."),
    (IFS,   hour(date(2025, 3, 31)),                          [ENDED],   "counted",     120, 0,  "The provider held ERS on March 31, 2025."),
    (IFS,   hour(),                                           [LATER],   "not_counted", 0,   0,  "The provider's ERS began on September 1, 2025, after June 10, 2025."),
    (IFS,   hour(date(2025, 9, 1)),                           [LATER],   "counted",     120, 0,  "The provider held ERS on September 1, 2025."),
    (IFS,   hour(status="recorded"),                          [],        "not_counted", 0,   0,  "Not counted. No credential"),
    (IMHS,  hour(),                                           [ERS],     "counted",     120, 0,  "Counts 2 h."),
    (IMHMC, hour(about_rsc_minutes=60),                       [MENTOR],  "counted",     120, 60, "Counts 2 h. 1 h of it about the RSC one gives."),
    (IMHMC, hour(about_rsc_minutes=120),                      [MENTOR],  "counted",     120, 120, "2 h of it about the RSC one gives."),
    (IMHMC, hour(about_rsc_minutes=60, status="recorded"),    [MENTOR],  "pending",     120, 60, "2 h count once"),
    (IMHMC, hour(about_rsc_minutes=60),                       [ERS],     "not_counted", 0,   0,  "Not counted for now. The provider held ERS on June 10, 2025. No source says"),
    (IFS,   hour(about_rsc_minutes=60),                       [ERS],     "counted",     120, 0,  "Counts 2 h."),
    (IFA,   hour(),                                           [ERS],     "not_counted", 0,   0,  "Kept. IFA asks for no hours; they are encouraged."),
    (None,  hour(),                                           [ERS],     "not_counted", 0,   0,  "Kept. No endorsement category is pursued yet"),
]
# fmt: on


@pytest.mark.parametrize(("pack", "facts", "held", "state", "minutes", "about", "words"), CASES)
def test_worked_cases(pack, facts, held, state, minutes, about, words):
    verdict = judge(facts, pack, held, ANN)
    assert verdict.state == state
    assert words in verdict.reason
    assert verdict.buckets.get("rsc", 0) == minutes
    assert verdict.buckets.get("about-rsc", 0) == about


def test_a_large_group_is_counted_in_full_and_marked():
    verdict = judge(hour(head_count=9), IFS, [ERS], ANN)
    assert verdict.buckets["rsc"] == 120
    assert "9 people were in the group on June 10, 2025, more than 8." in verdict.warnings[0]
    assert not judge(hour(head_count=8), IFS, [ERS], ANN).warnings


def test_a_pack_may_warn_of_short_sessions():
    notices = IFS.notices.model_validate(
        {
            **IFS.notices.model_dump(),
            "shortest_session": {"minutes": 45, "sources": ["house"], "confidence": "L"},
        }
    )
    pack = IFS.model_copy(update={"notices": notices})
    short = judge(hour(minutes=30, scheduled_minutes=30), pack, [ERS], ANN)
    assert short.warnings == ("The session was shorter than 45 min.",)
    assert short.buckets["rsc"] == 30


def test_a_pack_may_judge_by_the_day_of_the_application():
    assert IFS.providers is not None
    rule = IFS.providers.model_copy(update={"judged_on": "application"})
    pack = IFS.model_copy(update={"providers": rule})
    assert judge(hour(), pack, [LATER], ANN).state == "counted"
    assert judge(hour(), pack, [ENDED], ANN).state == "not_counted"


def test_sixteen_times_ninety_minutes_is_exactly_twenty_four_hours():
    hours = [hour(date(2025, month, 1), 90) for month in range(1, 9)] * 2
    total = sum(judge(each, IFS, [ERS], ANN).buckets["rsc"] for each in hours)
    assert total == 24 * 60 == IFS.main.minutes


@given(st.lists(st.integers(0, 240), min_size=2, max_size=6))
def test_more_minutes_never_count_less(minutes):
    counted = [
        judge(hour(minutes=each), IFS, [ERS], ANN).buckets.get("rsc", 0) for each in sorted(minutes)
    ]
    assert all(one <= other for one, other in pairwise(counted))
