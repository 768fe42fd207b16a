"""What letters say of a series: how it repeats, what became of it, what changed."""

import re
from abc import ABC, abstractmethod

from alongside.contracts import Pattern, SeriesState
from alongside_notifier.domain.plain import one_line
from alongside_notifier.domain.view import View

_MADE = re.compile(r"Individual: (.+) with (.+)")
_VISIT = "Visit to "


def noun(series: SeriesState) -> str:
    """Return what one meeting of a series is to templates: a consultant's is a `visit`."""
    return "visit" if series.purpose == "consultation" else "session"


class Series(ABC):
    """The sentences about a series in one language; each is filled with `format`."""

    provider: str
    """Whoever leads it, where their name is not known."""

    cancelled: str
    now: str
    elsewhere: str
    led_by_another: str
    after_all: str

    some_off: str
    some_changed: str
    meets_elsewhere: str
    is_led_by: str
    since: str
    updated: str
    one_after_all: str
    one_moved: str
    one_elsewhere: str
    one_led_by: str
    goes_on: str
    rest: str
    no_rest: str
    yours: str
    new_times: str
    by_clocks: str
    one_by_clocks: str
    out_led_by: str
    out_goes_on: str
    out_of_roster: str

    @abstractmethod
    def title(self, text: str) -> str:
        """Return a title as this language has it: of those that were made, not written by people."""

    @abstractmethod
    def one_of(self, series: SeriesState) -> str:
        """Return `One session of Tuesday circle`, or `One visit to Little Acorns`."""

    @abstractmethod
    def rhythm(self, view: View) -> str:
        """Return how a series repeats, such as `Every 2 weeks on Tuesday, 12 sessions`."""


class EnglishSeries(Series):
    """Series in English."""

    provider = "your provider"

    cancelled = "{before}: cancelled"
    now = "{before}: now {after}"
    elsewhere = "{before}: another place"
    led_by_another = "{before}: led by another"
    after_all = "{before}: takes place after all"

    some_off = "{number} sessions of {title} will not take place:"
    some_changed = "{number} sessions of {title} change:"
    meets_elsewhere = "{title} meets somewhere else."
    is_led_by = "{title} is led by {host}{since}; its times stay as they are."
    since = " from {day} on"
    updated = "{title} with {host} was updated; its times stay as they are."
    one_after_all = "{one} that was cancelled takes place after all."
    one_moved = "{one} has another time."
    one_elsewhere = "{one} meets somewhere else."
    one_led_by = "{one} is led by {host}."
    goes_on = "{title} goes on at other times. They come in an invitation of their own; {rest}."
    rest = "what stays is below"
    no_rest = "none of the old ones is left"
    yours = "{title} is led by {host} now. These sessions are yours:"
    new_times = "{title} has new times."
    by_clocks = (
        "The rules by which clocks are set in {zone} have changed. {title} keeps its time on the "
        "clock there, and your calendar is brought in line; elsewhere it may be at another time now."
    )
    one_by_clocks = (
        "The rules by which clocks are set in {zone} have changed. {one} keeps its time on the clock "
        "there, and your calendar is brought in line; elsewhere it may be at another time now."
    )
    out_led_by = "{title} is led by {host} now, so its sessions leave your calendar."
    out_goes_on = (
        "{title} goes on at other times, so the sessions you had leave your calendar. "
        "The new ones come in an invitation of their own."
    )
    out_of_roster = (
        "You are no longer on the roster of {title} with {host}, so its sessions leave "
        "your calendar."
    )

    _weekdays = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    _ordinals = {1: "first", 2: "second", 3: "third", 4: "fourth", -1: "last"}  # noqa: RUF012

    def title(self, text: str) -> str:
        return text

    def one_of(self, series: SeriesState) -> str:
        title = one_line(series.title)
        if series.purpose == "consultation":
            return f"One v{title[1:]}" if title.startswith("Visit ") else f"One visit, {title},"
        return f"One session of {title}"

    def rhythm(self, view: View) -> str:
        number, one = len(view.meetings), noun(view.series)
        if not view.recurrence.repeats:
            return f"One {one}"
        words = self._pattern(view.series.pattern)
        return f"{words}, {number} {one}s" if words else f"{number} {one}s"

    def _pattern(self, pattern: Pattern) -> str:
        every = pattern.interval
        match pattern.frequency:
            case "weekly" if pattern.weekday is not None:
                weeks = "Every week" if every == 1 else f"Every {every} weeks"
                return f"{weeks} on {self._weekdays[pattern.weekday]}"
            case "monthly_by_weekday" if pattern.weekday is not None and pattern.week_of_month:
                months = "of every month" if every == 1 else f"of every {every} months"
                which = self._ordinals.get(pattern.week_of_month, "")
                return f"The {which} {self._weekdays[pattern.weekday]} {months}"
            case "monthly_by_date":
                months = "every month" if every == 1 else f"every {every} months"
                return f"Day {pattern.month_day} of {months}"
            case _:
                return ""


