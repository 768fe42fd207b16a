"""A rule pack in plain words: for the page, and for the command that prints one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from alongside_logbook.domain.rules.crediting import HeadCount, Prorate, SeriesCredit, Tiers
from alongside_logbook.domain.rules.cycle import period_due
from alongside_logbook.domain.rules.packs import Pack, Purpose
from alongside_logbook.domain.rules.periods import FirstPeriod, Treatment
from alongside_logbook.domain.rules.providing import Excludable, ProviderRow
from alongside_logbook.domain.rules.requirements import Condition, Requirement
from alongside_logbook.domain.rules.sourced import Sourced
from alongside_logbook.domain.words import counted, duration, listed
from alongside_logbook.domain.words import day as say_day

PURPOSES: dict[Purpose, str] = {
    "apply": "to apply",
    "ers": "to become an Endorsed Reflective Supervisor",
    "renew": "to renew",
    "reinstate": "to come back after a lapse",
}

EXCLUDED: dict[Excludable, str] = {
    "peer": "Peers among themselves, with nobody designated as provider",
    "other_minutes": "The administrative or clinical part of a meeting",
    "own_group": "Sessions of a group that one leads oneself",
    "own_session": "Sessions in which one is the provider oneself",
}

_MONTHS = "January February March April May June July August September October November December"
_FIRST: dict[Treatment, str] = {
    "full": "all of it",
    "exempt": "nothing",
    "prorated": "in proportion to the years held",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence, and the statement of the pack it stands for."""

    says: str
    basis: Sourced


def year_day(text: str) -> str:
    """Say a day of the year: `12-31` as `December 31`."""
    month, day = text.split("-")
    return f"{_MONTHS.split()[int(month) - 1]} {int(day)}"


def asked(requirement: Requirement) -> str:
    """Say how many hours a requirement asks for."""
    if requirement.hours:
        return f"{requirement.hours} h"
    if requirement.at_most is not None:
        return f"at most {requirement.at_most.hours} h"
    return "encouraged" if "encouraged" in requirement.label else "none"


def conditions(requirement: Requirement) -> Iterator[Line]:
    """Say of whom a requirement is asked, what stands in its place, and how far it goes."""
    if requirement.when is not None:
        yield Line(f"Only of those who {_condition(requirement.when)}.", requirement.when)
    for other in requirement.instead:
        hours = f"{other.hours} h" if other.hours else "nothing"
        peers = ", also with peers of the same category" if other.peers else ""
        yield Line(f"Held for {counted(other.held_years, 'year')} and more: {hours}{peers}.", other)
    if requirement.at_most is not None and requirement.hours:
        yield Line(
            f"At most {requirement.at_most.hours} h of it count into the whole.",
            requirement.at_most,
        )
    if requirement.enforcement == "warn":
        yield Line("What is missing of it is only said.", requirement)


def _condition(when: Condition) -> str:
    said = []
    if when.gives_rsc is not None:
        said.append("give RSC" if when.gives_rsc else "give no RSC")
    if when.held_years is not None:
        said.append(f"have held the category for {counted(when.held_years, 'year')}")
    if when.held_years_under is not None:
        said.append(f"have held it for less than {counted(when.held_years_under, 'year')}")
    return " and ".join(said)


def time(pack: Pack) -> Iterator[Line]:
    """Say within which time hours must lie."""
    window, cycle, spread = pack.window, pack.cycle, pack.spread
    if window is not None:
        if window.at_least.months:
            yield Line(
                f"Spread over at least {counted(window.at_least.months, 'month')}", window.at_least
            )
        yield Line(f"All within {counted(window.at_most.months, 'month')}", window.at_most)
    if pack.lookback is not None:
        yield Line(
            f"Of the {counted(pack.lookback.months, 'month')} before the application", pack.lookback
        )
    if cycle is not None:
        years = cycle.years.years
        yield Line("Every year" if years == 1 else f"Every {years} years", cycle.years)
        if cycle.anchor is not None:
            until = f"{cycle.anchor.year - years}, {cycle.anchor.year}, {cycle.anchor.year + years}"
            yield Line(f"In {until} and so on", cycle.anchor)
        yield Line(f"Hours count until {year_day(cycle.ends.day)}", cycle.ends)
        if cycle.opens is not None:
            yield Line(f"It can be handed in from {year_day(cycle.opens.day)}", cycle.opens)
        if cycle.due is not None:
            yield Line(f"It is due by {year_day(cycle.due.day)}", cycle.due)
        if cycle.first_period is not None:
            yield Line(_first(cycle.first_period), cycle.first_period)
    if spread is not None:
        yield Line(
            f"Spread over at least {counted(spread.at_least.months, 'month')}", spread.at_least
        )
        yield Line(f"Within {counted(spread.at_most.months, 'month')}", spread.at_most)


def _first(first: FirstPeriod) -> str:
    if first.rsc == first.training:
        return f"Asked in the period in which it was earned: {_FIRST[first.rsc]}"
    return (
        f"Asked in the period in which it was earned: of supervision {_FIRST[first.rsc]}, "
        f"of training {_FIRST[first.training]}"
    )


def who(row: ProviderRow) -> str:
    """Name whom a row of the provider matrix is about."""
    named = listed(list(row.kinds), "or") if row.kinds else "Anybody"
    if row.standing == ("endorsed",):
        return named
    return f"{named} ({listed(list(row.standing), 'or')})"


