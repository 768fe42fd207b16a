"""Trainings: what they come to by area and year, one of them, and the forms to log them."""

import asyncio
from collections.abc import Mapping
from datetime import date
from http import HTTPStatus
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Path, Query, Request, Response

from alongside.errors import AlongsideError, Conflict, Invalid, TooLarge
from alongside.web.auth import CurrentViewer
from alongside.web.forms import Form, FormErrors, form_data
from alongside.web.pages import PagesDep, redirect
from alongside_logbook.domain.areas import AREA_NAMES, AREAS, Area
from alongside_logbook.domain.certificates import CheckedFile, checked_file
from alongside_logbook.domain.rules.training_facts import TrainingKind
from alongside_logbook.domain.training import KINDS, TrainingLog
from alongside_logbook.handlers.trainings import (
    CorrectTraining,
    LogTrainings,
    correct_training,
    fields_of_one,
    log_trainings,
    put_certificate,
    remove_certificate,
    take_back,
)
from alongside_logbook.http.doors import ActorDep, DoorsDep, Reading
from alongside_logbook.http.pages.common import counts
from alongside_logbook.http.pages.goals import heading_of
from alongside_logbook.http.trainings_api import READ_AT_MOST, certificate_file, sent_file
from alongside_logbook.views.trainings import training_history, trainings_view

router = APIRouter(include_in_schema=False)

ROWS = 5
"""Trainings that the form for several takes at once."""

_MINUTES_AN_HOUR = 60
_LONGEST_TEXT = 1000
_LONGEST_NUMBER = 4
_TEXTS = ("title", "trainer", "sponsor", "award", "credits")
_FIELDS = (*_TEXTS, "kind", "first_day", "last_day", "hours", "minutes", "about_rsc", "dei")

Id = Annotated[str, Path(max_length=64)]
Sha256 = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
Person = Annotated[str | None, Query(max_length=64)]


