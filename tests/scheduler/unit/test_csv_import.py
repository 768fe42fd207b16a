"""The table of people: what spreadsheets really send."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.errors import Invalid
from alongside_scheduler.domain.csv_import import decode, read

pytestmark = pytest.mark.unit

ZONE = "America/Chicago"


def sort(text: str, **facts):
    return read(text, default_zone=ZONE, **facts)


def test_a_plain_table():
    preview = sort("name,email\nAda Sample,ADA@example.org\nBen Sample,ben@example.org\n")
    assert [(each.name, each.email, each.zone, each.roles) for each in preview.good] == [
        ("Ada Sample", "ada@example.org", ZONE, ("supervisee",)),
        ("Ben Sample", "ben@example.org", ZONE, ("supervisee",)),
    ]
    assert not preview.bad


def test_headings_by_other_names_semicolons_and_a_bom():
    preview = sort(
        "\ufeffFirst Name;Surname;E-Mail;Time-Zone;Role;Category;Started;Favourite tea\r\n"
        "Ada;Sample;ada@example.org;America/Denver;Supervisor, supervisee;ifs;03/01/2026;green\r\n"
    )
    (ada,) = preview.good
    assert ada.name == "Ada Sample"
    assert ada.zone == "America/Denver"
    assert ada.roles == ("supervisee", "supervisor")
    assert ada.pursuing == "IFS"
    assert str(ada.pursuing_since) == "2026-03-01"
    assert preview.ignored_columns == ("Favourite tea",)


def test_pasted_from_a_spreadsheet_with_tabs():
    assert len(sort("Name\tEmail\nAda\tada@example.org").good) == 1


def test_quoted_cells_may_hold_commas_quotes_and_line_ends():
    preview = sort(
        'name,email\n"Sample, Ada ""A""",ada@example.org\n"Ben\nSample",ben@example.org\n'
    )
    assert [each.name for each in preview.good] == ['Sample, Ada "A"', "Ben Sample"]
    assert [each.line for each in preview.good] == [2, 3]


def test_a_broken_row_spoils_no_other():
    preview = sort('name,email\nAda,ada@example.org\n"Ben,ben@example.org\nCleo,cleo@example.org\n')
    assert [each.name for each in preview.good] == ["Ada", "Cleo"]
    (bad,) = preview.bad
    assert bad.line == 3
    assert "quotation mark" in bad.problems[0]


def test_each_bad_row_says_why():
    preview = sort(
        "name,email,zone,role,pursuing,since\n"
        "Ada,nonsense,Mars/Olympus,boss,ABC,soon\n"
        ",ben@example.org,,,,\n"
        "Cleo,cleo@example.org,,,,\n"
        "Dan,dan@example.org,,,,,extra\n"
    )
    assert [each.name for each in preview.good] == ["Cleo"]
    assert [each.line for each in preview.bad] == [2, 3, 5]
    assert len(preview.bad[0].problems) == 5
    assert preview.bad[1].problems == ("name: This is needed.",)
    assert "more cells" in preview.bad[2].problems[0]


def test_duplicates_inside_the_table_and_against_the_registered():
    preview = sort(
        "name,email\nAda,ada@example.org\nAda Again,ADA@example.org\nBen,ben@example.org\n",
        taken={"ben@example.org"},
    )
    assert [each.name for each in preview.good] == ["Ada"]
    assert "line 2" in preview.bad[0].problems[0]
    assert "registered already" in preview.bad[1].problems[0]


def test_credentials_with_dates():
    preview = sort(
        "name,email,role,credential,valid from,valid until,registry number\n"
        "Ada,ada@example.org,supervisor,imhm-c,2025-01-01,2027-12-31,R-7\n"
        "Ben,ben@example.org,supervisor,IMHM-C,2025-01-01,2024-01-01,\n"
        "Cleo,cleo@example.org,supervisor,IMHM-C,,,\n"
        "Dan,dan@example.org,supervisor,,2025-01-01,,\n"
    )
    (ada,) = preview.good
    assert (ada.kind, str(ada.valid_until), ada.registry_number) == ("IMHM-C", "2027-12-31", "R-7")
    assert [each.line for each in preview.bad] == [3, 4, 5]


@pytest.mark.parametrize(
    "text",
    ["", "  \n ", "just words", "name\nAda", "email\na@b.org", "name,email\n", "name,name,email\nA,B,c@d.org",
     '"name,email\nAda,a@b.org', "name,email\nA\0,b@c.org"],
)  # fmt: skip
def test_no_table_at_all(text: str):
    with pytest.raises(Invalid):
        sort(text)


def test_too_many_rows():
    rows = "".join(f"P{n},p{n}@example.org\n" for n in range(2001))
    with pytest.raises(Invalid, match="2000"):
        sort("name,email\n" + rows)


def test_encodings():
    assert decode("é".encode()) == "é"
    assert decode("\ufeffé".encode()) == "é"
    assert decode("é".encode("utf-16")) == "é"
    with pytest.raises(Invalid):
        decode("é".encode("latin-1"))


@given(st.text(max_size=300))
def test_whatever_is_pasted_is_sorted_or_refused_in_words(text: str):
    try:
        preview = sort("name,email\n" + text)
    except Invalid as refused:
        assert refused.detail  # noqa: PT017  # every refusal says why
    else:
        assert all(each.problems for each in preview.bad)
