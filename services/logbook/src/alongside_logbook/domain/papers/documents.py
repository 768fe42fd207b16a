"""Documents: what one says in short, its code, and whether the record still says the same.

The code of a document is the beginning of the SHA-256 of its facts, and among the facts are 128
random bits. So nobody guesses a code, and nobody can make an issued code stand for other facts:
not by changing a row of the database either.
"""

import hashlib
from collections.abc import Sequence
from datetime import date
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from alongside.db.types import json_text
from alongside_logbook.domain.chain import GENESIS, Link
from alongside_logbook.domain.entry import EntryStatus, EntryVersion
from alongside_logbook.domain.rules.training_facts import TrainingStatus
from alongside_logbook.domain.training import TrainingVersion

Kind = Literal["rollup", "audit", "trainings", "yearly"]
Format = Literal["pdf", "xlsx", "csv"]

KINDS: dict[Kind, tuple[str, str]] = {
    "rollup": (
        "Hours by provider",
        "One line for each provider, in the order in which they are typed into an application.",
    ),
    "audit": (
        "Session log",
        "Every session with both confirmations, the provider's status on the day, and what counts.",
    ),
    "trainings": ("Training log", "Trainings by competency area, with dates and hours."),
    "yearly": (
        "Yearly summary",
        "A year's trainings and supervision received, as Medicaid waiver programs ask for them.",
    ),
}
"""How each kind is called, and what it is for."""

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_LENGTH = 28
_BITS = 5
_GROUP = 4
_TYPED = str.maketrans({"O": "0", "I": "1", "L": "1"})


class Piece(BaseModel):
    """A part of what a document says."""

    model_config = ConfigDict(frozen=True)


class Totals(Piece):
    """What the hours of a period come to. Whole minutes; these can be worked out from the record."""

    sessions: int = 0
    """Confirmed by both, with more than 0 minutes."""
    minutes: int = 0
    """Their minutes, without administrative and clinical ones."""
    about_rsc: int = 0
    """Of these, about the RSC that the person gives."""
    open_sessions: int = 0
    """Recorded, but not confirmed by both."""
    open_minutes: int = 0
    withdrawn: int = 0
    """Taken back: left out of everything."""
    providers: int = 0


class Trainings(Piece):
    """What the trainings of a period come to."""

    number: int = 0
    minutes: int = 0
    withdrawn: int = 0


class Facts(Piece):
    """What an issued document says, in short. The check page shows these and nothing else."""

    nonce: str
    """128 random bits or more: what makes the code one that cannot be guessed."""
    kind: Kind
    person_id: str
    person: str
    """The name as it is on the document."""
    association: str
    zone: str
    since: date
    until: date
    goal: str | None = None
    """Such as `apply/IFS`; none: counted toward nothing in particular."""
    goal_title: str | None = None
    pack: str | None = None
    counted: dict[str, int] = {}
    """Minutes toward the goal by requirement, as judged on the day of issue."""
    issued_at: AwareDatetime
    issued_by_id: str
    issued_by: str
    totals: Totals
    trainings: Trainings = Trainings()
    position: int
    """How long the person's history was."""
    head: str
    """The hash of its last version; 64 zeros for an empty history."""
    trainings_position: int = 0
    trainings_head: str = GENESIS
    """The same of the history of trainings; 0 and 64 zeros where the document is not about them."""
    content: str
    """SHA-256 of everything the document says."""

    @property
    def title(self) -> str:
        """How the document is called."""
        return KINDS[self.kind][0]

    @property
    def for_somebody(self) -> bool:
        """Whether a coordinator issued it for the person."""
        return self.issued_by_id != self.person_id

    def text(self) -> str:
        """Return the canonical text that the code is made from."""
        return json_text(self.model_dump(mode="json"))


