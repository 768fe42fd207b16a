import base64
import json
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey

from alongside.secrets import Secrets
from alongside.testing import FixedClock
from alongside.web.tokens import LONGEST_LIFETIME, BadToken, TokenReader, cookie_name, sign_session

pytestmark = pytest.mark.unit

CLOCK = FixedClock()
CLAIMS = {
    "sub": "p1",
    "name": "A",
    "roles": ["coordinator"],
    "zone": "UTC",
    "sid": "s",
    "iat": int(CLOCK.now().timestamp()),
    "exp": int(CLOCK.now().timestamp()) + 60,
}


@pytest.fixture
def secrets(tmp_path):
    return Secrets(tmp_path, allow_create=True)


def signed(secrets, **facts):
    said = {
        "person_id": "p1",
        "name": "Ann",
        "roles": ["supervisor"],
        "zone": "UTC",
        "session_id": "s1",
        "now": CLOCK.now(),
    }
    return sign_session(secrets, **{**said, **facts})


def b64(value) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def refused(secrets, token: str) -> None:
    with pytest.raises(BadToken):
        TokenReader(secrets).read(token, CLOCK.now())


def test_what_was_signed_is_read(secrets) -> None:
    claims = TokenReader(secrets).read(signed(secrets, scopes=["read"]), CLOCK.now())
    assert (claims.person_id, claims.name, claims.zone, claims.session_id) == (
        "p1",
        "Ann",
        "UTC",
        "s1",
    )
    assert claims.roles == {"supervisor"}
    assert claims.scopes == {"read"}


def test_it_ends(secrets) -> None:
    token = signed(secrets, lifetime=timedelta(minutes=5))
    reader = TokenReader(secrets)
    assert reader.read(token, CLOCK.now() + timedelta(seconds=299))
    with pytest.raises(BadToken):
        reader.read(token, CLOCK.now() + timedelta(minutes=5))
    forever = reader.read(signed(secrets, lifetime=timedelta(days=9999)), CLOCK.now())
    assert forever.expires_at == CLOCK.now() + LONGEST_LIFETIME


def test_another_installations_token_is_refused(secrets, tmp_path) -> None:
    refused(secrets, signed(Secrets(tmp_path / "other", allow_create=True)))


def test_changed_claims_are_refused(secrets) -> None:
    header, payload, signature = signed(secrets).split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    refused(secrets, f"{header}.{b64({**claims, 'roles': ['coordinator']})}.{signature}")
    refused(secrets, f"{header}.{payload}.")
    refused(secrets, f"{header}.{payload}.{'A' * 86}")


@pytest.mark.parametrize("algorithm", ["none", "HS256", "EdDSA", "ES256", "Ed448"])
def test_no_other_algorithm_is_believed(secrets, algorithm: str) -> None:
    _, payload, signature = signed(secrets).split(".")
    header = {"alg": algorithm, "typ": "alongside-session+jwt"}
    refused(secrets, f"{b64(header)}.{payload}.{signature}")
    refused(secrets, f"{b64(header)}.{payload}.")


def test_the_public_key_is_no_hmac_key(secrets) -> None:
    pem = secrets.public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    raw = secrets.public_key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    for secret in (base64.b64encode(pem), raw):
        token = jwt.encode(
            {"alg": "HS256", "typ": "alongside-session+jwt"},
            CLAIMS,
            OctKey.import_key(secret),
            algorithms=["HS256"],
        )
        refused(secrets, token)


def test_a_header_cannot_bring_its_own_key(secrets, tmp_path) -> None:
    thief = Secrets(tmp_path / "thief", allow_create=True)
    key = OKPKey.import_key(thief.signing_key)
    public = OKPKey.import_key(thief.public_key).as_dict()
    header = {"alg": "Ed25519", "typ": "alongside-session+jwt", "jwk": public}
    refused(secrets, jwt.encode(header, CLAIMS, key, algorithms=["Ed25519"]))


@pytest.mark.parametrize(
    "change",
    [
        {"sub": 5},
        {"roles": None},
        {"exp": "soon"},
        {"exp": 1e30},
        {"sid": None},
        {"scp": [1]},
    ],
)
def test_odd_claims_under_our_own_signature_are_refused(secrets, change) -> None:
    key = OKPKey.import_key(secrets.signing_key)
    header = {"alg": "Ed25519", "typ": "alongside-session+jwt"}
    refused(secrets, jwt.encode(header, {**CLAIMS, **change}, key, algorithms=["Ed25519"]))


def test_another_kind_of_our_own_tokens_is_refused(secrets) -> None:
    key = OKPKey.import_key(secrets.signing_key)
    refused(secrets, jwt.encode({"alg": "Ed25519"}, CLAIMS, key, algorithms=["Ed25519"]))


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "a.b", "ü.ü.ü", "x" * 5000, "..", "{}.{}.{}"])
def test_rubbish_is_refused(secrets, token: str) -> None:
    refused(secrets, token)


def test_unknown_roles_are_dropped(secrets) -> None:
    claims = TokenReader(secrets).read(signed(secrets, roles=["owner", "supervisee"]), CLOCK.now())
    assert claims.roles == {"supervisee"}


@pytest.mark.parametrize(
    ("origin", "name"),
    [
        ("https://hours.example.org", "__Host-alongside"),
        ("https://hours.example.org:8443", "__Host-alongside"),
        ("http://127.0.0.1:8000", "alongside"),
        ("http://127.0.0.1:8123", "alongside-8123"),
        ("http://localhost", "alongside"),
    ],
)
def test_installations_side_by_side_keep_their_cookies_apart(origin: str, name: str) -> None:
    assert cookie_name(origin) == name
