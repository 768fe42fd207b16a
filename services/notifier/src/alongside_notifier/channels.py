"""Channels beside mail that an operator offers: named in the settings, carried by Apprise.

The operator names the service, with its keys; a person gives only their own number or name there,
which is put in one place of the address. Nobody else can name a server for this one to call.
"""

import asyncio
import logging
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol, cast, get_args
from urllib.parse import quote, unquote

import yaml

from alongside.errors import AlongsideError
from alongside.settings import Settings
from alongside_notifier.delivery import Away, NotNow, Refused
from alongside_notifier.domain.channels import Asks, checked_address

PLACE = "{to}"
"""Where in the address of a service the person's own goes."""

_SECONDS = 30
_LONGEST_NAME = 40
_SAMPLES: dict[Asks, str] = {
    "phone": "+15551234567",
    "handle": "sampleperson",
    "email": "sample@example.org",
}
_BY_PHONE = frozenset(
    [
        "46elks",
        "bulksms",
        "bulkvs",
        "burstsms",
        "clickatell",
        "clicksend",
        "d7sms",
        "freemobile",
        "httpsms",
        "kavenegar",
        "messagebird",
        "msg91",
        "nexmo",
        "plivo",
        "popcorn",
        "signal",
        "signals",
        "sinch",
        "smseagle",
        "smseagles",
        "smsgate",
        "sns",
        "twilio",
        "voipms",
        "vonage",
        "whatsapp",
    ]
)
_ERROR = re.compile(r"\berror=(\d{3,6})\b")
_CUT_OFF = re.compile(r"Read timed out|Connection aborted|RemoteDisconnected|Connection broken")
_OURS = {401, 402, 403, 407, 20003, 20008, 30002}
"""The service will not have us: no message's fault. From 1000 on they are Twilio's own."""
_NOT_NOW = {408, 409, 425, 429, 20429, 30001}
_THEIRS = {21211, 21214, 21217, 21408, 21610, 21612, 21614}
_CLIENT_ERRORS = range(400, 500)


class BrokenChannels(AlongsideError):
    """A channel in ALONGSIDE_CHANNELS cannot be used."""

    code = "broken_channels"
    title = "A channel cannot be used"


class Unclear(NotNow):
    """There was no answer in time: the service may have taken it."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A channel that people may turn on."""

    key: str
    name: str
    """As people read it: `Text message`."""
    asks: Asks
    url: str = field(repr=False)
    """The service's address in Apprise's spelling, keys and all. Shown and logged nowhere."""

    def address(self, given: str) -> str:
        """Return what a person gave as it is kept; raise `Invalid` for what it cannot reach."""
        return checked_address(self.asks, given)

    def url_for(self, address: str) -> str:
        """Return the service's address with the person's in its place."""
        return self.url.replace(PLACE, quote(address, safe=""))


class Gateway(Protocol):
    """What carries a short message."""

    async def hand(self, offer: Offer, address: str, text: str) -> None:
        """Hand one message over; raise `Refused`, `NotNow`, `Unclear` or `Away`."""
        ...


class AppriseGateway:
    """Carries messages by Apprise, in a thread: what it calls waits on sockets."""

    async def hand(self, offer: Offer, address: str, text: str) -> None:
        """Hand one message over; raise `Refused`, `NotNow`, `Unclear` or `Away`. No key is in the words."""
        try:
            async with asyncio.timeout(_SECONDS):
                await asyncio.to_thread(_send, offer, address, text)
        except TimeoutError as error:
            raise Unclear(f"No answer within {_SECONDS} seconds.") from error


def channels_of(settings: Settings) -> Mapping[str, Offer]:
    """Return what an installation offers, by key; raise `BrokenChannels`. Without any, nothing is loaded."""
    if settings.channels is None or not settings.channels.get_secret_value().strip():
        return {}
    offers = list(_offers(settings.channels.get_secret_value()))
    found = {offer.key: offer for offer in offers}
    if len(found) != len(offers):
        raise BrokenChannels("Two channels in ALONGSIDE_CHANNELS have the same name.")
    for offer in offers:
        if _service(offer, _SAMPLES[offer.asks]) is None:
            raise BrokenChannels(
                f"{_named(offer.name)}: Apprise does not know this address, or finds no place in it "
                f"for the person's own ({offer.asks}). Its own words are kept back: they may hold keys."
            )
    return found


