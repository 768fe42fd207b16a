"""A history whose chain holds together, and that still cannot be right."""

import pytest

from alongside_logbook.domain.proof import contradictions
from logbook.unit.making import entry

pytestmark = pytest.mark.unit

FIRST = entry(entry_id="e1", version=1, status="recorded", act="recorded", actor_id="pat")
SECOND = FIRST.model_copy(
    update={"version": 2, "status": "confirmed", "awaits": None, "act": "confirmed", "actor_id": "ann"}
)  # fmt: skip


def test_an_honest_history_says_nothing_wrong():
    assert contradictions("ann", []) == []
    assert contradictions("ann", [FIRST, SECOND]) == []


@pytest.mark.parametrize(
    ("versions", "said"),
    [
        ([FIRST, SECOND.model_copy(update={"minutes": 180})], "two people do not stand behind it"),
        (
            [FIRST, SECOND.model_copy(update={"actor_id": "pat"})],
            "two people do not stand behind it",
        ),
        ([SECOND], "versions missing"),
        ([FIRST, SECOND, SECOND], "versions missing, or twice"),
        ([FIRST.model_copy(update={"supervisee_id": "bob"}), SECOND], "another person"),
        ([FIRST.model_copy(update={"override": "died"}), SECOND], "that a coordinator stood in"),
        ([FIRST, SECOND.model_copy(update={"awaits": "pat"})], "though nothing is missing"),
    ],
)
def test_what_cannot_be_right_is_told(versions, said):
    found = contradictions("ann", versions)
    assert any(said in problem for problem in found), found
    assert all(problem.startswith("entry e1 ") for problem in found)
