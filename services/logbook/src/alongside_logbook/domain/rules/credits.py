"""How many minutes of credit the hours give under a pack's formula, and why fewer, in words."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from alongside_logbook.domain.rules.crediting import Credit as CreditRule
from alongside_logbook.domain.rules.crediting import HeadCount, Prorate, SeriesCredit, Tiers
from alongside_logbook.domain.rules.hour import Hour
from alongside_logbook.domain.words import counted as say_count
from alongside_logbook.domain.words import duration


@dataclass(frozen=True, slots=True)
class Credited:
    """The credit of one hour."""

    minutes: int
    because: str = ""
    """Why it is not what was attended; empty if it is."""
    complete: bool = True
    """Whether this is the last word: a group series in its course is not."""


def credit_of(hour: Hour, reflective: int, rule: CreditRule | None) -> Credited:
    """Return the credit of an hour of so many qualifying minutes, by a formula that looks at one hour."""
    heads = max(1, hour.head_count)
    if hour.kind == "group" and isinstance(rule, Tiers):
        return _by_tier(reflective, heads, rule)
    if hour.kind == "group" and isinstance(rule, HeadCount | Prorate) and heads > rule.people:
        if isinstance(rule, HeadCount):
            most = f"more than {rule.people} give none"
            return Credited(0, f"{heads} people were in the group; {most}.")
        return Credited(
            reflective * rule.people // heads,
            f"{heads} people were in the group, so {rule.people}/{heads} of it is credited.",
        )
    return Credited(reflective)


def series_credits(hours: Iterable[tuple[Hour, int]], rule: SeriesCredit) -> dict[str, Credited]:
    """Return the credit of each group hour, with its qualifying minutes given, by whole series.

    Group hours from elsewhere name no series; those with one provider are taken as one.
    """
    series: dict[str, list[tuple[Hour, int]]] = defaultdict(list)
    for hour, reflective in hours:
        if hour.kind == "group" and hour.status != "withdrawn":
            # Hours from elsewhere are each a series of their own: there the provider makes it one.
            alone = hour.series_id in {"", hour.entry_id}
            key = f"with {hour.provider_id}" if alone else hour.series_id
            series[key].append((hour, reflective))
    found: dict[str, Credited] = {}
    for sessions in series.values():
        sessions.sort(key=lambda session: (session[0].held_on, session[0].entry_id))
        for start in range(0, len(sessions), rule.sessions):
            found |= _block(sessions[start : start + rule.sessions], rule)
    return found


def _by_tier(reflective: int, heads: int, rule: Tiers) -> Credited:
    for tier in rule.tiers:
        if tier.up_to is None or heads <= tier.up_to:
            of, whole = tier.share
            minutes = reflective * of // whole
            if minutes == reflective:
                return Credited(minutes)
            return Credited(
                minutes, f"{heads} people were in the group, so {of}/{whole} of it is credited."
            )
    return Credited(0, f"{heads} people were in the group, too many for any credit.")


def _block(sessions: list[tuple[Hour, int]], rule: SeriesCredit) -> dict[str, Credited]:
    absences = sum(1 for hour, _ in sessions if hour.minutes == 0)
    attended = sum(reflective for _, reflective in sessions)
    whole = len(sessions) == rule.sessions
    complete = whole and all(hour.status == "confirmed" for hour, _ in sessions if hour.minutes > 0)
    if absences > rule.most_absences:
        credit = 0
        because = (
            f"{say_count(absences, 'absence')} in a series of {rule.sessions}: with more than "
            f"{rule.most_absences} it gives no credit."
        )
    else:
        yields = rule.yields_hours * 60
        credit = max(0, yields - absences * rule.absence_costs_minutes)
        credit = min(attended, credit * len(sessions) // rule.sessions)
        less = (
            f", less {duration(absences * rule.absence_costs_minutes)} for "
            f"{say_count(absences, 'absence')}"
            if absences
            else ""
        )
        because = (
            f"A series of {rule.sessions} group sessions of {duration(rule.minutes)} gives "
            f"{duration(yields)}{less}, spread over what was attended."
        )
        if not whole:
            because += f" So far there are {len(sessions)}."
    return _spread(sessions, credit, attended, Credited(0, because, complete))


def _spread(
    sessions: list[tuple[Hour, int]], credit: int, attended: int, said: Credited
) -> dict[str, Credited]:
    found: dict[str, Credited] = {}
    gone = given = 0
    for hour, reflective in sessions:
        gone += reflective
        due = credit * gone // attended if attended else 0
        found[hour.entry_id] = Credited(due - given, said.because, said.complete)
        given = due
    return found
