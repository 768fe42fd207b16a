"""Signing what leaves with the domain's key (DKIM, RFC 6376), so that mail systems believe From."""

from pathlib import Path

import dkim

from alongside.errors import AlongsideError
from alongside.settings import Settings
from alongside_notifier.domain.addresses import domain_of

_HEADERS = (
    "from", "to", "subject", "date", "message-id", "reply-to", "references", "in-reply-to",
    "mime-version", "content-type", "auto-submitted", "list-unsubscribe", "list-unsubscribe-post",
)  # fmt: skip


class BadKey(AlongsideError):
    """The key that mail is to be signed with cannot be used."""

    code = "bad_dkim_key"
    status = 500
    title = "The DKIM key cannot be used"


class Signer:
    """Signs mails in the name of the domain that they come from."""

    def __init__(self, key: bytes, *, selector: str, domain: str) -> None:
        self._key = key
        self._selector = selector.encode()
        self._domain = domain.encode()

    @classmethod
    def of(cls, settings: Settings) -> "Signer | None":
        """Return the signer of an installation, tried once; none where no key is set.

        Raises `BadKey`: nothing should leave unsigned where it is meant to be signed.
        """
        if settings.dkim_key is None:
            return None
        signer = cls(
            _read(settings.dkim_key),
            selector=settings.dkim_selector,
            domain=domain_of(settings.mail_from),
        )
        try:
            signer.sign(f"From: {settings.mail_from}\r\n\r\n".encode())
        except (dkim.DKIMException, ValueError, IndexError) as error:
            raise BadKey(
                f"{settings.dkim_key} is no RSA key in PEM that mail can be signed with "
                f"({error}). `openssl genrsa -traditional 2048` makes one."
            ) from error
        return signer

    def sign(self, raw: bytes) -> bytes:
        """Return the mail with its signature on top; the mail itself stays as it is."""
        present = [name.encode() for name in _HEADERS if _has(raw, name)]
        signature: bytes = dkim.sign(
            raw,
            self._selector,
            self._domain,
            self._key,
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=present,
        )
        return signature + raw


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadKey(f"{path} cannot be read: {error.strerror}.") from error


def _has(raw: bytes, header: str) -> bool:
    head = b"\n" + raw.partition(b"\r\n\r\n")[0].lower()
    return b"\n" + header.encode() + b":" in head
