"""Trainings as they are shown: by area, by year, one by one, each with its history."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

from pydantic import ConfigDict

from alongside_logbook.domain.areas import AREA_NAMES, areas_for
from alongside_logbook.domain.certificates import QUOTA
from alongside_logbook.domain.progress import Bucket, Span
from alongside_logbook.domain.rules.judging_trainings import judge_trainings
from alongside_logbook.domain.training import TrainingVersion
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.handlers.goals import goals_of
from alongside_logbook.handlers.trainings import may_see_trainings, need_known, training_of
from alongside_logbook.handlers.working_out import look_up
from alongside_logbook.store.uow import LogbookUow
from alongside_logbook.views.people import Names, PersonRef, View


class CertificateView(View):
    """A file, and whether its bytes are still here."""

    sha256: str
    name: str
    media_type: str
    size: int
    here: bool


class TrainingView(View):
    """A training as it stands."""

    model_config = ConfigDict(frozen=True)

    training_id: str
    version: int
    kind: str
    title: str
    trainer: str
    sponsor: str
    first_day: date
    last_day: date
    minutes: int
    areas: tuple[str, ...]
    about_rsc: bool
    dei: bool
    award: str
    credits: str
    certificates: tuple[CertificateView, ...]
    status: str


class AreaTotal(View):
    """What a person learned in one competency area. A training in several areas is in each."""

    area: str
    name: str
    trainings: int
    minutes: int


class YearTotal(View):
    """What a person learned in one year, by the last day of each training; without courses.

    The three parts add up to the whole: a training about both stands with those about giving RSC.
    """

    year: int
    trainings: int
    minutes: int
    about_rsc: int
    dei: int
    other: int


class TrainingsAsked(View):
    """What trainings one goal asks for, and how much of it is logged. Only the association decides."""

    goal: str
    """Purpose and category, such as `renew/IMHS`."""
    title: str | None
    span: Span | None
    """The cycle, where only trainings of one count."""
    trainings: tuple[Bucket, ...]


class CountsFor(View):
    """What one training counts for toward a goal, and why."""

    goal: str
    counts: str
    reason: str
    warnings: tuple[str, ...]


class TrainingsView(View):
    """Somebody's trainings, newest first, and what they come to."""

    person: PersonRef
    trainings: tuple[TrainingView, ...]
    courses: tuple[TrainingView, ...]
    areas: tuple[AreaTotal, ...]
    years: tuple[YearTotal, ...]
    asked: tuple[TrainingsAsked, ...]
    minutes: int
    """Of all trainings, courses left out."""
    bytes_used: int
    bytes_allowed: int


class TrainingStep(View):
    """One step in a training's life, and the hashes that prove it."""

    version: int
    act: str
    at: datetime
    actor: PersonRef
    training: TrainingView
    prev_hash: str
    hash: str


class TrainingHistory(View):
    """A training with everything that ever happened to it."""

    person: PersonRef
    training: TrainingView
    counts_for: tuple[CountsFor, ...]
    steps: tuple[TrainingStep, ...]


async def trainings_view(
    person_id: str, actor: Actor, uow: LogbookUow, *, area: str | None = None
) -> TrainingsView:
    """Return somebody's trainings; `area` narrows the lists, never the totals."""
    may_see_trainings(actor, person_id)
    await need_known(actor, person_id, uow)
    person = await uow.people.get(person_id)
    names = await Names.of(uow, [person_id])
    kept = [row.current for row in await uow.trainings.of_person(person_id)]
    here = await uow.trainings.files(person_id)
    counted = [training for training in kept if training.kind != "course"]
    listed = [
        _shown(training, here)
        for training in reversed(kept)
        if area is None or area in training.areas
    ]
    return TrainingsView(
        person=names(person_id),
        trainings=tuple(each for each in listed if each.kind != "course"),
        courses=tuple(each for each in listed if each.kind == "course"),
        areas=_by_area(kept, person.pursuing if person else None),
        years=_by_year(counted),
        asked=await _asked(person_id, uow),
        minutes=sum(training.minutes for training in counted),
        bytes_used=await uow.trainings.used(person_id),
        bytes_allowed=QUOTA,
    )


