"""What people read in each language: whole, natural, and the same facts in both."""

import re
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from html import unescape
from importlib.resources import files
from pathlib import Path

import icalendar
import pytest

from alongside_notifier.domain.calendar import Names, feed_fragment
from alongside_notifier.domain.feeds import Confirmed, marks_of
from alongside_notifier.domain.view import view_of
from alongside_notifier.domain.words import ENGLISH, LANGUAGES, SPANISH, words_in
from alongside_notifier.domain.words.calendars import Calendars
from alongside_notifier.domain.words.hours import Hours
from alongside_notifier.domain.words.series import Series
from alongside_notifier.handlers.preferences import choose
from alongside_notifier.http.answer_words import answer_words
from alongside_notifier.letters import KINDS, Letters
from alongside_notifier.samples import Samples
from alongside_notifier.store.people import Preferences
from notifier.client import calendar_part
from notifier.making import NOW, make_series, monthly, weekly

pytestmark = pytest.mark.unit

LETTERS = Letters()
SAMPLES = {
    each: Samples(LETTERS, "Asociación Roble", "https://x.example", each) for each in LANGUAGES
}

ENGLISH_WORDS = frozenset(
    [
        "the",
        "and",
        "you",
        "your",
        "yours",
        "with",
        "this",
        "that",
        "these",
        "are",
        "was",
        "were",
        "will",
        "would",
        "have",
        "has",
        "had",
        "not",
        "from",
        "for",
        "please",
        "hello",
        "hour",
        "hours",
        "session",
        "sessions",
        "visit",
        "week",
        "calendar",
        "mail",
        "link",
        "answer",
        "here",
        "there",
        "it",
        "is",
        "of",
        "to",
        "in",
        "on",
        "at",
        "by",
        "or",
        "if",
        "what",
        "which",
        "who",
        "when",
        "where",
        "how",
        "why",
        "all",
        "more",
        "next",
        "last",
        "now",
        "cancelled",
        "changed",
        "confirmed",
        "moved",
        "led",
        "lead",
        "leads",
        "series",
        "reminder",
        "reminders",
        "seen",
        "seat",
    ]
)
"""What no Spanish text has in it. (`a`, `me`, `he` and the like are words of both.)"""

NAMES_IN_SAMPLES = ("Tuesday Circle", "Robin Example", "Sasha Sample", "Sample House")


def plain(letter):
    bare = re.sub(r"<style.*?</style>|<[^>]+>", " ", letter.html, flags=re.DOTALL)
    return "\n".join([letter.subject, letter.text, unescape(bare)])


@pytest.mark.parametrize("kind", KINDS)
def test_every_letter_is_in_spanish_from_end_to_end(kind):
    sample, english = SAMPLES["es"].sample(kind), SAMPLES["en"].sample(kind)
    said = plain(sample.letter)
    for name in NAMES_IN_SAMPLES:
        said = said.replace(name, "")
    said = re.sub(r"\S+@\S+|https?://\S+|America/\S+|UTC\S+", "", said)
    found = set(re.findall(r"[a-záéíóúñü]+", said.lower()))
    assert found & ENGLISH_WORDS == set()
    assert "Hola, " in said
    assert not re.search(r"[{}]|None", said)
    assert sample.letter.language == "es"
    # Links, and what is written in numbers, are the same.
    facts = re.compile(r"https?://\S+|America/\w+|UTC[-+:0-9]+|\d+(?= h\b)|\d+:\d\d")
    assert set(facts.findall(sample.letter.text)) == set(facts.findall(english.letter.text))