@router.get("/trainings")
async def trainings_page(
    pages: PagesDep,
    viewer: CurrentViewer,
    uow: Reading,
    actor: ActorDep,
    person: Person = None,
    area: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:
    """Show somebody's trainings: one's own, or as a coordinator a person's."""
    person_id = person or viewer.person_id
    chosen = area if area in AREA_NAMES else None
    found = await trainings_view(person_id, actor, uow, area=chosen)
    return pages.render(
        "trainings.html",
        found=found,
        own=person_id == viewer.person_id,
        area=chosen,
        areas=AREA_NAMES,
        kinds=KINDS,
        headings={each.goal: heading_of(each.goal) for each in found.asked},
        counts=await counts(viewer, uow),
    )


@router.get("/trainings/new")
async def new_page(
    pages: PagesDep,
    viewer: CurrentViewer,
    uow: Reading,
    actor: ActorDep,
    person: Person = None,
    kind: TrainingKind = "training",
) -> Response:
    """Show the form for one training."""
    await trainings_view(person or viewer.person_id, actor, uow)
    values = {**dict.fromkeys((*_FIELDS, "version"), ""), "kind": kind, "areas": []}
    return _form(pages, "/trainings/new", values, person=_other(person, viewer.person_id))


@router.post("/trainings/new")
async def log_page(
    request: Request, pages: PagesDep, viewer: CurrentViewer, doors: DoorsDep, actor: ActorDep
) -> Response:
    """Log one training, with its certificate if one was chosen."""
    form = await form_data(request, max_upload=READ_AT_MOST)
    person = _other(form.text("person"), viewer.person_id)
    try:
        command = LogTrainings(person_id=person, trainings=(_log(form),))
        file = await _certificate(form)
        async with doors.writing() as uow:
            made = await log_trainings(command, actor, uow, file=file)
    except (Invalid, Conflict, TooLarge) as error:
        said = fields_of_one(error) if isinstance(error, Invalid) else error
        return _form(pages, "/trainings/new", _typed(form), said, person=person)
    return redirect(f"/trainings/{made[0].training_id}", "Logged.")


@router.get("/trainings/several")
async def several_page(
    pages: PagesDep, viewer: CurrentViewer, uow: Reading, actor: ActorDep, person: Person = None
) -> Response:
    """Show the form for several trainings."""
    await trainings_view(person or viewer.person_id, actor, uow)
    return _several(pages, Form(), person=_other(person, viewer.person_id))


@router.post("/trainings/several")
async def log_several_page(
    request: Request, pages: PagesDep, viewer: CurrentViewer, doors: DoorsDep, actor: ActorDep
) -> Response:
    """Log every row in which something was typed, all of them or none."""
    form = await form_data(request)
    person = _other(form.text("person"), viewer.person_id)
    rows = [
        row
        for row in range(ROWS)
        if any(form.text(f"{name}-{row}") for name in ("title", "first_day", "hours", "minutes"))
    ]
    errors = FormErrors()
    logs: list[TrainingLog] = []
    for row in rows:
        try:
            logs.append(_log(form, f"-{row}"))
        except Invalid as error:
            for name, text in error.fields.items():
                errors.add(f"{name}-{row}", text)
    if not rows:
        errors.add("title-0", "Give at least one training.")
    if errors:
        return _several(pages, form, errors, person=person)
    try:
        async with doors.writing() as uow:
            command = LogTrainings(person_id=person, trainings=tuple(logs))
            made = await log_trainings(command, actor, uow)
    except Invalid as error:
        for name, text in error.fields.items():
            number, _, field = name.partition(".")
            errors.add(f"{field}-{rows[int(number)]}", text)
        return _several(pages, form, errors, person=person)
    many = f"{len(made)} trainings logged." if len(made) > 1 else "One training logged."
    return redirect(_list(person), many)


@router.get("/trainings/certificates/{training_id}/{sha256}")
async def fetch_page(
    _viewer: CurrentViewer, uow: Reading, actor: ActorDep, training_id: Id, sha256: Sha256
) -> Response:
    """Hand out a certificate's file, for saving."""
    return await certificate_file(training_id, sha256, uow, actor)


@router.post("/trainings/certificates/{training_id}")
async def put_page(
    request: Request,
    pages: PagesDep,
    viewer: CurrentViewer,
    doors: DoorsDep,
    actor: ActorDep,
    training_id: Id,
) -> Response:
    """Put a file to a training."""
    try:
        file = await sent_file(request)
        async with doors.writing() as uow:
            await put_certificate(training_id, file, actor, uow)
    except (Invalid, Conflict, TooLarge) as error:
        async with doors.reading() as uow:
            return await _one(pages, viewer, uow, actor, training_id, error)
    return redirect(f"/trainings/{training_id}", "The certificate is kept.")


@router.post("/trainings/certificates/{training_id}/{sha256}/remove")
async def remove_page(
    _viewer: CurrentViewer, doors: DoorsDep, actor: ActorDep, training_id: Id, sha256: Sha256
) -> Response:
    """Take a file away from a training."""
    async with doors.writing() as uow:
        await remove_certificate(training_id, sha256, actor, uow)
    return redirect(f"/trainings/{training_id}", "The file is gone.")


@router.get("/trainings/{training_id}")
async def training_page(
    pages: PagesDep, viewer: CurrentViewer, uow: Reading, actor: ActorDep, training_id: Id
) -> Response:
    """Show one training, its files, and everything that ever happened to it."""
    return await _one(pages, viewer, uow, actor, training_id)


@router.get("/trainings/{training_id}/correct")
async def correct_form(
    pages: PagesDep, _viewer: CurrentViewer, uow: Reading, actor: ActorDep, training_id: Id
) -> Response:
    """Show the form with what was said."""
    training = (await training_history(training_id, actor, uow)).training
    hours, minutes = divmod(training.minutes, _MINUTES_AN_HOUR)
    values = {
        **{name: getattr(training, name) for name in (*_TEXTS, "kind", "about_rsc", "dei")},
        "areas": list(training.areas),
        "first_day": training.first_day.isoformat(),
        "last_day": (
            "" if training.last_day == training.first_day else training.last_day.isoformat()
        ),
        "hours": hours or "",
        "minutes": minutes or "",
        "version": training.version,
    }
    return _form(pages, f"/trainings/{training_id}/correct", values)


@router.post("/trainings/{training_id}/correct")
async def correct_page(
    request: Request,
    pages: PagesDep,
    _viewer: CurrentViewer,
    doors: DoorsDep,
    actor: ActorDep,
    training_id: Id,
) -> Response:
    """Correct a training: a new version."""
    form = await form_data(request)
    version = form.text("version")
    try:
        command = CorrectTraining(
            training_id=training_id,
            log=_log(form),
            version=int(version) if _is_number(version) else None,
        )
        async with doors.writing() as uow:
            await correct_training(command, actor, uow)
    except (Invalid, Conflict) as error:
        values = {**_typed(form), "version": version}
        return _form(pages, f"/trainings/{training_id}/correct", values, error)
    return redirect(f"/trainings/{training_id}", "Corrected. The earlier version is kept.")


@router.post("/trainings/{training_id}/withdraw")
async def withdraw_page(
    pages: PagesDep, viewer: CurrentViewer, doors: DoorsDep, actor: ActorDep, training_id: Id
) -> Response:
    """Take a training back."""
    try:
        async with doors.writing() as uow:
            training = await take_back(training_id, actor, uow)
    except Conflict as error:
        async with doors.reading() as uow:
            return await _one(pages, viewer, uow, actor, training_id, error)
    person = _other(training.person_id, viewer.person_id)
    return redirect(_list(person), "Taken back: it counts for nothing any more.")


async def _one(
    pages: PagesDep,
    viewer: CurrentViewer,
    uow: Reading,
    actor: ActorDep,
    training_id: str,
    error: AlongsideError | None = None,
) -> Response:
    found = await training_history(training_id, actor, uow)
    return pages.render(
        "training.html",
        status=error.status if error else HTTPStatus.OK,
        errors=FormErrors.of(error) if error else {},
        found=found,
        training=found.training,
        own=found.person.person_id == viewer.person_id,
        areas=AREA_NAMES,
        kinds=KINDS,
        headings={each.goal: heading_of(each.goal) for each in found.counts_for},
        counts=await counts(viewer, uow),
    )


def _form(
    pages: PagesDep,
    action: str,
    values: Mapping[str, Any],
    error: AlongsideError | None = None,
    *,
    person: str | None = None,
) -> Response:
    return pages.render(
        "training_form.html",
        status=error.status if error else HTTPStatus.OK,
        errors=FormErrors.of(error) if error else {},
        action=action,
        values=values,
        person=person,
        areas=[(area.key, area.name) for area in AREAS],
        kinds=[(key, name) for key, name in KINDS.items()],
        back=_list(person) if action == "/trainings/new" else action.removesuffix("/correct"),
    )


def _several(
    pages: PagesDep,
    form: Form,
    errors: FormErrors | None = None,
    *,
    person: str | None = None,
) -> Response:
    return pages.render(
        "trainings_several.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
        errors=errors or {},
        rows=[_typed(form, f"-{row}") for row in range(ROWS)],
        person=person,
        areas=[(area.key, area.name) for area in AREAS],
        back=_list(person),
    )


def _typed(form: Form, ending: str = "") -> dict[str, Any]:
    values: dict[str, Any] = {name: form.text(f"{name}{ending}") for name in _FIELDS}
    return {**values, "areas": form.many(f"areas{ending}"), "version": form.text("version")}


def _log(form: Form, ending: str = "") -> TrainingLog:
    errors = FormErrors()
    kind: TrainingKind = next(
        (each for each in get_args(TrainingKind) if each == form.text(f"kind{ending}")), "training"
    )
    areas: tuple[Area, ...] = tuple(
        each for each in get_args(Area) if each in form.many(f"areas{ending}")
    )
    texts = {name: form.text(f"{name}{ending}")[:_LONGEST_TEXT] for name in _TEXTS}
    first = _day(form.text(f"first_day{ending}"), "first_day", errors)
    last = _day(form.text(f"last_day{ending}"), "last_day", errors)
    hours = _number(form.text(f"hours{ending}"), "hours", errors)
    minutes = _number(form.text(f"minutes{ending}"), "minutes", errors)
    if first is None:
        errors.add("first_day", "Give the day.")
    if not texts["title"]:
        errors.add("title", "Give the title, as it stands on the certificate.")
    errors.raise_if_any()
    return TrainingLog(
        kind=kind,
        **texts,
        first_day=first or date.min,
        last_day=last,
        minutes=hours * _MINUTES_AN_HOUR + minutes,
        areas=areas,
        about_rsc=form.is_on(f"about_rsc{ending}"),
        dei=form.is_on(f"dei{ending}"),
    )


async def _certificate(form: Form) -> CheckedFile | None:
    upload = form.files.get("certificate")
    if upload is None:
        return None
    return await asyncio.to_thread(checked_file, upload.content, upload.filename)


def _day(text: str, name: str, errors: FormErrors) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        errors.add(name, "Give the day as YYYY-MM-DD.")
        return None


def _number(text: str, name: str, errors: FormErrors) -> int:
    if not text:
        return 0
    if not _is_number(text):
        errors.add(name, "Give a whole number, as digits only.")
        return 0
    return int(text)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER


def _other(person: str | None, viewer_id: str) -> str | None:
    return person if person and person != viewer_id and len(person) <= 64 else None  # noqa: PLR2004


def _list(person: str | None) -> str:
    return f"/trainings?person={person}" if person else "/trainings"
