"""The chain shows any change, down to a single bit."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside_logbook.domain.chain import GENESIS, Link, broken, seal
from alongside_logbook.domain.entry import canonical
from logbook.unit.making import entry

pytestmark = pytest.mark.unit


def chain(bodies: list[str]) -> list[Link]:
    links, prev = [], GENESIS
    for position, body in enumerate(bodies, 1):
        digest = seal(prev, body)
        links.append(Link(position, body, prev, digest))
        prev = digest
    return links


BODIES = st.lists(st.text(min_size=1), min_size=1, max_size=8)


@given(BODIES)
def test_an_honest_chain_holds(bodies):
    links = chain(bodies)
    assert broken(links) is None
    assert broken(links, (len(links), links[-1].hash)) is None


def test_an_empty_history_holds():
    assert broken([]) is None
    assert broken([], (0, GENESIS)) is None
    assert (
        broken([], (1, "a" * 64)) == "the history ends at version 0, but version 1 had been written"
    )


@given(BODIES, st.data())
def test_a_single_changed_bit_is_seen(bodies, data):
    links = chain(bodies)
    where = data.draw(st.integers(0, len(links) - 1))
    field = data.draw(st.sampled_from(["body", "prev_hash", "hash"]))
    raw = bytearray(getattr(links[where], field).encode("utf-8", "surrogatepass"))
    bit = data.draw(st.integers(0, len(raw) * 8 - 1))
    raw[bit // 8] ^= 1 << (bit % 8)
    changed = raw.decode("utf-8", "replace")
    spoilt = [*links[:where], replace(links[where], **{field: changed}), *links[where + 1 :]]
    assert broken(spoilt) is not None


ENTRIES = st.builds(
    entry,
    minutes=st.integers(0, 480),
    title=st.text(min_size=1, max_size=20),
    ages=st.sampled_from([(), ("0-3",), ("0-3", "3-6")]),
    override_note=st.none() | st.text(max_size=20),
    returned_because=st.none() | st.text(max_size=20),
)


@given(st.lists(ENTRIES, min_size=1, max_size=4), st.data())
def test_a_single_changed_bit_of_a_real_entry_is_seen(entries, data):
    bodies = [canonical(each, place) for place, each in enumerate(entries, 1)]
    links = chain(bodies)
    head = (len(links), links[-1].hash)
    where = data.draw(st.integers(0, len(links) - 1))
    field = data.draw(st.sampled_from(["body", "prev_hash", "hash", "position", "end", "head"]))
    assert broken(links, head) is None
    if field in {"position", "end"}:
        flip = 1 << data.draw(st.integers(0, 30))
        if field == "end":
            assert broken(links, (head[0] ^ flip, head[1])) is not None
            return
        spoilt = replace(links[where], position=links[where].position ^ flip)
    else:
        raw = bytearray((head[1] if field == "head" else getattr(links[where], field)).encode())
        bit = data.draw(st.integers(0, len(raw) * 8 - 1))
        raw[bit // 8] ^= 1 << (bit % 8)
        changed = raw.decode("utf-8", "replace")
        if field == "head":
            assert broken(links, (head[0], changed)) is not None
            return
        spoilt = replace(links[where], **{field: changed})
    assert broken([*links[:where], spoilt, *links[where + 1 :]], head) is not None


@given(st.lists(st.text(min_size=1), min_size=2, max_size=8, unique=True), st.data())
def test_a_missing_doubled_or_moved_version_is_seen(bodies, data):
    links = chain(bodies)
    head = (len(links), links[-1].hash)
    where = data.draw(st.integers(0, len(links) - 1))
    assert broken([*links[:where], *links[where + 1 :]], head) is not None
    assert broken([*links[: where + 1], links[where], *links[where + 1 :]], head) is not None
    swapped = links[:]
    swapped[where], swapped[where - 1] = swapped[where - 1], swapped[where]
    assert broken(swapped, head) is not None


def test_it_says_what_is_wrong():
    one, two, three = chain(["a", "b", "c"])
    assert broken([one, three]) == "version 2 of the history is missing"
    assert broken([one, replace(two, body="x")]) == "version 2 was changed after it was written"
    assert (
        broken([one, replace(two, prev_hash="x")]) == "version 2 does not follow the one before it"
    )
    assert broken([one, two], (3, three.hash)) == (
        "the history ends at version 2, but version 3 had been written"
    )
