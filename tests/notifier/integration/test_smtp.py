"""Mails over real SMTP: in order, once, and with the same Message-ID when a crash repeats one."""

import socket
import ssl
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from alongside.observability.metrics import REGISTRY
from alongside_notifier.delivery import Away, BadMailServer, Parcel, SmtpPost
from alongside_notifier.handlers.send import GIVE_UP, send_mail
from notifier.client import Client

pytestmark = pytest.mark.integration


class Sink:
    """Keeps what it is given; can refuse."""

    def __init__(self):
        self.mails = []
        self.answers = {}
        self.lines = []
        """From which port each mail came, and whether by TLS."""

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.lines.append((session.peer[1], session.ssl is not None))
        self.mails.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return "250 taken"

    def read(self):
        return [message_from_bytes(content, policy=default) for _, _, content in self.mails]


@pytest.fixture
def sink():
    return Sink()


class Server:
    """An SMTP server on one port, which can go away and come back."""

    def __init__(self, sink):
        self.sink = sink
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.running = None

    def start(self, **options):
        self.running = Controller(self.sink, hostname="127.0.0.1", port=self.port, **options)
        self.running.start()

    def stop(self):
        if self.running is not None:
            self.running.stop()
            self.running = None


@pytest.fixture
def server(sink):
    made = Server(sink)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def notifier_settings(notifier_settings, server):
    return {**notifier_settings, "smtp_url": f"smtp://127.0.0.1:{server.port}"}


async def test_what_arrives_is_byte_for_byte_what_was_queued(notifier, sink):
    await notifier.begin()
    assert await notifier.tick("send") == 3
    rows = await notifier.mails()
    assert [content for _, _, content in sink.mails] == [row.raw for row in rows]
    assert [to for _, to, _ in sink.mails] == [[row.recipient] for row in rows]
    assert [sender for sender, _, _ in sink.mails] == [row.sender for row in rows]
    client = Client()
    client.receive(sink.mails[1][2])
    assert len(client.shows()) == 6


async def test_a_crash_between_handing_over_and_settling_repeats_the_same_message_id(
    notifier, sink, monkeypatch
):
    await notifier.begin()
    from alongside_notifier.store.mails import Mails

    async def killed(*_arguments, **_facts):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Mails, "sent", killed)
        with pytest.raises(KeyboardInterrupt):
            await notifier.tick("send")
    assert len(sink.mails) == 3, "what a quick server takes in a moment is settled together"
    assert await notifier.tick("send") == 0, "the claim is still held"
    notifier.clock.advance(timedelta(minutes=11))
    assert await notifier.tick("send") == 3
    ids = [mail["Message-ID"] for mail in sink.read()]
    assert ids[3:] == ids[:3]
    assert len(set(ids)) == 3
    assert await notifier.tick("send") == 0


async def test_a_refusal_for_good_is_said_and_ends_it(notifier, sink):
    sink.answers["ben@people.example"] = "550 5.1.1 no such person"
    await notifier.begin()
    await notifier.tick("send")
    (row,) = await notifier.mails("ben")
    assert row.outcome == "failed"
    assert "550 5.1.1 no such person" in row.last_error
    assert len(sink.mails) == 2


async def test_not_now_is_tried_again_and_what_follows_waits_in_order(notifier, sink):
    sink.answers["ben@people.example"] = "451 4.7.1 greylisted, come back"
    life = await notifier.begin()
    await notifier.tick("send")
    await notifier.hear_series(life.cancel(life.keys()[0]))
    await notifier.tell()
    await notifier.tick("send")
    invitation, cancellation = await notifier.mails("ben")
    assert "greylisted" in invitation.last_error
    assert cancellation.attempts == 0 or cancellation.done_at is None
    del sink.answers["ben@people.example"]
    notifier.clock.advance(timedelta(hours=1))
    await notifier.tick("send")
    methods = [
        part.get_param("method")
        for mail in sink.read()
        if "ben@" in mail["To"]
        for part in mail.walk()
        if part.get_content_type() == "text/calendar"
    ]
    assert methods == ["REQUEST", "CANCEL"]


async def test_a_server_that_is_away_loses_nothing(notifier, sink, server):
    await notifier.begin()
    server.stop()
    assert await notifier.tick("send") == 0
    rows = await notifier.mails()
    assert {row.outcome for row in rows} == {None}
    assert all(row.last_error for row in rows)
    server.start()
    notifier.clock.advance(timedelta(minutes=5))
    assert await notifier.tick("send") == 3


