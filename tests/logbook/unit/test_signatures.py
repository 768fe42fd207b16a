"""Who stands behind an hour, read from its history."""

from datetime import timedelta
from itertools import pairwise

import pytest

from alongside_logbook.domain.entry import EntryVersion
from alongside_logbook.domain.signatures import signatures
from logbook.unit.making import entry

pytestmark = pytest.mark.unit

STATUS = {"confirmed": "confirmed", "returned": "returned", "withdrawn": "withdrawn"}


def history(*steps: tuple) -> list[EntryVersion]:
    """Versions by (act, who, facts): pat leads, ann attended, cora coordinates."""
    made: list[EntryVersion] = []
    for number, (act, who, *facts) in enumerate(steps, 1):
        first = made[-1] if made else entry(status="recorded")
        made.append(
            first.model_copy(
                update={
                    "version": number,
                    "act": act,
                    "actor_id": who,
                    "at": first.at + timedelta(days=1),
                    "status": STATUS.get(act, "recorded"),
                    **(facts[0] if facts else {}),
                }
            )
        )
    assert all(one.at < two.at for one, two in pairwise(made))
    return made


@pytest.mark.parametrize(
    ("steps", "provider", "supervisee"),
    [
        ([("recorded", "pat")], ("pat", 1), None),
        ([("recorded", "pat"), ("confirmed", "ann")], ("pat", 1), ("ann", 2)),
        ([("recorded", "pat"), ("returned", "ann")], ("pat", 1), None),
        ([("recorded", "pat"), ("returned", "ann"), ("corrected", "pat")], ("pat", 3), None),
        (
            [("recorded", "pat"), ("confirmed", "ann"), ("corrected", "pat", {"minutes": 60})],
            ("pat", 3),
            None,
        ),
        (
            [("recorded", "pat"), ("confirmed", "ann"), ("corrected", "cora", {"minutes": 60})],
            ("cora", 3),
            None,
        ),
        ([("submitted", "ann")], None, ("ann", 1)),
        ([("submitted", "ann"), ("confirmed", "pat")], ("pat", 2), ("ann", 1)),
        ([("submitted", "ann"), ("returned", "pat")], None, ("ann", 1)),
        (
            [("submitted", "ann"), ("returned", "pat"), ("submitted", "ann", {"minutes": 30})],
            None,
            ("ann", 3),
        ),
        ([("submitted", "ann"), ("corrected", "pat", {"minutes": 30})], ("pat", 2), None),
        ([("submitted", "ann"), ("overridden", "cora")], ("cora", 2), ("ann", 1)),
        ([("submitted", "ann"), ("overridden", "cora", {"minutes": 30})], ("cora", 2), None),
        ([("submitted", "cora"), ("confirmed", "pat")], ("pat", 2), ("cora", 1)),
        ([("recorded", "pat"), ("confirmed", "ann"), ("withdrawn", "ann")], None, None),
        (
            [("recorded", "pat"), ("confirmed", "ann", {"ages": ("0-3",)})],
            ("pat", 1),
            ("ann", 2),
        ),
    ],
)
def test_whose_word_stands(steps, provider, supervisee):
    found = signatures(history(*steps))
    said = [
        (each.person_id, each.version) if each else None
        for each in (found.provider, found.supervisee)
    ]
    assert said == [provider, supervisee]
    assert found.complete is (provider is not None and supervisee is not None)


def test_nobody_is_both():
    assert not signatures(history(("submitted", "cora"), ("overridden", "cora"))).complete


def test_an_override_is_told_for_ever():
    steps = history(
        ("submitted", "ann"),
        ("overridden", "cora", {"override": "died"}),
        ("corrected", "pat", {"minutes": 60}),
        ("confirmed", "ann"),
    )
    found = signatures(steps)
    assert found.provider is not None
    assert (found.provider.act, found.override, found.complete) == ("corrected", "died", True)
    assert signatures(steps[:1]).override is None


def test_no_history_no_word():
    with pytest.raises(ValueError, match="without a version"):
        signatures([])
