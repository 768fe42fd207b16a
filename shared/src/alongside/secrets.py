"""Keys: one pair that signs sign-ins, and two that make links nobody can guess.

Each key is a file, so that an orchestrator can mount exactly those a service needs:

| file | who needs it |
|---|---|
| `signing.pem` (Ed25519, private) | the scheduler, which signs people in |
| `verifying.pem` (Ed25519, public) | every service |
| `link.key` | every service: links in mail; it also seals what is kept secretly |
| `feed.key` | the notifier: addresses of calendar feeds |

A missing file is an error only for who uses it.
"""

import base64
import contextlib
import hashlib
import hmac
import os
import secrets
import stat
import tempfile
from functools import cached_property
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from alongside.errors import AlongsideError
from alongside.settings import Settings

_KEY_BYTES = 32
_NONCE_BYTES = 12


class MissingKey(AlongsideError):
    """A key is missing or cannot be read."""

    code = "missing_key"
    title = "A key is missing"


class BrokenSeal(AlongsideError):
    """What was kept sealed cannot be opened with the link key that is here now."""

    code = "broken_seal"
    title = "A seal does not open"


class Secrets:
    """The keys in one folder. With `allow_create`, missing ones are made (once, whoever races)."""

    def __init__(self, folder: Path, *, allow_create: bool = False) -> None:
        self.folder = folder
        if allow_create:
            self._create_missing()

    @classmethod
    def of(cls, settings: Settings) -> "Secrets":
        """Return the keys these settings name; only the embedded mode makes missing ones itself."""
        return cls(settings.keys_folder, allow_create=settings.mode == "embedded")

    @cached_property
    def signing_key(self) -> Ed25519PrivateKey:
        """The key that signs people in."""
        key = load_pem_private_key(self._read("signing.pem"), password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise MissingKey(f"{self.folder / 'signing.pem'} does not hold an Ed25519 key.")
        return key

    @cached_property
    def public_key(self) -> Ed25519PublicKey:
        """The key by which every service recognises who signed in."""
        key = load_pem_public_key(self._read("verifying.pem"))
        if not isinstance(key, Ed25519PublicKey):
            raise MissingKey(f"{self.folder / 'verifying.pem'} does not hold an Ed25519 key.")
        return key

    def link_mac(self, purpose: str, value: str) -> str:
        """Return 43 characters that only a holder of the link key can make for this value."""
        return _mac(self._link_key, f"{purpose}\0{value}")

    def is_link_mac(self, purpose: str, value: str, mac: str) -> bool:
        """Tell, in constant time, whether `mac` is the one for this purpose and value."""
        return _same(self.link_mac(purpose, value), mac)

    def feed_mac(self, value: str) -> str:
        """Return the 43 characters of a feed's address: 256 bits, made again whenever needed."""
        return _mac(self._feed_key, value)

    def is_feed_mac(self, value: str, mac: str) -> bool:
        """Tell, in constant time, whether `mac` is the one for this feed."""
        return _same(self.feed_mac(value), mac)

    def notice_mac(self, value: str) -> str:
        """Return a seal for a notice that one page leaves for the next.

        A service without the link key seals with a key of its own process: a notice then does
        not survive a change of service, which costs a sentence on a page and nothing else.
        """
        return _mac(self._notice_key, value)

    def is_notice_mac(self, value: str, mac: str) -> bool:
        """Tell, in constant time, whether `mac` seals this notice."""
        return _same(self.notice_mac(value), mac)

    def seal(self, purpose: str, text: str) -> str:
        """Return a text that only a holder of the link key can open again, for this purpose only."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = AESGCM(self._sealing_key).encrypt(nonce, text.encode(), purpose.encode())
        return base64.urlsafe_b64encode(nonce + sealed).decode()

    def unseal(self, purpose: str, sealed: str) -> str:
        """Return the text that was sealed for this purpose; raise `BrokenSeal` for anything else."""
        try:
            whole = base64.urlsafe_b64decode(sealed)
            nonce, rest = whole[:_NONCE_BYTES], whole[_NONCE_BYTES:]
            return AESGCM(self._sealing_key).decrypt(nonce, rest, purpose.encode()).decode()
        except (ValueError, InvalidTag) as error:
            raise BrokenSeal from error

    @cached_property
    def _sealing_key(self) -> bytes:
        return hmac.digest(self._link_key, b"seal", hashlib.sha256)

    @cached_property
    def _link_key(self) -> bytes:
        return self._symmetric("link.key")

    @cached_property
    def _feed_key(self) -> bytes:
        return self._symmetric("feed.key")

    @cached_property
    def _notice_key(self) -> bytes:
        with contextlib.suppress(MissingKey):
            return hmac.digest(self._link_key, b"notice", hashlib.sha256)
        return secrets.token_bytes(_KEY_BYTES)

    def _symmetric(self, name: str) -> bytes:
        text = self._read(name).strip()
        try:
            key = base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4))
        except ValueError:
            key = b""
        if len(key) < _KEY_BYTES:
            raise MissingKey(f"{self.folder / name} must hold at least 32 bytes in base64url.")
        return key

    def _read(self, name: str) -> bytes:
        path = self.folder / name
        try:
            return path.read_bytes()
        except OSError as error:
            raise MissingKey(
                f"The key {path} cannot be read ({error.strerror}). Copy it from the installation "
                "that signs people in, or set ALONGSIDE_KEYS to the folder that has it."
            ) from error

    def _create_missing(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._create("signing.pem", _private_pem(Ed25519PrivateKey.generate()))
        for name in ("link.key", "feed.key"):
            self._create(name, base64.urlsafe_b64encode(secrets.token_bytes(_KEY_BYTES)) + b"\n")
        # Derived from the key that won, so that whoever lost a race writes the same.
        self._create("verifying.pem", _public_pem(self.signing_key.public_key()), mode=0o644)

    def _create(
        self, name: str, content: bytes, *, mode: int = stat.S_IRUSR | stat.S_IWUSR
    ) -> None:
        # A link appears whole or not at all, and refuses to replace: the first writer wins.
        path = self.folder / name
        if path.exists():
            return
        handle, draft = tempfile.mkstemp(dir=self.folder, prefix=f".{name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                os.fchmod(file.fileno(), mode)
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):
                os.link(draft, path)
        finally:
            Path(draft).unlink()


def _mac(key: bytes, value: str) -> str:
    digest = hmac.digest(key, value.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _same(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected.encode(), given.encode(errors="replace"))


def _private_pem(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _public_pem(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
