"""Instants stay instants, whatever the database."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.dialects import postgresql, sqlite

from alongside.contracts import Credential
from alongside.db import PydanticJson, UtcDateTime

pytestmark = pytest.mark.unit

DIALECTS = [sqlite.dialect(), postgresql.dialect()]


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda each: each.name)
def test_a_naive_instant_is_refused(dialect):
    with pytest.raises(ValueError, match="needs a zone"):
        UtcDateTime().process_bind_param(datetime(2026, 1, 1), dialect)


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda each: each.name)
def test_an_instant_comes_back_in_utc(dialect):
    chicago = timezone(timedelta(hours=-6))
    instant = datetime(2026, 1, 1, 9, 30, tzinfo=chicago)
    kind = UtcDateTime()
    back = kind.process_result_value(kind.process_bind_param(instant, dialect), dialect)
    assert back == instant
    assert back.tzinfo is UTC


def test_a_model_survives_the_way_through_its_column():
    credential = Credential(credential_id="c", kind="ERS", valid_from=datetime(2026, 1, 1).date())
    column = PydanticJson(Credential)
    text = column.process_bind_param(credential, DIALECTS[0])
    assert column.process_result_value(text, DIALECTS[0]) == credential
