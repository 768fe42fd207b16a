"""Looking up all that somebody's progress rests on, and working it out. Nothing is written here."""

import gc
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta

from alongside.contracts import Credential
from alongside_logbook.domain.facts import EntryFacts, facts_in
from alongside_logbook.domain.foreseeing import Planned
from alongside_logbook.domain.goals import Goal
from alongside_logbook.domain.progress import Progress
from alongside_logbook.domain.providers import credentials as claimed
from alongside_logbook.domain.reckoning import Facts, progress_of
from alongside_logbook.domain.rules.applicant import Applicant
from alongside_logbook.domain.rules.crediting import SeriesCredit
from alongside_logbook.domain.rules.engine import Hour, Verdict, judge_all
from alongside_logbook.domain.rules.judging_trainings import judge_trainings
from alongside_logbook.domain.rules.packs import Pack
from alongside_logbook.handlers.goals import goals_of
from alongside_logbook.store.entry_reads import Told
from alongside_logbook.store.sessions import Ahead
from alongside_logbook.store.tables import PersonRow
from alongside_logbook.store.uow import LogbookUow

_RECENTLY = timedelta(days=183)
_GIVES_RSC = frozenset({"ERS", "IMHM-C", "ECMHM-C"})


@dataclass(frozen=True, slots=True)
class WorkedOut:
    """Where somebody stands toward everything they work toward."""

    person: PersonRow | None
    entries: Sequence[EntryFacts]
    progress: Progress
    """Toward the category they pursue."""
    further: Mapping[str, Progress]
    """Toward each other goal, by its name, in the order they are shown."""
    changed: Sequence[tuple[str, str, str]]
    """Entries whose verdicts are not stored as they are now: id, the main one, all by goal, as JSON."""

    @property
    def all(self) -> list[tuple[str, Progress]]:
        """Every goal with its progress, the pursued category first; `none` where there is no goal."""
        if self.progress.goal is None and self.further:
            return list(self.further.items())
        return [(self.progress.goal or "none", self.progress), *self.further.items()]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a person and of the providers of their hours, whatever the goal."""

    facts: Facts
    credentials: Mapping[str, tuple[Credential, ...]]
    ahead: tuple[Ahead, ...]


async def work_out(supervisee_id: str, uow: LogbookUow, *, on: date | None = None) -> WorkedOut:
    """Judge all hours and trainings of a person anew, under every goal, as of a day: by default today."""
    person = await uow.people.get(supervisee_id)
    told = await uow.entries.told_of(supervisee_id)
    goals = await goals_of(person, uow, person_id=supervisee_id)
    with _undisturbed():
        entries = facts_in([each.current for each in told])
    known = await look_up(supervisee_id, person, entries, uow, on)
    with _undisturbed():
        return _worked_out(person, told, goals, known)


def _worked_out(
    person: PersonRow | None,
    told: Sequence[Told],
    goals: Sequence[tuple[Goal, Pack]],
    known: Known,
) -> WorkedOut:
    verdicts: dict[str, Mapping[str, Verdict]] = {}
    further: dict[str, Progress] = {}
    main = _main(person, goals)
    progress, main_verdicts = toward(main, known)
    for goal, pack in goals:
        if main is not None and goal.name == main[0].name:
            verdicts[goal.name] = main_verdicts
        else:
            further[goal.name], verdicts[goal.name] = toward((goal, pack), known)
    return WorkedOut(
        person=person,
        entries=known.facts.entries,
        progress=progress,
        further=further,
        changed=_changed(told, main_verdicts, verdicts),
    )


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Put the search for garbage off: what thousands of entries make has no cycles to be found."""
    wanted = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if wanted:
            gc.enable()


async def look_up(
    supervisee_id: str,
    person: PersonRow | None,
    entries: Sequence[EntryFacts],
    uow: LogbookUow,
    on: date | None = None,
) -> Known:
    """Return what progress toward any goal rests on."""
    ahead = await uow.sessions.ahead_of(supervisee_id, uow.now)
    provider_ids = {entry.provider_id for entry in entries} | {each.provider_id for each in ahead}
    credentials, unchecked = await held_by(provider_ids, uow)
    leads, only_leads = await uow.sessions.led_by(supervisee_id)
    own = person.credentials if person else ()
    applicant = Applicant(
        person_id=supervisee_id,
        today=on or uow.now.date(),
        pursuing_since=person.pursuing_since if person else None,
        credentials=own,
        gives_rsc=bool(leads) or any(held.kind in _GIVES_RSC for held in own),
        leads_series=only_leads,
        trainings=await uow.trainings.facts(supervisee_id),
        unchecked=unchecked,
    )
    usual = None if entries else await uow.sessions.usual_minutes(supervisee_id)
    return Known(Facts(entries, applicant, usual), credentials, ahead)


