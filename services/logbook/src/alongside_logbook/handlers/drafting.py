"""Putting a document together: what the record says of a person in a period.

It is built from the sealed history itself and not from what pages show, so a document says nothing
that its chain does not hold.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from alongside.errors import Conflict, Forbidden, Invalid, NotFound
from alongside.zones import zone
from alongside_logbook.domain.chain import GENESIS, Link, broken
from alongside_logbook.domain.entry import EntryVersion
from alongside_logbook.domain.papers.documents import (
    Facts,
    Kind,
    Totals,
    Trainings,
    digest,
    totals_of,
    trainings_total,
)
from alongside_logbook.domain.papers.hours_sheets import (
    Line,
    audit,
    by_month,
    counted,
    rollup,
)
from alongside_logbook.domain.papers.sheet import Content, Sheet, hours
from alongside_logbook.domain.papers.training_sheets import by_area, each_of
from alongside_logbook.domain.toward import Toward, figures_of, notes_of, trainings_asked
from alongside_logbook.domain.training import TrainingVersion
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.handlers.document_lines import goals_toward, lines_of, signers_of
from alongside_logbook.store.uow import LogbookUow

MOST_ENTRIES = 20_000
"""A longer document is asked for in parts."""

_EARLIEST = date(1990, 1, 1)
_LATEST_YEARS = 5


class Wanted(BaseModel):
    """Which document: of whom, about what, counted toward which goal, of which days."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    person_id: str | None = Field(default=None, max_length=64)
    """Null: the caller's own. A coordinator may name somebody."""
    goal: str | None = Field(default=None, max_length=80)
    """Such as `apply/IFS`; null: counted toward nothing in particular."""
    span: Literal["goal", "all", "dates", "year"] = "all"
    """goal: the window or period of the goal. dates: `since` to `until`. year: `year`."""
    since: date | None = None
    until: date | None = None
    year: int | None = Field(default=None, ge=1990, le=2200)


@dataclass(frozen=True, slots=True)
class Draft:
    """A document that is not issued yet."""

    facts: Facts
    content: Content


def may_issue(actor: Actor, person_id: str) -> None:
    """Refuse, as if there were nothing, whoever is neither the person nor a coordinator."""
    if actor.person_id != person_id and not actor.coordinator:
        raise NotFound


async def draft(wanted: Wanted, actor: Actor, uow: LogbookUow) -> Draft:
    """Return a document as it would be issued now.

    Raises `Invalid` for days that make no sense, `Conflict` if the history does not hold together.
    """
    person_id = wanted.person_id or actor.person_id
    may_issue(actor, person_id)
    person = await uow.people.get(person_id)
    issuer = await uow.people.get(actor.person_id)
    if person is None:
        raise NotFound
    if issuer is None:
        raise Forbidden
    association = await uow.people.association()
    where = association.zone if association else person.zone
    toward = await _toward(wanted, person_id, uow)
    links, head = await uow.entries.chain(person_id)
    _whole(links, head, "hours")
    histories = _histories(links)
    taught, taught_head = await uow.trainings.chain(person_id)
    _whole(taught, taught_head, "trainings")
    newest = {each.training_id: each for each in map(_training, taught)}
    today = uow.now.astimezone(zone(where)).date()
    if toward and wanted.span == "goal":
        toward = replace(toward, whole=True)
    since, until = _period(wanted, toward, histories, list(newest.values()), today)
    inside = [each for each in histories if since <= each[-1].held_on <= until]
    if len(inside) > MOST_ENTRIES:
        raise Invalid("That is a great many sessions: choose a shorter period.", field="since")
    trainings = [each for each in newest.values() if since <= each.last_day <= until]
    lines = await lines_of(inside, person_id, toward, uow)
    content = await _content(wanted.kind, lines, trainings, toward, where, uow)
    with_hours = wanted.kind != "trainings"
    with_trainings = wanted.kind in {"trainings", "yearly"}
    return Draft(
        facts=Facts(
            nonce="",
            kind=wanted.kind,
            person_id=person_id,
            person=person.name,
            association=association.name if association else "an installation of Alongside",
            zone=where,
            since=since,
            until=until,
            goal=toward.name if toward else None,
            goal_title=toward.title if toward else None,
            pack=toward.pack.id if toward else None,
            counted=counted(lines, toward.pack) if toward and with_hours else {},
            issued_at=uow.now,
            issued_by_id=actor.person_id,
            issued_by=issuer.name,
            totals=totals_of([each.entry for each in lines]) if with_hours else Totals(),
            trainings=trainings_total(trainings) if with_trainings else Trainings(),
            position=head[0] if head and with_hours else 0,
            head=head[1] if head and with_hours else GENESIS,
            trainings_position=taught_head[0] if taught_head and with_trainings else 0,
            trainings_head=taught_head[1] if taught_head and with_trainings else GENESIS,
            content=digest(content.text()),
        ),
        content=content,
    )


