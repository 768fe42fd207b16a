"""Bringing a log in, with a browser and with a script."""

import re

import pytest

from alongside_logbook.handlers.importing import Importer
from alongside_logbook.http import imports_api
from alongside_logbook.http.pages import imports as pages
from alongside_logbook.uploads.reading import read_table
from logbook.office import Office, text_of

pytestmark = pytest.mark.unit

LOG = """Date,Minutes,Supervisor,Supervisor email,Type,Notes
3/4/2025,60,Pat,pat@example.org,individual,a secret
3/11/2025,90,<b>Ona</b>,ona@example.com,group,another
3/11/2025,90,Ona,ona@example.com,group,the same again
4/1/2025,60,Nell Nomail,,individual,
4/2/2025,soon,"=cmd|' /C calc'!A1",x@example.com,individual,
"""


@pytest.fixture(autouse=True)
def read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read in this process: that it is another one otherwise is tested by itself."""

    async def read(content: bytes, sheet: str = ""):
        return read_table(content, sheet)

    monkeypatch.setattr(pages, "read_apart", read)
    monkeypatch.setattr(imports_api, "read_apart", read)


async def send(client, text: str = LOG, **fields: str):
    return await client.post("/imports", files={"file": ("log.csv", text.encode())}, data=fields)


async def test_a_log_is_brought_in_and_taken_back(circle: Office):
    async with circle.browser("ann") as ann:
        asked = await ann.get("/imports")
        assert "Bring in a log" in asked.text
        sent = await send(ann)
        columns = sent.headers["location"]
        page = (await ann.get(columns)).text
        assert "“3/4/2025” can be read in two ways" in page
        assert "3/4/2025 is April 3, 2025" in page
        assert "a secret" not in page
        assert "kept nowhere: Notes" in page
        chosen = re.findall(r'name="(column-\d+)".*?value="(\w+)" selected', page, re.DOTALL)
        assert [means for _, means in chosen] == [
            "date", "duration", "provider", "provider_email", "kind",
        ]  # fmt: skip
        form = {**dict(chosen), "order": "mdy", "unit": "minutes", "kind": "individual"}
        refused = await ann.post(columns, data={**form, chosen[0][0]: ""})
        assert refused.status_code == 422
        assert "Say which column holds the date." in refused.text
        told = await ann.post(columns, data=form)
        preview = told.headers["location"]
        page = (await ann.get(preview)).text
        assert "&lt;b&gt;Ona&lt;/b&gt;" in page
        assert "<b>Ona" not in page
        words = text_of(page)
        assert "The same as row 3." in words
        assert "There is no e-mail address of Nell Nomail." in words
        assert "looks like a formula, not a name" in words
        wrong = await ann.post(
            preview.replace("preview", "addresses"),
            data={"key-0": "nell nomail", "address-0": "nell"},
        )
        assert wrong.status_code == 422
        assert "This is not an e-mail address." in wrong.text
        await ann.post(
            preview.replace("preview", "addresses"),
            data={"key-0": "nell nomail", "address-0": "nell@example.com"},
        )
        csv = (await ann.get(preview.replace("preview", "not-entered.csv"))).text
        assert "'=cmd" in csv
        assert "a secret" not in csv
        started = await ann.post(preview.replace("preview", "confirm"), data={"take": "4"})
        result = started.headers["location"]
        assert 'hx-trigger="load' in (await ann.get(result)).text
        await Importer(circle.app.uow).work()
        words = text_of((await ann.get(result)).text)
        assert "Entered 4" in words
        assert "Ask <b>Ona</b>".replace("<", "&lt;").replace(">", "&gt;") in words
        assert "log.csv" in text_of((await ann.get("/imports")).text)
        asked = await ann.get(f"{result}/undo")
        assert "4 entries" in text_of(asked.text)
        await ann.post(f"{result}/undo", data={"confirmed": ""})
        await Importer(circle.app.uow).work()
        assert "4 entries count for nothing any more" in text_of((await ann.get(result)).text)
    async with circle.browser("bob") as bob:
        assert (await bob.get(result)).status_code == 404


NO_LOGS = [
    (b"", "Choose a file."),
    (b"%PDF-1.7 x", "This is a PDF."),
    (b"PK\x03\x04rubbish", "This workbook is damaged."),
    (b"Date,Minutes\n", "no rows below them"),
]


async def test_what_is_no_log_is_refused_with_words(circle: Office):
    async with circle.browser("ann") as ann:
        for content, words in NO_LOGS:
            sent = await ann.post("/imports", files={"file": ("log", content)})
            assert sent.status_code == 422
            assert words in sent.text
            assert "Whose hours?" not in sent.text


async def test_a_script_brings_in_the_log_of_many(circle: Office):
    text = "email,date,hours,supervisor,supervisor email\nbob@example.org,2025-05-02,1.5,Pat,pat@example.org\n"
    files = {"file": ("many.csv", text.encode())}
    async with circle.script("ann") as ann:
        assert (await ann.post("/imports", files=files, data={"many": "1"})).status_code == 403
    circle._roles["cora"] = ("coordinator",)
    async with circle.script("cora") as cora:
        sent = await cora.post(
            "/imports", files=files, data={"many": "1"}, headers={"idempotency-key": "k1"}
        )
        assert sent.status_code == 201
        path = f"/imports/{sent.json()['import_id']}"
        shown = (await cora.get(f"{path}/preview", params={"state": "good"})).json()
        assert shown["rows"]["good"] == 1
        assert shown["some"][0]["minutes"] == 90
        mapping = {**shown["mapping"], "unit": "minutes"}
        put = await cora.put(f"{path}/mapping", json=mapping)
        assert (put.json()["rows"]["warning"], put.json()["minutes"]) == (1, 2)
        await cora.put(f"{path}/mapping", json=shown["mapping"])
        assert (await cora.post(f"{path}/confirm")).json()["state"] == "running"
        await Importer(circle.app.uow).work()
        done = (await cora.get(path)).json()
        assert (done["state"], done["waiting"], done["minutes"]) == ("done", 1, 90)
        assert done["awaited"][0]["person"]["person_id"] == "pat"
        assert (await cora.post(f"{path}/undo", json={})).json()["state"] == "undoing"
        assert (await cora.delete(path)).status_code == 410
