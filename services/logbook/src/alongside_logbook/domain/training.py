"""A training or a course as somebody logged it; every change is a new version.

Nothing is edited in place: a correction and taking it back are versions, too, and the history of a
person's trainings is hash-chained like that of their hours.
"""

from collections.abc import Mapping
from datetime import date
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from alongside.db.types import json_text
from alongside.errors import Conflict, Invalid
from alongside_logbook.domain.areas import AREA_NAMES, Area
from alongside_logbook.domain.certificates import Certificate
from alongside_logbook.domain.chain import seal
from alongside_logbook.domain.rules.training_facts import TrainingFact, TrainingKind, TrainingStatus

KINDS: Mapping[TrainingKind, str] = {
    "training": "Training",
    "course": "Course",
    "reviewer": "Reviewer work",
}
"""How each kind is called."""

MOST_CERTIFICATES = 10
"""Files that one training may have."""

_TITLE = 200
_SHORT = 100
_EARLIEST = date(1970, 1, 1)
_MINUTES_A_DAY = 16 * 60
"""More in a day is taken for a mistake in typing."""

Act = Literal["logged", "corrected", "withdrawn", "certified"]
"""certified: a certificate was put to it, or taken away."""


class TrainingLog(BaseModel):
    """What a person says of a training. The empty text is "not said"."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: TrainingKind = "training"
    title: str = Field(max_length=1000)
    trainer: str = Field(default="", max_length=1000)
    sponsor: str = Field(default="", max_length=1000)
    """Who offered it; for a course, the institution."""
    first_day: date
    last_day: date | None = None
    """None: it took one day."""
    minutes: int = 0
    """Clock minutes. A course may have none."""
    areas: tuple[Area, ...] = ()
    about_rsc: bool = False
    dei: bool = False
    award: str = Field(default="", max_length=1000)
    """Of a course: the degree or certificate."""
    credits: str = Field(default="", max_length=1000)
    """Of a course: its credits, in the institution's words."""


class TrainingVersion(BaseModel):
    """A training as it was after one step. This, as canonical JSON, is what the chain seals."""

    model_config = ConfigDict(frozen=True)

    training_id: str
    version: int
    person_id: str
    kind: TrainingKind
    title: str
    trainer: str
    sponsor: str
    first_day: date
    last_day: date
    minutes: int
    areas: tuple[Area, ...]
    about_rsc: bool
    dei: bool
    award: str
    credits: str
    certificates: tuple[Certificate, ...] = ()
    """The files by their SHA-256: the chain proves that a file is the one that was put here."""
    status: TrainingStatus
    act: Act
    actor_id: str
    at: AwareDatetime

    def fact(self) -> TrainingFact:
        """Return what rules look at."""
        return TrainingFact(
            training_id=self.training_id,
            minutes=self.minutes,
            held_on=self.last_day,
            about_rsc=self.about_rsc,
            dei=self.dei,
            kind=self.kind,
            status=self.status,
        )

    def said(self) -> TrainingLog:
        """Return what was said, as it could be said again."""
        return TrainingLog.model_validate(self.model_dump(include=set(TrainingLog.model_fields)))


def checked(log: TrainingLog, today: date) -> dict[str, object]:
    """Return what is said in its tidy form; raise `Invalid` for what cannot be.

    `today` is the person's own day: a training counts once it was held.
    """
    errors: dict[str, str] = {}
    texts = {
        name: " ".join(getattr(log, name).split())
        for name in ("title", "trainer", "sponsor", "award", "credits")
    }
    last = log.last_day or log.first_day
    if not texts["title"]:
        errors["title"] = "Give the title, as it stands on the certificate."
    for name, text in texts.items():
        longest = _SHORT if name in {"award", "credits"} else _TITLE
        if len(text) > longest:
            errors[name] = f"At most {longest} characters, please."
    errors |= _days_and_time(log, last, today)
    if log.kind == "course" and not texts["sponsor"]:
        errors["sponsor"] = "Name the institution."
    if errors:
        raise Invalid.many(errors)
    course = log.kind == "course"
    return {
        **texts,
        "award": texts["award"] if course else "",
        "credits": texts["credits"] if course else "",
        "kind": log.kind,
        "first_day": log.first_day,
        "last_day": last,
        "minutes": log.minutes,
        "areas": tuple(area for area in AREA_NAMES if area in log.areas),
        "about_rsc": log.about_rsc,
        "dei": log.dei,
    }


