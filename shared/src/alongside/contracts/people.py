"""Facts about people: who they are, what they may do, what they pursue. Key: the person.

Said by the scheduler. Names and addresses are here because invitations need them; nothing
else about a person is.
"""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Literal, get_args

from pydantic import AwareDatetime, Field, TypeAdapter

from alongside.contracts.event import Event, Fact, Open

PEOPLE = "alongside.people.v1"

Role = Literal["supervisee", "supervisor", "coordinator"]


def known_roles(roles: Iterable[str]) -> frozenset[Role]:
    """Return those that this version knows: another one gives no right."""
    given = frozenset(roles)
    known: tuple[Role, ...] = get_args(Role)
    return frozenset(role for role in known if role in given)


Category = Literal[
    "IFA", "IFS", "IMHS", "IMHM-C", "IMHM-P", "IMHM-RF",
    "ECFA", "ECFS", "ECMHS", "ECMHM-C", "ECMHM-P", "ECMHM-RF",
]  # fmt: skip
"""Endorsement categories by their short names: IMH-E (prenatal to 36 months) and ECMH-E (3 up to 6)."""

CredentialKind = Literal[
    "IFS", "IFRS", "IMHS", "IMHM-C", "IMHM-P", "IMHM-RF",
    "ECFS", "ECFRS", "ECMHS", "ECMHM-C", "ECMHM-P", "ECMHM-RF",
    "ERS", "IFA", "ECFA",
]  # fmt: skip
"""What a provider may hold. ERS is the Endorsed Reflective Supervisor add-on."""

CredentialStanding = Literal["endorsed", "emerging", "vetted"]


class Credential(Fact):
    """One credential of a provider, with the dates (both inclusive) between which it holds."""

    credential_id: str
    kind: Open[CredentialKind]
    standing: Open[CredentialStanding] = "endorsed"
    valid_from: date
    valid_until: date | None = None
    registry_number: str | None = None


class PersonState(Fact):
    """A person as the scheduler knows them after the event. `version` only ever rises."""

    person_id: str
    version: int
    name: str
    email: str
    zone: str
    """IANA name of the zone in which this person reads times."""
    locale: str = "en"
    roles: tuple[Open[Role], ...]
    pursuing: Open[Category] | None = None
    pursuing_since: date | None = None
    """When the qualifying work began, where that is known."""
    credentials: tuple[Credential, ...] = ()
    left_at: AwareDatetime | None = None


class PeopleEvent(Event):
    """Base of the facts on the people topic."""

    topic = PEOPLE


class PersonEvent(PeopleEvent):
    """A fact that carries the whole person."""

    person: PersonState

    @property
    def key(self) -> str:
        return self.person.person_id


class PersonRegistered(PersonEvent):
    """A coordinator added somebody."""

    type: Literal["alongside.people.PersonRegistered.v1"] = "alongside.people.PersonRegistered.v1"


class PersonChanged(PersonEvent):
    """Name, address, zone, roles or the category pursued changed."""

    type: Literal["alongside.people.PersonChanged.v1"] = "alongside.people.PersonChanged.v1"


class CredentialChanged(PersonEvent):
    """A credential was added, corrected or ended."""

    type: Literal["alongside.people.CredentialChanged.v1"] = "alongside.people.CredentialChanged.v1"


class PersonLeft(PersonEvent):
    """The person left: they can no longer sign in, and are told nothing more."""

    type: Literal["alongside.people.PersonLeft.v1"] = "alongside.people.PersonLeft.v1"


class SignInLinkRequested(PeopleEvent):
    """Somebody asked for a sign-in link, to be mailed to the person.

    The event names the request only. The link itself is an HMAC over `request_id` with a key
    that the scheduler and the notifier share, so a reader of the topic cannot build it.
    """

    type: Literal["alongside.people.SignInLinkRequested.v1"] = (
        "alongside.people.SignInLinkRequested.v1"
    )
    request_id: str
    person_id: str
    expires_at: AwareDatetime
    next_path: str | None = None

    @property
    def key(self) -> str:
        return self.person_id


class SignedOut(PeopleEvent):
    """A sign-in or an API token was ended before its time; every service refuses it from now on."""

    type: Literal["alongside.people.SignedOut.v1"] = "alongside.people.SignedOut.v1"
    person_id: str
    session_id: str
    expires_at: AwareDatetime
    """When the signed cookie or token would have ended by itself; the refusal may be forgotten then."""

    @property
    def key(self) -> str:
        return self.person_id


AskAbout = Literal[
    "seat_offered",
    "session_requested",
    "request_granted",
    "request_declined",
    "poll_opened",
    "poll_decided",
    "time_proposed",
    "clocks_collide",
]


class PersonAsked(PeopleEvent):
    """Something of the scheduler waits for this person, or was decided for them, on a page of ours.

    It says where, and until when; what there is to decide stands on the page alone.
    """

    type: Literal["alongside.people.PersonAsked.v1"] = "alongside.people.PersonAsked.v1"
    ask_id: str
    """Identity of the question: whoever tells about it tells once."""
    person_id: str
    about: Open[AskAbout]
    subject: str
    """What calendars show: the name of a group or the title of a session."""
    path: str
    """The page at the front door, from its root."""
    expires_at: AwareDatetime | None = None

    @property
    def key(self) -> str:
        return self.person_id


class AssociationDescribed(PeopleEvent):
    """Whose installation this is, and by which rules its people are endorsed."""

    type: Literal["alongside.people.AssociationDescribed.v1"] = (
        "alongside.people.AssociationDescribed.v1"
    )
    association_id: str
    version: int
    name: str
    zone: str
    rules: str = "alliance"
    """Id of the association in the rule packs."""

    @property
    def key(self) -> str:
        return self.association_id


AnyPeopleEvent = Annotated[
    PersonRegistered | PersonChanged | CredentialChanged | PersonLeft
    | SignInLinkRequested | SignedOut | PersonAsked | AssociationDescribed,
    Field(discriminator="type"),
]  # fmt: skip

people_events: TypeAdapter[AnyPeopleEvent] = TypeAdapter(AnyPeopleEvent)
