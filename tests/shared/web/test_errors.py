import pytest

from alongside import errors
from alongside.errors import AlongsideError, Conflict, Invalid, NotFound

pytestmark = pytest.mark.unit


SHARED = [
    each
    for each in vars(errors).values()
    if isinstance(each, type) and issubclass(each, AlongsideError)
]
"""Those of the shared module: what a service adds may need to be told more to be made."""


@pytest.mark.parametrize("kind", SHARED)
def test_every_error_can_be_told(kind: type[AlongsideError]) -> None:
    document = kind().problem()
    assert document["type"] == f"urn:alongside:problem:{kind.code}"
    assert document["status"] == kind.status
    assert document["title"]
    assert document["detail"].strip()


def test_the_docstring_speaks_where_nothing_else_is_said() -> None:
    class Unheard(NotFound):
        pass

    assert str(NotFound()) == "There is nothing here, or it is not yours to see."
    assert Unheard().detail == NotFound().detail


def test_fields_and_further_members() -> None:
    assert Invalid("Unknown.", field="zone").problem()["errors"] == {"zone": "Unknown."}
    many = Invalid.many({"a": "No.", "b": "No."})
    assert many.fields == {"a": "No.", "b": "No."}
    assert many.detail == "No."
    problem = Conflict("Taken.", person="p2", status=200).problem()
    assert problem["person"] == "p2"
    assert problem["status"] == 409
