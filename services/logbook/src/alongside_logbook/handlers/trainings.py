"""Logging trainings and courses, correcting them, taking them back; and their certificates."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from alongside.errors import Conflict, Invalid, NotFound
from alongside.zones import zone
from alongside_logbook.domain.certificates import QUOTA, CheckedFile
from alongside_logbook.domain.training import (
    TrainingLog,
    TrainingVersion,
    corrected,
    first,
    seen,
    taken_back,
    with_certificate,
    without_certificate,
)
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.handlers.progress import recompute
from alongside_logbook.store.uow import LogbookUow

MOST_AT_ONCE = 200


class LogTrainings(BaseModel):
    """What is to be logged, of whom; all of it or nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    person_id: str | None = Field(default=None, max_length=64)
    """Whose; none: one's own. Only a coordinator logs another's."""
    trainings: tuple[TrainingLog, ...] = Field(min_length=1, max_length=MOST_AT_ONCE)


class CorrectTraining(BaseModel):
    """What a training is to say from now on."""

    model_config = ConfigDict(frozen=True)

    training_id: str
    log: TrainingLog
    version: int | None = None
    """The version that was looked at; none: whatever is newest."""


async def log_trainings(
    command: LogTrainings, actor: Actor, uow: LogbookUow, *, file: CheckedFile | None = None
) -> tuple[TrainingVersion, ...]:
    """Log some trainings at once; a certificate is put to the first.

    What cannot be is refused by fields named `0.title`, `1.minutes` and so on.
    """
    person_id = command.person_id or actor.person_id
    may_see_trainings(actor, person_id)
    await need_known(actor, person_id, uow)
    await uow.trainings.hold(person_id)
    today = await _today(person_id, uow)
    if file is not None:
        await _keep(person_id, file, actor, uow)
    made: list[TrainingVersion] = []
    errors: dict[str, str] = {}
    for number, log in enumerate(command.trainings):
        try:
            made.append(
                first(
                    uow.new_id(),
                    person_id,
                    log,
                    certificates=(file.certificate,) if file and not number else (),
                    actor_id=actor.person_id,
                    today=today,
                    now=uow.now,
                )
            )
        except Invalid as error:
            errors |= {f"{number}.{name}": text for name, text in error.fields.items()}
    if errors:
        raise Invalid.many(errors)
    await uow.trainings.append(*made)
    await recompute(person_id, uow)
    return tuple(made)


async def correct_training(
    command: CorrectTraining, actor: Actor, uow: LogbookUow
) -> TrainingVersion:
    """Say anew what a training was. Saying the same again changes nothing."""
    training = await _held(command.training_id, actor, uow)
    seen(training, command.version)
    today = await _today(training.person_id, uow)
    step = corrected(training, command.log, actor_id=actor.person_id, today=today, now=uow.now)
    return await _stepped(training, step, uow)


async def take_back(
    training_id: str, actor: Actor, uow: LogbookUow, *, version: int | None = None
) -> TrainingVersion:
    """Take a training back: it counts for nothing, and its files are removed. Its history stays."""
    training = await _held(training_id, actor, uow)
    if training.status == "kept":
        seen(training, version)
    after = await _stepped(
        training, taken_back(training, actor_id=actor.person_id, now=uow.now), uow
    )
    for certificate in training.certificates:
        await uow.trainings.drop_file(training.person_id, certificate.sha256)
    return after


async def put_certificate(
    training_id: str, file: CheckedFile, actor: Actor, uow: LogbookUow
) -> TrainingVersion:
    """Put a checked file to a training. The same file again changes nothing."""
    training = await _held(training_id, actor, uow)
    step = with_certificate(training, file.certificate, actor_id=actor.person_id, now=uow.now)
    await _keep(training.person_id, file, actor, uow)
    return await _stepped(training, step, uow)


async def remove_certificate(
    training_id: str, sha256: str, actor: Actor, uow: LogbookUow
) -> TrainingVersion:
    """Take a file away from a training; its bytes go unless another training names them."""
    training = await _held(training_id, actor, uow)
    step = without_certificate(training, sha256, actor_id=actor.person_id, now=uow.now)
    if step is None:
        raise NotFound("This training has no such file.")
    after = await _stepped(training, step, uow)
    await uow.trainings.drop_file(training.person_id, sha256)
    return after


def may_see_trainings(actor: Actor, person_id: str) -> None:
    """Refuse, as if there were nothing, everybody but the person and coordinators."""
    if not (actor.coordinator or actor.person_id == person_id):
        raise NotFound


async def need_known(actor: Actor, person_id: str, uow: LogbookUow) -> None:
    """Refuse what is about nobody."""
    if person_id != actor.person_id and await uow.people.get(person_id) is None:
        raise NotFound("There is no such person.")


async def training_of(training_id: str, actor: Actor, uow: LogbookUow) -> TrainingVersion:
    """Return the newest version of a training somebody may see."""
    row = await uow.trainings.get(training_id)
    if row is None:
        raise NotFound("There is no such training.")
    may_see_trainings(actor, row.person_id)
    return row.current


def fields_of_one(error: Invalid) -> Invalid:
    """Return the refusal of the only training of several by its plain fields."""
    return Invalid.many({name.removeprefix("0."): text for name, text in error.fields.items()})


async def _held(training_id: str, actor: Actor, uow: LogbookUow) -> TrainingVersion:
    training = await training_of(training_id, actor, uow)
    await uow.trainings.hold(training.person_id)
    return await training_of(training_id, actor, uow)


async def _stepped(
    training: TrainingVersion, step: TrainingVersion | None, uow: LogbookUow
) -> TrainingVersion:
    if step is None:
        return training
    await uow.trainings.append(step)
    await recompute(training.person_id, uow)
    return step


async def _keep(person_id: str, file: CheckedFile, actor: Actor, uow: LogbookUow) -> None:
    if await uow.trainings.has_file(person_id, file.certificate.sha256):
        return
    if await uow.trainings.used(person_id) + file.certificate.size > QUOTA:
        raise Conflict(
            f"All certificates together may take {QUOTA // 2**20} MB. Take away files that are no "
            "longer needed, or make this one smaller."
        )
    await uow.trainings.put_file(person_id, file, actor.person_id, uow.now)


async def _today(person_id: str, uow: LogbookUow) -> date:
    person = await uow.people.get(person_id)
    return uow.now.astimezone(zone(person.zone if person else "UTC")).date()
