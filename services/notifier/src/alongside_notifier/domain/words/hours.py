"""What letters say of hours: recorded, confirmed, sent back, waited for."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from alongside.contracts import AwaitedFor, Open


@dataclass(frozen=True, slots=True)
class Awaited:
    """How a reminder of what waits for somebody's word is headed, put, and led on from."""

    headline: str
    sentence: str
    label: str


class Hours(ABC):
    """Numbers of sessions and entries in sentences. Durations come as words already."""

    provider: str
    """Who recorded or returned something, where their name is not known; so begins a sentence."""
    supervisee: str
    said_by_reader: str
    """What was sent back: something that the reader wrote down; stands after "sent back what"."""
    said_by_other: str

    @abstractmethod
    def sessions(self, number: int) -> str:
        """Return `1 session`, `3 sessions`."""

    @abstractmethod
    def awaited(self, about: Open[AwaitedFor], number: int, length: str) -> Awaited:
        """Return the words of a gentle reminder."""

    @abstractmethod
    def week(self, sessions: int, waiting: int) -> str:
        """Return `Your week: 2 sessions, 1 entry waits for your word`."""

    @abstractmethod
    def waiting(self, number: int, length: str | None) -> str:
        """Return `2 entries wait for your word, 3 h in all`."""

    @abstractmethod
    def standing(
        self, counted: str, required: str, category: str, pending: str | None, *, met: bool
    ) -> str:
        """Return where somebody stands toward a category."""

    @abstractmethod
    def vouched(self, provider: str, confirmed: int, returned: int, *, not_theirs: bool) -> str:
        """Return what a provider from elsewhere answered, without a full stop."""

    @abstractmethod
    def led(self, title: str) -> str:
        """Return a session that the reader leads, for the list of a week."""

    @abstractmethod
    def met_with(self, title: str, provider: str) -> str:
        """Return a session that somebody else leads, for the list of a week."""


class EnglishHours(Hours):
    """Hours in English."""

    provider = "Your provider"
    supervisee = "A supervisee"
    said_by_reader = "you wrote down"
    said_by_other = "was recorded"

    def sessions(self, number: int) -> str:
        return "1 session" if number == 1 else f"{number} sessions"

    def awaited(self, about: Open[AwaitedFor], number: int, length: str) -> Awaited:
        one = number == 1
        match about:
            case "confirm":
                what = self._entries(number)
                are = "it is right" if one else "they are right"
                return Awaited(
                    f"When you have a moment: {what} for your word",
                    f"{what} for you to say whether {are}, {length} in all.",
                    "Look at the hours",
                )
            case "look_again":
                what = "1 entry was" if one else f"{number} entries were"
                return Awaited(
                    f"When you have a moment: {what} sent back to you",
                    f"{what} sent back to you with a reason, {length} in all.",
                    "Look again",
                )
            case "record":
                what = "1 session you led has" if one else f"{number} sessions you led have"
                return Awaited(
                    f"When you have a moment: {what} no attendance yet",
                    f"{what} no attendance yet, {length} in all. "
                    "One sitting is enough for all of them.",
                    "Record attendance",
                )
            case _:
                return Awaited(
                    "When you have a moment: something waits for your word",
                    f"{'1 thing waits' if one else f'{number} things wait'} for your word.",
                    "Have a look",
                )

    def week(self, sessions: int, waiting: int) -> str:
        words = [self.sessions(sessions)] if sessions else []
        if waiting:
            words.append(f"{self._entries(waiting)} for your word")
        return f"Your week: {', '.join(words)}"

    def waiting(self, number: int, length: str | None) -> str:
        in_all = f", {length} in all" if length else ""
        return f"{self._entries(number)} for your word{in_all}"

    def standing(
        self, counted: str, required: str, category: str, pending: str | None, *, met: bool
    ) -> str:
        words = f"{counted} of {required} toward {category}"
        if met:
            return f"{words}; you appear to meet what it asks."
        return f"{words}, and {pending} not confirmed yet." if pending else f"{words}."

    def vouched(self, provider: str, confirmed: int, returned: int, *, not_theirs: bool) -> str:
        if not_theirs:
            return f"{provider} answered that these are not hours they gave"
        parts = [f"confirmed {self.sessions(confirmed)}"] if confirmed else []
        if returned:
            parts.append(f"sent {self.sessions(returned)} back with a reason")
        return f"{provider} {' and '.join(parts)}"

    def led(self, title: str) -> str:
        return f"{title}, which you lead"

    def met_with(self, title: str, provider: str) -> str:
        return f"{title} with {provider}"

    def _entries(self, number: int) -> str:
        return "1 entry waits" if number == 1 else f"{number} entries wait"


class SpanishHours(Hours):
    """Hours in Spanish."""

    provider = "Quien le supervisa"
    supervisee = "Una persona supervisada"
    said_by_reader = "usted anotó"
    said_by_other = "se registró"

    def sessions(self, number: int) -> str:
        return "1 sesión" if number == 1 else f"{number} sesiones"

    def awaited(self, about: Open[AwaitedFor], number: int, length: str) -> Awaited:
        one = number == 1
        match about:
            case "confirm":
                are = "es correcto" if one else "son correctos"
                return Awaited(
                    f"Cuando tenga un momento: {self._entries(number)} su confirmación",
                    f"{self._entries(number)} que usted diga si {are}, {length} en total.",
                    "Ver las horas",
                )
            case "look_again":
                what = "le devolvieron " + ("1 registro" if one else f"{number} registros")
                return Awaited(
                    f"Cuando tenga un momento: {what}",
                    f"{what[0].upper()}{what[1:]} con un motivo, {length} en total.",
                    "Revisar",
                )
            case "record":
                led = f"{self.sessions(number)} a su cargo"
                what = f"{led} todavía no {'tiene' if one else 'tienen'} asistencia registrada"
                return Awaited(
                    f"Cuando tenga un momento: {what}",
                    f"{what}, {length} en total. Puede registrar todo de una sola vez.",
                    "Registrar la asistencia",
                )
            case _:
                return Awaited(
                    "Cuando tenga un momento: algo espera su respuesta",
                    f"{'1 asunto espera' if one else f'{number} asuntos esperan'} su respuesta.",
                    "Ver",
                )

    def week(self, sessions: int, waiting: int) -> str:
        words = [self.sessions(sessions)] if sessions else []
        if waiting:
            words.append(f"{self._entries(waiting)} su confirmación")
        return f"Su semana: {', '.join(words)}"

    def waiting(self, number: int, length: str | None) -> str:
        in_all = f", {length} en total" if length else ""
        return f"{self._entries(number)} su confirmación{in_all}"

    def standing(
        self, counted: str, required: str, category: str, pending: str | None, *, met: bool
    ) -> str:
        words = f"{counted} de {required} para {category}"
        if met:
            return f"{words}; al parecer, usted cumple con lo que se pide."
        return f"{words}, y {pending} todavía sin confirmar." if pending else f"{words}."

    def vouched(self, provider: str, confirmed: int, returned: int, *, not_theirs: bool) -> str:
        if not_theirs:
            return f"{provider} respondió que no dio estas horas"
        parts = [f"confirmó {self.sessions(confirmed)}"] if confirmed else []
        if returned:
            parts.append(f"devolvió {self.sessions(returned)} con un motivo")
        return f"{provider} {' y '.join(parts)}"

    def led(self, title: str) -> str:
        return f"{title}, a su cargo"

    def met_with(self, title: str, provider: str) -> str:
        return f"{title} con {provider}"

    def _entries(self, number: int) -> str:
        return "1 registro espera" if number == 1 else f"{number} registros esperan"
