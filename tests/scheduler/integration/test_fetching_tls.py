"""Encrypted servers: the number is pinned, and the name on the certificate must still be right."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from alongside_scheduler.calendars.fetching import Fetcher, FetchFailed
from alongside_scheduler.domain.addresses import AllowedHosts, calendar_address

pytestmark = pytest.mark.integration

NAME = "calendar.example.org"
CALENDAR = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for one name, signed by nobody but itself, with its key beside it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "server.pem"
    path.write_bytes(
        made.public_bytes(Encoding.PEM)
        + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    return path


@pytest.fixture
async def port(certificate: Path) -> AsyncIterator[int]:
    """The port of a server that has this certificate."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (await reader.readline()).strip():
            pass
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + CALENDAR)
        await writer.drain()
        writer.close()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    listening = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    yield listening.sockets[0].getsockname()[1]
    listening.close()


async def here(_host: str, _port: int) -> list[str]:
    return ["127.0.0.1"]


def fetcher_for(host: str, port: int, tls: ssl.SSLContext | None):
    allowed = AllowedHosts([f"{host}:{port}"])
    address = calendar_address(f"https://{host}:{port}/a.ics", allowed)
    return Fetcher(allowed, resolver=here, tls=tls).fetch(address)


async def test_the_name_is_proved_although_the_number_is_pinned(certificate, port):
    trusting = ssl.create_default_context(cafile=certificate)
    assert (await fetcher_for(NAME, port, trusting)).content == CALENDAR
    with pytest.raises(FetchFailed, match="certificate"):
        await fetcher_for("other.example.org", port, trusting)


async def test_a_certificate_that_nobody_vouches_for_is_refused(port):
    with pytest.raises(FetchFailed, match="certificate"):
        await fetcher_for(NAME, port, None)
