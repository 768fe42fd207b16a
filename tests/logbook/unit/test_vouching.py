"""Asking a provider from elsewhere: whom, about what, how often; and what they are said to hold."""

from datetime import UTC, date, datetime, timedelta

import pytest

from alongside.errors import Conflict, Invalid
from alongside_logbook.domain.outside import OutsideHour, decline, submit
from alongside_logbook.domain.providers import (
    Claim,
    checked_address,
    checked_agency,
    checked_claims,
    checked_name,
    credentials,
    veiled,
)
from alongside_logbook.domain.vouching import (
    MOST_ENTRIES,
    Answer,
    VouchLine,
    checked_answers,
    lines_for,
    may_ask,
    shown,
)

pytestmark = pytest.mark.unit

NOW = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
IMHMC = Claim(kind="IMHM-C", valid_from=date(2020, 1, 1))


def entry(number: int, provider="prov"):
    started = datetime(2025, 1, 1, 16, tzinfo=UTC) + timedelta(days=number)
    facts = OutsideHour(
        supervisee_id="ann",
        provider_id=provider,
        held_on=started.date(),
        started_at=started,
        zone="America/Chicago",
        minutes=60,
    )
    return submit(f"e{number:03}", facts, "ann", NOW)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Hanna.Vale@Example.ORG ", "hanna.vale@example.org"),
        ("h@a-b.example", "h@a-b.example"),
        ("o'neill+rsc@example.org", "o'neill+rsc@example.org"),
    ],
)
def test_an_address_is_kept_in_small_letters(typed, kept):
    assert checked_address(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "", "hanna", "hanna@localhost", "@example.org", "a..b@example.org", ".a@example.org",
        "a@example.org, b@example.org", "a@example.org\nBcc: b@example.org", "Ä@example.org",
        "a@-example.org", "<a@example.org>", "a" * 250 + "@example.org",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(typed):
    with pytest.raises(Invalid) as caught:
        checked_address(typed)
    assert "email" in caught.value.fields


def test_names_are_one_short_line():
    assert checked_name(" Hanna \n Vale ") == "Hanna Vale"
    assert checked_agency("  ") is None
    for wrong in ("", " ", "x" * 101, "Hanna\u202eelaV", "Han\x07na"):
        with pytest.raises(Invalid):
            checked_name(wrong)


def test_a_veiled_address_tells_its_writer_alone():
    assert veiled("hanna.vale@example.org") == "h…e@example.org"
    assert veiled("h@example.org") == "h…@example.org"


def test_claims_are_in_order_each_once_and_become_what_rules_look_at():
    ers = Claim(kind="ERS", valid_from=date(2019, 1, 1), number=" 7 ")
    kept = checked_claims((IMHMC, ers, IMHMC))
    assert [claim.kind for claim in kept] == ["ERS", "IMHM-C"]
    assert kept[0].number == "7"
    found = credentials("prov", kept)
    assert [(each.credential_id, each.kind, each.registry_number) for each in found] == [
        ("prov.1", "ERS", "7"),
        ("prov.2", "IMHM-C", None),
    ]
    with pytest.raises(Invalid):
        checked_claims((IMHMC.model_copy(update={"valid_until": date(2019, 12, 31)}),))
    with pytest.raises(Invalid):
        checked_claims(IMHMC.model_copy(update={"number": str(n)}) for n in range(11))


def test_a_letter_asks_about_the_oldest_that_wait_for_this_provider():
    waiting = [entry(number) for number in range(MOST_ENTRIES + 1)]
    lines = lines_for(reversed(waiting), "prov")
    assert [line.entry_id for line in lines] == [each.entry_id for each in waiting[:-1]]
    back = decline(waiting[0], "prov", "no", NOW, seen=1)
    assert lines_for([back, entry(1, "other")], "prov") == ()


@pytest.mark.parametrize(
    ("counts", "refused"),
    [((9, 2, 19), False), ((10, 0, 0), True), ((3, 3, 3), True), ((0, 0, 20), True)],
)
def test_nobody_is_written_to_too_often(counts, refused):
    by_me, by_me_of_them, of_them = counts
    if refused:
        with pytest.raises(Conflict, match="tomorrow"):
            may_ask(by_me=by_me, by_me_of_them=by_me_of_them, of_them=of_them)
    else:
        may_ask(by_me=by_me, by_me_of_them=by_me_of_them, of_them=of_them)


def test_every_open_line_is_answered_once_and_nothing_else_is():
    lines = (VouchLine(entry_id="a", version=1), VouchLine(entry_id="b", version=3))
    yes, no = Answer(entry_id="a", right=True), Answer(entry_id="b", right=False, reason="45 min")
    assert checked_answers(lines, (yes, no))["b"] == (lines[1], no)
    for wrong, field in (
        ((yes,), "b"),
        ((yes, Answer(entry_id="b", right=False, reason="  ")), "b"),
        ((yes, no, Answer(entry_id="c", right=True)), "c"),
    ):
        with pytest.raises(Invalid) as caught:
            checked_answers(lines, wrong)
        assert list(caught.value.fields) == [field]
    gone = Answer(entry_id="c", right=True)
    assert "c" not in checked_answers(lines, (yes, no, gone), asked="abc")


def test_a_link_that_was_not_answered_runs_out():
    assert shown("asked", NOW + timedelta(seconds=1), NOW) == "asked"
    assert shown("asked", NOW, NOW) == "expired"
    assert shown("answered", NOW, NOW) == "answered"
