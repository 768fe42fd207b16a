"""A person chooses their language, and each of their feeds may have another."""

import re
from datetime import timedelta
from inspect import getsource

import pytest

from alongside_notifier.handlers import answers
from alongside_notifier.http.answer_words import answer_words
from notifier.making import person

pytestmark = pytest.mark.unit


def said(response):
    text = response.text.replace("\r\n ", "")
    return {
        "name": re.search(r"X-WR-CALNAME:(.*)\r", text)[1],
        "titles": set(re.findall(r"SUMMARY:(.*)\r", text)),
        "alarm": set(re.findall(r"TRIGGER:(.*)\r", text)),
    }


def path_of(feed):
    return feed["address"].removeprefix("https://supervision.example")


async def test_mails_feeds_and_links_follow_the_language_somebody_chose(notifier, open_browser):
    life = await notifier.begin()
    ben, script, anybody = (
        await open_browser("ben"),
        await open_browser("ben", token=True),
        await open_browser(),
    )
    own = path_of(await script.send("GET", "/feed"))
    english = await anybody.get(own)
    busy = await script.send("POST", "/feeds", {"detail": "busy", "language": "en"}, status=201)
    assert (busy["language"], busy["alarm"]) == ("en", "")
    await notifier.hear_series(life.cancel(life.keys()[0]))
    await notifier.tell()
    notifier.clock.advance(timedelta(hours=1))
    # Whatever else is saved, nobody who chose no language is bound to today's.
    form = {"reminders": "default", "hour_mails": "yes", "alarm": "15"}
    await ben.post("/preferences", language="en", **form)
    assert (await script.send("GET", "/preferences"))["language"] is None
    assert "Idioma de mis correos y calendarios" in await ben.page("/preferences")
    await ben.post("/preferences", language="es", **form)
    assert (await script.send("GET", "/preferences"))["language"] == "es"
    for page in ("/preferences", "/calendar/feeds/new"):
        assert '<html lang="en">' in await ben.page(page), (
            "these pages are in English for everybody"
        )
    await script.send("PUT", "/preferences", {"language": "fr"}, status=422)
    spanish = await anybody.get(own)
    assert said(spanish) == {
        "name": "Oak Association: mi supervisión",
        "titles": {"Tuesday Circle", "Cancelado: Tuesday Circle"},
        "alarm": {"-PT15M"},
    }
    # Clients take an edit only where it was revised later.
    assert "LAST-MODIFIED:20270104T160300Z" in spanish.text
    assert english.headers["etag"] != spanish.headers["etag"]
    assert said(await anybody.get(path_of(busy)))["titles"] == {"Busy", "Cancelled: Busy"}
    # A feed of its own language, and of its own alarm.
    where = f"/calendar/feeds/{busy['id']}"
    assert "As my mails (Español)" in await ben.page(where)
    await ben.post(where, detail="busy", language="", alarm="30")
    assert said(await anybody.get(path_of(busy))) == {
        "name": "Horas ocupadas",
        "titles": {"Ocupado", "Cancelado: Ocupado"},
        "alarm": {"-PT30M"},
    }
    body = {"detail": "busy", "alarm": "none"}
    await script.send("PUT", f"/feeds/{busy['id']}", body)
    assert said(await anybody.get(path_of(busy)))["alarm"] == set()
    for alarm in ("1441", "soon"):
        await script.send("PUT", f"/feeds/{busy['id']}", {**body, "alarm": alarm}, status=422)
    # The next mail, and the page behind its link.
    await notifier.hear_series(life.move(life.keys()[1], timedelta(hours=2)))
    await notifier.tell()
    row = (await notifier.mails("ben"))[-1]
    assert row.subject.startswith("Cambio: Tuesday Circle, ahora mar 26 ene, 12:00 p.m. (")
    token = notifier.desk.answer_token("ben", "series-1")
    page = await anybody.page(f"/answer/{token}?answer=accepted")
    assert '<html lang="es">' in page
    for words in (
        "Ir al contenido",
        "Cada 2 semanas, los martes",
        "¿va a asistir?",
        "12:00 p.m. CST",
    ):
        assert words in page
    await anybody.post(f"/answer/{token}", answer="declined")
    page = await anybody.page(f"/answer/{token}")
    assert "Anotado: usted no puede asistir." in page
    page = (await anybody.post(f"/answer/{token}", status=422, answer="perhaps")).text
    assert "Elija una de las tres respuestas." in page
    assert "Nada de lo que viene" in await anybody.page(f"/answer/{token}/changes")
    assert '<html lang="en">' in await anybody.page(
        f"/answer/{notifier.desk.answer_token('cleo', 'series-1')}"
    )
    await notifier.meet(person("ben", version=2, left_at=notifier.clock.now()))
    for path in ("", "/changes"):
        page = await anybody.page(f"/answer/{token}{path}", status=410)
        assert "Este enlace ya no es válido." in page


async def test_the_language_of_an_installation_is_that_of_whoever_chose_none(
    notifier, open_browser
):
    await notifier.begin()
    await notifier.meet(person("mia", "Mia", roles=("coordinator",)))
    mia = await open_browser("mia", roles=("coordinator",), token=True)
    office = await mia.send("POST", "/feeds", {"kind": "office", "language": "es"}, status=201)
    anybody, cleo = await open_browser(), await open_browser("cleo", token=True)
    assert said(await anybody.get(path_of(office)))["name"].endswith(": plazos y confirmaciones")
    await mia.send("PUT", f"/feeds/{office['id']}", {"kind": "office"})
    assert said(await anybody.get(path_of(office)))["name"].endswith("deadlines and confirmations")
    own = path_of(await cleo.send("GET", "/feed"))
    await cleo.send("PUT", "/preferences", {"language": "en"})
    ben = path_of(await (await open_browser("ben", token=True)).send("GET", "/feed"))
    object.__setattr__(notifier.desk, "language", "es")
    assert await notifier.tick("stale feeds") == 4
    assert said(await anybody.get(ben))["name"] == "Oak Association: mi supervisión"
    assert said(await anybody.get(own))["name"] == "Oak Association: my supervision"
    assert said(await anybody.get(path_of(office)))["name"].endswith(": plazos y confirmaciones")
    assert await notifier.tick("stale feeds") == 0
    coordinator = await open_browser("mia", roles=("coordinator",))
    assert "Dentro de 1 día: Tuesday Circle" in await coordinator.page("/messages/samples")
    page = await coordinator.page("/messages/samples/reminder?language=en")
    assert "/messages/samples/reminder/body.html?language=en" in page
    await coordinator.page("/messages/samples?language=fr", status=422)


def test_every_refusal_of_an_answer_has_its_spanish():
    refused = set(re.findall(r'raise (?:Conflict|NotFound|Gone)\("([^"]+)"\)', getsource(answers)))
    known = answer_words("es").refusals
    assert refused - {"This link is no longer valid."} <= set(known)
    assert len(refused) > 4
    assert answer_words("en").refused("x") == answer_words("es").refused("x") == "x"
