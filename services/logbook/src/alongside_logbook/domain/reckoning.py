"""Working out where somebody stands toward one goal: from facts and verdicts to the picture shown.

Pure, and the same for the same facts: the record is checked by working it out again.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median_low

from alongside_logbook.domain.calendar import last_day, whole_months
from alongside_logbook.domain.facts import EntryFacts
from alongside_logbook.domain.foreseeing import Planned, foresee
from alongside_logbook.domain.months import months_of
from alongside_logbook.domain.progress import (
    Ageing,
    Awaited,
    Bucket,
    Progress,
    Share,
    Span,
    Status,
)
from alongside_logbook.domain.rules.applicant import Applicant
from alongside_logbook.domain.rules.engine import Verdict
from alongside_logbook.domain.rules.evaluating import evaluate
from alongside_logbook.domain.rules.evaluation import Evaluation, Frame, Tally
from alongside_logbook.domain.rules.lacking import missing_hours, missing_trainings
from alongside_logbook.domain.rules.packs import Pack

_RECENT = 6
_QUARTER = 4


@dataclass(frozen=True, slots=True)
class Facts:
    """What a person's progress is worked out from, whatever the goal."""

    entries: Sequence[EntryFacts]
    applicant: Applicant
    usual_minutes: int | None = None
    """The length of their planned meetings, for those with no entries yet."""

    @property
    def kept(self) -> list[EntryFacts]:
        """The entries that were not taken back."""
        return [entry for entry in self.entries if entry.status != "withdrawn"]


def progress_of(
    facts: Facts,
    verdicts: Mapping[str, Verdict],
    pack: Pack | None,
    *,
    training_verdicts: Mapping[str, Verdict] | None = None,
    planned: Sequence[Planned] = (),
) -> Progress:
    """Work out where somebody stands from what each entry, and each training, counts for.

    `planned` are the sessions ahead, each with its day and the minutes by requirement it would
    count for.
    """
    entries, today = facts.kept, facts.applicant.today
    not_counted = sum(
        entry.minutes for entry in entries if verdicts[entry.entry_id].state == "not_counted"
    )
    base = Progress(
        as_of=today,
        category=pack.category if pack else None,
        pack=pack.name if pack else None,
        title=pack.title if pack else None,
        goal=f"{pack.purpose}/{pack.category}" if pack else None,
        status="nothing_required" if pack else "no_category",
        awaited=_awaited(entries),
        attended=sum(entry.minutes for entry in entries),
        not_counted=not_counted,
        entries=len(facts.entries),
    )
    if pack is None:
        return base.model_copy(update={"months": months_of(_all_days(entries), None, today)})
    found = evaluate(entries, verdicts, training_verdicts or {}, pack, facts.applicant)
    asked = [tally for tally in found.rsc if tally.required]
    if not asked:
        return _without_hours(base, found, pack, entries)
    return _with_hours(base, found, pack, facts, planned)


def _without_hours(
    base: Progress, found: Evaluation, pack: Pack, entries: Sequence[EntryFacts]
) -> Progress:
    trainings = _buckets(found.training)
    update = {
        "months": months_of(_all_days(entries), None, base.as_of),
        "trainings": trainings,
        "training_met": found.training_met,
        "missing_trainings": missing_trainings(found, pack),
        "warnings": found.warnings,
        "span": _span(found.frame),
    }
    if any(bucket.required for bucket in trainings) and pack.purpose != "apply":
        done = any(bucket.counted for bucket in trainings)
        status: Status = "on_track" if done else "not_started"
        update |= {
            "status": "appears_met" if found.training_met else status,
            "appears_met": found.training_met,
        }
    return base.model_copy(update=update)


def _with_hours(
    base: Progress, found: Evaluation, pack: Pack, facts: Facts, planned: Sequence[Planned]
) -> Progress:
    frame, today = found.frame, base.as_of
    foreseen = foresee(found, pack, planned, today)
    picture = base.model_copy(
        update={
            "status": "on_track",
            "appears_met": found.rsc_met,
            "training_met": found.training_met,
            "buckets": _buckets(found.rsc),
            "trainings": _buckets(found.training),
            "span": _span(frame),
            "months": months_of(
                [(each.day, each.counted[0], each.pending[0]) for each in found.days],
                (frame.first, frame.last) if frame else None,
                today,
            ),
            "ageing": _ageing(found, pack, today),
            "outside": found.rsc[0].outside,
            "met_on": found.met_on,
            "long_enough_on": frame.long_enough_on if frame else None,
            "missing": missing_hours(found, pack, _usual(facts)),
            "missing_trainings": missing_trainings(found, pack),
            "warnings": found.warnings,
            "shares": tuple(
                Share(person_id=each.provider_id, minutes=each.minutes) for each in found.shares
            ),
            "forecast": foreseen,
        }
    )
    return picture.model_copy(update={"status": _status(picture, found, pack)})