async def test_after_days_it_gives_up_with_the_reason(notifier, server):
    await notifier.begin()
    server.stop()
    notifier.clock.advance(GIVE_UP)
    await notifier.tick("send")
    server.start()
    rows = await notifier.mails()
    assert {row.outcome for row in rows} == {"failed"}
    assert all(row.last_error.startswith("Given up after 3 days.") for row in rows)


async def test_what_becomes_of_mail_is_counted_by_kind_and_by_reason(notifier, sink, server):
    def counted(name, **labels):
        return REGISTRY.get_sample_value(name, labels) or 0

    def all_counted():
        return (
            counted("alongside_mail_sent_total", kind="invitation"),
            *(
                counted("alongside_mail_failed_total", reason=reason)
                for reason in ("no_such_address", "not_now", "away")
            ),
        )

    before = all_counted()
    sink.answers["ben@people.example"] = "550 5.1.1 no such person"
    sink.answers["cleo@people.example"] = "451 4.7.1 greylisted, come back"
    await notifier.begin()
    await notifier.tick("send")
    server.stop()
    notifier.clock.advance(timedelta(hours=1))
    await notifier.tick("send")
    assert [now - then for now, then in zip(all_counted(), before, strict=True)] == [1, 1, 1, 1]


async def test_two_senders_never_send_one_mail_twice(notifier, sink, server):
    import asyncio

    await notifier.begin()
    post = SmtpPost(f"smtp://127.0.0.1:{server.port}")
    sent = await asyncio.gather(
        *(send_mail(notifier.app.uow, post, f"worker-{number}") for number in range(4))
    )
    assert sum(sent) == 3
    ids = [mail["Message-ID"] for mail in sink.read()]
    assert len(ids) == len(set(ids)) == 3


async def hand(post):
    async with post.open() as counter:
        await counter.hand(Parcel(1, "x", None, "a@b.example", "c@d.example", b"X: 1\r\n\r\nx\r\n"))


async def test_a_connection_carries_more_than_one_batch_until_the_server_hangs_up(sink, server):
    post = SmtpPost(f"smtp://127.0.0.1:{server.port}")
    await hand(post)
    await hand(post)
    async with post.open():
        await hand(post)  # somebody else has it
    assert len({port for port, _ in sink.lines}) == 2
    server.stop()
    server.start()
    await hand(post)
    assert len(sink.mails) == 4
    await post.close()
    await post.close()


async def test_tls_is_as_the_operator_says_and_certificates_are_verified(
    sink, server, tmp_path, monkeypatch
):
    url = f"smtp://localhost:{server.port}"
    with pytest.raises(Away):
        await hand(SmtpPost(url, tls="required"))
    server.stop()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(tmp_path))
    server.start(tls_context=context)
    for tls in ("auto", "required"):
        with pytest.raises(Away, match=r"(?i)certificate"):
            await hand(SmtpPost(url, tls=tls))
    posts = [SmtpPost(url, tls="off")]
    await hand(posts[0])
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "server.pem"))
    posts += [SmtpPost(url, tls=tls) for tls in ("auto", "required")]
    for post in posts[1:]:
        await hand(post)
    assert [encrypted for _, encrypted in sink.lines] == [False, True, True]
    for post in posts:
        await post.close()


def certificate(folder):
    """Make a certificate for localhost, signed by nobody but itself, with its key beside it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    path.write_bytes(
        made.public_bytes(Encoding.PEM)
        + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    return path


@pytest.mark.parametrize("url", ["smtps://mail.example", "smtp://user:hunter2@mail.example"])
def test_what_would_send_a_password_in_the_open_is_refused_at_the_start(url):
    with pytest.raises(BadMailServer) as refused:
        SmtpPost(url, tls="off")
    assert "hunter2" not in str(refused.value)


async def test_a_password_never_goes_over_a_plain_line():
    post = SmtpPost("smtp://user:secret@mail.example:587")
    assert post._needs_tls
    with pytest.raises(Away):
        async with SmtpPost("smtp://127.0.0.1:1").open() as counter:
            await counter.hand(Parcel(1, "x", None, "a@b.example", "c@d.example", b"x"))
