"""People, credentials and groups: what is right before it is kept."""

from datetime import date

import pytest

from alongside.errors import Invalid, NotFound
from alongside_scheduler.domain import groups, people
from alongside_scheduler.domain.words import checked_email, checked_link, checked_text

pytestmark = pytest.mark.unit


def facts(**changes):
    return people.person_facts(
        **{
            "name": "Ada Sample",
            "email": "ada@example.org",
            "zone": "America/Chicago",
            "roles": ["supervisee"],
            **changes,
        }
    )


def test_good_facts_are_tidied():
    known = facts(
        name="  Ada   Sample ", email=" Ada@Example.ORG ", roles=["coordinator", "supervisee"]
    )
    assert known.name == "Ada Sample"
    assert known.email == "ada@example.org"
    assert known.roles == ("supervisee", "coordinator")


def test_every_fault_is_named_at_once():
    with pytest.raises(Invalid) as refused:
        facts(name=" ", email="nonsense", zone="Mars/Olympus", roles=["boss"], pursuing="XYZ")
    assert set(refused.value.fields) == {"name", "email", "zone", "roles", "pursuing"}


@pytest.mark.parametrize(
    "email",
    [
        "", "a", "a@", "@b.org", "a b@c.org", "a@b", "a@b..org", ".a@b.org", "a.@b.org", "a@-b.org",
        "a@b.org\r\nBcc: x@y.org", "a" * 65 + "@b.org", "a@" + "b" * 260 + ".org", "é@b.org",
    ],
)  # fmt: skip
def test_what_is_not_an_address(email: str):
    with pytest.raises(Invalid):
        checked_email("email", email)


@pytest.mark.parametrize(
    "email", ["a@b.org", "a.b+c@d-e.example", "o'x@example.org", "me@localhost"]
)
def test_what_is_an_address(email: str):
    assert checked_email("email", email) == email


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", "ftp://x.org", "https://", "meet.example.org", "https://u:p@x.org",
     "https://x.org/a b", "https://[bad", "https://x.org/" + "a" * 600],
)  # fmt: skip
def test_what_is_not_a_link(link: str):
    with pytest.raises(Invalid):
        checked_link("link", link)


def test_links_and_texts():
    assert (
        checked_link("link", " https://meet.example.org/a?b=c ") == "https://meet.example.org/a?b=c"
    )
    assert checked_link("link", " ") is None
    assert checked_text("x", "a\nb\tc", 10) == "a b c"
    with pytest.raises(Invalid):
        checked_text("x", "bell\x07", 10)
    with pytest.raises(Invalid):
        checked_text("x", "x" * 11, 10)


def held(**changes):
    return people.credential(
        **{
            "credential_id": "c1",
            "kind": "IMHM-C",
            "standing": "endorsed",
            "valid_from": date(2025, 1, 1),
            "valid_until": date(2027, 12, 31),
            "registry_number": " R-1 ",
            **changes,
        }
    )


def test_credentials():
    one = held()
    assert one.registry_number == "R-1"
    assert people.holds_on([one], date(2025, 1, 1))
    assert people.holds_on([one], date(2027, 12, 31))
    assert people.uncovered([one], [date(2024, 12, 31), date(2026, 1, 1), date(2028, 1, 1)]) == (
        date(2024, 12, 31),
        date(2028, 1, 1),
    )
    assert people.ended([one], "c1", date(2026, 6, 1)).valid_until == date(2026, 6, 1)
    with pytest.raises(Invalid):
        people.ended([one], "c1", date(2024, 6, 1))
    with pytest.raises(NotFound):
        people.ended([one], "c2", date(2026, 6, 1))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "PHD"}, "kind"),
        ({"standing": "maybe"}, "standing"),
        ({"valid_until": date(2024, 1, 1)}, "valid_until"),
        ({"valid_from": date(1890, 1, 1)}, "valid_from"),
        ({"registry_number": "9" * 41}, "registry_number"),
    ],
)
def test_credentials_that_cannot_be(changes: dict, field: str):
    with pytest.raises(Invalid) as refused:
        held(**changes)
    assert field in refused.value.fields


def group(**changes):
    return groups.group_facts(
        **{
            "name": "Circle",
            "kind": "group",
            "zone": "America/Chicago",
            "place": "Room",
            "link": None,
            "seat_limit": 8,
            "provider_id": "lead",
            "co_provider_id": "",
            **changes,
        }
    )


def test_groups():
    assert group().co_provider_id is None
    assert group(kind="individual", seat_limit=None).seat_limit == 1
    assert group(seat_limit=3, taken=3).seat_limit == 3
    assert group(seat_limit=3, taken=4, seat_policy="warn").seat_policy == "warn"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"kind": "crowd"}, "kind"),
        ({"zone": "Nowhere"}, "zone"),
        ({"seat_limit": 0}, "seat_limit"),
        ({"seat_limit": 1, "taken": 2}, "seat_limit"),
        ({"seat_policy": "shrug"}, "seat_policy"),
        ({"offer_hours": 0}, "offer_hours"),
        ({"offer_hours": 30 * 24 + 1}, "offer_hours"),
        ({"provider_id": ""}, "provider_id"),
        ({"co_provider_id": "lead"}, "co_provider_id"),
        ({"roster": ["lead"]}, "person_id"),
        ({"link": "x"}, "link"),
        ({"place": "x" * 201}, "place"),
    ],
)
def test_groups_that_cannot_be(changes: dict, field: str):
    with pytest.raises(Invalid) as refused:
        group(**changes)
    assert field in refused.value.fields
