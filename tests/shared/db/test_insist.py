"""What was done is written down although the database is away for a while."""

import pytest
from sqlalchemy.exc import DBAPIError

from alongside.db import insist as module
from alongside.db.database import is_transient
from alongside.db.insist import insist

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    monkeypatch.setattr(module, "_PAUSE", 0)


class Work:
    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.tries = 0

    async def __call__(self) -> str:
        self.tries += 1
        if self.errors:
            raise self.errors.pop(0)
        return "written"


async def test_it_is_tried_until_the_database_is_back():
    work = Work(ConnectionRefusedError(), TimeoutError())
    assert await insist(work, longest=60) == "written"
    assert work.tries == 3


async def test_what_is_wrong_is_not_tried_again():
    work = Work(ValueError("wrong"))
    with pytest.raises(ValueError, match="wrong"):
        await insist(work, longest=60)
    assert work.tries == 1


async def test_it_ends_before_the_claim_does():
    with pytest.raises(ConnectionRefusedError):
        await insist(Work(*[ConnectionRefusedError()] * 1000), longest=-1)


@pytest.mark.parametrize(
    ("state", "passes"),
    [("08003", True), ("08006", True), ("57P03", True), ("40P01", True), ("22001", False)],
)
def test_a_connection_lost_while_it_is_made_is_a_passing_fault(state, passes):
    class Original(Exception):
        sqlstate = state

    assert is_transient(DBAPIError("SELECT 1", {}, Original())) is passes
