"""What is typed into the search finds names however they are written, and days."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside_scheduler.domain.search import MOST_WORDS, asked, folded, words_of

pytestmark = pytest.mark.unit

TODAY = date(2026, 11, 21)  # a Saturday


def finds(query: str, *texts: str) -> bool:
    return all(f" {word}" in folded(*texts) for word in words_of(query))


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("nunez", "Ana Sofía Núñez"),
        ("NÚÑ", "Ana Sofia Nunez"),
        ("sof ana", "Ana Sofía Núñez"),
        ("o'brien", "Mary O\u2019Brien"),
        ("obrien", "Mary O'Brien"),
        ("brien", "Mary O'Brien"),
        ("anne-marie", "Anne Marie Roe"),
        ("annemarie", "Anne-Marie Roe"),
        ("marie", "Anne-Marie Roe"),
        ("lukasz", "Łukasz Sample"),
        ("strasse", "Straße"),
        ("100%", "The 100% circle"),
    ],
)
def test_names_are_found_as_people_type_them(query, name):
    assert finds(query, name)


@pytest.mark.parametrize(
    ("query", "name"), [("unez", "Ana Núñez"), ("rien", "Mary O'Brien"), ("ann bo", "Ann Clay")]
)
def test_only_beginnings_of_all_words_count(query, name):
    assert not finds(query, name)


@given(st.text(max_size=60))
def test_whatever_is_kept_is_found_by_itself(text):
    assert len(words_of(text)) <= MOST_WORDS
    assert finds(text, text)


@given(st.text(max_size=120))
def test_what_is_kept_has_neither_wildcards_nor_capitals(text):
    kept = folded(text)
    assert not set(kept) & set("%_\\'")
    assert kept == kept.casefold()
    assert all(kept.split(" ")[1:]) or not kept


@pytest.mark.parametrize(
    ("query", "words", "first", "last"),
    [
        ("circle", ("circle",), None, None),
        ("circle nov 24", ("circle",), "2026-11-24", "2026-11-24"),
        ("24 November circle", ("circle",), "2026-11-24", "2026-11-24"),
        ("December", (), "2026-12-01", "2026-12-31"),
        ("feb 2028", (), "2028-02-01", "2028-02-29"),
        ("march 3rd, 2027", (), "2027-03-03", "2027-03-03"),
        ("2026-11-30", (), "2026-11-30", "2026-11-30"),
        ("2026-12", (), "2026-12-01", "2026-12-31"),
        ("11/30", (), "2026-11-30", "2026-11-30"),
        ("1/5", (), "2027-01-05", "2027-01-05"),
        ("11/30/2027", (), "2027-11-30", "2027-11-30"),
        ("tuesday", (), "2026-11-24", "2026-11-24"),
        ("sat", (), "2026-11-21", "2026-11-21"),
        ("today", (), "2026-11-21", "2026-11-21"),
        ("tomorrow circle", ("circle",), "2026-11-22", "2026-11-22"),
        ("oct 10", (), "2026-10-10", "2026-10-10"),
        ("feb 30", ("feb", "30"), None, None),
        ("2026-13-40", ("2026", "13", "40"), None, None),
        ("feb 29", (), "2028-02-29", "2028-02-29"),
    ],
)
def test_days_are_read_out_of_words(query, words, first, last):
    found = asked(query, TODAY)
    assert found.words == words
    days = (date.fromisoformat(first), date.fromisoformat(last)) if first else None
    assert found.days == days


@given(st.text(max_size=60), st.dates(date(1, 1, 1), date(9999, 12, 31)))
def test_no_query_is_too_odd(text, today):
    found = asked(text, today)
    assert found.days is None or found.days[0] <= found.days[1]
