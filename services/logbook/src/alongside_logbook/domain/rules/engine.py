"""What each hour counts for, and why, or why not. Whole minutes; order and company change nothing.

Company matters only where a pack's credit formula looks at whole group series.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from alongside.contracts import Credential
from alongside_logbook.domain.rules.applicant import Applicant
from alongside_logbook.domain.rules.buckets import buckets_of, shares_said
from alongside_logbook.domain.rules.crediting import SeriesCredit
from alongside_logbook.domain.rules.credits import Credited, credit_of, series_credits
from alongside_logbook.domain.rules.hour import Hour, ReasonCode, State, Verdict
from alongside_logbook.domain.rules.judging_trainings import judge_trainings
from alongside_logbook.domain.rules.packs import Pack
from alongside_logbook.domain.rules.remarks import AGES, remarks
from alongside_logbook.domain.rules.standing import Standing, Standings
from alongside_logbook.domain.rules.terms import terms_of
from alongside_logbook.domain.words import day as say_day
from alongside_logbook.domain.words import duration

__all__ = ["Hour", "ReasonCode", "State", "Verdict", "judge_all", "judge_trainings"]


def judge_all(
    hours: Iterable[Hour],
    pack: Pack | None,
    credentials: Mapping[str, tuple[Credential, ...]],
    applicant: Applicant,
) -> dict[str, Verdict]:
    """Say what each hour counts for, with the reason in words; their order does not matter.

    `credentials` are those of the providers, by their ids.
    """
    if pack is None:
        return {hour.entry_id: _before(hour) or _NO_CATEGORY for hour in hours}
    return _Judge(pack, credentials, applicant).all(list(hours))


@dataclass(frozen=True, slots=True)
class _Said:
    """What qualifies of an hour before anybody asks with whom it was."""

    minutes: int
    reasons: tuple[str, ...]
    warnings: tuple[str, ...]
    complete: bool = True


class _Judge:
    """One pack's rules for one person."""

    def __init__(
        self, pack: Pack, credentials: Mapping[str, tuple[Credential, ...]], applicant: Applicant
    ) -> None:
        self.pack = pack
        self.applicant = applicant
        self.terms = terms_of(pack, applicant)
        self.days = self.terms.days
        self.standings = (
            Standings(pack.providers, credentials, applicant.applies_on) if pack.providers else None
        )
        self.nothing = _not(
            "nothing_required",
            f"Kept. {self.terms.spared}"
            if self.terms.spared
            else f"Kept. {pack.category} asks for no hours; they are encouraged.",
        )
        self.outside = _outside(self.days) if self.days else self.nothing
        self.series: Mapping[str, Credited] = {}
        self.adds_others = pack.excludes("other_minutes") != "excluded"

    def all(self, hours: list[Hour]) -> dict[str, Verdict]:
        if isinstance(self.pack.credit, SeriesCredit):
            self.series = series_credits(
                ((hour, self._reflective(hour)) for hour in hours), self.pack.credit
            )
        return {hour.entry_id: self.one(hour) for hour in hours}

    def one(self, hour: Hour) -> Verdict:
        if not self.terms.rsc or self.standings is None:
            return _before(hour) or self.nothing
        refused = _before(hour) or self._refused(hour)
        if refused is not None:
            return refused
        standing = self._standing(hour, self.standings)
        if standing is None:
            return _not(
                "peer",
                "Not counted. Peers among themselves had no designated, qualified provider.",
            )
        warnings = (*standing.warnings, *remarks(hour, self.pack, self.applicant))
        if standing.verdict != "counts":
            return _without(standing, warnings)
        said = self._qualifying(hour)
        if not said.minutes:
            return _not("no_credit", f"Not counted. {' '.join(said.reasons)}")
        return self._with(hour, standing, said, warnings)

    def _refused(self, hour: Hour) -> Verdict | None:
        """Return what stands in the way whoever the provider was."""
        pack = self.pack
        if (
            hour.series_id in self.applicant.leads_series
            and pack.excludes("own_group") == "excluded"
        ):
            return _not("own_group", "Not counted. This is a group that one leads oneself.")
        if not self._reflective(hour):
            return _not(
                "administrative",
                f"Not counted. All {duration(hour.minutes)} were administrative or clinical.",
            )
        if self.days is not None and not self.days[0] <= hour.held_on <= self.days[1]:
            return self.outside
        return self._refused_by_work(hour)

    def _refused_by_work(self, hour: Hour) -> Verdict | None:
        ages, work, since = self.pack.ages, self.pack.work, self.applicant.pursuing_since
        if ages is not None and hour.ages:
            if ages.must not in hour.ages and ages.enforcement == "refuse":
                said = " and ".join(AGES[age] for age in hour.ages)
                return _not(
                    "wrong_ages",
                    f"Not counted. The work concerned {said}; here it must concern "
                    f"{AGES[ages.must]}.",
                )
            if ages.both == "ask" and len(set(hour.ages)) > 1:
                return _not(
                    "ask_association",
                    "Not counted for now. The work concerned both ages. "
                    f"{ages.note or 'Ask the association.'}",
                )
        if work is not None and work.enforcement == "refuse" and since and hour.held_on < since:
            return _not(
                "before_work",
                f"Not counted. The qualifying work began on {say_day(since)}, after "
                f"{say_day(hour.held_on)}.",
            )
        return None

    def _standing(self, hour: Hour, standings: Standings) -> Standing | None:
        """Return the provider's standing; none for peers whose hours do not count."""
        pack = self.pack
        standing = standings.of(hour.provider_id, hour.held_on)
        if standing.verdict != "counts" or hour.peer:
            if self.terms.peers and standings.held_on(
                hour.provider_id, pack.category, hour.held_on
            ):
                because = f"Peers count who held {pack.category}, too, as here on {say_day(hour.held_on)}."
                return Standing("counts", because, pack.category)
            if hour.peer and pack.excludes("peer") == "excluded":
                return None
        return standing

    def _reflective(self, hour: Hour) -> int:
        return hour.minutes if self.adds_others else max(0, hour.minutes - hour.other_minutes)

    def _qualifying(self, hour: Hour) -> _Said:
        reflective = self._reflective(hour)
        reasons: list[str] = []
        if reflective < hour.minutes:
            reasons.append(
                f"{duration(hour.minutes - reflective)} were administrative or clinical."
            )
        credited = self.series.get(hour.entry_id) or credit_of(hour, reflective, self.pack.credit)
        if credited.because:
            reasons.append(credited.because)
        return _Said(credited.minutes, tuple(reasons), (), credited.complete)

    def _with(
        self, hour: Hour, standing: Standing, said: _Said, warnings: tuple[str, ...]
    ) -> Verdict:
        buckets = buckets_of(hour, self._reflective(hour), said.minutes, self.terms.rsc)
        whole = self.terms.rsc[0].requirement
        minutes = buckets[whole.id]
        if not minutes:
            return _not(
                "not_about_rsc", "Not counted. Nothing of it was about the RSC that one gives."
            )
        amount, parts = duration(minutes), shares_said(self.terms.rsc, buckets)
        code: ReasonCode
        if hour.status == "returned":
            who = "supervisee" if hour.awaits == hour.supervisee_id else "provider"
            reason = f"Returned: {amount} wait until the {who} has looked again."
            state: State = "pending"
            code = "returned"
        elif hour.status != "confirmed":
            who = "provider" if hour.awaits == hour.provider_id else "supervisee"
            reason = f"{amount} count once the {who} has confirmed them.{parts} {standing.because}"
            state, code = "pending", "awaits_confirmation"
        elif not said.complete:
            reason = (
                f"{amount} count once the group series is complete and confirmed.{parts} "
                f"{standing.because}"
            )
            state, code = "pending", "series_incomplete"
        else:
            of = ""
            if minutes < hour.minutes:
                of = f" of {duration(hour.minutes)} attended"
            reason = f"Counts {amount}{of}.{parts} {standing.because}"
            state, code = "counted", "counted"
        why = list(said.reasons)
        if minutes < said.minutes:
            why.append("Only what is about the RSC that one gives counts here.")
        if why:
            reason = f"{reason} {' '.join(why)}"
        return Verdict(
            state=state,
            code=code,
            reason=reason,
            buckets=buckets,
            held=standing.held,
            warnings=warnings,
        )