def _buckets(tallies: Iterable[Tally]) -> tuple[Bucket, ...]:
    return tuple(
        Bucket(
            id=tally.id,
            label=tally.label,
            required=tally.required,
            counted=tally.counted,
            pending=tally.pending,
            missing=tally.missing,
            kind=tally.kind,
            of=tally.of,
            outside=tally.outside,
            at_most=tally.at_most,
            optional=tally.enforcement != "refuse",
            note=tally.note,
        )
        for tally in tallies
    )


def _span(frame: Frame | None) -> Span | None:
    if frame is None:
        return None
    first, last = frame.first_counted, frame.last_counted
    return Span(
        first=frame.first,
        last=frame.last,
        first_counted=first,
        last_counted=last,
        months=whole_months(first, last) if first and last else 0,
        at_least=frame.at_least,
        at_most=frame.at_most,
        long_enough=frame.long_enough,
        kind=frame.kind,
        opens=frame.opens,
        due=frame.due,
    )


def _all_days(entries: Sequence[EntryFacts]) -> list[tuple[date, int, int]]:
    return [
        (entry.held_on, entry.minutes, 0)
        if entry.status == "confirmed"
        else (entry.held_on, 0, entry.minutes)
        for entry in entries
    ]


def _awaited(entries: Sequence[EntryFacts]) -> tuple[Awaited, ...]:
    waiting: dict[str, list[EntryFacts]] = defaultdict(list)
    for entry in entries:
        if entry.waits_for is not None:
            waiting[entry.waits_for].append(entry)
    return tuple(
        sorted(
            (
                Awaited(
                    person_id=person,
                    minutes=sum(entry.minutes for entry in theirs),
                    entries=len(theirs),
                    since=min(entry.at for entry in theirs).date(),
                )
                for person, theirs in waiting.items()
            ),
            key=lambda awaited: (awaited.since, awaited.person_id),
        )
    )


def _ageing(found: Evaluation, pack: Pack, today: date) -> Ageing | None:
    if found.rsc_met or pack.window is None:
        return None
    # Whoever applies today looks back so many months; what lies just inside leaves first.
    longest = pack.window.at_most.months
    soon = today + timedelta(days=pack.notices.ages_out_within.days)
    leaving = [
        each
        for each in found.days
        if any(each.counted) and today <= last_day(each.day, longest) < soon
    ]
    if not leaving:
        return None
    return Ageing(
        minutes=sum(each.counted[0] for each in leaving),
        entries=len(leaving),
        first_leaves_on=last_day(min(each.day for each in leaving), longest) + timedelta(days=1),
    )


def _status(picture: Progress, found: Evaluation, pack: Pack) -> Status:
    if picture.appears_met:
        return "appears_met"
    today = picture.as_of
    past = [each.day for each in found.days if sum(each.counted) + sum(each.pending)]
    main, frame = picture.main, found.frame
    if not past or frame is None or main is None:
        return "not_counting" if picture.attended else "not_started"
    if today - max(past) > timedelta(days=pack.notices.quiet_after.days):
        return "drifting"
    have = main.counted + main.pending
    if frame.kind == "window":
        # Behind the slowest pace that still fits the longest window: it could not be met any more.
        gone = max(1, whole_months(frame.first, min(today, frame.last)))
        behind = gone >= frame.at_least // _QUARTER and have * frame.at_most < main.required * gone
        return "drifting" if behind else "on_track"
    if frame.kind == "cycle":
        whole = (frame.last - frame.first).days + 1
        gone = (min(today, frame.last) - frame.first).days
        late = picture.forecast is not None and picture.forecast.on is None
        if gone * _QUARTER >= whole and late and have * whole < main.required * gone:
            return "drifting"
    return "on_track"


def _usual(facts: Facts) -> int | None:
    recent = sorted(facts.kept, key=lambda entry: (entry.held_on, entry.entry_id))[-_RECENT:]
    if not recent:
        return facts.usual_minutes
    return median_low([entry.scheduled_minutes for entry in recent])
