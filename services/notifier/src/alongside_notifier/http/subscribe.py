"""Ways into a calendar program: one click each."""

from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Ways:
    """The addresses by which calendar programs take up a feed."""

    https: str
    webcal: str
    google: str
    outlook: str
    office: str
    is_public: bool
    """Google and Outlook fetch from their own servers; a loopback address means nothing to them."""


def ways_to(address: str, name: str) -> Ways:
    """Return the ways to subscribe to a feed's address."""
    webcal = "webcal://" + address.partition("://")[2]
    query = f"url={quote(address, safe='')}&name={quote(name, safe='')}"
    host = address.partition("://")[2].partition("/")[0].partition(":")[0]
    return Ways(
        https=address,
        webcal=webcal,
        google=f"https://calendar.google.com/calendar/r?cid={quote(webcal, safe='')}",
        outlook=f"https://outlook.live.com/calendar/0/addfromweb?{query}",
        office=f"https://outlook.office.com/calendar/0/addfromweb?{query}",
        is_public=address.startswith("https://") and host not in {"localhost", "127.0.0.1"},
    )
