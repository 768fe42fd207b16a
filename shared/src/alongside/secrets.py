"""Keys: one pair that signs sign-ins, and two that make links nobody can guess.

Each key is a file, so that an orchestrator can mount exactly those a service needs:

| file | who needs it |
|---|---|
| `signing.pem` (Ed25519, private) | the scheduler, which signs people in |
| `verifying.pem` (Ed25519, public) | every service |
| `link.key` | every service: links in mail; it also seals what is kept secretly |
| `feed.key` | the notifier: addresses of calendar feeds |
| `verifying-before.pem`, `link-before.key`, `feed-before.key` | whoever has the key of that name, after it was turned |

A key is turned by `turn`: the new one signs and seals from then on, and what the one before signed or
sealed is still taken. So nobody is signed out, links in mails go on working, and people are shown the
addresses of their calendars as they are.

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
from types import MappingProxyType
from typing import Final, Literal

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

from alongside.errors import AlongsideError, Conflict
from alongside.settings import Settings

BEFORE: Final = MappingProxyType(
    {
        "verifying.pem": "verifying-before.pem",
        "link.key": "link-before.key",
        "feed.key": "feed-before.key",
    }
)
"""Where a key is kept that another took the place of."""

Turned = Literal["signing", "link", "feed"]

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
        return _public(self._read("verifying.pem"), self.folder)

    @cached_property
    def public_keys(self) -> tuple[Ed25519PublicKey, ...]:
        """The key by which sign-ins are recognised, and the one before it while that is kept."""
        before = self._before("verifying.pem")
        return self.public_key, *(() if before is None else (_public(before, self.folder),))

    def link_mac(self, purpose: str, value: str) -> str:
        """Return 43 characters that only a holder of the link key can make for this value."""
        return _mac(self._link_key, f"{purpose}\0{value}")

    def is_link_mac(self, purpose: str, value: str, mac: str) -> bool:
        """Tell, in constant time, whether `mac` is the one for this purpose and value."""
        matches = [_same(each, mac) for each in self.link_macs(purpose, value)]
        return any(matches)

    def link_macs(self, purpose: str, value: str) -> tuple[str, ...]:
        """Return what the link key makes of this value, and the one before it while that is kept."""
        return tuple(_mac(key, f"{purpose}\0{value}") for key in self._link_keys)

    def feed_mac(self, value: str) -> str:
        """Return the 43 characters of a feed's address: 256 bits, made again whenever needed."""
        return _mac(self._feed_key, value)

    def feed_macs(self, value: str) -> tuple[str, ...]:
        """Return what the feed key makes of this value, and the one before it while that is kept."""
        return tuple(_mac(key, value) for key in self._feed_keys)

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
        for key in self._link_keys:
            try:
                whole = base64.urlsafe_b64decode(sealed)
                nonce, rest = whole[:_NONCE_BYTES], whole[_NONCE_BYTES:]
                return AESGCM(_sealing(key)).decrypt(nonce, rest, purpose.encode()).decode()
            except (ValueError, InvalidTag):
                continue
        raise BrokenSeal

    @cached_property
    def _sealing_key(self) -> bytes:
        return _sealing(self._link_key)

    @cached_property
    def _link_keys(self) -> tuple[bytes, ...]:
        return self._link_key, *self._kept_of("link.key")

    @cached_property
    def _feed_keys(self) -> tuple[bytes, ...]:
        return self._feed_key, *self._kept_of("feed.key")

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
        return _decoded(self._read(name), self.folder / name)

    def _kept_of(self, name: str) -> tuple[bytes, ...]:
        before = self._before(name)
        return () if before is None else (_decoded(before, self.folder),)

    def _before(self, name: str) -> bytes | None:
        """Return the key that this one took the place of, while that is kept."""
        path = self.folder / BEFORE[name]
        return path.read_bytes() if path.exists() else None

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
            self._create(name, _fresh())
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


def lost_keys(folder: Path) -> list[str]:
    """Return which keys are not there of those that nothing else could be made from again."""
    return [
        name for name in ("feed.key", "link.key", "signing.pem") if not (folder / name).exists()
    ]


def refuse_lost_keys(folder: Path, *, in_use: bool) -> None:
    """Raise `MissingKey` where an installation with data lacks a key: a new one would not fit it."""
    lost = lost_keys(folder) if in_use else []
    if lost:
        raise MissingKey(
            f"{', '.join(lost)} not found in {folder.absolute()}, and there are data already. Copy it "
            "from the backup. If it is lost for good, make a new one: alongside keys"
        )


def turn(folder: Path, what: Turned) -> None:
    """Put a new key in the place of one, and keep that one beside it as the one before.

    Whoever may read the old one may read the new one, such as the user of a container.

    Raises `MissingKey` where there is none, and `Conflict` where one before is still kept: what was
    signed or sealed by it would not be taken any more.
    """
    kept = "verifying.pem" if what == "signing" else f"{what}.key"
    before = folder / BEFORE[kept]
    if before.exists():
        raise Conflict(
            f"{before} is still kept: what was signed or sealed before the last turn needs it. Remove "
            "it once it does not matter any more, and turn again."
        )
    old = Secrets(folder)
    if what != "signing":
        content = old._read(kept)  # noqa: SLF001  # of this module
        mode = _mode(folder / kept)
        _replace(before, content, mode)
        _replace(folder / kept, _fresh(), mode)
        return
    new = Ed25519PrivateKey.generate()
    _ = old.signing_key  # who has only the public half cannot turn it
    # In this order, at no moment is anything signed that nobody recognises.
    mode = _mode(folder / kept)
    _replace(before, _public_pem(old.public_key), mode)
    _replace(folder / kept, _public_pem(new.public_key()), mode)
    _replace(folder / "signing.pem", _private_pem(new), _mode(folder / "signing.pem"))


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _replace(path: Path, content: bytes, mode: int) -> None:
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "wb") as file:
        os.fchmod(file.fileno(), mode)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(draft).replace(path)


def _fresh() -> bytes:
    return base64.urlsafe_b64encode(secrets.token_bytes(_KEY_BYTES)) + b"\n"


def _decoded(content: bytes, where: Path) -> bytes:
    text = content.strip()
    try:
        key = base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4))
    except ValueError:
        key = b""
    if len(key) < _KEY_BYTES:
        raise MissingKey(f"{where} must hold at least 32 bytes in base64url.")
    return key


def _public(content: bytes, where: Path) -> Ed25519PublicKey:
    key = load_pem_public_key(content)
    if not isinstance(key, Ed25519PublicKey):
        raise MissingKey(f"A verifying key in {where} is not an Ed25519 key.")
    return key


def _sealing(link_key: bytes) -> bytes:
    return hmac.digest(link_key, b"seal", hashlib.sha256)


def _mac(key: bytes, value: str) -> str:
    digest = hmac.digest(key, value.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _same(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected.encode(), given.encode(errors="replace"))


def _private_pem(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _public_pem(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
