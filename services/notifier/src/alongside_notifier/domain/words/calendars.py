"""What calendars and feeds say."""

from abc import ABC, abstractmethod
from typing import Literal

from alongside_notifier.domain.words.times import hours

DueAbout = Literal["closing", "waiting"]


class Calendars(ABC):
    """The words of events and feeds in one language; a text with `{…}` is filled with `format`."""

    prodid: str
    """Who made the calendar object, and in which language."""
    busy: str
    cancelled: str
    visit: str
    led: str
    supervision: str
    in_group: str
    join: str
    join_label: str
    confirmed: str
    accepted: str
    one_group: str
    mine: str
    """How a feed is called that is about all groups of a person, behind the association's name."""
    whole_of_group: str
    """How a feed is called that holds all of a group."""
    all_sessions: str
    about_person: str
    busy_name: str
    busy_said: str
    office_name: str
    office_said: str

    @abstractmethod
    def due(self, about: DueAbout, number: int, minutes: int) -> tuple[str, str]:
        """Return name and description of what is due on a day."""


class EnglishCalendars(Calendars):
    """Calendars in English."""

    prodid = "-//Alongside//Reflective supervision//EN"
    busy = "Busy"
    cancelled = "Cancelled: {title}"
    visit = "A consultation visit. It is no RSC that anybody receives."
    led = "You lead this session."
    supervision = "Reflective supervision with {provider}."
    in_group = "In the group: {others}."
    join = "Join: {url}"
    join_label = "Join the session"
    confirmed = "✓ {hours} confirmed"
    accepted = "({yes} of {all} accepted)"
    one_group = "One group"
    mine = "my supervision"
    whole_of_group = "{name} (all)"
    all_sessions = "All sessions of {group}, kept by {association}."
    about_person = "Reflective supervision of {person}, kept by {association}."
    busy_name = "Busy times"
    busy_said = "When {person} is busy."
    office_name = "{association}: deadlines and confirmations"
    office_said = "What is due, in numbers only."

    def due(self, about: DueAbout, number: int, minutes: int) -> tuple[str, str]:
        one = number == 1
        if about == "closing":
            what = "Window of hours closes" if one else "Windows of hours close"
            who = "1 person" if one else f"{number} people"
            return f"{what}: {who}", "The last day that counts toward a category."
        what = "1 entry waits" if one else f"{number} entries wait"
        return f"{what} for a word", f"Hours of this day, {hours(minutes)} in all."


class SpanishCalendars(Calendars):
    """Calendars in Spanish."""

    prodid = "-//Alongside//Reflective supervision//ES"
    busy = "Ocupado"
    cancelled = "Cancelado: {title}"
    visit = "Una visita de consulta. No cuenta como RSC recibida por nadie."
    led = "Esta sesión está a su cargo."
    supervision = "Supervisión reflexiva con {provider}."
    in_group = "En el grupo: {others}."
    join = "Conectarse: {url}"
    join_label = "Conectarse a la sesión"
    confirmed = "✓ {hours} confirmadas"
    accepted = "({yes} de {all} aceptaron)"
    one_group = "Un grupo"
    mine = "mi supervisión"
    whole_of_group = "{name} (todo)"
    all_sessions = "Todas las sesiones de {group}, según {association}."
    about_person = "Supervisión reflexiva de {person}, según {association}."
    busy_name = "Horas ocupadas"
    busy_said = "Cuándo no está disponible {person}."
    office_name = "{association}: plazos y confirmaciones"
    office_said = "Lo que está pendiente, solo en cifras."

    def due(self, about: DueAbout, number: int, minutes: int) -> tuple[str, str]:
        one = number == 1
        if about == "closing":
            what = "Se cierra el periodo de horas" if one else "Se cierran periodos de horas"
            who = "1 persona" if one else f"{number} personas"
            return f"{what}: {who}", "El último día que cuenta para una categoría."
        what = "1 registro espera" if one else f"{number} registros esperan"
        return f"{what} confirmación", f"Horas de este día, {hours(minutes)} en total."
