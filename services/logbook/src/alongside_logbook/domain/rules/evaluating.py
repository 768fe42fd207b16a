"""Where somebody stands under one pack: frame, amounts, spread, shares. Order changes nothing."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from alongside_logbook.domain.calendar import last_day, whole_months
from alongside_logbook.domain.rules.applicant import Applicant
from alongside_logbook.domain.rules.evaluation import Evaluation, Frame, FrameKind, Shared, Tally
from alongside_logbook.domain.rules.hour import Hour, Verdict
from alongside_logbook.domain.rules.packs import Pack
from alongside_logbook.domain.rules.terms import Need, Terms, holds, terms_of
from alongside_logbook.domain.rules.window import (
    Asked,
    Dated,
    Vector,
    Window,
    best_span,
    by_day,
    first_enough,
    plus,
    window_of,
)
from alongside_logbook.domain.words import counted as say_count
from alongside_logbook.domain.words import duration


def evaluate(
    hours: Iterable[Hour],
    verdicts: Mapping[str, Verdict],
    training_verdicts: Mapping[str, Verdict],
    pack: Pack,
    applicant: Applicant,
) -> Evaluation:
    """Add up what the verdicts say, within the best window or the period that is due.

    `verdicts` are those of `engine.judge_all` and `training_verdicts` those of
    `engine.judge_trainings` (of `applicant.trainings`), for the same pack and applicant.
    """
    terms = terms_of(pack, applicant)
    asked = _asked(terms.rsc)
    counting = [hour for hour in hours if verdicts[hour.entry_id].state != "not_counted"]
    days = _days(counting, verdicts, terms.rsc)
    limits = _limits(pack, terms, applicant)
    found = _found(days, asked, limits, terms) if terms.rsc else None
    shares = _shares(counting, verdicts, terms.rsc, found)
    lacking, warnings = _beyond_amounts(pack, found, limits, shares, asked)
    rsc = _tallies(terms.rsc, asked, days, found)
    training = _training_tallies(terms.training, training_verdicts, asked=_asked(terms.training))
    warnings += _soft((*rsc, *training))
    enough = found is not None and found.appears_met
    return Evaluation(
        pack=pack.name,
        tallies=(*rsc, *training),
        frame=_frame(found, limits, terms),
        rsc_met=not terms.rsc or (enough and not lacking),
        training_met=all(tally.met or tally.enforcement == "warn" for tally in training),
        met_on=first_enough(days, asked, limits.at_least, limits.at_most) if terms.rsc else None,
        shares=shares,
        lacking=tuple(lacking),
        warnings=tuple(warnings),
        spared=terms.spared,
        days=tuple(days),
    )


@dataclass(frozen=True, slots=True)
class _Limits:
    """The span that is asked: months, and whether a span too short stands in the way."""

    kind: FrameKind
    at_least: int = 0
    at_most: int | None = None
    soft: tuple[int, int] | None = None
    """At least and at most so many months, where it is only a warning."""


def _limits(pack: Pack, terms: Terms, applicant: Applicant) -> _Limits:
    if pack.window is not None:
        return _Limits("window", pack.window.at_least.months, pack.window.at_most.months)
    if terms.period is not None:
        spread = pack.spread
        if spread is None or not holds(spread.when, applicant, terms.held_years):
            return _Limits("cycle")
        months = (spread.at_least.months, spread.at_most.months)
        if spread.enforcement == "warn":
            return _Limits("cycle", soft=months)
        return _Limits("cycle", *months)
    return _Limits("lookback" if pack.lookback else "all")


def _asked(needs: Sequence[Need]) -> Asked:
    return Asked(
        tuple(need.minutes for need in needs),
        tuple(need.limit for need in needs),
        tuple(need.requirement.enforcement == "refuse" for need in needs),
    )


def _days(
    hours: Iterable[Hour], verdicts: Mapping[str, Verdict], needs: Sequence[Need]
) -> list[Dated]:
    ids = [need.requirement.id for need in needs]
    nothing = (0,) * len(ids)
    dated = []
    for hour in hours:
        verdict = verdicts[hour.entry_id]
        minutes = tuple(verdict.buckets.get(name, 0) for name in ids)
        if verdict.state == "counted":
            dated.append(Dated(hour.held_on, minutes, nothing))
        else:
            dated.append(Dated(hour.held_on, nothing, minutes))
    return by_day(dated)


def _found(days: Sequence[Dated], asked: Asked, limits: _Limits, terms: Terms) -> Window | None:
    if limits.at_most is not None:
        return best_span(days, asked, limits.at_least, limits.at_most)
    if not days:
        return None
    counted = pending = (0,) * len(asked.required)
    for day in days:
        counted, pending = plus(counted, day.counted), plus(pending, day.pending)
    with_counted = [day.day for day in days if any(day.counted)]
    span = (with_counted[0], with_counted[-1]) if with_counted else None
    ends = terms.days or (days[0].day, days[-1].day)
    return window_of(ends, (counted, pending), span, asked, 0)


def _tallies(
    needs: Sequence[Need], asked: Asked, days: Sequence[Dated], found: Window | None
) -> tuple[Tally, ...]:
    nothing: Vector = (0,) * len(needs)
    everything, inside = nothing, nothing
    for day in days:
        everything = plus(everything, day.counted)
        if found is not None and found.first <= day.day <= found.last:
            inside = plus(inside, day.counted)
    counted = found.counted if found else nothing
    pending = found.pending if found else nothing
    return tuple(
        _tally(
            need,
            counted=counted[index],
            pending=pending[index],
            outside=everything[index] - inside[index],
            beyond=inside[index] - asked.limited(inside)[index],
        )
        for index, need in enumerate(needs)
    )


def _tally(need: Need, *, counted: int, pending: int, outside: int, beyond: int) -> Tally:
    requirement = need.requirement
    return Tally(
        id=requirement.id,
        label=requirement.label,
        kind=requirement.kind,
        of=requirement.of,
        required=need.minutes,
        counted=counted,
        pending=pending,
        outside=outside,
        beyond=beyond,
        at_most=need.limit,
        enforcement=requirement.enforcement,
        note=need.note,
    )


def _training_tallies(
    needs: Sequence[Need], verdicts: Mapping[str, Verdict], *, asked: Asked
) -> tuple[Tally, ...]:
    raw = tuple(
        sum(verdict.minutes(need.requirement, "counted") for verdict in verdicts.values())
        for need in needs
    )
    counted = asked.limited(raw)
    return tuple(
        _tally(need, counted=have, pending=0, outside=0, beyond=all_of_it - have)
        for need, have, all_of_it in zip(needs, counted, raw, strict=True)
    )


def _frame(found: Window | None, limits: _Limits, terms: Terms) -> Frame | None:
    if not terms.rsc and terms.period is None:
        return None
    first_last = terms.days or ((found.first, found.last) if found else None)
    if first_last is None:
        return None
    first_counted = found.first_counted if found else None
    long_enough = found.long_enough if found else not limits.at_least
    period = terms.period
    return Frame(
        kind=limits.kind,
        first=first_last[0],
        last=first_last[1],
        first_counted=first_counted,
        last_counted=found.last_counted if found else None,
        at_least=limits.at_least or (limits.soft[0] if limits.soft else 0),
        at_most=limits.at_most or (limits.soft[1] if limits.soft else 0),
        long_enough=long_enough,
        long_enough_on=(
            last_day(first_counted, limits.at_least)
            if first_counted and limits.at_least and not long_enough
            else None
        ),
        years=whole_months(period.first, period.last) // 12 if period else 0,
        opens=period.opens if period else None,
        due=period.due if period else None,
    )


def _shares(
    hours: Iterable[Hour],
    verdicts: Mapping[str, Verdict],
    needs: Sequence[Need],
    found: Window | None,
) -> tuple[Shared, ...]:
    if found is None or not needs:
        return ()
    minutes: Counter[str] = Counter()
    whole = needs[0].requirement
    for hour in hours:
        if found.first <= hour.held_on <= found.last:
            minutes[hour.provider_id] += verdicts[hour.entry_id].minutes(whole, "counted")
    return tuple(
        Shared(provider, counted)
        for provider, counted in sorted(minutes.items(), key=lambda each: (-each[1], each[0]))
        if counted
    )


def _beyond_amounts(
    pack: Pack,
    found: Window | None,
    limits: _Limits,
    shares: tuple[Shared, ...],
    asked: Asked,
) -> tuple[list[str], list[str]]:
    """Return what stands in the way besides amounts, and what is only said."""
    said: dict[str, list[str]] = {"refuse": [], "warn": []}
    if found is not None and limits.soft is not None:
        said["warn"] += _spread(found, *limits.soft)
    if pack.shares is not None and shares:
        needed = asked.required[0]
        majority, at_most = pack.shares.majority, pack.shares.at_most
        if majority is not None and not _majority(shares, needed):
            said[majority.enforcement].append(_say_majority(shares))
        if at_most is not None and not _few(shares, needed, at_most.providers):
            said[at_most.enforcement].append(
                f"The hours come from {say_count(len(shares), 'provider')}; the required ones should "
                f"come from at most {at_most.providers}."
            )
    return said["refuse"], said["warn"]


def _spread(found: Window, least: int, most: int) -> Iterable[str]:
    first, last = found.first_counted, found.last_counted
    if first is None or last is None:
        return
    if last < last_day(first, least):
        yield f"The counted hours must be spread over at least {say_count(least, 'month')}."
    if last > last_day(first, most):
        yield f"The counted hours must lie within {say_count(most, 'month')}."


def _majority(shares: tuple[Shared, ...], needed: int) -> bool:
    total = sum(share.minutes for share in shares)
    return shares[0].minutes * 2 > min(total, needed)


def _few(shares: tuple[Shared, ...], needed: int, providers: int) -> bool:
    if len(shares) <= providers:
        return True
    return sum(share.minutes for share in shares[:providers]) >= needed


def _say_majority(shares: tuple[Shared, ...]) -> str:
    total = sum(share.minutes for share in shares)
    return (
        f"Nobody gave the majority of the hours: the most from one provider is "
        f"{duration(shares[0].minutes)} of {duration(total)}."
    )


def _soft(tallies: Iterable[Tally]) -> list[str]:
    """Return what is missing of requirements that only warn."""
    return [
        f"{tally.label}: {duration(tally.required - tally.counted)} more would be asked."
        for tally in tallies
        if tally.enforcement == "warn" and not tally.met
    ]
