"""How the address of a calendar is kept: sealed, because whoever has it sees the whole calendar."""

from dataclasses import dataclass

from alongside.secrets import Secrets
from alongside_scheduler.domain.addresses import AllowedHosts, CalendarAddress, calendar_address

_PURPOSE = "busy-calendar"


@dataclass(frozen=True, slots=True)
class Kept:
    """An address as the database has it."""

    host: str
    sealed: str
    fingerprint: str
    """The same for the same address, and tells nothing of it."""


class AddressKeeper:
    """Judges addresses, seals them, and opens them again for whoever fetches."""

    def __init__(self, secrets: Secrets, allowed: AllowedHosts) -> None:
        self._secrets = secrets
        self._allowed = allowed

    def keep(self, typed: str) -> Kept:
        """Return an address to be kept; raise `BadAddress` for one that is never asked."""
        address = calendar_address(typed, self._allowed)
        text = str(address)
        return Kept(
            host=address.host[:253],
            sealed=self._secrets.seal(_PURPOSE, text),
            fingerprint=self._secrets.link_mac(_PURPOSE, text),
        )

    def opened(self, sealed: str) -> CalendarAddress:
        """Return a kept address; raise `BrokenSeal` if the link key is another one now."""
        text = self._secrets.unseal(_PURPOSE, sealed)
        return calendar_address(text, self._allowed, field=None)