class SpanishSeries(Series):
    """Series in Spanish."""

    provider = "quien le supervisa"

    cancelled = "{before}: cancelada"
    now = "{before}: ahora {after}"
    elsewhere = "{before}: en otro lugar"
    led_by_another = "{before}: a cargo de otra persona"
    after_all = "{before}: sí se lleva a cabo"

    some_off = "{number} sesiones de {title} no se llevarán a cabo:"
    some_changed = "Cambian {number} sesiones de {title}:"
    meets_elsewhere = "{title} se reúne en otro lugar."
    is_led_by = "{title} está a cargo de {host}{since}; los horarios no cambian."
    since = " desde el {day}"
    updated = "{title} con {host} se actualizó; los horarios no cambian."
    one_after_all = "{one} que se había cancelado sí se lleva a cabo."
    one_moved = "{one} tiene otro horario."
    one_elsewhere = "{one} será en otro lugar."
    one_led_by = "{one} está a cargo de {host}."
    goes_on = "{title} continúa en otros horarios, que llegan en una invitación aparte; {rest}."
    rest = "lo que queda está abajo"
    no_rest = "de los anteriores no queda ninguno"
    yours = "{title} está ahora a cargo de {host}. Estas sesiones le corresponden a usted:"
    new_times = "{title} tiene nuevos horarios."
    by_clocks = (
        "Cambiaron las reglas de los relojes en {zone}. {title} conserva allí su hora del reloj, y su "
        "calendario se pone al día; en otros lugares la hora puede ser otra."
    )
    one_by_clocks = (
        "Cambiaron las reglas de los relojes en {zone}. {one} conserva allí su hora del reloj, y su "
        "calendario se pone al día; en otros lugares la hora puede ser otra."
    )
    out_led_by = (
        "{title} está ahora a cargo de {host}; por eso, estas sesiones salen de su calendario."
    )
    out_goes_on = (
        "{title} continúa en otros horarios; por eso, las sesiones que usted tenía salen de su "
        "calendario. Las nuevas llegan en una invitación aparte."
    )
    out_of_roster = (
        "Usted ya no está en la lista de {title} con {host}; por eso, estas sesiones salen de su "
        "calendario."
    )

    _weekdays = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
    _ordinals = {1: "primer", 2: "segundo", 3: "tercer", 4: "cuarto", -1: "último"}  # noqa: RUF012

    def title(self, text: str) -> str:
        if text.startswith(_VISIT):
            return f"Visita a {text.removeprefix(_VISIT)}"
        pair = _MADE.fullmatch(text)
        return f"Individual: {pair[1]} con {pair[2]}" if pair else text

    def one_of(self, series: SeriesState) -> str:
        title = self.title(one_line(series.title))
        if series.purpose == "consultation":
            return f"Una v{title[1:]}" if title.startswith("Visita ") else f"Una visita, {title},"
        return f"Una sesión de {title}"

    def rhythm(self, view: View) -> str:
        number, visits = len(view.meetings), noun(view.series) == "visit"
        if not view.recurrence.repeats:
            return "Una visita" if visits else "Una sesión"
        words, several = self._pattern(view.series.pattern), "visitas" if visits else "sesiones"
        return f"{words}, {number} {several}" if words else f"{number} {several}"

    def _pattern(self, pattern: Pattern) -> str:
        every = pattern.interval
        months = "cada mes" if every == 1 else f"cada {every} meses"
        match pattern.frequency:
            case "weekly" if pattern.weekday is not None:
                weeks = "Cada semana" if every == 1 else f"Cada {every} semanas"
                return f"{weeks}, {self._on(pattern.weekday)}"
            case "monthly_by_weekday" if pattern.weekday is not None and pattern.week_of_month:
                which = self._ordinals.get(pattern.week_of_month, "")
                return f"El {which} {self._weekdays[pattern.weekday]}, {months}"
            case "monthly_by_date":
                return f"El día {pattern.month_day}, {months}"
            case _:
                return ""

    def _on(self, weekday: int) -> str:
        name = self._weekdays[weekday]
        return f"los {name}" if name.endswith("s") else f"los {name}s"
