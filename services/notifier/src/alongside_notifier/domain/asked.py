"""What a letter says when something of the scheduler waits for somebody, or was decided for them."""

from dataclasses import dataclass

from alongside.contracts.people import AskAbout


@dataclass(frozen=True, slots=True)
class Words:
    """A letter's words: `{what}` is the group or session, `{until}` when an answer is due."""

    subject: str
    sentence: str
    label: str
    """What the link is called."""
    deadline: str = ""
    """What is said of the time in which an answer is wanted, where there is one."""

    def about(self, what: str, until: str | None) -> "Words":
        """Return the words about one thing; without a time, nothing is said of one."""
        return Words(
            subject=self.subject.format(what=what),
            sentence=self.sentence.format(what=what),
            label=self.label,
            deadline=self.deadline.format(until=until) if until else "",
        )


WORDS: dict[AskAbout, Words] = {
    "seat_offered": Words(
        "A seat is free for you: {what}",
        "a seat in {what} has come free, and you are the next who waits for one.",
        "Say yes or no",
        "It is kept for you until {until}. After that it is offered to the next person.",
    ),
    "session_requested": Words(
        "You are asked for a time: {what}",
        "somebody asks you for a session, at a time that is not among those you publish: {what}.",
        "Choose a time, or say no",
        "Please answer until {until}.",
    ),
    "request_granted": Words(
        "Your session is planned: {what}",
        "one of the times you asked for suits: {what}. The invitation comes in a mail of its own.",
        "See the session",
    ),
    "request_declined": Words(
        "Not at these times: {what}",
        "none of the times you asked for suits this time: {what}. There may be others.",
        "Look for another time",
    ),
    "poll_opened": Words(
        "Which times suit you? {what}",
        "{what} is looking for a time to meet. Please say which of the proposed ones suit you.",
        "Say what suits you",
        "Please answer until {until}.",
    ),
    "poll_decided": Words(
        "A time is found: {what}",
        "the question when to meet is answered for {what}. Once its sessions are planned, the "
        "invitation comes in a mail of its own.",
        "See the time",
    ),
    "time_proposed": Words(
        "Another time is proposed: {what}",
        "somebody on the roster would rather have a session of {what} at another time. You see when, "
        "and with one press the session moves there and everybody is told.",
        "See the time",
        "Of use until {until}.",
    ),
    "clocks_collide": Words(
        "Two sessions at one time: {what}",
        "the rules by which clocks are set have changed, and every session keeps the time on the "
        "clock that was agreed on. With that, somebody in {what} now has two sessions at the same "
        "time.",
        "See which, and move one",
        "The first is on {until}.",
    ),
}
