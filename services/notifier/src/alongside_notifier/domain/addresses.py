"""Our own addresses: of mail, one per person, which only that person has been given; of feeds."""

import hmac
from collections.abc import Iterable
from email.utils import getaddresses
from hashlib import sha256

TOKEN_LENGTH = 20


def hash_of(token: str) -> str:
    """Return what the database keeps of the secret in a feed's address."""
    return sha256(token.encode()).hexdigest()


def reply_token(mac: str) -> str:
    """Return the tag of a person from their MAC; mail systems may change case, so it has none."""
    return mac[:TOKEN_LENGTH].lower()


def tagged(mail_from: str, token: str) -> str:
    """Return `local+token@domain`."""
    local, _, domain = mail_from.rpartition("@")
    return f"{local}+{token}@{domain}"


def domain_of(mail_from: str) -> str:
    """Return what stands behind the @."""
    return mail_from.rpartition("@")[2]


def tokens_in(headers: Iterable[str], mail_from: str) -> frozenset[str]:
    """Return the tags of ours that stand in the given address headers."""
    local, _, domain = mail_from.lower().rpartition("@")
    found = set()
    for _, address in getaddresses([header.replace("mailto:", "") for header in headers]):
        given_local, _, given_domain = address.lower().rpartition("@")
        stem, plus, tag = given_local.partition("+")
        if plus and stem == local and given_domain == domain:
            found.add(tag)
    return frozenset(found)


def is_one_of(token: str, given: Iterable[str]) -> bool:
    """Tell, in constant time for each, whether one of the given tags is the expected one."""
    matches = [hmac.compare_digest(token.encode(), tag.encode()) for tag in given]
    return any(matches)
