"""Trainings on the page and by script: logged, corrected, taken back; files only to those they concern."""

import re

import pytest

from logbook.office import text_of
from logbook.papers import pdf, png

pytestmark = pytest.mark.unit

ONE = {
    "kind": "training",
    "title": "Holding the frame",
    "trainer": "Rosa Invented",
    "sponsor": "Example Institute",
    "first_day": "2026-02-20",
    "hours": "3",
    "minutes": "30",
    "areas": ["reflection", "thinking"],
    "about_rsc": "yes",
}


async def logged(browser, **files) -> str:
    sent = await browser.post("/trainings/new", data=ONE, files=files or None)
    assert sent.status_code == 303, sent.text
    return sent.headers["location"]


async def test_a_training_is_logged_with_its_certificate_and_drawn(circle):
    async with circle.browser("ann") as ann:
        assert "No trainings yet" in text_of((await ann.get("/trainings")).text)
        assert 'type="file"' in (await ann.get("/trainings/new")).text
        page = await logged(ann, certificate=("../My paper.svg", pdf(), "image/svg+xml"))
        shown = await ann.get(page)
        said = text_of(shown.text)
        assert "3 h 30 min" in said
        assert "Thinking · Reflection" in said
        assert "giving RSC" in said
        assert "My paper.pdf" in said
        link = re.search(r'href="(/trainings/certificates/[^"]+)"', shown.text)[1]
        file = await ann.get(link)
        assert file.content == pdf()
        assert file.headers["content-type"] == "application/pdf"
        assert file.headers["content-disposition"].startswith('attachment; filename="My paper.pdf"')
        assert file.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
        assert file.headers["x-content-type-options"] == "nosniff"
        drawn = text_of((await ann.get("/trainings")).text)
        assert "2026: 3 h 30 min in 1 training" in drawn
        assert "Reflection 3 h 30 min" in drawn
        assert "Communicating nothing yet" in drawn
        assert "Leadership" not in drawn
        assert "3 h 30 min of 30 h" in drawn
        assert "Counts 3 h 30 min." in said
        other = text_of((await ann.get("/trainings?area=thinking")).text)
        assert "Holding the frame" in other
    async with circle.browser("cora") as cora:
        assert (await cora.get(link)).content == pdf()
        assert "Holding the frame" in text_of((await cora.get("/trainings?person=ann")).text)
        assert (await cora.get("/trainings?person=nobody")).status_code == 404
        assert (await cora.post("/trainings/new", data={**ONE, "person": "x"})).status_code == 404
    for stranger in ("bob", "pat"):
        async with circle.browser(stranger) as browser:
            for path in (link, page, "/trainings?person=ann", "/trainings/new?person=ann"):
                assert (await browser.get(path)).status_code == 404
            assert (await browser.post(f"{page}/withdraw")).status_code == 404


async def test_what_is_wrong_comes_back_beside_its_field_with_what_was_typed(circle):
    wrong = {**ONE, "title": "", "first_day": "2026-02-30", "hours": "1.5"}
    late = {**ONE, "first_day": "2026-03-03", "hours": "40"}
    async with circle.browser("ann") as ann:
        answer = await ann.post("/trainings/new", data=wrong)
        assert answer.status_code == 422
        said = text_of(answer.text)
        assert "Give the title" in said
        assert "Give the day as YYYY-MM-DD." in said
        assert "Give a whole number" in said
        assert re.search(r'value="thinking"[^>]*checked', answer.text)
        said = text_of((await ann.post("/trainings/new", data=late)).text)
        assert "A training is logged once it was held." in said
        assert "At most 16 hours a day" in said
        file = {"certificate": ("x.pdf", b"<svg onload=x()>", "application/pdf")}
        answer = await ann.post("/trainings/new", data=ONE, files=file)
        assert (answer.status_code, "PDF, PNG or JPEG" in text_of(answer.text)) == (422, True)
        huge = {"certificate": ("x.pdf", b"%PDF-1.7" + b"0" * 5 * 2**20, "application/pdf")}
        answer = await ann.post("/trainings/new", data=ONE, files=huge)
        assert (answer.status_code, "larger than 5 MB" in text_of(answer.text)) == (413, True)
        assert 'value="Holding the frame"' in answer.text
        # Elsewhere on these pages a body stays small.
        refused = await ann.post("/trainings/several", data={"title-0": "x" * 1_100_000})
        assert refused.status_code == 413
        assert "No trainings yet" in text_of((await ann.get("/trainings")).text)