async def _toward(wanted: Wanted, person_id: str, uow: LogbookUow) -> Toward | None:
    if not wanted.goal or wanted.kind == "yearly":
        return None
    for each in await goals_toward(person_id, uow):
        if each.name == wanted.goal:
            return each
    raise Invalid("Choose one of the goals that are listed.", field="goal")


def _whole(links: Sequence[Link], head: tuple[int, str] | None, of: str) -> None:
    wrong = broken(links, head)
    if wrong is not None:
        raise Conflict(
            f"The history of {of} does not hold together ({wrong}), so no document is made of it. "
            "`alongside verify` shows where; a backup has what it said."
        )


def _histories(links: Iterable[Link]) -> list[list[EntryVersion]]:
    found: dict[str, list[EntryVersion]] = {}
    for link in links:
        entry = EntryVersion.model_validate_json(link.body)
        found.setdefault(entry.entry_id, []).append(entry)
    return list(found.values())


def _training(link: Link) -> TrainingVersion:
    return TrainingVersion.model_validate_json(link.body, extra="ignore")


def _period(
    wanted: Wanted,
    toward: Toward | None,
    histories: Sequence[Sequence[EntryVersion]],
    trainings: Sequence[TrainingVersion],
    today: date,
) -> tuple[date, date]:
    if wanted.span == "year" or (wanted.kind == "yearly" and wanted.span != "dates"):
        year = wanted.year or today.year
        return date(year, 1, 1), date(year, 12, 31)
    if wanted.span == "dates":
        return _dates(wanted, today)
    if wanted.span == "goal":
        if toward is None:
            raise Invalid("Choose what the hours count toward, or another period.", field="goal")
        if toward.progress.span is not None:
            span = toward.progress.span
            return span.first, max(span.first, min(span.last, today))
    days = (
        [each.last_day for each in trainings]
        if wanted.kind == "trainings"
        else [each[-1].held_on for each in histories]
    )
    return min([*days, today]), max([*days, today])


def _dates(wanted: Wanted, today: date) -> tuple[date, date]:
    errors: dict[str, str] = {}
    if wanted.since is None or wanted.since < _EARLIEST:
        errors["since"] = "Give the first day."
    if wanted.until is None or wanted.until.year > today.year + _LATEST_YEARS:
        errors["until"] = "Give the last day."
    if not errors and wanted.since and wanted.until and wanted.until < wanted.since:
        errors["until"] = "The last day is before the first."
    if errors or wanted.since is None or wanted.until is None:
        raise Invalid.many(errors)
    return wanted.since, wanted.until


async def _content(
    kind: Kind,
    lines: Sequence[Line],
    trainings: Sequence[TrainingVersion],
    toward: Toward | None,
    where: str,
    uow: LogbookUow,
) -> Content:
    kept = [each for each in trainings if each.status != "withdrawn"]
    pack = toward.pack if toward else None
    sheets: list[Sheet] = []
    if kind in {"rollup", "yearly"}:
        sheets.append(rollup(lines, pack if kind == "rollup" else None))
    if kind == "audit":
        sheets.append(audit(lines, pack, where, await signers_of(lines, uow)))
    if kind == "trainings":
        if toward is not None and toward.whole:
            sheets.append(trainings_asked(toward))
        sheets.append(by_area(kept))
    if kind in {"trainings", "yearly"}:
        sheets.append(each_of(kept))
    totals = totals_of([each.entry for each in lines])
    taught = trainings_total(trainings)
    figures = [] if kind == "trainings" else figures_of(totals, toward, lines)
    if kind in {"trainings", "yearly"}:
        figures += [("Trainings", str(taught.number)), ("Training hours", hours(taught.minutes))]
    return Content(
        figures=tuple(figures),
        bars=() if kind == "trainings" else by_month(lines),
        sheets=tuple(sheets),
        notes=tuple(notes_of(kind, totals, taught, toward)),
    )
