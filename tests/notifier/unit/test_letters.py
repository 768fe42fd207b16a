"""Every letter in every kind: nothing missing, text and HTML say the same."""

import re
from html import unescape

import pytest

from alongside_notifier.domain.words import LANGUAGES
from alongside_notifier.letters import KINDS, Letters

pytestmark = pytest.mark.unit

FACTS = {
    "address": "provider@example.org",
    "failure": "full",
    "association": "Oak & Elm <Association>",
    "name": "Ben",
    "provider": "Ada Solberg",
    "supervisee": "Cleo",
    "title": "Tea & <b>Circle</b>",
    "leads": False,
    "rhythm": "Every week on Tuesday, 6 sessions",
    "whens": ["Tuesday, January 12, 2027, 10:00 AM", "For Ada Solberg that is 11:00 AM."],
    "place": "Room 5",
    "link": "https://meet.example/x?a=1&b=2",
    "sessions": ["Tuesday, January 12", "Tuesday, January 19"],
    "more": 4,
    "answer_url": "https://supervision.example/answer/x",
    "preferences_url": "https://supervision.example/preferences",
    "before": "Monday, January 11",
    "what": "One session has another time.",
    "changes": ["Tuesday, January 12: cancelled", "Tuesday, January 19: cancelled"],
    "asks": True,
    "next": True,
    "series": True,
    "short": "Tue, Jan 12",
    "soon": "In 1 day",
    "when": "in 1 day",
    "until": "10:15 AM",
    "again": False,
    "absent": False,
    "duration": "1 h 30 min",
    "day": "Tuesday, January 12",
    "hours": "24 h",
    "category": "IFS",
    "others": "Cleo, Dora",
    "headline": "A seat is free for you: Tea & <b>Circle</b>",
    "sentence": "a seat in Tea & <b>Circle</b> has come free.",
    "deadline": "It is kept for you until Tuesday.",
    "label": "Say yes or no",
    "noun": "session",
    "sender": "Cleo <the third>",
    "said": "was recorded",
    "since": "January 5, 2027",
    "number": "3 sessions",
    "returned": True,
    "seen_url": "https://supervision.example/answer/x/changes",
    "lines": [{"when": "Tue, Jan 12", "what": "Tea & <b>Circle</b>", "where": "Room <5>"}],
    "zone": "America/Chicago",
    "waiting": "2 entries wait for your word",
    "waiting_link": "https://supervision.example/hours",
    "standing": "18 h of 24 h toward IFS.",
    "share": 75,
    "progress_link": "https://supervision.example/progress",
}


def words(text):
    text = re.sub(r"https?://\S+", "", text)
    return re.findall(r"[A-Za-zÀ-ÿ0-9&<>/]+", text)


LETTERS = Letters()

LABELS = {
    "en": {
        "I", "will", "be", "there", "Maybe", "cannot", "come", "Look", "at", "my", "hours", "Sign",
        "in", "Join", "the", "session", "visit", "again", "See", "how", "they", "add", "up", "say", "so",
        "here", "Choose", "your", "reminders", "Something", "came", "Please", "Reminders", "please",
    },
    "es": {
        "Voy", "a", "asistir", "Tal", "vez", "No", "puedo", "Ver", "mis", "horas", "las", "sesiones", "la",
        "sesión", "visita", "Entrar", "Revisar", "Elegir", "sus", "recordatorios", "Recordatorios",
        "Conectarse", "cómo", "se", "suman", "Ya", "lo", "vi",
    },
}  # fmt: skip
"""What stands on buttons, where the text has a bare link, or the other way round."""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("leads", "noun"), [(True, "session"), (False, "session"), (True, "visit")]
)
def test_text_and_html_say_the_same(kind, leads, noun, language):
    letter = LETTERS.render(kind, language, **{**FACTS, "leads": leads, "noun": noun})
    assert "\n" not in letter.subject
    assert "<b>" not in letter.html
    bare = re.sub(r"<title>.*?</title>", "", letter.html, flags=re.DOTALL)
    shown = unescape(re.sub(r"<[^>]+>", " ", bare))
    labels = LABELS[language]
    assert set(words(letter.text)) - labels == set(words(shown)) - labels


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_html_stands_alone(kind, language):
    html = LETTERS.render(kind, language, **FACTS).html
    assert html.startswith(f'<!doctype html>\n<html lang="{language}">')
    assert "<script" not in html
    assert "<link" not in html
    assert "src=" not in html
    assert html.count("style=") > 5