async def test_a_correction_is_a_version_and_what_is_taken_back_stays_in_the_history(circle):
    async with circle.browser("ann") as ann:
        page = await logged(ann, certificate=("a.png", png(), "image/png"))
        form = await ann.get(f"{page}/correct")
        assert re.search(r'name="hours"[^>]*value="3"', form.text)
        sent = {**ONE, "version": "1", "hours": "4"}
        assert (await ann.post(f"{page}/correct", data=sent)).status_code == 303
        stale = await ann.post(f"{page}/correct", data={**sent, "hours": "5"})
        assert (stale.status_code, "changed since you looked" in text_of(stale.text)) == (409, True)
        said = text_of((await ann.get(page)).text)
        assert "Corrected: Holding the frame, 4 h 30 min, 1 file" in said
        assert "Logged: Holding the frame, 3 h 30 min" in said
        upload = {"certificate": ("b.pdf", pdf(), "application/pdf")}
        address = page.replace("/trainings/", "/trainings/certificates/")
        assert (await ann.post(address, files=upload)).status_code == 303
        shown = await ann.get(page)
        links = re.findall(r'action="(/trainings/certificates/[^"]+/remove)"', shown.text)
        assert len(links) == 2
        assert (await ann.post(links[0])).status_code == 303
        assert (await ann.get(links[0].removesuffix("/remove"))).status_code == 404
        assert (await ann.post(f"{page}/withdraw")).status_code == 303
        assert "No trainings yet" in text_of((await ann.get("/trainings")).text)
        assert "This was taken back" in text_of((await ann.get(page)).text)
        assert (await ann.get(links[1].removesuffix("/remove"))).status_code == 404


async def test_several_at_once_all_or_none(circle):
    two = {
        "title-0": "First", "first_day-0": "2026-02-01", "hours-0": "2", "areas-0": "systems_expertise",
        "title-2": "Third", "first_day-2": "2025-11-01", "hours-2": "1", "dei-2": "yes",
    }  # fmt: skip
    async with circle.browser("ann") as ann:
        assert (await ann.get("/trainings/several")).status_code == 200
        wrong = await ann.post("/trainings/several", data={**two, "hours-2": "99"})
        assert wrong.status_code == 422
        assert 'id="f-minutes-2-error"' in wrong.text
        assert (await ann.post("/trainings/several", data={"person": ""})).status_code == 422
        sent = await ann.post("/trainings/several", data=two)
        assert sent.headers["location"] == "/trainings"
        said = text_of((await ann.get("/trainings")).text)
        assert "2 trainings logged." in said
        assert "2025: 1 h in 1 training" in said


async def test_the_same_by_script(circle):
    facts = {"title": "Certificate", "kind": "course", "sponsor": "Example University",
             "first_day": "2024-09-01", "last_day": "2025-05-30", "award": "Graduate certificate"}  # fmt: skip
    async with circle.script("ann") as ann:
        both = {"trainings": [facts, {"title": "T", "first_day": "2026-01-05", "minutes": 60}]}
        bad = await ann.post("/trainings", json={"trainings": [{**facts, "sponsor": ""}]})
        assert bad.json()["errors"] == {"0.sponsor": "Name the institution."}
        key = {"idempotency-key": "k1"}
        made = (await ann.post("/trainings", json=both, headers=key)).json()
        assert (await ann.post("/trainings", json=both, headers=key)).json() == made
        course = made[0]["training_id"]
        upload = {"certificate": ("a.pdf", pdf(), "text/html")}
        put = await ann.post(f"/trainings/certificates/{course}", files=upload)
        sha256 = put.json()["certificates"][0]["sha256"]
        file = await ann.get(f"/trainings/certificates/{course}/{sha256}")
        assert file.headers["content-type"] == "application/pdf"
        listed = (await ann.get("/trainings")).json()
        assert [each["title"] for each in listed["courses"]] == ["Certificate"]
        assert listed["minutes"] == 60
        again = await ann.put(f"/trainings/{course}", json={"training": {**facts, "credits": "12"}})
        assert again.json()["version"] == 3
        gone = await ann.delete(f"/trainings/certificates/{course}/{sha256}")
        assert gone.json()["certificates"] == []
        assert (await ann.post(f"/trainings/{course}/withdraw")).json()["status"] == "withdrawn"
        shown = (await ann.get(f"/trainings/{course}")).json()
        acts = [step["act"] for step in shown["steps"]]
        assert acts == ["withdrawn", "certified", "corrected", "certified", "logged"]
    async with circle.script("pat") as pat:
        assert (await pat.get(f"/trainings/{course}")).status_code == 404
        other = {"person_id": "ann", "trainings": [facts]}
        assert (await pat.post("/trainings", json=other)).status_code == 404