def span(row: ProviderRow) -> str:
    """Say between which days a row holds."""
    said = "always"
    if row.since and row.until:
        said = f"{say_day(row.since)} to {say_day(row.until)}"
    elif row.since:
        said = f"since {say_day(row.since)}"
    elif row.until:
        said = f"until {say_day(row.until)}"
    if row.at_most is not None:
        limit = f"for {counted(row.at_most.months, 'month')} after it was given"
        return limit if said == "always" else f"{said}, {limit}"
    return said


def credit(pack: Pack) -> Line | None:
    """Say what a group session gives, where it is not simply what was attended."""
    rule = pack.credit
    match rule:
        case None:
            return None
        case HeadCount():
            said = f"Groups of more than {rule.people} give nothing."
        case Prorate():
            said = f"Groups of more than {rule.people} give less, in proportion to their size."
        case Tiers():
            said = "; ".join(
                f"{f'up to {tier.up_to}' if tier.up_to else 'larger'}: "
                f"{tier.share[0]}/{tier.share[1]} of the minutes"
                for tier in rule.tiers
            )
            said = f"By the size of the group, {said}."
        case SeriesCredit():
            cost = duration(rule.absence_costs_minutes)
            said = (
                f"{rule.sessions} sessions of {duration(rule.minutes)} yield up to "
                f"{rule.yields_hours} h; each absence takes {cost}, and with more than "
                f"{counted(rule.most_absences, 'absence')} there is nothing."
            )
    return Line(said, rule)


def hints(pack: Pack) -> Iterator[Line]:
    """Say what is only pointed at, and changes no number."""
    notices, shares = pack.notices, pack.shares
    if shares is not None and shares.majority is not None:
        yield Line("Most of the hours come from one provider", shares.majority)
    if shares is not None and shares.at_most is not None:
        yield Line(
            f"They come from at most {counted(shares.at_most.providers, 'provider')}",
            shares.at_most,
        )
    if pack.work is not None:
        yield Line("Hours coincide with the qualifying work", pack.work)
    if notices.group_size is not None:
        yield Line(
            f"Groups of more than {notices.group_size.people} are marked", notices.group_size
        )
    if notices.shortest_session is not None:
        yield Line(
            f"Sessions shorter than {duration(notices.shortest_session.minutes)} are marked",
            notices.shortest_session,
        )
    yield Line(
        f"Hours that leave the window within {notices.ages_out_within.days} days are announced",
        notices.ages_out_within,
    )
    yield Line(
        f"After {notices.quiet_after.days} days without a meeting somebody counts as drifting",
        notices.quiet_after,
    )


def in_force(pack: Pack) -> str:
    """Say from when to when a pack holds."""
    said = f"from {say_day(pack.effective_from)}"
    if pack.effective_until is not None:
        said += f" to {say_day(pack.effective_until)}"
    return said


def rhythm(pack: Pack, today: date) -> str:
    """Say in a few words when a renewal is due: `every 3 years, next by December 31, 2027`."""
    if pack.cycle is None:
        return ""
    years = pack.cycle.years.years
    every = "every year" if years == 1 else f"every {years} years"
    return f"{every}, next by {say_day(period_due(pack.cycle, today).due)}"


def short(pack: Pack) -> str:
    """Say in one line what a pack asks for: `24 h RSC, 30 h training`."""
    parts = []
    for kind, word in (("rsc", "RSC"), ("training", "training")):
        whole = next(
            (each for each in pack.requirements if each.kind == kind and not each.of), None
        )
        if whole is not None and whole.hours:
            parts.append(f"{whole.hours} h {word}")
    return ", ".join(parts) or "no hours"


def printed(pack: Pack, sources: dict[str, str]) -> str:
    """Return a pack in plain lines, every number with its sources."""
    lines = [
        f"{pack.title} ({pack.category}, {pack.track}), {PURPOSES[pack.purpose]}",
        pack.summary,
        f"In force {in_force(pack)}.",
        "",
    ]
    for requirement in pack.requirements:
        lines.append(f"  {asked(requirement):>10}  {requirement.label}{_basis(requirement)}")
        lines += [f"              {line.says}" for line in conditions(requirement)]
    lines += ["", *(f"  {line.says}{_basis(line.basis)}" for line in time(pack))]
    for row in pack.providers.rows if pack.providers else ():
        verdict = "counts" if row.verdict == "counts" else "ask   "
        lines.append(f"  {verdict}  {who(row)}, {span(row)}{_basis(row)}")
    if (formula := credit(pack)) is not None:
        lines.append(f"  {formula.says}{_basis(formula.basis)}")
    for exclusion in pack.exclusions:
        lines.append(f"  {exclusion.verdict}  {EXCLUDED[exclusion.what]}{_basis(exclusion)}")
    lines += [f"  hint    {line.says}{_basis(line.basis)}" for line in hints(pack)]
    lines += ["", *(f"  ?       {question}" for question in pack.unsettled)]
    lines += ["", *(f"  {name}: {said}" for name, said in sources.items())]
    return "\n".join(lines)


def _basis(statement: Sourced) -> str:
    return f"  [{statement.confidence}; {', '.join(statement.sources)}]"
