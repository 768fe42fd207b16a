"""What the pages behind mailed links say, in the language of whoever the link was sent to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from alongside.web.times import local
from alongside.web.times import zone_name as zone_letters
from alongside.zones import zone
from alongside_notifier.domain.words import SPANISH, Language


@dataclass(frozen=True, slots=True)
class AnswerWords:
    """The words of the pages in one language; a text with `{…}` is filled with `format`."""

    language: Language
    skip: str
    when: Callable[[datetime, str], str]
    """How a moment reads in a zone."""
    labels: Mapping[str, str]
    """What the three buttons say."""
    stands: Mapping[str, str]
    """How an answer that was given reads; the empty one for none."""
    noted: Mapping[str, str]
    led: str
    hello: str
    nothing: str
    over: str
    whole: str
    singly: str
    singly_lead: str
    this_one: str
    moved: str
    one_more: str
    more: str
    zone: str
    gone: str
    changed: str
    cancelled: str
    after_all: str
    now: str
    was: str
    seen: str
    new: str
    see: str
    all_seen: str
    no_change: str
    whether: str
    thanks: str
    refusals: Mapping[str, str]
    """What is said instead of the words by which an answer was refused."""

    def refused(self, detail: str) -> str:
        """Return why an answer was refused."""
        return self.refusals.get(detail, detail)


def _spanish_moment(instant: datetime, zone_name: str) -> str:
    there = instant.astimezone(zone(zone_name))
    return (
        f"{SPANISH.times.short_day(there.date())} {there.year}, "
        f"{SPANISH.times.clock(instant, zone_name)} {zone_letters(instant, zone_name)}"
    )


_ENGLISH = AnswerWords(
    language="en",
    skip="Skip to the page",
    when=local,
    labels={"accepted": "I will be there", "tentative": "Maybe", "declined": "I cannot come"},
    stands={
        "accepted": "You will be there",
        "tentative": "Maybe",
        "declined": "You cannot come",
        "proposed": "Other time proposed",
        "": "Not answered yet",
    },
    noted={
        "accepted": "Noted: you will be there.",
        "tentative": "Noted: maybe.",
        "declined": "Noted: you cannot come.",
    },
    led="With {provider}. ",
    hello="Hello {name}, will you be there?",
    nothing="This is cancelled, or you are no longer on its roster. There is nothing to answer.",
    over="All its sessions are over. Thank you for being there.",
    whole="The whole series",
    singly="One by one",
    singly_lead="An answer here counts for that session alone.",
    this_one="Answer for this one",
    moved="Moved · ",
    one_more="and 1 more after that.",
    more="and {more} more after that.",
    zone="Times are in {zone}. The link is yours alone: please do not pass it on.",
    gone="This link is no longer valid.",
    changed="Changed at short notice.",
    cancelled="Cancelled",
    after_all="Takes place after all",
    now="Now {when}",
    was="It was {when}",
    seen="Seen",
    new="New",
    see="I have seen it",
    all_seen="You have said that you saw it. There is nothing more to do.",
    no_change="Nothing that is still to come was changed at short notice.",
    whether="Say whether you come",
    thanks="Thank you. Your provider can see it.",
    refusals={},
)

_SPANISH = AnswerWords(
    language="es",
    skip="Ir al contenido",
    when=_spanish_moment,
    labels={"accepted": "Voy a asistir", "tentative": "Tal vez", "declined": "No puedo asistir"},
    stands={
        "accepted": "Usted va a asistir",
        "tentative": "Tal vez",
        "declined": "Usted no puede asistir",
        "proposed": "Propuso otro horario",
        "": "Sin respuesta todavía",
    },
    noted={
        "accepted": "Anotado: usted va a asistir.",
        "tentative": "Anotado: tal vez.",
        "declined": "Anotado: usted no puede asistir.",
    },
    led="Con {provider}. ",
    hello="Hola, {name}: ¿va a asistir?",
    nothing="Se canceló, o usted ya no está en la lista. No hay nada que responder.",
    over="Todas las sesiones ya pasaron. Gracias por haber estado ahí.",
    whole="Toda la serie",
    singly="Una por una",
    singly_lead="Lo que responda aquí cuenta solo para esa sesión.",
    this_one="Responder para esta",
    moved="Cambió de horario · ",
    one_more="y 1 más después.",
    more="y {more} más después.",
    zone="Los horarios están en {zone}. El enlace es solo para usted: por favor, no lo comparta.",
    gone="Este enlace ya no es válido.",
    changed="Cambió con poca anticipación.",
    cancelled="Cancelada",
    after_all="Sí se lleva a cabo",
    now="Ahora: {when}",
    was="Era: {when}",
    seen="Visto",
    new="Nuevo",
    see="Ya lo vi",
    all_seen="Usted ya indicó que lo vio. No tiene que hacer nada más.",
    no_change="Nada de lo que viene cambió con poca anticipación.",
    whether="Indicar si va a asistir",
    thanks="Gracias. Quien le supervisa puede verlo.",
    refusals={
        "Choose one of the three answers.": "Elija una de las tres respuestas.",
        "You are no longer on the roster of this series.": "Usted ya no está en la lista de esta "
        "serie.",
        "This is cancelled; there is nothing to answer.": "Se canceló; no hay nada que responder.",
        "All its sessions are over.": "Todas las sesiones ya pasaron.",
        "There is no such session in this series.": "Esa sesión no existe en esta serie.",
        "This session is cancelled; there is nothing to answer.": "Esta sesión se canceló; no hay "
        "nada que responder.",
        "This session is over.": "Esta sesión ya pasó.",
    },
)


def answer_words(language: Language) -> AnswerWords:
    """Return the words of the pages behind mailed links."""
    return _SPANISH if language == "es" else _ENGLISH