def test_no_branch_of_a_spanish_template_or_phrase_is_in_english():
    folder = Path(str(files("alongside_notifier"))) / "templates/mail/es"
    texts = {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*.*")}
    assert {name.partition("/")[0] for name in texts} == {*KINDS, "frame.html", "parts.html"}
    # Of what is between braces, only what is quoted is said.
    said = {name: _IN_BRACES.sub(_quoted, text) for name, text in texts.items()}
    said["phrases"] = " ".join(
        getattr(phrases, name)
        for phrases in (SPANISH.series, SPANISH.hours, SPANISH.calendars)
        for name in type(phrases).__mro__[1].__annotations__
    )
    said["asked"] = repr(SPANISH.asked).replace("seat_", "").replace("session_", "")
    said["page"] = repr(answer_words("es").refusals.values())
    found = {
        name: set(re.findall(r"[a-záéíóúñü]+", re.sub(r"<[^>]+>|{\w+}", " ", text).lower()))
        & ENGLISH_WORDS
        for name, text in said.items()
    }
    assert {name: words for name, words in found.items() if words} == {}


_IN_BRACES = re.compile(r"{{.*?}}|{%.*?%}", re.DOTALL)


def _quoted(match):
    if re.match(r"{% ?(extends|from)", match[0]):
        return " "
    bare = re.sub(r"== *\"[^\"]*\"|\"\w+\":", "", match[0])
    return " ".join(re.findall(r"\"([^\"]*)\"", bare))


@pytest.mark.parametrize("topic", [Calendars, Hours, Series])
def test_no_language_lacks_a_phrase_or_a_place_in_it(topic):
    wanted = topic.__annotations__
    both = [vars(type(getattr(words, topic.__name__.lower()))) for words in (ENGLISH, SPANISH)]
    places = [
        {each: sorted(re.findall(r"{\w+}", phrases[each])) for each in wanted} for phrases in both
    ]
    assert places[0] == places[1]
    assert any(places[0].values()) or topic is Hours


MORNING = datetime(2027, 1, 12, 16, 0, tzinfo=UTC)
NIGHT = datetime(2027, 7, 4, 4, 30, tzinfo=UTC)
CHICAGO, YORK = "America/Chicago", "America/New_York"


def test_times_in_spanish():
    times = SPANISH.times
    assert times.spans(MORNING, MORNING + timedelta(minutes=90), CHICAGO, YORK, "Ada") == [
        "martes, 12 de enero de 2027, de 10:00 a.m. a 11:30 a.m. (America/Chicago, UTC-06:00)",
        (
            "Para Ada: martes, 12 de enero de 2027, de 11:00 a.m. a 12:30 p.m. "
            "(America/New_York, UTC-05:00)."
        ),
    ]
    assert times.span(NIGHT, NIGHT + timedelta(hours=1), CHICAGO) == (
        "sábado, 3 de julio de 2027, de 11:30 p.m. a 12:30 a.m. del domingo, 4 de julio de 2027 "
        "(America/Chicago, UTC-05:00)"
    )
    assert times.subject(MORNING, CHICAGO) == "mar 12 ene, 10:00 a.m. (America/Chicago, UTC-06:00)"
    assert times.until(MORNING, CHICAGO).startswith("las 10:00 a.m. (")
    assert times.until(MORNING + timedelta(hours=3), CHICAGO).startswith("la 1:00 p.m. (")
    assert times.long_date(date(2027, 9, 1)) == "1 de septiembre de 2027"
    days = [times.long_day(date(2027, 1, 4) + timedelta(days=each)) for each in range(7)]
    assert " ".join(each.partition(",")[0] for each in days) == (
        "lunes martes miércoles jueves viernes sábado domingo"
    )
    assert all("\u202f" not in each and "\xa0" not in each for each in days)


@pytest.mark.parametrize(
    ("minutes", "english", "spanish"),
    [
        (1, "in 1 minutes", "dentro de 1 minuto"),
        (15, "in 15 minutes", "dentro de 15 minutos"),
        (60, "in 1 hour", "dentro de 1 hora"),
        (90, "in 90 minutes", "dentro de 90 minutos"),
        (120, "in 2 hours", "dentro de 2 horas"),
        (1440, "in 1 day", "dentro de 1 día"),
        (2880, "in 2 days", "dentro de 2 días"),
    ],
)
def test_how_far_ahead(minutes, english, spanish):
    assert (ENGLISH.times.ahead(minutes), SPANISH.times.ahead(minutes)) == (english, spanish)


def test_numbers_one_and_many_in_spanish():
    hours = SPANISH.hours
    assert [hours.sessions(each) for each in (1, 2)] == ["1 sesión", "2 sesiones"]
    assert hours.week(1, 1) == "Su semana: 1 sesión, 1 registro espera su confirmación"
    assert hours.week(0, 2) == "Su semana: 2 registros esperan su confirmación"
    assert hours.waiting(2, "3 h") == "2 registros esperan su confirmación, 3 h en total"
    said = [
        hours.awaited(about, 1, "1 h").sentence for about in ("confirm", "look_again", "record")
    ]
    assert said[0] == "1 registro espera que usted diga si es correcto, 1 h en total."
    assert said[1] == "Le devolvieron 1 registro con un motivo, 1 h en total."
    assert said[2].startswith("1 sesión a su cargo todavía no tiene asistencia registrada")
    # What only a newer version knows.
    assert hours.awaited("of_tomorrow", 2, "1 h").sentence == "2 asuntos esperan su respuesta."
    assert ENGLISH.hours.awaited("of_tomorrow", 1, "1 h").sentence == "1 thing waits for your word."
    many = hours.awaited("record", 3, "4 h").headline
    assert many.endswith("3 sesiones a su cargo todavía no tienen asistencia registrada")
    assert hours.vouched("Ada", 2, 1, not_theirs=False) == (
        "Ada confirmó 2 sesiones y devolvió 1 sesión con un motivo"
    )
    assert SPANISH.calendars.due("closing", 1, 0)[0] == "Se cierra el periodo de horas: 1 persona"
    assert SPANISH.calendars.due("waiting", 2, 90) == (
        "2 registros esperan confirmación",
        "Horas de este día, 1.50 h en total.",
    )


FIRST = datetime(2027, 1, 12, 10, 0)


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        (weekly(FIRST, 6), "Cada semana, los martes, 6 sesiones"),
        (weekly(FIRST + timedelta(days=4), 6, 2), "Cada 2 semanas, los sábados, 6 sesiones"),
        (monthly(FIRST, 7, 2), "El segundo martes, cada mes, 7 sesiones"),
        (weekly(FIRST, 1).model_copy(update={"frequency": "once"}), "Una sesión"),
    ],
)
def test_how_a_series_repeats(pattern, said):
    assert SPANISH.series.rhythm(view_of(make_series(pattern), "ben")) == said


