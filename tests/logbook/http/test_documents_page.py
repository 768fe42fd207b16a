"""Documents on pages: seen before they are issued, taken along, withdrawn; and checked by anybody."""

import re

import pytest
from sqlalchemy import text

from alongside_logbook.domain.attendance import Departure
from logbook.office import KEY, Office, text_of

pytestmark = pytest.mark.unit


async def issue(office: Office, who: str = "ann", **fields: str) -> str:
    """Issue a document on the page; return its code."""
    async with office.browser(who) as somebody:
        sent = await somebody.post("/documents", data={"kind": "audit", "span": "all", **fields})
        assert sent.status_code == 303, text_of(sent.text)
        return sent.headers["location"].removeprefix("/documents/")


async def check(office: Office, code: str) -> tuple[int, str]:
    async with office.browser(None) as anybody:
        page = await anybody.get(f"/check/{code}")
        assert page.headers["x-robots-tag"].startswith("noindex")
        return page.status_code, text_of(page.text)


@pytest.fixture
async def confirmed(circle: Office) -> Office:
    await circle.record(KEY, Departure(person_id="ann", presence="late", minutes=90))
    await circle.confirm_all("ann")
    return circle


async def test_it_is_seen_before_it_is_issued(confirmed):
    async with confirmed.browser("ann") as ann:
        page = await ann.get("/documents?kind=audit&span=all&goal=apply/IFS")
        said = text_of(page.text)
        picture = await ann.get(
            re.findall(r'src="(/documents/preview.png[^"]*)"', page.text)[0].replace("&amp;", "&")
        )
    assert "Hours confirmed by both 1.50" in said
    assert "Every session: 1 line" in said
    assert "Nothing issued yet" in said
    assert picture.content.startswith(b"\x89PNG")
    assert " style=" not in page.text


async def test_half_a_choice_is_no_mistake_but_nothing_is_issued_of_it(circle):
    async with circle.browser("ann") as ann:
        looked = await ann.get("/documents?kind=audit&span=dates")
        sent = await ann.post("/documents", data={"kind": "audit", "span": "dates"})
        none = await ann.post("/documents", data={"kind": "everything"})
    assert looked.status_code == 200
    assert "Give the first day. Give the last day." in text_of(looked.text)
    assert sent.status_code == none.status_code == 422
    assert "Please look at this again" in text_of(sent.text)
    assert "Nothing issued yet" in text_of(sent.text)


async def test_from_issuing_to_withdrawing(confirmed):
    code = await issue(confirmed)
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){6}[0-9A-HJKMNP-TV-Z]{4}", code)
    async with confirmed.browser("ann") as ann:
        page = await ann.get(f"/documents/{code}")
        assert "Genuine, and unchanged since" in text_of(page.text)
        assert code in page.text
        pdf = await ann.get(f"/documents/{code}/pdf")
        assert pdf.content.startswith(b"%PDF-1.7")
        assert 'filename="session-log-ann-2026-03-02.pdf"' in pdf.headers["content-disposition"]
        assert f"{code[:9]}…" in text_of((await ann.get("/documents")).text)
        await ann.post(f"/documents/{code}/revoke")
        assert (await ann.get(f"/documents/{code}/pdf")).status_code == 410
    status, said = await check(confirmed, code)
    assert status == 200
    assert "Withdrawn on Mon, Mar 2, 2026." in said


async def test_the_public_page_shows_what_the_document_shows_and_nothing_else(confirmed):
    code = await issue(confirmed, "cora", person="ann")
    status, said = await check(confirmed, code.lower().replace("-", " "))
    assert status == 200
    assert "Genuine, and unchanged since" in said
    assert "Document Session log For Ann" in said
    assert "by Cora, coordinator, for Ann" in said
    assert "Hours confirmed by both 1.50" in said
    for secret in ("Pat", "Tuesday circle", "Bob", "example.org", "10:00"):
        assert secret not in said


async def test_what_came_later_is_told_but_not_what_it_is(confirmed):
    code = await issue(confirmed)
    await confirmed.record(
        KEY, Departure(person_id="ann", presence="absent"), reason="was_not_there"
    )
    _, said = await check(confirmed, code)
    assert "Genuine; the record has changed since" in said
    assert "Hours confirmed by both 1.50" in said
    assert "absent" not in said


async def test_a_code_that_is_none(circle):
    status, said = await check(circle, "0000-0000-0000-0000-0000-0000-0000")
    assert status == 404
    assert "No document with this code" in said
    async with circle.browser(None) as anybody:
        typed = await anybody.post("/check", data={"code": "12"})
        assert typed.status_code == 422
        assert "28 letters and digits" in typed.text
        good = await anybody.post("/check", data={"code": "oooo iiii llll 0000 0000 0000 0000"})
        assert good.headers["location"] == "/check/0000-1111-1111-0000-0000-0000-0000"


async def test_a_file_is_compared_byte_for_byte(confirmed):
    code = await issue(confirmed)
    async with confirmed.browser("ann") as ann:
        file = (await ann.get(f"/documents/{code}/csv")).content
        again = (await ann.get(f"/documents/{code}/csv")).content
    assert file == again
    async with confirmed.browser(None) as anybody:
        same = await anybody.post("/check", files={"file": ("log.csv", file, "text/csv")})
        other = await anybody.post("/check", files={"file": ("log.csv", file + b" ", "text/csv")})
    assert "This file is, byte for byte, one that was handed out here." in text_of(same.text)
    assert "Genuine, and unchanged since" in text_of(same.text)
    assert "Not a file from here, byte for byte" in text_of(other.text)
    assert "Ann" not in text_of(other.text)


@pytest.mark.parametrize("who", ["eve", "pat", "bob"])
async def test_others_neither_issue_nor_see(confirmed, who):
    code = await issue(confirmed)
    async with confirmed.browser(who) as other:
        assert (await other.get(f"/documents/{code}")).status_code == 404
        assert (await other.get(f"/documents/{code}/pdf")).status_code == 404
        assert (await other.post(f"/documents/{code}/revoke")).status_code == 404
        assert (await other.get("/documents?person=ann")).status_code == 404
        sent = await other.post("/documents", data={"kind": "audit", "person": "ann"})
        assert sent.status_code == 404


async def test_a_changed_row_shows(confirmed):
    code = await issue(confirmed)
    plain = code.replace("-", "")
    async with confirmed.app.uow() as uow:
        await uow.session.execute(
            text("UPDATE documents SET facts = replace(facts, :was, :now)"),
            {"was": '"minutes":90', "now": '"minutes":990'},
        )
        await uow.commit()
    status, said = await check(confirmed, plain)
    assert status == 200
    assert "Does not match the record" in said
    assert "16.50" not in said
