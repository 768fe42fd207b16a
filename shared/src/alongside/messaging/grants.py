"""What each service may do in Kafka: say its own facts, hear those it needs, and nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import for_code
from aiokafka.protocol.admin import CreateAclsRequest

from alongside.messaging.topics import HEARS, SAYS

__all__ = ["HEARS", "SAYS", "Grant", "give", "grants"]

_TOPIC, _GROUP = 2, 3
_LITERAL, _PREFIXED = 3, 4
_ALLOW = 3
_NUMBERS: Final = MappingProxyType({"READ": 3, "WRITE": 4, "DESCRIBE": 8})
# Numbers of the Kafka protocol: ResourceType, PatternType, AclPermissionType, AclOperation.


@dataclass(frozen=True, slots=True)
class Grant:
    """One thing that one user may do, from anywhere."""

    user: str
    kind: Literal["topic", "group"]
    name: str
    """Of the topic; of groups, how their names begin."""
    operation: Literal["READ", "WRITE", "DESCRIBE"]


def grants() -> Iterator[Grant]:
    """Return what every service may do; its user has its name."""
    for service, topics in SAYS.items():
        for topic in topics:
            yield Grant(service, "topic", topic, "WRITE")
            yield Grant(service, "topic", topic, "DESCRIBE")
    for service, topics in HEARS.items():
        for topic in topics:
            yield Grant(service, "topic", topic, "READ")
        yield Grant(service, "group", f"alongside.{service}-", "READ")


async def give(admin: AIOKafkaAdminClient) -> int:
    """Give every service its grants; those it has already stay. Returns how many there are."""
    wanted = list(grants())
    for grant in wanted:
        topic = grant.kind == "topic"
        request = CreateAclsRequest(
            _TOPIC if topic else _GROUP,
            grant.name,
            _LITERAL if topic else _PREFIXED,
            f"User:{grant.user}",
            "*",
            _NUMBERS[grant.operation],
            _ALLOW,
        )
        # The client knows this request, and has no method for it.
        answer = await admin._send_to_controller(request)  # noqa: SLF001
        for code, message in answer.creation_responses:
            if code:
                raise for_code(code)(message)
    return len(wanted)
