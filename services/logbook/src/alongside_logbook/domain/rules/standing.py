"""What a provider's credentials are worth to a pack on a day. Never "today": the day that the pack names."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from alongside.contracts import Credential, CredentialKind
from alongside_logbook.domain.calendar import add_months
from alongside_logbook.domain.rules.packs import ProviderRow, ProviderRule
from alongside_logbook.domain.words import day as say_day
from alongside_logbook.domain.words import listed

_KINDS: frozenset[str] = frozenset(get_args(CredentialKind))


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether hours with a provider count on a day, and why, in words."""

    verdict: Literal["counts", "ask", "refused"]
    because: str
    held: str | None = None
    """The credential that decided, as it is shown beside the hour."""
    warnings: tuple[str, ...] = ()


def standing_on(credentials: Iterable[Credential], rule: ProviderRule, on: date) -> Standing:
    """Judge credentials by the provider matrix on a day.

    What was lost later does not undo an earlier hour, and what was given later does not reach back.
    """
    ever = tuple(credentials)
    held = tuple(credential for credential in ever if _holds(credential, on))
    for verdict in ("counts", "ask"):
        for row in rule.rows:
            if row.verdict != verdict or not _row_in_force(row, on):
                continue
            for credential in held:
                if _fits(credential, row) and not _too_old(credential, row, on):
                    return _by_row(row, credential, held, on)
    return _refused(ever, held, rule, on)


class Standings:
    """The standing of some providers under one pack, each looked up once a day that decides."""

    def __init__(
        self,
        rule: ProviderRule,
        credentials: Mapping[str, tuple[Credential, ...]],
        application_day: date,
    ) -> None:
        self._rule = rule
        self._credentials = credentials
        self._application_day = application_day if rule.judged_on == "application" else None
        self._known: dict[tuple[str, date], Standing] = {}

    def of(self, provider_id: str, session_day: date) -> Standing:
        """Return a provider's standing for a session on a day."""
        on = self._application_day or session_day
        key = (provider_id, on)
        found = self._known.get(key)
        if found is None:
            held = self._credentials.get(provider_id, ())
            found = self._known[key] = standing_on(held, self._rule, on)
        return found

    def held_on(self, provider_id: str, kind: str, day: date) -> bool:
        """Tell whether a provider was endorsed in a category on a day."""
        return any(
            credential.kind == kind
            and credential.standing == "endorsed"
            and _holds(credential, day)
            for credential in self._credentials.get(provider_id, ())
        )


def name_of(credential: Credential) -> str:
    """Name a credential with its standing: `ERS`, `ERS (emerging)`."""
    if credential.standing == "endorsed":
        return credential.kind
    return f"{credential.kind} ({credential.standing})"


def _holds(credential: Credential, on: date) -> bool:
    until = credential.valid_until
    return credential.valid_from <= on and (until is None or on <= until)


def _row_in_force(row: ProviderRow, on: date) -> bool:
    return (row.since is None or row.since <= on) and (row.until is None or on <= row.until)


def _fits(credential: Credential, row: ProviderRow) -> bool:
    # A kind that only a newer version of the program knows counts for nothing yet.
    kind_fits = credential.kind in (row.kinds or _KINDS)
    return kind_fits and credential.standing in row.standing


def _too_old(credential: Credential, row: ProviderRow, on: date) -> bool:
    return row.at_most is not None and on >= add_months(credential.valid_from, row.at_most.months)


def _by_row(
    row: ProviderRow, credential: Credential, held: tuple[Credential, ...], on: date
) -> Standing:
    warnings: tuple[str, ...] = ()
    if row.warn and not any(other.kind in row.warn.unless_also for other in held):
        warnings = (row.warn.say,)
    if row.at_most is not None:
        ends = say_day(add_months(credential.valid_from, row.at_most.months))
        warnings += (
            f"{name_of(credential)} counts for {row.at_most.months} months, until {ends}.",
        )
    if row.verdict == "counts":
        because = f"The provider held {name_of(credential)} on {say_day(on)}."
        return Standing("counts", because, name_of(credential), warnings)
    because = f"The provider held {name_of(credential)} on {say_day(on)}. {row.note}"
    return Standing("ask", because, name_of(credential), warnings)


def _refused(
    ever: tuple[Credential, ...], held: tuple[Credential, ...], rule: ProviderRule, on: date
) -> Standing:
    accepted = tuple(
        dict.fromkeys(
            kind
            for row in rule.rows
            if row.verdict == "counts" and _row_in_force(row, on)
            for kind in (row.kinds or (f"{listed(row.standing, 'or')} providers",))
        )
    )
    needed = f"On that day hours counted with {listed(accepted, 'or')}." if accepted else ""
    for credential in held:
        for row in rule.rows:
            if row.at_most and _fits(credential, row) and _too_old(credential, row, on):
                ended = add_months(credential.valid_from, row.at_most.months)
                because = (
                    f"The provider's {name_of(credential)} counted for {row.at_most.months} months "
                    f"only, until {say_day(ended)}. {needed}"
                )
                return Standing("refused", because.strip(), name_of(credential))
    if held:
        names = listed(tuple(name_of(credential) for credential in held))
        because = f"The provider held {names} on {say_day(on)}, which does not count. {needed}"
        return Standing("refused", because.strip(), names)
    return Standing("refused", f"{_none_held(ever, on)} {needed}".strip())


def _none_held(ever: tuple[Credential, ...], on: date) -> str:
    later = sorted((c for c in ever if c.valid_from > on), key=lambda c: c.valid_from)
    if later:
        return (
            f"The provider's {name_of(later[0])} began on {say_day(later[0].valid_from)}, "
            f"after {say_day(on)}."
        )
    ended = sorted((c for c in ever if c.valid_until), key=lambda c: str(c.valid_until))
    if ended and ended[-1].valid_until:
        return (
            f"The provider's {name_of(ended[-1])} ended on {say_day(ended[-1].valid_until)}, "
            f"before {say_day(on)}."
        )
    return f"No credential of the provider is on record for {say_day(on)}."
