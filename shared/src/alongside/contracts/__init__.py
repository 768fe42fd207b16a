"""The events of Alongside: frozen, past tense, versioned, in UTC. One module a topic."""

from pydantic import TypeAdapter

from alongside.contracts.answers import ANSWERS, InvitationAnswered, answers_events
from alongside.contracts.event import Event, Fact
from alongside.contracts.hours import (
    HOURS,
    AttendanceRecorded,
    EntryState,
    HoursConfirmed,
    HoursReturned,
    MilestoneReached,
    ProgressChanged,
    VisitLogged,
    VisitState,
    hours_events,
)
from alongside.contracts.people import (
    PEOPLE,
    AskAbout,
    AssociationDescribed,
    Category,
    Credential,
    CredentialChanged,
    CredentialKind,
    CredentialStanding,
    PersonAsked,
    PersonChanged,
    PersonLeft,
    PersonRegistered,
    PersonState,
    Role,
    SignedOut,
    SignInLinkRequested,
    people_events,
)
from alongside.contracts.sessions import (
    SESSIONS,
    Frequency,
    GroupKind,
    Member,
    Occurrence,
    Pattern,
    RosterChanged,
    SeriesChanged,
    SeriesEnded,
    SeriesPurpose,
    SeriesScheduled,
    SeriesState,
    SessionCancelled,
    SessionMoved,
    Site,
    SiteKind,
    sessions_events,
)

TOPICS: dict[str, TypeAdapter] = {  # type: ignore[type-arg]  # unions differ by topic
    PEOPLE: people_events,
    SESSIONS: sessions_events,
    ANSWERS: answers_events,
    HOURS: hours_events,
}
"""Every topic, with the adapter that reads its records."""

__all__ = [
    "ANSWERS", "HOURS", "PEOPLE", "SESSIONS", "TOPICS",
    "AskAbout", "AssociationDescribed", "AttendanceRecorded", "Category", "Credential", "CredentialChanged",
    "CredentialKind", "CredentialStanding", "EntryState", "Event", "Fact", "Frequency", "GroupKind",
    "HoursConfirmed", "HoursReturned", "InvitationAnswered", "Member", "MilestoneReached",
    "Occurrence", "Pattern", "PersonAsked", "PersonChanged", "PersonLeft", "PersonRegistered", "PersonState",
    "ProgressChanged", "Role", "RosterChanged", "SeriesChanged", "SeriesEnded", "SeriesPurpose", "SeriesScheduled",
    "SeriesState", "SessionCancelled", "SessionMoved", "SignInLinkRequested", "SignedOut", "Site", "SiteKind", "VisitLogged", "VisitState",
    "answers_events", "hours_events", "people_events", "sessions_events",
]  # fmt: skip
