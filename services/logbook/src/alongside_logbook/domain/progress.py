"""Where somebody stands: counted, pending and with whom, missing, about to age out, month by month.

"Appears met" is all this ever says: only the association decides.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from statistics import median_low
from typing import Literal

from pydantic import BaseModel, ConfigDict, computed_field

from alongside_logbook.domain.calendar import (
    add_months,
    last_day,
    month_of,
    months_between,
    whole_months,
)
from alongside_logbook.domain.engine import Verdict
from alongside_logbook.domain.entry import EntryVersion
from alongside_logbook.domain.evaluation import FrameKind
from alongside_logbook.domain.forecast import Forecast
from alongside_logbook.domain.packs import Pack
from alongside_logbook.domain.requirements import RequirementKind
from alongside_logbook.domain.window import Dated, Window, best_window, first_met
from alongside_logbook.domain.words import counted as say_count
from alongside_logbook.domain.words import day as say_day
from alongside_logbook.domain.words import duration

Status = Literal[
    "no_category",
    "nothing_required",
    "not_started",
    "not_counting",
    "on_track",
    "drifting",
    "appears_met",
]

_SHOWN_MONTHS = 36
_RECENT = 6


class ProgressPiece(BaseModel):
    """A part of the picture; stored as it was worked out."""

    model_config = ConfigDict(frozen=True)


class Bucket(ProgressPiece):
    """One requirement, within the best window."""

    id: str
    label: str
    required: int
    counted: int
    pending: int
    missing: int
    """Still to come after what is counted and pending."""
    kind: RequirementKind = "rsc"
    of: str | None = None
    """The requirement this one is a share of."""
    outside: int = 0
    """Minutes that would count, but lie outside the window or the cycle."""
    at_most: int | None = None
    """No more than so many count."""
    optional: bool = False
    """What is missing is said, but does not stand in the way."""
    note: str | None = None
    """Why it is asked otherwise than of others: prorated, or held for long."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def percent(self) -> int:
        """Counted share in whole percent, rounded down: 99 is not yet 100."""
        return 100 if not self.required else min(100, self.counted * 100 // self.required)


class Month(ProgressPiece):
    """One month of the strip."""

    month: str
    counted: int
    pending: int
    in_window: bool


class Span(ProgressPiece):
    """The best window, or the cycle, and what the counted hours in it span."""

    first: date
    last: date
    first_counted: date | None
    last_counted: date | None
    months: int
    """Whole months from the first counted day to the last."""
    at_least: int
    at_most: int
    long_enough: bool
    kind: FrameKind = "window"
    opens: date | None = None
    """Of a cycle: the first day to renew."""
    due: date | None = None
    """Of a cycle: the last day to renew."""


class Awaited(ProgressPiece):
    """Minutes that wait for somebody."""

    person_id: str
    minutes: int
    entries: int
    since: date


class Share(ProgressPiece):
    """Counted minutes with one provider, within the window or the cycle."""

    person_id: str
    minutes: int


class Ageing(ProgressPiece):
    """Hours that soon leave the window of somebody who has not got all of them yet."""

    minutes: int
    entries: int
    first_leaves_on: date


class Progress(ProgressPiece):
    """Where somebody stands under one pack, on a day."""

    as_of: date
    category: str | None
    pack: str | None
    title: str | None
    status: Status
    goal: str | None = None
    """The purpose and the category, such as `renew/IMHS`."""
    appears_met: bool = False
    """Whether the hours appear to be met; where only trainings are asked for, the trainings."""
    training_met: bool = True
    """Whether the trainings that are asked for appear to be met."""
    buckets: tuple[Bucket, ...] = ()
    """The requirements that ask for hours, the whole first."""
    trainings: tuple[Bucket, ...] = ()
    """The requirements that ask for trainings, the whole first."""
    span: Span | None = None
    months: tuple[Month, ...] = ()
    awaited: tuple[Awaited, ...] = ()
    ageing: Ageing | None = None
    outside: int = 0
    """Minutes that would count, but lie outside the best window."""
    not_counted: int = 0
    """Attended minutes that do not count."""
    attended: int = 0
    """All attended minutes, whatever they count for."""
    met_on: date | None = None
    """The first day by which everything appears met."""
    long_enough_on: date | None = None
    """The day on or after which a counted meeting completes the shortest span."""
    missing: tuple[str, ...] = ()
    """What is missing of the hours, in sentences."""
    missing_trainings: tuple[str, ...] = ()
    """What is missing of the trainings, in sentences."""
    warnings: tuple[str, ...] = ()
    """What is said and does not stand in the way."""
    shares: tuple[Share, ...] = ()
    """With whom the counted hours were, the most first."""
    forecast: Forecast | None = None
    """When it appears to be met, going on as until now; none where no hours are asked for."""

    @property
    def main(self) -> Bucket | None:
        """The bucket of the whole."""
        return self.buckets[0] if self.buckets else None

    @property
    def due(self) -> date | None:
        """The last day to renew, where there is one."""
        return self.span.due if self.span else None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def percent(self) -> int:
        """The share of the least filled requirement."""
        asked = [bucket for bucket in self.buckets or self.trainings if not bucket.optional]
        return min((bucket.percent for bucket in asked), default=0)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def unconfirmed(self) -> int:
        """How many entries wait for somebody."""
        return sum(awaited.entries for awaited in self.awaited)


def progress_of(
    entries: Sequence[EntryVersion],
    verdicts: Mapping[str, Verdict],
    pack: Pack | None,
    today: date,
    *,
    usual_minutes: int | None = None,
) -> Progress:
    """Work out where somebody stands from their entries and what each counts for.

    `usual_minutes` is the length of their planned meetings, for those with no entries yet.
    """
    attended = sum(entry.minutes for entry in entries)
    not_counted = sum(
        entry.minutes for entry in entries if verdicts[entry.entry_id].state == "not_counted"
    )
    awaited = _awaited(entries)
    if pack is None or not pack.required or pack.window is None:
        return Progress(
            as_of=today,
            category=pack.category if pack else None,
            pack=pack.id if pack else None,
            title=pack.title if pack else None,
            status="nothing_required" if pack else "no_category",
            months=_months(_dated(entries, verdicts, None), None, today),
            awaited=awaited,
            not_counted=not_counted,
            attended=attended,
        )
    dated = _dated(entries, verdicts, pack)
    window = best_window(dated, pack)
    buckets = _buckets(window, pack)
    met_on = first_met(dated, pack)
    long_enough_on = _long_enough_on(window, pack)
    found = Progress(
        as_of=today,
        category=pack.category,
        pack=pack.id,
        title=pack.title,
        status="on_track",
        appears_met=window is not None and window.appears_met,
        buckets=buckets,
        span=_span(window, pack),
        months=_months(dated, window, today),
        awaited=awaited,
        ageing=_ageing(dated, window, pack, today),
        outside=_outside(dated, window),
        not_counted=not_counted,
        attended=attended,
        met_on=met_on,
        long_enough_on=long_enough_on,
    )
    return found.model_copy(
        update={
            "status": _status(found, dated, pack, today),
            "missing": _missing(found, pack, _usual(entries, usual_minutes)),
        }
    )


def _dated(
    entries: Sequence[EntryVersion], verdicts: Mapping[str, Verdict], pack: Pack | None
) -> list[Dated]:
    if pack is None:
        return [
            Dated(
                entry.held_on,
                (entry.minutes if entry.status == "confirmed" else 0,),
                (0 if entry.status == "confirmed" else entry.minutes,),
            )
            for entry in entries
        ]
    dated = []
    for entry in entries:
        verdict = verdicts[entry.entry_id]
        if verdict.state != "not_counted":
            counted = tuple(verdict.minutes(bucket, "counted") for bucket in pack.required)
            pending = tuple(verdict.minutes(bucket, "pending") for bucket in pack.required)
            dated.append(Dated(entry.held_on, counted, pending))
    return dated


def _buckets(window: Window | None, pack: Pack) -> tuple[Bucket, ...]:
    buckets = []
    for index, requirement in enumerate(pack.required):
        counted = window.counted[index] if window else 0
        pending = window.pending[index] if window else 0
        buckets.append(
            Bucket(
                id=requirement.id,
                label=requirement.label,
                required=requirement.minutes,
                counted=counted,
                pending=pending,
                missing=max(0, requirement.minutes - counted - pending),
            )
        )
    return tuple(buckets)


def _span(window: Window | None, pack: Pack) -> Span | None:
    if window is None or pack.window is None:
        return None
    first, last = window.first_counted, window.last_counted
    return Span(
        first=window.first,
        last=window.last,
        first_counted=first,
        last_counted=last,
        months=whole_months(first, last) if first and last else 0,
        at_least=pack.window.at_least.months,
        at_most=pack.window.at_most.months,
        long_enough=window.long_enough,
    )


def _months(dated: Sequence[Dated], window: Window | None, today: date) -> tuple[Month, ...]:
    counted: Counter[str] = Counter()
    pending: Counter[str] = Counter()
    for entry in dated:
        counted[month_of(entry.day)] += entry.counted[0]
        pending[month_of(entry.day)] += entry.pending[0]
    if not dated:
        return ()
    first = min(entry.day for entry in dated)
    last = max(today, *(entry.day for entry in dated))
    if window is not None:
        last = max(last, window.last)
        first = max(first, min(window.first, add_months(last, 1 - _SHOWN_MONTHS)))
    else:
        first = max(first, add_months(last, 1 - _SHOWN_MONTHS))
    inside = months_between(window.first, window.last) if window else ()
    return tuple(
        Month(
            month=month, counted=counted[month], pending=pending[month], in_window=month in inside
        )
        for month in months_between(first, last)
    )


def _awaited(entries: Sequence[EntryVersion]) -> tuple[Awaited, ...]:
    waiting: dict[str, list[EntryVersion]] = defaultdict(list)
    for entry in entries:
        if entry.awaits is not None:
            waiting[entry.awaits].append(entry)
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


def _outside(dated: Sequence[Dated], window: Window | None) -> int:
    if window is None:
        return 0
    return sum(entry.counted[0] for entry in dated if not window.first <= entry.day <= window.last)


def _long_enough_on(window: Window | None, pack: Pack) -> date | None:
    if window is None or window.long_enough or window.first_counted is None or pack.window is None:
        return None
    return last_day(window.first_counted, pack.window.at_least.months)


def _ageing(
    dated: Sequence[Dated], window: Window | None, pack: Pack, today: date
) -> Ageing | None:
    if window is None or window.appears_met or pack.window is None:
        return None
    # Whoever applies today looks back so many months; what lies just inside leaves first.
    longest = pack.window.at_most.months
    soon = today + timedelta(days=pack.notices.ages_out_within.days)
    leaving = [
        entry
        for entry in dated
        if any(entry.counted) and today <= last_day(entry.day, longest) < soon
    ]
    if not leaving:
        return None
    return Ageing(
        minutes=sum(entry.counted[0] for entry in leaving),
        entries=len(leaving),
        first_leaves_on=min(last_day(entry.day, longest) for entry in leaving) + timedelta(days=1),
    )


def _status(found: Progress, dated: Sequence[Dated], pack: Pack, today: date) -> Status:
    if found.appears_met:
        return "appears_met"
    past = [entry.day for entry in dated if sum(entry.counted) + sum(entry.pending)]
    if not past or found.span is None or found.main is None or pack.window is None:
        return "not_counting" if found.attended else "not_started"
    if today - max(past) > timedelta(days=pack.notices.quiet_after.days):
        return "drifting"
    # Behind the slowest pace that still fits the longest window: it could not be met any more.
    gone = max(1, whole_months(found.span.first, min(today, found.span.last)))
    longest, shortest = pack.window.at_most.months, pack.window.at_least.months
    have = found.main.counted + found.main.pending
    if gone >= shortest // 4 and have * longest < found.main.required * gone:
        return "drifting"
    return "on_track"


def _usual(entries: Sequence[EntryVersion], planned: int | None) -> int | None:
    recent = sorted(entries, key=lambda entry: entry.started_at)[-_RECENT:]
    return median_low([entry.scheduled_minutes for entry in recent]) if recent else planned


def _missing(found: Progress, pack: Pack, usual: int | None) -> tuple[str, ...]:
    if found.appears_met:
        return ()
    said: list[str] = []
    for bucket in found.buckets:
        about = " about the RSC one gives" if bucket.id != pack.main.id else ""
        if bucket.missing:
            said.append(_more(bucket.missing, about, usual))
        elif bucket.counted < bucket.required:
            waiting = duration(bucket.required - bucket.counted)
            said.append(f"Nothing more to attend{about}: {waiting} wait to be confirmed.")
    if found.long_enough_on is not None and found.span is not None:
        said.append(
            f"The counted hours must span at least {found.span.at_least} months: a counted meeting on "
            f"or after {say_day(found.long_enough_on)} completes that."
        )
    return tuple(said)


def _more(missing: int, about: str, usual: int | None) -> str:
    more = f"{duration(missing)} more{about}"
    if not usual:
        return f"{more}."
    meetings = -(-missing // usual)
    if meetings == 1:
        return f"{more}: one more meeting of {duration(usual)}."
    return f"{more}: at one {duration(usual)} meeting a month that is {say_count(meetings, 'more meeting')}."
