"""Certificates for a stack on one machine: an authority of its own, and what it vouches for."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from alongside.stack.environment import write_secret

_VALID = timedelta(days=3650)
# Clocks of machines differ a little.
_EARLIER = timedelta(hours=1)


def certify(folder: Path) -> tuple[Path, Path]:
    """Make an authority and a certificate for servers on this machine, once; return their files.

    The first is the authority's certificate, for clients. The second holds the server's key and
    certificate (PEM, as Kafka reads it); the authority's key is kept nowhere.
    """
    authority, server = folder / "authority.pem", folder / "server.pem"
    if authority.exists() and server.exists():
        return authority, server
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    issuer_key, key = (
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP256R1()),
    )
    issuer = _named("Alongside on this machine")
    issued_by = _certificate(issuer, issuer, issuer_key.public_key()).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    issued = _certificate(_named("localhost"), issuer, key.public_key()).add_extension(
        x509.SubjectAlternativeName(
            [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
        ),
        critical=False,
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    signed = issued.sign(issuer_key, hashes.SHA256()).public_bytes(Encoding.PEM)
    write_secret(server, (secret + signed).decode())
    authority.write_bytes(issued_by.sign(issuer_key, hashes.SHA256()).public_bytes(Encoding.PEM))
    return authority, server


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _EARLIER)
        .not_valid_after(now + _VALID)
    )
