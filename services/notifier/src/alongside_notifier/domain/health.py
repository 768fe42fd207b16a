"""Whether news reaches a person: their calendar apps, their mails, their answers, and what to do.

Facts come in, sentences go out: one finding about each of the four, with one thing to do about it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from alongside_notifier.domain.bounces import FAILURES, Failure

Tone = Literal["good", "warn", "bad", "info", "calm"]
About = Literal["calendar", "mail", "answers", "address"]

LATE = timedelta(days=2)
"""A calendar app that has not looked for so long is not following. The slowest look once a day."""

SHOWN = timedelta(days=14)
"""So far back the drawing goes."""

# In this order: the first that is found in what a program calls itself is it.
_PROGRAMS = (
    ("google-calendar", "Google Calendar"),
    ("ipados", "Apple Calendar (iPad)"),
    ("ios/", "Apple Calendar (iPhone)"),
    ("iphone", "Apple Calendar (iPhone)"),
    ("dataaccessd", "Apple Calendar (Mac)"),
    ("calendaragent", "Apple Calendar (Mac)"),
    ("thunderbird", "Thunderbird"),
    ("outlook", "Outlook"),
    ("microsoft office", "Outlook"),
    ("exchange", "Outlook on the web"),
    ("icsx5", "ICSx5"),
    ("davx5", "DAVx5"),
    ("evolution", "Evolution"),
    ("fantastical", "Fantastical"),
    ("busycal", "BusyCal"),
    ("nextcloud", "Nextcloud"),
    ("vdirsyncer", "vdirsyncer"),
    ("khal", "khal"),
    ("mozilla/", "A browser"),
    ("curl/", "A script"),
    ("wget/", "A script"),
    ("python", "A script"),
)
_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class Fetched:
    """A calendar app, and when it last fetched a feed of the person."""

    program: str
    at: datetime
    times: int
    ends_at: datetime | None = None
    """Until when the address goes on by which it last asked; None for an address in force."""

    def tone(self, now: datetime) -> Tone:
        """Return how well it follows."""
        if now - self.at > LATE:
            return "warn" if now - self.at <= SHOWN else "calm"
        return "warn" if self.ends_at is not None else "good"


@dataclass(frozen=True, slots=True)
class Mailed:
    """A mail without its contents: of which kind, and what became of it."""

    kind: str
    at: datetime
    state: str
    """sent, failed, bounced, withheld, withdrawn; waiting and retrying while it has not left."""

    @property
    def tone(self) -> Tone:
        """Return how it went."""
        return _MAIL_TONES.get(self.state, "calm")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of how news reaches one person."""

    has_feed: bool
    fetched: tuple[Fetched, ...] = ()
    """The latest first, each program once."""
    mail: Mailed | None = None
    """The last one."""
    goes_nowhere: bool = False
    """No mail server is set: mails are files."""
    unanswered: int = 0
    """Sessions to come that they were asked about and have not answered."""
    answered: int = 0
    """Sessions to come that they have."""
    answered_at: datetime | None = None
    strikes: int = 0
    """Mails in a row that came back from their address."""
    failure: Failure = "other"
    silent_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """How one of the four stands, and what to do about it."""

    about: About
    tone: Tone
    state: str
    """In one word or two."""
    said: str
    advice: str


def program_of(agent: str) -> str:
    """Return a program's name as people know it, from what it calls itself over HTTP."""
    lowered = agent.lower()
    for sign, name in _PROGRAMS:
        if sign in lowered:
            return name
    return agent.partition("/")[0].strip()[:_LONGEST_NAME] or "Unknown"


def programs(fetches: Iterable[Fetched]) -> tuple[Fetched, ...]:
    """Return each program once, the latest first: versions and feeds of it are one."""
    latest: dict[str, Fetched] = {}
    times: dict[str, int] = {}
    for each in fetches:
        times[each.program] = times.get(each.program, 0) + each.times
        known = latest.get(each.program)
        if known is None or each.at > known.at:
            latest[each.program] = each
    found = [
        Fetched(each.program, each.at, times[each.program], each.ends_at)
        for each in latest.values()
    ]
    return tuple(sorted(found, key=lambda each: (each.at, each.program), reverse=True))


def state_of(outcome: str | None, *, tried: bool) -> str:
    """Return the state of a mail from what its row says; `tried`: a server did not take it yet."""
    return outcome or ("retrying" if tried else "waiting")


def findings(facts: Facts, now: datetime, *, mine: bool) -> tuple[Finding, ...]:
    """Return a finding about each of the four. Words are for the person, or for their coordinator."""
    return (
        _calendar(facts, now, mine=mine),
        _mail(facts, mine=mine),
        _answers(facts, mine=mine),
        _address(facts, mine=mine),
    )


def worst(found: Sequence[Finding]) -> Tone:
    """Return the tone of what needs looking at most."""
    order: tuple[Tone, ...] = ("bad", "warn", "info", "calm", "good")
    return min((each.tone for each in found), key=order.index)