async def training_history(training_id: str, actor: Actor, uow: LogbookUow) -> TrainingHistory:
    """Return one training and all of its versions, newest first."""
    training = await training_of(training_id, actor, uow)
    here = await uow.trainings.files(training.person_id)
    rows = await uow.trainings.history(training_id)
    versions = [TrainingVersion.model_validate_json(row.body, extra="ignore") for row in rows]
    names = await Names.of(uow, [training.person_id, *(each.actor_id for each in versions)])
    return TrainingHistory(
        person=names(training.person_id),
        training=_shown(training, here),
        counts_for=await _counts_for(training, uow),
        steps=tuple(
            TrainingStep(
                version=version.version,
                act=version.act,
                at=version.at,
                actor=names(version.actor_id),
                training=_shown(version, here),
                prev_hash=row.prev_hash,
                hash=row.hash,
            )
            for row, version in reversed(list(zip(rows, versions, strict=True)))
        ),
    )


async def _asked(person_id: str, uow: LogbookUow) -> tuple[TrainingsAsked, ...]:
    main = await uow.progress.get(person_id)
    further = await uow.goals.progress(person_id)
    bodies = [*([main.body] if main else []), *(row.body for row in further)]
    return tuple(
        TrainingsAsked(
            goal=body.goal,
            title=body.title,
            span=body.span if body.goal.startswith("renew/") else None,
            trainings=tuple(each for each in body.trainings if each.required or each.counted),
        )
        for body in bodies
        if body.goal and any(each.required for each in body.trainings)
    )


async def _counts_for(training: TrainingVersion, uow: LogbookUow) -> tuple[CountsFor, ...]:
    person = await uow.people.get(training.person_id)
    known = await look_up(training.person_id, person, (), uow)
    found = []
    for goal, pack in await goals_of(person, uow, person_id=training.person_id):
        applicant = replace(known.facts.applicant, pursuing_since=goal.since)
        verdict = judge_trainings([training.fact()], pack, applicant)[training.training_id]
        found.append(
            CountsFor(
                goal=goal.name,
                counts=verdict.state,
                reason=verdict.reason,
                warnings=verdict.warnings,
            )
        )
    return tuple(found)


def _shown(training: TrainingVersion, here: set[str]) -> TrainingView:
    facts = training.model_dump(include=set(TrainingView.model_fields) - {"certificates"})
    certificates = tuple(
        CertificateView(**each.model_dump(), here=each.sha256 in here)
        for each in training.certificates
    )
    return TrainingView(**facts, certificates=certificates)


def _by_area(kept: Sequence[TrainingVersion], pursuing: str | None) -> tuple[AreaTotal, ...]:
    used = {area for training in kept for area in training.areas}
    asked = {area.key for area in areas_for(pursuing)}
    return tuple(
        AreaTotal(
            area=key,
            name=name,
            trainings=sum(key in training.areas for training in kept),
            minutes=sum(training.minutes for training in kept if key in training.areas),
        )
        for key, name in AREA_NAMES.items()
        if key in asked | used
    )


def _by_year(counted: Iterable[TrainingVersion]) -> tuple[YearTotal, ...]:
    years: dict[int, list[TrainingVersion]] = {}
    for training in counted:
        years.setdefault(training.last_day.year, []).append(training)
    return tuple(_year(year, years[year]) for year in sorted(years, reverse=True))


def _year(year: int, some: Sequence[TrainingVersion]) -> YearTotal:
    whole = sum(each.minutes for each in some)
    about_rsc = sum(each.minutes for each in some if each.about_rsc)
    dei = sum(each.minutes for each in some if each.dei and not each.about_rsc)
    return YearTotal(
        year=year,
        trainings=len(some),
        minutes=whole,
        about_rsc=about_rsc,
        dei=dei,
        other=whole - about_rsc - dei,
    )
