"""Who says what, and who hears it."""

from collections.abc import Iterable
from types import MappingProxyType
from typing import Final

from alongside.contracts import ANSWERS, HOURS, PEOPLE, SESSIONS
from alongside.settings import SERVICES, ServiceName

SAYS: Final = MappingProxyType[ServiceName, tuple[str, ...]](
    {"scheduler": (PEOPLE, SESSIONS), "logbook": (HOURS,), "notifier": (ANSWERS,)}
)
HEARS: Final = MappingProxyType[ServiceName, tuple[str, ...]](
    {
        "scheduler": (ANSWERS, HOURS),
        "logbook": (PEOPLE, SESSIONS),
        "notifier": (PEOPLE, SESSIONS, HOURS),
    }
)
ABOUT: Final = MappingProxyType(
    {
        PEOPLE: "Who is here, in which role, with which credentials. In order for each person.",
        SESSIONS: "What is planned: whole series, as they stand. In order for each series.",
        ANSWERS: "Who comes and who does not. In order for each person in a series.",
        HOURS: "What was held and what counts. In order for each supervisee.",
    }
)


def groups_of(services: Iterable[ServiceName] = SERVICES) -> dict[str, str]:
    """Return the Kafka groups of these services, each with the topic that it hears."""
    return {
        f"alongside.{service}-{topic.split('.')[1]}": topic
        for service in services
        for topic in HEARS[service]
    }