def test_titles_that_were_made_are_translated_and_what_people_wrote_stays():
    titles = [
        "Individual: Ada with Ben",
        "Visit to Little Acorns",
        "Visiting hours",
        "Circle with Ben",
    ]
    assert [ENGLISH.series.title(each) for each in titles] == titles
    assert [SPANISH.series.title(each) for each in titles] == [
        "Individual: Ada con Ben",
        "Visita a Little Acorns",
        *titles[2:],
    ]


async def test_an_invitation_in_spanish_and_the_feed_beside_it(notifier):
    life = await notifier.begin(make_series(show_roster=True))
    async with notifier.app.uow() as uow:
        cleo = await uow.people.get("cleo")
        await choose(cleo, Preferences(language="es"), uow, notifier.desk)
        await uow.commit()
    await notifier.hear_series(life.leave("cleo", date(2027, 1, 1)))
    await notifier.tell()
    await notifier.hear_series(life.join("cleo", date(2027, 1, 1)))
    await notifier.tell()
    english, gone, row = await notifier.mails("cleo")
    assert english.subject.startswith("Tuesday Circle with Ada Solberg: Tue, Jan 12")
    assert gone.subject == "Tuesday Circle sale de su calendario"
    assert row.subject == (
        "Tuesday Circle con Ada Solberg: mar 12 ene, 10:00 a.m. (America/Chicago, UTC-06:00)"
    )
    mail = message_from_bytes(row.raw, policy=default)
    assert mail["Content-Language"] == "es"
    assert mail["From"].addresses[0].display_name == "Ada Solberg (vía Oak Association)"
    assert message_from_bytes(english.raw)["Content-Language"] is None
    text = " ".join(mail.get_body(("plain",)).get_content().split())
    for said in (
        "Hola, Cleo Ramírez: Ada Solberg le invita a Tuesday Circle.",
        "Cada 2 semanas, los martes, 6 sesiones. La primera:",
        "martes, 12 de enero de 2027, de 10:00 a.m. a 11:30 a.m. (America/Chicago, UTC-06:00)",
        "Para Ada Solberg: martes, 12 de enero de 2027, de 11:00 a.m. a 12:30 p.m.",
        "Lugar: Room 5, Oak House",
        "Puede responder en su calendario, o aquí, sin tener una cuenta:",
    ):
        assert said in text
    calendar = icalendar.Calendar.from_ical(calendar_part(row.raw))
    (event,) = calendar.walk("VEVENT")
    assert str(calendar["PRODID"]).endswith("//ES")
    assert str(event["DESCRIPTION"]).startswith(
        "Supervisión reflexiva con Ada Solberg.\nEn el grupo:"
    )
    assert event["CONFERENCE"].params["LABEL"] == "Conectarse a la sesión"
    assert event["ORGANIZER"].params["CN"] == "Ada Solberg (vía Oak Association)"
    # What the feed says is what the mail said.
    async with notifier.app.uow() as uow:
        fed = icalendar.Calendar.from_ical((await uow.feeds.current("cleo")).body)
    assert str(fed["X-WR-CALNAME"]) == "Oak Association: mi supervisión"
    for name in ("SUMMARY", "DESCRIPTION", "LOCATION", "UID", "DTSTART"):
        assert [each[name] for each in fed.walk("VEVENT")] == [event[name]]


def test_marks_and_cancellations_in_feeds_are_in_the_language_of_the_feed():
    series = make_series(weekly(FIRST, 3))
    off = series.occurrences[1].model_copy(update={"status": "cancelled", "changed_at": NOW})
    series = series.model_copy(
        update={"occurrences": (series.occurrences[0], off, series.occurrences[2])}
    )
    key = series.occurrences[0].key
    found = {}
    for language in LANGUAGES:
        words = words_in(language)
        notes = marks_of([Confirmed("ben", key, 90, NOW)], words)
        fragment = feed_fragment(
            view_of(series, "ben"),
            Names("Oak", {}),
            NOW,
            notes=notes,
            alarm_minutes=15,
            words=words,
        )
        found[language] = re.findall(r"^SUMMARY:(.*)\r$", fragment.text, re.MULTILINE)
        assert words.series.provider in fragment.text
    assert found == {
        "en": ["Tuesday Circle", "Tuesday Circle ✓ 1.50 h confirmed", "Cancelled: Tuesday Circle"],
        "es": [
            "Tuesday Circle",
            "Tuesday Circle ✓ 1.50 h confirmadas",
            "Cancelado: Tuesday Circle",
        ],
    }