def _before(hour: Hour) -> Verdict | None:
    """Return what no pack changes."""
    if hour.status == "withdrawn":
        return _WITHDRAWN
    if hour.minutes == 0:
        return _ABSENT
    if hour.provider_id == hour.supervisee_id:
        return _OWN_SESSION
    return None


def _outside(days: tuple[date, date]) -> Verdict:
    return _not(
        "outside_period",
        f"Not counted here. Only hours from {say_day(days[0])} to {say_day(days[1])} count.",
    )


def _without(standing: Standing, warnings: tuple[str, ...]) -> Verdict:
    asks = standing.verdict == "ask"
    return Verdict(
        state="not_counted",
        code="ask_association" if asks else "provider_refused",
        reason=f"{'Not counted for now.' if asks else 'Not counted.'} {standing.because}",
        held=standing.held,
        warnings=warnings,
    )


def _not(code: ReasonCode, reason: str) -> Verdict:
    return Verdict(state="not_counted", code=code, reason=reason)


_WITHDRAWN = _not("withdrawn", "Taken back: it counts for nothing.")
_ABSENT = _not("absent", "Absent: 0 minutes were attended.")
_OWN_SESSION = _not(
    "own_session", "Nobody earns received hours from a session they lead themselves."
)
_NO_CATEGORY = _not(
    "no_category",
    "Kept. No endorsement category is pursued yet, so nothing is counted toward one.",
)
