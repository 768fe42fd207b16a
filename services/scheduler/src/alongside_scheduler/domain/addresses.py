"""Addresses of calendars elsewhere: which may be asked at all. Judged here, without asking anybody.

A person types the address, and our server follows it. So a server inside our own network must
not be reachable that way: not by number, not by a name that resolves to a private number, not
through one of the forms in which IPv6 carries IPv4, and not by a redirect. Whoever connects asks
`check_ip` about the very number it then connects to.
"""

from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit, urlunsplit

from alongside.errors import Invalid

LONGEST_ADDRESS = 2000
_SCHEMES = {"webcal": "https", "webcals": "https", "http": "http", "https": "https"}
_PORTS = {"http": 80, "https": 443}

_NAT64 = ip_network("64:ff9b::/96")
_NEVER = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8",  # this network
            "100.64.0.0/10",  # shared by carriers
            "168.63.129.16/32",  # a cloud's own server, by a public number
            "192.0.0.0/24",  # protocol assignments
            "192.88.99.0/24",  # 6to4 relays
            "198.18.0.0/15",  # benchmarks
            "::/96",  # IPv4 in IPv6, as it was once written
            "64:ff9b:1::/48",  # NAT64 of a local network
            "2001::/23",  # protocol assignments, Teredo among them
            "2002::/16",  # 6to4: IPv4 in IPv6
            "3fff::/20",  # documentation
            "5f00::/16",  # segment routing
            "fec0::/10",  # sites, as they were once written
        ),
    )
)


class BadAddress(Invalid):
    """This address cannot be read as a calendar's."""

    code = "bad_calendar_address"


class PrivateAddress(BadAddress):
    """This address leads into a private network. Only calendars on the public internet are read."""

    code = "private_address"


@dataclass(frozen=True, slots=True)
class CalendarAddress:
    """Where a calendar is, checked as far as it can be without asking for its number."""

    scheme: str
    host: str
    port: int
    target: str
    """Path and query."""

    @property
    def is_secure(self) -> bool:
        """Whether nobody on the way can read along."""
        return self.scheme == "https"

    @property
    def authority(self) -> str:
        """The host, with its port where that is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.target}"


class AllowedHosts:
    """Hosts that the installation trusts although their numbers are private: `host` or `host:port`."""

    def __init__(self, listed: Collection[str] = ()) -> None:
        self._listed = {each.strip().lower() for each in listed}

    def hold(self, host: str, port: int) -> bool:
        """Tell whether this host may be asked on this port, whatever its number."""
        if f"{host}:{port}" in self._listed or f"[{host}]:{port}" in self._listed:
            return True
        return host in self._listed and port in _PORTS.values()


def calendar_address(
    typed: str, allowed: AllowedHosts, *, field: str | None = "address"
) -> CalendarAddress:
    """Return an address as it is asked; raise `BadAddress` with what is wrong with it."""
    text = "".join(typed.split())
    if not text:
        raise BadAddress("Give the address of a calendar.", field=field)
    if len(text) > LONGEST_ADDRESS or not text.isascii() or not text.isprintable():
        raise BadAddress(f"An address has at most {LONGEST_ADDRESS} plain characters.", field=field)
    try:
        parts = urlsplit(text)
        given_port, host = parts.port, (parts.hostname or "").rstrip(".")
    except ValueError:
        raise BadAddress("This is not an address.", field=field) from None
    scheme = _SCHEMES.get(parts.scheme)
    if scheme is None or not host:
        raise BadAddress(
            "Give the whole address of the calendar; it begins with https:// or webcal://.",
            field=field,
        )
    if parts.username is not None or parts.password is not None or "\\" in text:
        raise BadAddress(
            "Leave out the name and password. A secret address needs neither.", field=field
        )
    port = given_port or _PORTS[scheme]
    if port not in _PORTS.values() and not allowed.hold(host, port):
        raise BadAddress("Only the usual ports, 80 and 443, are asked.", field=field)
    _check_literal(host, port, allowed, field)
    return CalendarAddress(
        scheme, host, port, urlunsplit(("", "", parts.path or "/", parts.query, ""))
    )


def _check_literal(host: str, port: int, allowed: AllowedHosts, field: str | None) -> None:
    if allowed.hold(host, port):
        return
    try:
        number = ip_address(host)
    except ValueError:
        if "." not in host:
            raise PrivateAddress(field=field) from None
        return
    if not is_public(number):
        raise PrivateAddress(field=field)


def is_public(number: IPv4Address | IPv6Address) -> bool:
    """Tell whether a number belongs to the public internet, in whatever form it is written."""
    if isinstance(number, IPv6Address):
        if number.ipv4_mapped is not None:
            return is_public(number.ipv4_mapped)
        if number in _NAT64:
            return is_public(IPv4Address(int(number) & 0xFFFFFFFF))
    if any(number.version == net.version and number in net for net in _NEVER):
        return False
    return number.is_global and not number.is_multicast and not number.is_reserved


def check_ip(text: str) -> str:
    """Return the number to connect to, if it is public; raise `PrivateAddress` otherwise."""
    try:
        number = ip_address(text)
    except ValueError:
        raise PrivateAddress from None
    if not is_public(number):
        raise PrivateAddress
    return str(number)