def _days_and_time(log: TrainingLog, last: date, today: date) -> dict[str, str]:
    errors = {}
    if not _EARLIEST <= log.first_day <= today:
        errors["first_day"] = "Give a day that has been. A training is logged once it was held."
    elif last < log.first_day:
        errors["last_day"] = "The last day cannot be before the first."
    elif last > today:
        errors["last_day"] = "Log it once the last day has been."
    days = max((last - log.first_day).days + 1, 1)
    if not 0 <= log.minutes <= days * _MINUTES_A_DAY:
        errors["minutes"] = f"At most 16 hours a day: that is {days * 16} hours here."
    elif not log.minutes and log.kind != "course":
        errors["minutes"] = "Say how long it took, without breaks."
    return errors


def first(
    training_id: str,
    person_id: str,
    log: TrainingLog,
    *,
    certificates: tuple[Certificate, ...] = (),
    actor_id: str,
    today: date,
    now: AwareDatetime,
) -> TrainingVersion:
    """Return the first version of a training."""
    return TrainingVersion.model_validate(
        {
            **checked(log, today),
            "training_id": training_id,
            "version": 1,
            "person_id": person_id,
            "certificates": certificates,
            "status": "kept",
            "act": "logged",
            "actor_id": actor_id,
            "at": now,
        }
    )


def corrected(
    training: TrainingVersion, log: TrainingLog, *, actor_id: str, today: date, now: AwareDatetime
) -> TrainingVersion | None:
    """Return the next version, or none if the same is said again."""
    _standing(training)
    facts = checked(log, today)
    if all(getattr(training, name) == value for name, value in facts.items()):
        return None
    return _next(training, "corrected", facts, actor_id, now)


def taken_back(
    training: TrainingVersion, *, actor_id: str, now: AwareDatetime
) -> TrainingVersion | None:
    """Return the version in which it counts for nothing; none if it was taken back before."""
    if training.status == "withdrawn":
        return None
    return _next(training, "withdrawn", {"status": "withdrawn"}, actor_id, now)


def with_certificate(
    training: TrainingVersion, certificate: Certificate, *, actor_id: str, now: AwareDatetime
) -> TrainingVersion | None:
    """Return the version that has a further file; none if it has this one already."""
    _standing(training)
    if any(each.sha256 == certificate.sha256 for each in training.certificates):
        return None
    if len(training.certificates) >= MOST_CERTIFICATES:
        raise Conflict(f"A training has at most {MOST_CERTIFICATES} files. Take one away first.")
    facts = {"certificates": (*training.certificates, certificate)}
    return _next(training, "certified", facts, actor_id, now)


def without_certificate(
    training: TrainingVersion, sha256: str, *, actor_id: str, now: AwareDatetime
) -> TrainingVersion | None:
    """Return the version that does not have this file any more; none if it has not got it."""
    left = tuple(each for each in training.certificates if each.sha256 != sha256)
    if left == training.certificates:
        return None
    return _next(training, "certified", {"certificates": left}, actor_id, now)


def canonical(training: TrainingVersion, position: int) -> str:
    """Return the text that the chain seals: sorted keys, no spaces, the place in the history named."""
    return json_text({**training.model_dump(mode="json"), "position": position})


def sealed(training: TrainingVersion, position: int, prev_hash: str) -> tuple[str, str]:
    """Return a version's canonical text and its hash after another's."""
    body = canonical(training, position)
    return body, seal(prev_hash, body)


def seen(training: TrainingVersion, version: int | None) -> None:
    """Refuse to change what is no longer as it was looked at."""
    if version is not None and version != training.version:
        raise Conflict("This training changed since you looked at it. Please look again.")


def _standing(training: TrainingVersion) -> None:
    if training.status == "withdrawn":
        raise Conflict("This training was taken back. Log it anew if it was held after all.")


def _next(
    training: TrainingVersion,
    act: Act,
    facts: Mapping[str, object],
    actor_id: str,
    now: AwareDatetime,
) -> TrainingVersion:
    step = {"version": training.version + 1, "act": act, "actor_id": actor_id, "at": now}
    return training.model_copy(update={**facts, **step})
