"""Which service owns which paths, for a door that stands before separate processes.

Each service says the same in its `ServiceApp.prefixes`; a test holds the two together, and the
Caddyfile with them.
"""

from types import MappingProxyType
from typing import Final

from alongside.settings import ServiceName

ROUTES: Final = MappingProxyType[ServiceName, tuple[str, ...]](
    {
        "scheduler": ("/", "/api/scheduler"),
        "logbook": (
            "/hours",
            "/attendance",
            "/progress",
            "/cohort",
            "/rules",
            "/trainings",
            "/imports",
            "/documents",
            "/check",
            "/vouch",
            "/my-data",
            "/operations/logbook",
            "/api/logbook",
        ),
        "notifier": (
            "/feeds",
            "/calendar",
            "/messages",
            "/preferences",
            "/answer",
            "/operations/notifier",
            "/api/notifier",
        ),
    }
)
"""The paths of each service; a request goes to the longest that fits. The scheduler has the rest."""

SERVICE_OF: Final = MappingProxyType(
    {prefix: service for service, prefixes in ROUTES.items() for prefix in prefixes}
)
