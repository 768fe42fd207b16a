"""Providers from elsewhere: who they are, what they are said to hold, and who looked it up."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from typing import Literal, get_args

from pydantic import AwareDatetime, BaseModel, ConfigDict

from alongside.contracts import Credential
from alongside.contracts.people import CredentialKind, CredentialStanding
from alongside.errors import Invalid

Registry = Literal["unchecked", "checked", "refused"]
"""Whether a coordinator looked a provider up in the registry: not yet, found so, or not found."""

REGISTRY: dict[Registry, tuple[str, str]] = {
    "unchecked": ("Not checked yet", "warn"),
    "checked": ("Looked up", "good"),
    "refused": ("Not found", "bad"),
}
"""How each is called, and its tone."""

DOUBTS: dict[Registry, str] = {
    "unchecked": "What this provider holds is claimed, not yet checked against the registry.",
    "refused": "What this provider is said to hold was not found in the registry.",
}
"""What is said beside hours with a provider whom nobody found in the registry."""

KINDS: tuple[CredentialKind, ...] = get_args(CredentialKind)

STANDINGS: dict[CredentialStanding, str] = {
    "endorsed": "Endorsed",
    "emerging": "Emerging",
    "vetted": "Vetted by the association",
}

LONGEST_NAME = 100
LONGEST_EMAIL = 254
LONGEST_NUMBER = 64
MOST_CLAIMS = 10

_EMAIL = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]{1,64}(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
)
_UNSHOWN = {"Cc", "Cs", "Cn", "Cf", "Zl", "Zp"}


class Claim(BaseModel):
    """A credential somebody says a provider holds, with the days (inclusive) between which it holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: CredentialKind
    standing: CredentialStanding = "endorsed"
    number: str | None = None
    valid_from: date
    valid_until: date | None = None


class ProviderStep(BaseModel):
    """Something that was said about a provider: by whom, when, and what was so after it."""

    model_config = ConfigDict(frozen=True)

    at: AwareDatetime
    by: str
    act: Literal["named", "changed", "stated", "checked", "refused", "address"]
    """stated: the provider's own word, given with the answer to a link."""
    claims: tuple[Claim, ...] = ()


def credentials(provider_id: str, claims: Iterable[Claim]) -> tuple[Credential, ...]:
    """Return claims as what rules look at."""
    return tuple(
        Credential(
            credential_id=f"{provider_id}.{number}",
            kind=claim.kind,
            standing=claim.standing,
            valid_from=claim.valid_from,
            valid_until=claim.valid_until,
            registry_number=claim.number,
        )
        for number, claim in enumerate(claims, 1)
    )


def checked_claims(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """Return claims in order of time, each once; raise `Invalid` for what cannot be."""
    found = sorted(
        {claim.model_copy(update={"number": _number(claim.number)}) for claim in claims},
        key=lambda claim: (claim.valid_from, claim.kind, claim.standing),
    )
    if len(found) > MOST_CLAIMS:
        raise Invalid(f"At most {MOST_CLAIMS} credentials can be named.", field="kind")
    for claim in found:
        if claim.valid_until is not None and claim.valid_until < claim.valid_from:
            raise Invalid("This lies before the first day.", field="valid_until")
    return tuple(found)


def checked_name(name: str, *, field: str = "name") -> str:
    """Return a name on one line."""
    cleaned = _line(name, field)
    if not cleaned:
        raise Invalid("Say who it was.", field=field)
    return cleaned


def checked_agency(agency: str | None) -> str | None:
    """Return where the provider works on one line, or none."""
    return _line(agency or "", "agency") or None


def checked_address(email: str, *, field: str = "email") -> str:
    """Return a mail address in small letters."""
    cleaned = email.strip().lower()
    if len(cleaned) > LONGEST_EMAIL or not _EMAIL.fullmatch(cleaned):
        raise Invalid("This is not an e-mail address.", field=field)
    return cleaned


def veiled(address: str) -> str:
    """Return an address of which only its writer can tell whether it is right: `h…n@example.org`."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…{local[-1:] if len(local) > 1 else ''}@{domain}"


def _number(number: str | None) -> str | None:
    cleaned = _line(number or "", "number", LONGEST_NUMBER)
    return cleaned or None


def _line(text: str, field: str, longest: int = LONGEST_NAME) -> str:
    cleaned = " ".join(text.split())
    if len(cleaned) > longest:
        raise Invalid(f"At most {longest} characters, please.", field=field)
    if any(unicodedata.category(character) in _UNSHOWN for character in cleaned):
        raise Invalid("This holds characters that cannot be shown.", field=field)
    return cleaned
