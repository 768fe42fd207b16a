"""My data on the page: one's own archive only; removal can be asked for and thought again about."""

import io
from datetime import timedelta
from zipfile import ZipFile

import pytest

from alongside_logbook.housekeeping import Housekeeping
from logbook.office import KEY, text_of

pytestmark = pytest.mark.unit


async def test_one_takes_ones_data_and_thinks_again_about_removal(circle):
    await circle.record(KEY)
    async with circle.browser("ann") as ann:
        said = text_of((await ann.get("/my-data")).text)
        assert "Hour entries 1 1 version" in said
        assert "1 hour entry" in said
        assert "ask Cora" in said
        file = await ann.get("/my-data/download")
        assert file.headers["content-type"] == "application/zip"
        assert 'filename="alongside-logbook-2026-03-02.zip"' in file.headers["content-disposition"]
        names = ZipFile(io.BytesIO(file.content)).namelist()
        assert {"README.txt", "about-me.json", "hours.csv", "hours-history.json"} <= set(names)
        assert (await ann.post("/my-data/remove")).status_code == 303
        assert "To be removed on Wed, Apr 1, 2026" in text_of((await ann.get("/my-data")).text)
        assert (await ann.post("/my-data/keep")).status_code == 303
        assert "To be removed" not in text_of((await ann.get("/my-data")).text)
        await ann.post("/my-data/remove")
        circle.clock.advance(timedelta(days=30))
        assert await Housekeeping(circle.app.uow).follow_leaving() == 1
    # A sign-in does not last that long.
    async with circle.browser("ann") as ann:
        assert "Removed on Wed, Apr 1, 2026" in text_of((await ann.get("/my-data")).text)
        assert (await ann.post("/my-data/keep")).status_code == 409
    async with circle.browser(None) as nobody:
        assert (await nobody.get("/my-data/download")).status_code == 303
    async with circle.script("bob") as bob:
        theirs = ZipFile(io.BytesIO((await bob.get("/my-data")).content))
        assert b'"person_id": "bob"' in theirs.read("about-me.json")