def toward(goal: tuple[Goal, Pack] | None, known: Known) -> tuple[Progress, Mapping[str, Verdict]]:
    """Work out where somebody stands toward one goal, and what each entry counts for under it."""
    pack = goal[1] if goal else None
    applicant = known.facts.applicant
    if goal is not None:
        applicant = replace(applicant, pursuing_since=goal[0].since)
    facts = replace(known.facts, applicant=applicant)
    verdicts = judge_all(facts.entries, pack, known.credentials, applicant)
    progress = progress_of(
        facts,
        verdicts,
        pack,
        training_verdicts=judge_trainings(applicant.trainings, pack, applicant),
        planned=_planned(known, pack, applicant) if pack else (),
    )
    return progress, verdicts


async def credentials_of(
    provider_ids: set[str], uow: LogbookUow
) -> dict[str, tuple[Credential, ...]]:
    """Return what providers hold and held, as far as is known."""
    return (await held_by(provider_ids, uow))[0]


async def held_by(
    provider_ids: set[str], uow: LogbookUow
) -> tuple[dict[str, tuple[Credential, ...]], frozenset[str]]:
    """Return what providers hold and held, as far as is known, and of whom it is only claimed.

    A claim that nobody looked up yet counts, with a warning; one that was not found does not.
    """
    known = await uow.people.many(provider_ids)
    found = {person_id: person.credentials for person_id, person in known.items()}
    elsewhere = await uow.outside.many(provider_ids - known.keys())
    for provider_id, row in elsewhere.items():
        claims = () if row.registry_state == "refused" else row.claims
        found[provider_id] = claimed(provider_id, claims)
    unchecked = {each for each, row in elsewhere.items() if row.registry_state == "unchecked"}
    return found, frozenset(unchecked)


def _main(person: PersonRow | None, goals: Sequence[tuple[Goal, Pack]]) -> tuple[Goal, Pack] | None:
    if person is None or person.pursuing is None:
        return None
    pursued = f"apply/{person.pursuing}"
    return next(((goal, pack) for goal, pack in goals if goal.name == pursued), None)


def _planned(known: Known, pack: Pack, applicant: Applicant) -> list[Planned]:
    """Return what the sessions ahead would count for, attended in whole and confirmed.

    Of each, as much is taken to be about the RSC one gives as of those of the last half year.
    """
    if not known.ahead:
        return []
    share = _about_rsc(known.facts.entries, applicant)
    hours = [
        Hour(
            entry_id=f"{each.series_id}/{each.key}",
            supervisee_id=applicant.person_id,
            provider_id=each.provider_id,
            held_on=each.held_on,
            minutes=each.minutes,
            about_rsc_minutes=each.minutes * share[0] // share[1],
            status="confirmed",
            head_count=max(1, each.roster_size),
            scheduled_minutes=each.minutes,
            kind=each.kind,
            series_id=each.series_id,
        )
        for each in known.ahead
    ]
    # Only where a whole series earns a credit does what was before say what a session is worth.
    before = known.facts.entries if isinstance(pack.credit, SeriesCredit) else ()
    worth = judge_all([*before, *hours], pack, known.credentials, applicant)
    return [(hour.held_on, worth[hour.entry_id].buckets) for hour in hours]


def _about_rsc(entries: Sequence[EntryFacts], applicant: Applicant) -> tuple[int, int]:
    recent = [
        entry for entry in entries if entry.minutes and entry.held_on > applicant.today - _RECENTLY
    ]
    return sum(each.about_rsc_minutes for each in recent), sum(each.minutes for each in recent) or 1


def _changed(
    told: Sequence[Told], main: Mapping[str, Verdict], verdicts: Mapping[str, Mapping[str, Verdict]]
) -> list[tuple[str, str, str]]:
    names = [(json.dumps(name), found) for name, found in verdicts.items()]
    changed = []
    for each in told:
        key = each.entry_id
        first = main[key].model_dump_json()
        rest = ",".join(
            f"{name}:{first if found is main else found[key].model_dump_json()}"
            for name, found in names
        )
        every = f"{{{rest}}}"
        if each.verdict != first or each.verdicts != every:
            changed.append((key, first, every))
    return changed
