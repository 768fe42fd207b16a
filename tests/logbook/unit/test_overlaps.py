"""Hours that are there twice, and hours at the same time."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alongside_logbook.domain.logs.overlaps import Clash, Stretch, clashes, stretch
from logbook.unit.making import entry

pytestmark = pytest.mark.unit

DAY = date(2026, 3, 2)


def at(hour: float) -> datetime:
    return datetime(2026, 3, 2, tzinfo=UTC) + timedelta(hours=hour)


def piece(key: str, start: float | None = 10, minutes: int = 60, provider: str = "pat", **facts):
    starts_at = None if start is None else at(start)
    return Stretch(
        **{
            "key": key,
            "person_id": "ann",
            "provider_id": provider,
            "held_on": starts_at.date() if starts_at else DAY,
            "starts_at": starts_at,
            "minutes": minutes,
            **facts,
        }
    )


TABLE = [
    ("the same again", piece("a"), piece("b"), "duplicate"),
    ("same day, provider, minutes", piece("a", None), piece("b", 14), "duplicate"),
    ("same start, another provider", piece("a"), piece("b", provider="eve"), "duplicate"),
    ("one begins while the other runs", piece("a"), piece("b", 10.5, 45), "overlap"),
    ("one inside of the other", piece("a", 9, 240), piece("b", 10, 30), "overlap"),
    ("one after the other", piece("a"), piece("b", 11, 30), None),
    ("twice a day, as long, with the same", piece("a"), piece("b", 15), "duplicate"),
    ("only the day is known, other minutes", piece("a", None), piece("b", None, 90), None),
    ("only the day is known, other provider", piece("a", None), piece("b", None, 60, "eve"), None),
    ("another person", piece("a"), piece("b", person_id="bob"), None),
]


@pytest.mark.parametrize(("_why", "first", "second", "kind"), TABLE, ids=[row[0] for row in TABLE])
def test_two_stretches(_why, first, second, kind):
    expected = {} if kind is None else {"b": Clash(kind, "a")}
    assert clashes([first, second]) == expected
    assert clashes([second], [first]) == expected


def test_what_is_left_out_keeps_nobody_else_out():
    long, inside, after = piece("a", 9, 120), piece("b", 10, 90), piece("c", 11, 30)
    assert clashes([long, inside, after]) == {"b": Clash("overlap", "a")}


def test_an_earlier_long_one_is_found_behind_a_short_one():
    there = [piece("long", 8, 300), piece("short", 9, 10, "eve")]
    assert clashes([piece("new", 11, 45)], there) == {"new": Clash("overlap", "long")}


def test_entries_that_count_for_nothing_are_no_stretches():
    assert stretch(entry(minutes=0)) is None
    assert stretch(entry(status="withdrawn")) is None


def test_of_an_entry_from_elsewhere_that_begins_with_the_day_only_the_day_is_known():
    midnight = datetime(2026, 3, 2, 6, tzinfo=UTC)
    facts = {"day": DAY, "started_at": midnight}
    outside = stretch(entry(**facts, occurrence_key="outside"))
    assert outside is not None
    assert outside.starts_at is None
    planned = stretch(entry(**facts))
    assert planned is not None
    assert planned.starts_at == midnight


pieces = st.lists(
    st.builds(
        lambda start, minutes, provider, person: (start, minutes, provider, person),
        st.one_of(st.none(), st.integers(0, 60)),
        st.sampled_from([10, 15, 30, 60, 240]),
        st.sampled_from(["pat", "eve"]),
        st.sampled_from(["ann", "bob"]),
    ),
    max_size=14,
)


def made(rows, prefix):
    return [
        piece(f"{prefix}{n}", None if start is None else start / 4, minutes, who, person_id=person)
        for n, (start, minutes, who, person) in enumerate(rows)
    ]


def kind_of(one: Stretch, other: Stretch) -> str | None:
    if one.person_id != other.person_id:
        return None
    same = [(each.held_on, each.provider_id, each.minutes) for each in (one, other)]
    if same[0] == same[1] or (one.starts_at is not None and one.starts_at == other.starts_at):
        return "duplicate"
    if one.starts_at is None or other.starts_at is None:
        return None
    apart = (
        one.starts_at + timedelta(minutes=one.minutes) <= other.starts_at
        or other.starts_at + timedelta(minutes=other.minutes) <= one.starts_at
    )
    return None if apart else "overlap"


@settings(max_examples=200, deadline=None)
@given(pieces, pieces)
def test_it_finds_what_comparing_everything_with_everything_finds(old, fresh):
    existing, new = made(old, "old"), made(fresh, "new")
    found = clashes(new, existing)
    stays = list(existing)
    for each in new:
        kinds = {other.key: kind_of(each, other) for other in stays}
        against = {key: kind for key, kind in kinds.items() if kind is not None}
        if not against:
            assert each.key not in found
            stays.append(each)
            continue
        clash = found[each.key]
        assert against[clash.key] == clash.kind
        assert clash.kind == ("duplicate" if "duplicate" in against.values() else "overlap")
