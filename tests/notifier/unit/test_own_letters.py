"""An installation's own mail templates, and that the sandbox changes no byte of the shipped ones."""

import re
from datetime import UTC, datetime

import pytest
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from alongside.settings import Settings
from alongside_notifier.app import create_app
from alongside_notifier.domain.itip import Party
from alongside_notifier.domain.mime import Envelope, Letter, compose
from alongside_notifier.domain.words import LANGUAGES
from alongside_notifier.letters import KINDS, Letters
from alongside_notifier.own_letters import BrokenTemplates, letters_of
from alongside_notifier.samples import Samples

pytestmark = pytest.mark.unit

PLAINLY = Environment(
    loader=PackageLoader("alongside_notifier", "templates/mail"),
    autoescape=select_autoescape(["html"], default=False),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)

SHIPPED = Letters()

ASSOCIATION, ORIGIN = "Oak & Elm <Association>", "https://supervision.example"


def samples(letters, language="en"):
    return Samples(letters, ASSOCIATION, ORIGIN, language)


def write(data, name, text):
    path = data / "templates/mail" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def mail(letter):
    someone = Party("Oak", "calendar@supervision.example")
    date = datetime(2027, 1, 4, tzinfo=UTC)
    return compose(letter, Envelope(someone, someone, "<1@supervision.example>", date))


def rendered_plainly(kind, facts):
    """Render as it was done before there was a sandbox."""
    language = facts["language"]
    folder = kind if language == "en" else f"{language}/{kind}"

    def part(name):
        return PLAINLY.get_template(f"{folder}/{name}").render(**facts)

    facts = {**facts, "subject": part("subject.txt").strip()}
    text = re.sub(r"\n{3,}", "\n\n", part("body.txt"))
    return Letter(facts["subject"], text, part("body.html"), language)


def test_every_letter_has_a_sample():
    assert sorted(samples(SHIPPED).kinds) == sorted(KINDS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_the_sandbox_changes_no_byte(kind, language):
    written = samples(SHIPPED, language)
    facts = written.facts(kind)
    assert mail(written.sample(kind).letter) == mail(rendered_plainly(kind, facts))


def test_own_files_replace_shipped_ones_and_nothing_else(tmp_path):
    write(tmp_path, "reminder/subject.txt", "Soon: {{ title }}\n")
    write(tmp_path, "README.md", "for people")
    write(tmp_path, ".git/config", "not a letter")
    write(tmp_path, "reminder/body.txt~", "{{ what an editor leaves }}")
    own, shipped = samples(letters_of(tmp_path)), samples(SHIPPED)
    before, after = shipped.sample("reminder").letter, own.sample("reminder").letter
    assert after.subject == "Soon: Tuesday Circle"
    assert after.text == before.text
    assert own.sample("changed") == shipped.sample("changed")


def test_each_language_has_own_files_of_its_own_and_one_frame(tmp_path):
    write(tmp_path, "reminder/subject.txt", "Soon: {{ title }}\n")
    write(tmp_path, "es/changed/subject.txt", "Hay un cambio: {{ title }}\n")
    write(tmp_path, "frame.html", "<i lang={{ language }}>{% block body %}{% endblock %}</i>")
    letters = letters_of(tmp_path)
    english, spanish = samples(letters), samples(letters, "es")
    subjects = [each.sample("reminder").letter.subject for each in (english, spanish)]
    assert subjects[0] == "Soon: Tuesday Circle"
    assert subjects[1] == samples(SHIPPED, "es").sample("reminder").letter.subject
    assert spanish.sample("changed").letter.subject == "Hay un cambio: Tuesday Circle"
    assert english.sample("changed").letter.subject.startswith("Changed: ")
    assert english.sample("changed").letter.html.startswith("<i lang=en>")
    assert spanish.sample("changed").letter.html.startswith("<i lang=es>")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("es/changed/body.txt", "\n{{ titulo }}", ":2: 'titulo' is nothing this letter knows."),
        ("es/changed/body.html", "{{ 1 / 0 }}", ":1: division by zero"),
        ("es/remainder/body.txt", "x", "all of that below es/ for Spanish."),
        ("reminder/body.txt", "one\n{% if leads %}\n", ":2: Unexpected end of template"),
        (
            "reminder/body.txt",
            "Hello\n{% if leads %}{{ nmae }}{% endif %}",
            ":2: 'nmae' is nothing this letter knows. It knows",
        ),
        ("changed/body.txt", "\n\n{{ title.__class__.mro() }}", ":3: access to attribute"),
        ("changed/body.html", "{{ 1 / 0 }}", ":1: division by zero"),
        ("parts.html", "{% macro p(text) %}{{ text }}{% endmacro %}", "the template 'parts.html'"),
        ("asked/body.txt", b"one\ntwo \xff", ":2: this is not UTF-8."),
        ("reminder/body.text", "x", "There are subject.txt, body.txt, body.html."),
        ("remainder/body.txt", "x", "The folders are invitation, changed,"),
    ],
)
def test_what_is_wrong_is_said_with_file_and_line(tmp_path, name, text, said):
    path = write(tmp_path, name, text)
    with pytest.raises(BrokenTemplates) as caught:
        letters_of(tmp_path)
    assert said in str(caught.value)
    if said.startswith(":"):
        assert f"{path}{said}" in str(caught.value)


def test_nothing_starts_with_a_broken_template(tmp_path):
    write(tmp_path, "sign_in/subject.txt", "{{")
    with pytest.raises(BrokenTemplates, match=r"sign_in/subject\.txt:1"):
        create_app(Settings(data=tmp_path))
