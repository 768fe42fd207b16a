"""Which addresses are asked at all, and to which number a connection is made."""

import asyncio
import socket
from datetime import timedelta
from ipaddress import ip_address

import httpcore2
import pytest

from alongside_scheduler.calendars.fetching import Fetcher, FetchFailed, PinnedNetwork
from alongside_scheduler.domain.addresses import (
    AllowedHosts,
    BadAddress,
    PrivateAddress,
    calendar_address,
    check_ip,
)

pytestmark = pytest.mark.unit

NOBODY = AllowedHosts()

PRIVATE = [
    "0.0.0.0", "10.0.0.1", "100.64.0.1", "100.127.255.254", "127.0.0.1", "127.8.8.8",
    "168.63.129.16", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1",
    "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.7", "203.0.113.9",
    "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::127.0.0.1", "::8.8.8.8", "::ffff:10.0.0.1", "::ffff:127.0.0.1",
    "::ffff:169.254.169.254", "64:ff9b::10.0.0.1", "64:ff9b::127.0.0.1",
    "64:ff9b::169.254.169.254", "64:ff9b:1::8.8.8.8", "100::1", "2001::1", "2001:db8::1",
    "2002:7f00:1::", "2002:808:808::", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254",
    "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "ff0e::1", "", "not a number",
]  # fmt: skip

PUBLIC = [
    "1.1.1.1", "142.250.80.46", "172.15.255.255", "172.32.0.1", "100.128.0.1", "169.253.0.1",
    "2606:4700:4700::1111", "64:ff9b::1.1.1.1", "::ffff:1.1.1.1",
]  # fmt: skip


@pytest.mark.parametrize("number", PRIVATE)
def test_private_numbers_are_refused_in_every_form(number):
    with pytest.raises(PrivateAddress):
        check_ip(number)


@pytest.mark.parametrize("number", PUBLIC)
def test_public_numbers_are_what_is_connected_to(number):
    assert ip_address(check_ip(number)) == ip_address(number)


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        (
            "https://calendar.example.org/a.ics?key=1#part",
            "https://calendar.example.org/a.ics?key=1",
        ),
        (" webcal://p1.example.org/x ", "https://p1.example.org/x"),
        ("http://example.org", "http://example.org/"),
        ("https://example.org:443/x", "https://example.org/x"),
        ("https://EXAMPLE.org./x", "https://example.org/x"),
        ("http://example.org:443/x", "http://example.org:443/x"),
        ("https://[2606:4700::1]/x", "https://[2606:4700::1]/x"),
    ],
)
def test_what_is_asked(typed, asked):
    assert str(calendar_address(typed, NOBODY)) == asked


@pytest.mark.parametrize(
    "typed",
    [
        "", "example.org/a.ics", "ftp://example.org/a", "file:///etc/passwd", "gopher://x.org/",
        "javascript:alert(1)", "https://", "https:///a", "https://user@example.org/",
        "https://user:pass@example.org/", "https://example.org:8443/", "https://example.org:22/",
        "https://example.org:99999/", "https://example.org:x/", "https://[::1", "https://exa\\mple.org/",
        "https://exämple.org/", "https://example.org/" + "a" * 2000, "https://example.org/\x00",
    ],
)  # fmt: skip
def test_what_is_not_an_address(typed):
    with pytest.raises(BadAddress) as refusal:
        calendar_address(typed, NOBODY)
    assert refusal.value.field == "address"
    assert not isinstance(refusal.value, PrivateAddress)


@pytest.mark.parametrize(
    "typed",
    [
        "http://127.0.0.1/", "http://[::1]/", "http://[::ffff:10.0.0.1]/", "http://localhost/",
        "http://intranet/x", "http://169.254.169.254/latest/meta-data/", "http://2130706433/",
    ],
)  # fmt: skip
def test_private_hosts_are_refused_when_they_are_typed(typed):
    with pytest.raises(PrivateAddress):
        calendar_address(typed, NOBODY)


def test_an_allowed_host_is_allowed_on_its_port_alone():
    allowed = AllowedHosts(["127.0.0.1:8123", "calendars"])
    assert str(calendar_address("http://127.0.0.1:8123/a", allowed)) == "http://127.0.0.1:8123/a"
    assert str(calendar_address("https://calendars/a", allowed)) == "https://calendars/a"
    for other in ("http://127.0.0.1/", "http://127.0.0.1:8124/", "http://calendars:8080/"):
        with pytest.raises(BadAddress):
            calendar_address(other, allowed)


class Wire(httpcore2.AsyncNetworkBackend):
    """A network that notes to whom it was to connect, and connects to nobody."""

    def __init__(self, *answering: str) -> None:
        self.asked: list[tuple[str, int]] = []
        self._answering = answering

    async def connect_tcp(self, host, port, *_rest, **_more):
        self.asked.append((host, port))
        if host in self._answering:
            return httpcore2.AsyncMockStream([])
        raise httpcore2.ConnectError("nobody there")


class Names:
    """A name server that may answer differently each time it is asked."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        return self.answers.pop(0)


async def test_the_number_that_was_judged_is_the_number_connected_to():
    # The second answer is what a rebinding name server gives: nobody asks for it.
    wire, names = Wire("1.1.1.1"), Names(["1.1.1.1"], ["127.0.0.1"])
    network = PinnedNetwork(NOBODY, names, wire)
    await network.connect_tcp("calendar.example.org", 443)
    assert wire.asked == [("1.1.1.1", 443)]
    assert names.asked == ["calendar.example.org"]


@pytest.mark.parametrize(
    "numbers", [["127.0.0.1"], ["1.1.1.1", "10.0.0.1"], ["::ffff:192.168.0.1"], ["fe80::1%eth0"]]
)
async def test_a_name_with_any_private_number_is_not_connected_to(numbers):
    wire = Wire(*numbers)
    with pytest.raises(PrivateAddress):
        await PinnedNetwork(NOBODY, Names(numbers), wire).connect_tcp("evil.example.org", 80)
    assert wire.asked == []


async def test_the_next_number_is_tried_when_one_does_not_answer():
    wire = Wire("1.0.0.1")
    network = PinnedNetwork(NOBODY, Names(["2606:4700::1", "1.0.0.1"]), wire)
    await network.connect_tcp("example.org", 443)
    assert wire.asked == [("2606:4700::1", 443), ("1.0.0.1", 443)]


async def test_a_socket_of_the_machine_is_refused():
    with pytest.raises(BadAddress):
        await PinnedNetwork(NOBODY).connect_unix_socket("/run/secret.sock")


@pytest.mark.parametrize("host", ["0x7f.1", "127.1", "0177.0.0.1"])
async def test_odd_spellings_of_a_private_number_are_seen_through(host):
    # The system's own resolver reads these as 127.0.0.1 without asking any name server.
    with pytest.raises(PrivateAddress):
        await Fetcher(NOBODY).fetch(calendar_address(f"http://{host}/", NOBODY))


async def test_names_that_are_nobodys_and_servers_that_do_not_answer_are_told_apart():
    async def unknown(_host: str, _port: int) -> list[str]:
        raise socket.gaierror("no such name")

    async def hanging(_host: str, _port: int) -> list[str]:
        await asyncio.sleep(60)
        return []

    address = calendar_address("https://nobody.example.org/", NOBODY)
    with pytest.raises(FetchFailed, match="no server named"):
        await Fetcher(NOBODY, resolver=unknown).fetch(address)
    with pytest.raises(FetchFailed, match="did not finish"):
        await Fetcher(NOBODY, resolver=hanging, deadline=timedelta(seconds=0.05)).fetch(address)
