"""JSON routes of trainings, under `/api/logbook/v1/trainings`."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from alongside.errors import Invalid, NotFound
from alongside.web.forms import form_data
from alongside.web.writes import Write
from alongside_logbook.domain.areas import Area
from alongside_logbook.domain.certificates import CheckedFile, checked_file
from alongside_logbook.domain.training import TrainingLog, TrainingVersion
from alongside_logbook.handlers.trainings import (
    CorrectTraining,
    LogTrainings,
    correct_training,
    log_trainings,
    put_certificate,
    remove_certificate,
    take_back,
    training_of,
)
from alongside_logbook.http.doors import ActorDep, Reading
from alongside_logbook.http.files import download
from alongside_logbook.views.trainings import (
    TrainingHistory,
    TrainingsView,
    training_history,
    trainings_view,
)

router = APIRouter(prefix="/api/logbook/v1/trainings", tags=["trainings"])

Id = Annotated[str, Path(max_length=64)]
Sha256 = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]

READ_AT_MOST = 16 * 1024 * 1024
"""Bytes of a file that are read: more than are kept, so that a refusal can keep what was typed."""

UPLOADS = dict.fromkeys(
    ("/api/logbook/v1/trainings/certificates/", "/trainings/certificates/", "/trainings/new"),
    READ_AT_MOST + 64 * 1024,
)
"""Bytes of a request below the paths that take a certificate."""


class TrainingSeen(BaseModel):
    """The version that was looked at; null to take whatever is newest."""

    model_config = ConfigDict(extra="forbid")

    version: int | None = None


class TrainingCorrection(TrainingSeen):
    """What a training is to say from now on."""

    training: TrainingLog


@router.get("")
async def list_trainings(
    uow: Reading,
    actor: ActorDep,
    person: Annotated[str | None, Query(max_length=64)] = None,
    area: Area | None = None,
) -> TrainingsView:
    """List my trainings and courses, newest first; a coordinator may ask for a person's."""
    return await trainings_view(person or actor.person_id, actor, uow, area=area)


@router.post("", status_code=201, response_model=tuple[TrainingVersion, ...])
async def log_some(sent: LogTrainings, actor: ActorDep, write: Write) -> Response:
    """Log trainings or courses, all of them or none."""
    return await write(lambda uow: log_trainings(sent, actor, uow), status=201)


@router.get("/certificates/{training_id}/{sha256}", response_class=Response)
async def fetch_certificate(
    training_id: Id, sha256: Sha256, uow: Reading, actor: ActorDep
) -> Response:
    """Hand out a certificate's file, for saving."""
    return await certificate_file(training_id, sha256, uow, actor)


@router.post("/certificates/{training_id}", response_model=TrainingVersion)
async def put_one_certificate(
    training_id: Id, request: Request, actor: ActorDep, write: Write
) -> Response:
    """Put a file to a training: multipart/form-data with the part `certificate`; at most 5 MB.

    PDF, PNG and JPEG are taken, judged by content. What acts by itself is refused.
    """
    file = await sent_file(request)
    return await write(lambda uow: put_certificate(training_id, file, actor, uow))


@router.delete("/certificates/{training_id}/{sha256}", response_model=TrainingVersion)
async def remove_one_certificate(
    training_id: Id, sha256: Sha256, actor: ActorDep, write: Write
) -> Response:
    """Take a file away from a training."""
    return await write(lambda uow: remove_certificate(training_id, sha256, actor, uow))


@router.get("/{training_id}")
async def show_training(training_id: Id, uow: Reading, actor: ActorDep) -> TrainingHistory:
    """Show one training, and every version of it with the hashes that prove them."""
    return await training_history(training_id, actor, uow)


@router.put("/{training_id}", response_model=TrainingVersion)
async def correct_one(
    training_id: Id, sent: TrainingCorrection, actor: ActorDep, write: Write
) -> Response:
    """Say anew what a training was. Sending the same again changes nothing."""
    command = CorrectTraining(training_id=training_id, log=sent.training, version=sent.version)
    return await write(lambda uow: correct_training(command, actor, uow))


@router.post("/{training_id}/withdraw", response_model=TrainingVersion)
async def withdraw_one(
    training_id: Id, actor: ActorDep, write: Write, sent: TrainingSeen | None = None
) -> Response:
    """Take a training back: it counts for nothing. Its history stays."""
    version = sent.version if sent else None
    return await write(lambda uow: take_back(training_id, actor, uow, version=version))


async def certificate_file(
    training_id: str, sha256: str, uow: Reading, actor: ActorDep
) -> Response:
    """Return a training's file for saving, to the person and coordinators."""
    training = await training_of(training_id, actor, uow)
    certificate = next((each for each in training.certificates if each.sha256 == sha256), None)
    if certificate is None:
        raise NotFound("This training has no such file.")
    content = await uow.trainings.content(training.person_id, sha256)
    if content is None:
        raise NotFound("The file was removed. That it was here stays in the history.")
    return download(content, certificate.name, certificate.media_type)


async def sent_file(request: Request) -> CheckedFile:
    """Return the checked file of a form."""
    form = await form_data(request, max_upload=READ_AT_MOST)
    upload = form.files.get("certificate")
    if upload is None:
        raise Invalid("Choose a file.", field="certificate")
    return await asyncio.to_thread(checked_file, upload.content, upload.filename)