def _calendar(facts: Facts, now: datetime, *, mine: bool) -> Finding:
    if not facts.has_feed:
        advice = (
            "Switch it on under Calendar apps, and your calendar follows every change by itself."
            if mine
            else "Nothing to do if mails are enough; they can switch it on under Calendar apps."
        )
        return Finding("calendar", "calm", "Off", "The feed is switched off.", advice)
    if not facts.fetched:
        advice = (
            "Subscribe once under Calendar apps; it takes a minute."
            if mine
            else "Show them Calendar apps: subscribing takes a minute."
        )
        return Finding(
            "calendar", "info", "Not used yet", "No calendar app has fetched the feed yet.", advice
        )
    last = facts.fetched[0]
    if now - last.at > LATE:
        days = (now - last.at).days
        advice = (
            "Open it and refresh; if nothing happens, subscribe again under Calendar apps."
            if mine
            else "Ask them to open it and refresh, or to subscribe again."
        )
        said = f"{last.program} has not looked for {days} days."
        return Finding("calendar", "warn", "Not following", said, advice)
    if last.ends_at is not None:
        advice = (
            "Subscribe to the new address under Calendar apps before the old one ends."
            if mine
            else "Ask them to subscribe to the new address before the old one ends."
        )
        said = f"{last.program} still uses an address that was replaced."
        return Finding("calendar", "warn", "Old address", said, advice)
    return Finding(
        "calendar", "good", "Following", f"{last.program} fetches the feed.", "Nothing to do."
    )


def _mail(facts: Facts, *, mine: bool) -> Finding:
    if facts.mail is None:
        return Finding(
            "mail",
            "calm",
            "None yet",
            "Nothing was sent yet.",
            "Nothing to do: the first invitation brings the first mail.",
        )
    state = facts.mail.state
    if state == "sent" and facts.goes_nowhere:
        return Finding(
            "mail",
            "info",
            "Kept as a file",
            "The last mail is a file: no mail server is set.",
            "Read it under Messages; whoever runs this installation can set a mail server."
            if mine
            else "Whoever runs this installation can set a mail server.",
        )
    short, said, mine_advice, their_advice = _MAILS[state if state in _MAILS else "waiting"]
    return Finding("mail", facts.mail.tone, short, said, mine_advice if mine else their_advice)


def _answers(facts: Facts, *, mine: bool) -> Finding:
    if facts.unanswered:
        number = facts.unanswered
        waits = "1 session to come waits" if number == 1 else f"{number} sessions to come wait"
        advice = (
            "Answer under Calendar apps, or by the link in the invitation."
            if mine
            else "Ask them; the link in the invitation works without an account."
        )
        state = "Part answered" if facts.answered else "No answer yet"
        said = f"{waits} for {'your' if mine else 'their'} answer."
        return Finding("answers", "info" if facts.answered else "warn", state, said, advice)
    if facts.answered:
        number = facts.answered
        said = (
            "The session to come is answered."
            if number == 1
            else f"All {number} sessions to come are answered."
        )
        return Finding("answers", "good", "Answered", said, "Nothing to do.")
    return Finding(
        "answers", "calm", "Nothing asked", "Nothing waits for an answer.", "Nothing to do."
    )


def _address(facts: Facts, *, mine: bool) -> Finding:
    if facts.silent_since is not None:
        advice = (
            "Ask your coordinator to correct the address, or have it tried again under Messages."
            if mine
            else "Correct the address under People; they can also have it tried again."
        )
        said = f"Nothing but sign-in links is sent to it. {FAILURES[facts.failure]}"
        return Finding("address", "bad", "Silent", said, advice)
    if facts.strikes:
        number = facts.strikes
        came = "1 mail came" if number == 1 else f"{number} mails in a row came"
        advice = (
            "Look whether the mailbox is full, and tell your coordinator if the address changes."
            if mine
            else "Ask them whether the mailbox is full; after three in a row nothing more is sent."
        )
        said = f"{came} back. {FAILURES[facts.failure]}"
        return Finding("address", "warn", "Uncertain", said, advice)
    return Finding(
        "address", "good", "In use", "No mail has come back from this address.", "Nothing to do."
    )


_MAIL_TONES: dict[str, Tone] = {
    "sent": "good",
    "bounced": "bad",
    "failed": "bad",
    "withheld": "bad",
    "retrying": "warn",
    "waiting": "info",
    "withdrawn": "calm",
}

_MAILS = {
    "sent": (
        "Accepted",
        "The last mail was taken by the mail server.",
        "Nothing to do; if you miss one, look among the junk mail.",
        "Nothing to do; if they miss one, it may be among their junk mail.",
    ),
    "bounced": (
        "Came back",
        "The last mail came back.",
        "Open it under Messages for the reason, and tell your coordinator if the address is wrong.",
        "Ask them for an address that works, and correct it under People.",
    ),
    "failed": (
        "Refused",
        "The last mail was not taken.",
        "Open it under Messages for the reason, and tell your coordinator if the address is wrong.",
        "Ask them for an address that works, and correct it under People.",
    ),
    "withheld": (
        "Not sent",
        "The last mail was not sent, because earlier ones came back.",
        "Ask your coordinator to correct the address, or have it tried again under Messages.",
        "Ask them for an address that works, and correct it under People.",
    ),
    "retrying": (
        "Tried again",
        "The last mail was not taken yet; it is tried again by itself.",
        "Wait a while; it is given up after three days.",
        "Wait a while; it is given up after three days.",
    ),
    "waiting": (
        "On its way",
        "The last mail is on its way.",
        "Look again in a moment.",
        "Look again in a moment.",
    ),
    "withdrawn": (
        "Taken back",
        "The last mail was taken back before it left.",
        "Nothing to do.",
        "Nothing to do.",
    ),
}
