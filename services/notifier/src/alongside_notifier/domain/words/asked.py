"""What a letter says when something of the scheduler waits for somebody, or was decided for them."""

from collections.abc import Mapping
from dataclasses import dataclass

from alongside.contracts.people import AskAbout

ANYTHING = "anything"
"""Under which stands what is said of what only a newer version knows."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A letter's words: `{what}` is the group or session, `{until}` when an answer is due."""

    subject: str
    sentence: str
    label: str
    """What the link is called."""
    deadline: str = ""
    """What is said of the time in which an answer is wanted, where there is one."""

    def about(self, what: str, until: str | None) -> "Ask":
        """Return the words about one thing; without a time, nothing is said of one."""
        return Ask(
            subject=self.subject.format(what=what),
            sentence=self.sentence.format(what=what),
            label=self.label,
            deadline=self.deadline.format(until=until) if until else "",
        )


Asked = Mapping[AskAbout | str, Ask]


def ask_about(about: AskAbout | str, asked: Asked) -> Ask:
    """Return the words of a question, or general ones."""
    return asked.get(about, asked[ANYTHING])


ENGLISH_ASKED: Asked = {
    "seat_offered": Ask(
        "A seat is free for you: {what}",
        "a seat in {what} has come free, and you are the next who waits for one.",
        "Say yes or no",
        "It is kept for you until {until}. After that it is offered to the next person.",
    ),
    "session_requested": Ask(
        "You are asked for a time: {what}",
        "somebody asks you for a session, at a time that is not among those you publish: {what}.",
        "Choose a time, or say no",
        "Please answer until {until}.",
    ),
    "request_granted": Ask(
        "Your session is planned: {what}",
        "one of the times you asked for suits: {what}. The invitation comes in a mail of its own.",
        "See the session",
    ),
    "request_declined": Ask(
        "Not at these times: {what}",
        "none of the times you asked for suits this time: {what}. There may be others.",
        "Look for another time",
    ),
    "poll_opened": Ask(
        "Which times suit you? {what}",
        "{what} is looking for a time to meet. Please say which of the proposed ones suit you.",
        "Say what suits you",
        "Please answer until {until}.",
    ),
    "poll_decided": Ask(
        "A time is found: {what}",
        "the question when to meet is answered for {what}. Once its sessions are planned, the "
        "invitation comes in a mail of its own.",
        "See the time",
    ),
    "time_proposed": Ask(
        "Another time is proposed: {what}",
        "somebody on the roster would rather have a session of {what} at another time. You see when, "
        "and with one press the session moves there and everybody is told.",
        "See the time",
        "Of use until {until}.",
    ),
    "clocks_collide": Ask(
        "Two sessions at one time: {what}",
        "the rules by which clocks are set have changed, and every session keeps the time on the "
        "clock that was agreed on. With that, somebody in {what} now has two sessions at the same "
        "time.",
        "See which, and move one",
        "The first is on {until}.",
    ),
    ANYTHING: Ask(
        "Please have a look: {what}",
        "there is something for you to look at: {what}.",
        "Have a look",
        "Please do so until {until}.",
    ),
}

SPANISH_ASKED: Asked = {
    "seat_offered": Ask(
        "Hay un lugar libre para usted: {what}",
        "Se liberó un lugar en {what}, y usted es la siguiente persona en la lista de espera.",
        "Decir sí o no",
        "Se le guarda hasta el {until}. Después se ofrece a la siguiente persona.",
    ),
    "session_requested": Ask(
        "Le piden un horario: {what}",
        "Alguien le pide una sesión en un horario que no está entre los que usted publica: {what}.",
        "Elegir un horario, o decir que no",
        "Por favor, responda antes del {until}.",
    ),
    "request_granted": Ask(
        "Su sesión está programada: {what}",
        "Uno de los horarios que usted pidió es posible: {what}. La invitación llega en un correo "
        "aparte.",
        "Ver la sesión",
    ),
    "request_declined": Ask(
        "En estos horarios no es posible: {what}",
        "Esta vez, ninguno de los horarios que usted pidió es posible: {what}. Puede haber otros.",
        "Buscar otro horario",
    ),
    "poll_opened": Ask(
        "¿Qué horarios le convienen? {what}",
        "{what} busca un horario para reunirse. Por favor, indique cuáles de los propuestos le "
        "convienen.",
        "Indicar mis horarios",
        "Por favor, responda antes del {until}.",
    ),
    "poll_decided": Ask(
        "Ya hay un horario: {what}",
        "Ya se decidió cuándo se reúne {what}. En cuanto sus sesiones estén programadas, la "
        "invitación llega en un correo aparte.",
        "Ver el horario",
    ),
    "time_proposed": Ask(
        "Le proponen otro horario: {what}",
        "Alguien de la lista preferiría otro horario para una sesión de {what}. Usted verá cuál, y "
        "con un solo toque la sesión pasa a ese horario y se avisa a todas las personas.",
        "Ver el horario",
        "Puede responder hasta el {until}.",
    ),
    "clocks_collide": Ask(
        "Dos sesiones a la misma hora: {what}",
        "Cambiaron las reglas de los husos horarios, y cada sesión conserva la hora local que se "
        "acordó. Por eso, alguien de {what} tiene ahora dos sesiones a la misma hora.",
        "Ver cuáles, y cambiar una",
        "La primera es el {until}.",
    ),
    ANYTHING: Ask(
        "Por favor, eche un vistazo: {what}",
        "Hay algo que le corresponde ver: {what}.",
        "Ver",
        "Por favor, hágalo antes del {until}.",
    ),
}