def digest(text: str) -> str:
    """Return the SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def code_of(facts: str) -> str:
    """Return the code of facts, given as their canonical text: 140 bits in 28 characters."""
    number = int.from_bytes(hashlib.sha256(facts.encode()).digest())
    number >>= 256 - _CODE_LENGTH * _BITS
    places = range((_CODE_LENGTH - 1) * _BITS, -1, -_BITS)
    return "".join(_ALPHABET[number >> place & 31] for place in places)


def spelled(code: str) -> str:
    """Return a code in groups of four, as people read and type it."""
    return "-".join(code[at : at + _GROUP] for at in range(0, len(code), _GROUP))


def typed(text: str) -> str | None:
    """Return the code somebody typed, however they spaced it; none if it cannot be one.

    The letters O, I and L are in no code: they are read as the digits they look like.
    """
    code = "".join(letter for letter in text if letter.isalnum()).upper().translate(_TYPED)
    fits = len(code) == _CODE_LENGTH and all(letter in _ALPHABET for letter in code)
    return code if fits else None


class _Short(Piece):
    """Of a version, what totals are made of: histories are long, and the rest is not looked at."""

    entry_id: str
    held_on: date
    provider_id: str
    status: EntryStatus
    minutes: int
    about_rsc_minutes: int
    other_minutes: int = 0


def totals_of(entries: Sequence[EntryVersion | _Short]) -> Totals:
    """Return what these newest versions come to."""
    kept = [entry for entry in entries if entry.status != "withdrawn"]
    done = [entry for entry in kept if entry.status == "confirmed" and entry.minutes > 0]
    waiting = [entry for entry in kept if entry.status != "confirmed"]
    return Totals(
        sessions=len(done),
        minutes=sum(reflective(entry) for entry in done),
        about_rsc=sum(min(entry.about_rsc_minutes, reflective(entry)) for entry in done),
        open_sessions=len(waiting),
        open_minutes=sum(reflective(entry) for entry in waiting),
        withdrawn=len(entries) - len(kept),
        providers=len({entry.provider_id for entry in done}),
    )


def reflective(entry: EntryVersion | _Short) -> int:
    """Return an entry's minutes without the administrative and clinical ones."""
    return max(0, entry.minutes - entry.other_minutes)


class _ShortTraining(Piece):
    training_id: str
    last_day: date
    minutes: int
    status: TrainingStatus


def trainings_total(trainings: Sequence[TrainingVersion | _ShortTraining]) -> Trainings:
    """Return what these newest versions of trainings come to."""
    kept = [training for training in trainings if training.status != "withdrawn"]
    return Trainings(
        number=len(kept),
        minutes=sum(training.minutes for training in kept),
        withdrawn=len(trainings) - len(kept),
    )


def recounted(
    links: Sequence[Link], position: int, since: date, until: date
) -> tuple[Totals, bool]:
    """Return a period's hours as they were at a position of a history, and whether they moved on.

    They moved on when a later version belongs to the period, or took its entry out of it.
    """
    then: dict[str, _Short] = {}
    moved = False
    for link in links:
        entry = _Short.model_validate_json(link.body)
        before = then.get(entry.entry_id)
        if link.position <= position:
            then[entry.entry_id] = entry
        elif _within(entry.held_on, since, until) or (
            before is not None and _within(before.held_on, since, until)
        ):
            moved = True
    found = [each for each in then.values() if _within(each.held_on, since, until)]
    return totals_of(found), moved


def recounted_trainings(
    links: Sequence[Link], position: int, since: date, until: date
) -> tuple[Trainings, bool]:
    """Return the same of a history of trainings."""
    then: dict[str, _ShortTraining] = {}
    moved = False
    for link in links:
        training = _ShortTraining.model_validate_json(link.body)
        before = then.get(training.training_id)
        if link.position <= position:
            then[training.training_id] = training
        elif _within(training.last_day, since, until) or (
            before is not None and _within(before.last_day, since, until)
        ):
            moved = True
    found = [each for each in then.values() if _within(each.last_day, since, until)]
    return trainings_total(found), moved


def _within(day: date, since: date, until: date) -> bool:
    return since <= day <= until