def _offers(text: str) -> Iterator[Offer]:
    try:
        named = yaml.safe_load(text)
    except yaml.YAMLError as error:
        # What it quotes of the text may be a key.
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark is not None else ""
        raise BrokenChannels(f"ALONGSIDE_CHANNELS is neither YAML nor JSON{where}.") from None
    if named is None:
        return  # nothing but a comment, as a new file of secrets has it
    if not isinstance(named, dict) or not named:
        raise BrokenChannels(
            "ALONGSIDE_CHANNELS maps names to addresses: Text message: twilio://…/{to}"
        )
    for name, given in named.items():
        yield _offer(" ".join(str(name).split()), given)


def _offer(name: str, given: object) -> Offer:
    facts: dict[str, Any] = given if isinstance(given, dict) else {"url": given}
    key = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    if not key or len(name) > _LONGEST_NAME:
        raise BrokenChannels(f"{_named(name)}: a name has letters, and at most {_LONGEST_NAME}.")
    if unknown := facts.keys() - {"url", "asks"}:
        raise BrokenChannels(f"{_named(name)}: {sorted(map(str, unknown))} mean nothing here.")
    url = facts.get("url")
    if not isinstance(url, str) or "://" not in url or url.count(PLACE) != 1:
        raise BrokenChannels(
            f"{_named(name)}: an address such as twilio://SID:TOKEN@FROM/{PLACE}, "
            f"with {PLACE} once, where the person's own number or name goes."
        )
    scheme, _, rest = url.partition("://")
    host = rest.partition("/")[0].partition("?")[0].rpartition("@")[2]
    if PLACE in scheme or PLACE in host:
        raise BrokenChannels(
            f"{_named(name)}: {PLACE} must not stand where the server's name does."
        )
    asks = facts.get("asks", "phone" if scheme.lower() in _BY_PHONE else "handle")
    if asks not in get_args(Asks):
        raise BrokenChannels(f"{_named(name)}: asks is one of {', '.join(get_args(Asks))}.")
    return Offer(key, name, cast("Asks", asks), url)


def _named(name: str) -> str:
    return f"The channel {name[:_LONGEST_NAME]!r} in ALONGSIDE_CHANNELS"


@cache
def _apprise() -> Any:
    """Return Apprise with its plugins loaded, and silent: what it says may hold keys or numbers."""
    with warnings.catch_warnings():
        # Some of its plugins use what a later Python no longer has.
        warnings.simplefilter("ignore", DeprecationWarning)
        import apprise  # noqa: PLC0415  # heavy, and needed only where channels are offered

        apprise.Apprise.instantiate("json://localhost")
    logger = logging.getLogger("apprise")
    logger.propagate = False
    logger.addHandler(logging.NullHandler())
    return apprise


def _service(offer: Offer, address: str) -> Any:
    """Return what Apprise makes of an address; None unless it would reach just this person."""
    apprise = _apprise()
    asset = apprise.AppriseAsset(
        app_id="Alongside", app_desc="Alongside", app_url="", async_mode=False, http_redirects=False
    )
    service = apprise.Apprise.instantiate(offer.url_for(address), asset=asset)
    if service is None or len(service) != 1:
        return None
    reached = _bare(unquote(unquote(service.url())))
    return service if _bare(address) in reached else None


def _bare(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _send(offer: Offer, address: str, text: str) -> None:
    apprise = _apprise()
    service = _service(offer, address)
    if service is None:
        raise Refused("The service cannot reach this address.")
    carrier = apprise.Apprise(asset=service.asset)
    carrier.add(service)
    result = carrier.notify(
        body=text, body_format=apprise.NotifyFormat.TEXT, log_level=logging.DEBUG
    )
    if result:
        return
    said = " ".join(entry.message for each in result for entry in each.logs())
    _raise(said)


def _raise(said: str) -> None:
    """Raise what a service's words mean; the words themselves stay here."""
    found = _ERROR.search(said)
    if found is None:
        if _CUT_OFF.search(said):
            raise Unclear("The service did not answer.")
        if "onnection" in said:
            raise Away("The service cannot be reached.")
        raise NotNow("The service did not take it, and did not say why.")
    number = int(found[1])
    reason = f"The service answered with error {number}."
    if number in _OURS:
        raise Away(f"{reason} It will not have us.")
    if number in _THEIRS or (number in _CLIENT_ERRORS and number not in _NOT_NOW):
        raise Refused(reason)
    raise NotNow(reason)
