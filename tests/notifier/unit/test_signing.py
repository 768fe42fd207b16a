"""Mails are signed so that anybody can check where they come from; a bad key is told at once."""

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from alongside.settings import Settings
from alongside_notifier.delivery import post_of
from alongside_notifier.signing import BadKey, Signer
from notifier.making import MAIL_FROM

pytestmark = pytest.mark.unit

DOMAIN = MAIL_FROM.partition("@")[2]


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=1024)


def pem(key, kind=serialization.PrivateFormat.TraditionalOpenSSL) -> bytes:
    return key.private_bytes(serialization.Encoding.PEM, kind, serialization.NoEncryption())


def record(key):
    """Return the DNS record of a public key, for whoever asks by its name."""
    import base64

    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )

    def asked(name, timeout=5):
        assert name == f"spring._domainkey.{DOMAIN}.".encode()
        return b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)

    return asked


@pytest.mark.parametrize(
    "kind", [serialization.PrivateFormat.TraditionalOpenSSL, serialization.PrivateFormat.PKCS8]
)
async def test_every_mail_can_be_checked(notifier, key, tmp_path, kind):
    file = tmp_path / "dkim.pem"
    file.write_bytes(pem(key, kind))
    settings = Settings(dkim_key=file, dkim_selector="spring", mail_from=MAIL_FROM)
    signer = Signer.of(settings)
    assert signer is not None
    await notifier.begin()
    mails = await notifier.mails()
    assert mails
    for mail in mails:
        signed = signer.sign(mail.raw)
        assert signed.endswith(mail.raw)
        assert dkim.verify(signed, dnsfunc=record(key))
        assert not dkim.verify(signed.replace(b"Subject: ", b"Subject: Re "), dnsfunc=record(key))
        assert not dkim.verify(signed[:-40] + signed[-20:], dnsfunc=record(key))


@pytest.mark.parametrize("content", [None, b"", b"nonsense", "ed25519"])
def test_a_key_that_cannot_sign_is_refused_at_the_start(tmp_path, content):
    file = tmp_path / "dkim.pem"
    if content == "ed25519":
        private = ed25519.Ed25519PrivateKey.generate()
        content = pem(private, serialization.PrivateFormat.PKCS8)
    if content is not None:
        file.write_bytes(content)
    settings = Settings(dkim_key=file, mail_from=MAIL_FROM, smtp_url="smtp://127.0.0.1:1")
    with pytest.raises(BadKey, match=r"dkim\.pem"):
        post_of(settings)


def test_without_a_key_nothing_is_signed():
    assert Signer.of(Settings(mail_from=MAIL_FROM)) is None
