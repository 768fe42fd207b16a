import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alongside.errors import Conflict
from alongside.secrets import BrokenSeal, MissingKey, Secrets, turn
from alongside.settings import Settings
from alongside.stack.keys import hand_out
from alongside.web.tokens import BadToken, TokenReader, sign_session

pytestmark = pytest.mark.unit


def test_keys_are_made_once_for_their_owner_only(tmp_path: Path) -> None:
    first = Secrets(tmp_path / "keys", allow_create=True)
    for name in ("signing.pem", "link.key", "feed.key"):
        assert stat.S_IMODE((tmp_path / "keys" / name).stat().st_mode) == 0o600
    again = Secrets(tmp_path / "keys", allow_create=True)
    assert again.link_mac("sign-in", "r1") == first.link_mac("sign-in", "r1")
    assert again.public_key == first.signing_key.public_key()
    assert sorted(path.name for path in (tmp_path / "keys").iterdir()) == [
        "feed.key",
        "link.key",
        "signing.pem",
        "verifying.pem",
    ]


def test_racing_processes_agree_on_one_set(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: Secrets(tmp_path, allow_create=True), range(16)))
    assert len({each.link_mac("x", "y") for each in made}) == 1
    assert len({each.feed_mac("y") for each in made}) == 1
    assert all(each.public_key == made[0].signing_key.public_key() for each in made)


def test_a_service_with_the_public_key_alone_misses_only_what_it_uses(tmp_path: Path) -> None:
    Secrets(tmp_path / "all", allow_create=True)
    few = tmp_path / "few"
    few.mkdir()
    (few / "verifying.pem").write_bytes((tmp_path / "all" / "verifying.pem").read_bytes())
    secrets = Secrets(few)
    assert secrets.public_key
    assert secrets.is_notice_mac("n", secrets.notice_mac("n"))
    with pytest.raises(MissingKey, match=r"signing\.pem"):
        _ = secrets.signing_key
    with pytest.raises(MissingKey, match=r"link\.key"):
        secrets.link_mac("sign-in", "x")


def test_nothing_is_made_in_the_stack(tmp_path: Path) -> None:
    secrets = Secrets.of(Settings(data=tmp_path, mode="stack"))
    with pytest.raises(MissingKey):
        _ = secrets.public_key
    assert not (tmp_path / "keys").exists()


def test_a_spoiled_key_is_refused(tmp_path: Path) -> None:
    Secrets(tmp_path, allow_create=True)
    (tmp_path / "link.key").write_text("short")
    with pytest.raises(MissingKey, match="32 bytes"):
        Secrets(tmp_path).link_mac("a", "b")


def test_macs_differ_by_purpose_and_key(tmp_path: Path) -> None:
    secrets = Secrets(tmp_path, allow_create=True)
    mac = secrets.link_mac("sign-in", "x")
    assert len(mac) == 43
    assert mac != secrets.link_mac("answer", "x")
    assert mac != secrets.link_mac("sign-i", "n\0x")
    assert secrets.feed_mac("x") != secrets.notice_mac("x")
    assert secrets.is_link_mac("sign-in", "x", mac)
    assert not secrets.is_link_mac("sign-in", "y", mac)
    assert not secrets.is_link_mac("sign-in", "x", mac[:-1])
    assert not secrets.is_link_mac("sign-in", "x", "ü\ud800")
    assert secrets.feed_macs("f:1") == (secrets.feed_mac("f:1"),)
    assert secrets.feed_mac("f:2") != secrets.feed_mac("f:1")


def test_what_is_sealed_opens_for_its_purpose_and_key_only(tmp_path: Path) -> None:
    secrets = Secrets(tmp_path / "ours", allow_create=True)
    sealed = secrets.seal("calendar", "https://example.org/sécret")
    assert "example" not in sealed
    assert sealed != secrets.seal("calendar", "https://example.org/sécret")
    assert secrets.unseal("calendar", sealed) == "https://example.org/sécret"
    others = Secrets(tmp_path / "theirs", allow_create=True)
    for key, purpose, text in (
        (secrets, "other", sealed),
        (others, "calendar", sealed),
        (secrets, "calendar", sealed[:-8] + "AAAAAAA="),
        (secrets, "calendar", ""),
        (secrets, "calendar", "not base64 at all"),
        (secrets, "calendar", sealed[:10]),
    ):
        with pytest.raises(BrokenSeal):
            key.unseal(purpose, text)


def test_a_turned_key_leaves_everybody_signed_in(tmp_path: Path) -> None:
    old = Secrets(tmp_path, allow_create=True)
    cookie = signed_in(old)
    link, sealed, feed = old.link_mac("vouch", "r1"), old.seal("a", "kept"), old.feed_mac("f:1")
    # As in deploy/secrets, whose files the users of the containers read.
    (tmp_path / "signing.pem").chmod(0o644)
    turn(tmp_path, "signing")
    turn(tmp_path, "link")
    turn(tmp_path, "feed")
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert modes == {
        "signing.pem": 0o644,
        "verifying.pem": 0o644,
        "verifying-before.pem": 0o644,
        "link.key": 0o600,
        "link-before.key": 0o600,
        "feed.key": 0o600,
        "feed-before.key": 0o600,
    }
    new = Secrets(tmp_path, allow_create=True)
    for secrets, token in ((new, cookie), (new, signed_in(new))):
        assert TokenReader(secrets).read(token, NOW).person_id == "p1"
    assert new.link_mac("vouch", "r1") != link
    assert new.is_link_mac("vouch", "r1", link)
    assert new.is_link_mac("vouch", "r1", new.link_mac("vouch", "r1"))
    assert not new.is_link_mac("vouch", "r2", link)
    assert [new.unseal("a", each) for each in (sealed, new.seal("a", "kept"))] == ["kept", "kept"]
    assert new.feed_macs("f:1") == (new.feed_mac("f:1"), feed)
    assert new.feed_mac("f:1") != feed
    # Each service is handed what it needs of both, and no more.
    given = {path.name for path in hand_out("logbook", tmp_path, tmp_path / "of-logbook").iterdir()}
    assert given == {"verifying.pem", "verifying-before.pem", "link.key", "link-before.key"}
    with pytest.raises(Conflict, match="still kept"):
        turn(tmp_path, "signing")
    # Once the one before is put away, what it signed is nobody's.
    (tmp_path / "verifying-before.pem").unlink()
    (tmp_path / "link-before.key").unlink()
    later = Secrets(tmp_path)
    with pytest.raises(BadToken):
        TokenReader(later).read(cookie, NOW)
    with pytest.raises(BrokenSeal):
        later.unseal("a", sealed)
    assert not later.is_link_mac("vouch", "r1", link)


NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)


def signed_in(secrets: Secrets) -> str:
    return sign_session(
        secrets, person_id="p1", name="Ada", roles=("supervisee",), zone="UTC",
        session_id="s1", now=NOW,
    )  # fmt: skip
