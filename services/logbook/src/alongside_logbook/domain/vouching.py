"""Asking a provider without an account to vouch: which versions, until when, what they said."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from alongside.errors import Conflict, Invalid
from alongside_logbook.domain.entry import EntryVersion

LINK_LIFETIME = timedelta(days=30)
MOST_ENTRIES = 200
"""Sessions that one link asks about; what is left is asked with the next one."""

MOST_A_DAY = 10
"""Letters that one supervisee can have sent within a day."""

MOST_TO_ONE = 3
"""Of these, to one provider."""

MOST_TO_THEM = 20
"""Letters that one provider is sent within a day, whoever asks."""

DAY = timedelta(days=1)

NOT_MINE = "The provider says that these are not hours they gave."

State = Literal["asked", "answered", "refused", "replaced"]
"""refused: `not my hours`. replaced: a newer link asks, or another address is asked."""

Shown = Literal["asked", "answered", "refused", "replaced", "expired"]

Decision = Literal["confirmed", "returned"]


class VouchLine(BaseModel):
    """One version of one entry that is asked about, and what was said of it."""

    model_config = ConfigDict(frozen=True)

    entry_id: str
    version: int
    decision: Decision | None = None


class Answer(BaseModel):
    """What a provider says of one entry: right, or not right and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    entry_id: str
    right: bool
    reason: str = Field(default="", max_length=2000)
    version: int | None = None
    """The version that was looked at; with a link it is the one that was asked about."""


def lines_for(entries: Iterable[EntryVersion], provider_id: str) -> tuple[VouchLine, ...]:
    """Return what a request asks about: versions that wait for this provider, oldest day first."""
    waiting = [
        entry for entry in entries if entry.status == "recorded" and entry.awaits == provider_id
    ]
    waiting.sort(key=lambda entry: (entry.started_at, entry.entry_id))
    return tuple(
        VouchLine(entry_id=entry.entry_id, version=entry.version)
        for entry in waiting[:MOST_ENTRIES]
    )


def shown(state: State, expires_at: datetime, now: datetime) -> Shown:
    """Return how a request stands now."""
    return "expired" if state == "asked" and expires_at <= now else state


def may_ask(*, by_me: int, by_me_of_them: int, of_them: int) -> None:
    """Raise `Conflict` where somebody was written to often enough within the last day."""
    if by_me_of_them >= MOST_TO_ONE or of_them >= MOST_TO_THEM:
        raise Conflict("This provider was written to several times today. Try again tomorrow.")
    if by_me >= MOST_A_DAY:
        raise Conflict(f"{MOST_A_DAY} letters were sent for you today. Try again tomorrow.")


def checked_answers(
    lines: Iterable[VouchLine], answers: Iterable[Answer], asked: Iterable[str] = ()
) -> dict[str, tuple[VouchLine, Answer]]:
    """Return each open line with its answer; raise `Invalid` for what is missing or not asked.

    An answer about something that was `asked` and changed since is left out.
    """
    open_lines = {line.entry_id: line for line in lines}
    asked = set(asked)
    given = {answer.entry_id: answer for answer in answers}
    wrong: dict[str, str] = {}
    for entry_id in open_lines.keys() - given.keys():
        wrong[entry_id] = "Say whether this one is right."
    for entry_id, answer in given.items():
        if entry_id not in open_lines and entry_id in asked:
            continue
        if entry_id not in open_lines:
            wrong[entry_id] = "Nobody asked about this one."
        elif not answer.right and not answer.reason.strip():
            wrong[entry_id] = "Say in a few words what is not right."
    if wrong:
        raise Invalid.many(wrong)
    return {entry_id: (line, given[entry_id]) for entry_id, line in open_lines.items()}
