"""Facts about hours. Key: the supervisee; for a visit, the consultant. Said by the logbook."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, TypeAdapter

from alongside.contracts.event import Event, Fact, Open
from alongside.contracts.people import Category

HOURS = "alongside.hours.v1"

EntryStatus = Literal["recorded", "confirmed", "returned"]

EntryOrigin = Literal["session", "outside", "import"]
"""session: attendance at a session planned here. outside: written down by the supervisee, with a
provider from elsewhere. import: from a log that was kept before."""


class EntryState(Fact):
    """An hour entry as it is after the event: minutes only, no content, no reason in words."""

    entry_id: str
    version: int
    supervisee_id: str
    provider_id: str
    series_id: str | None = None
    occurrence_key: str | None = None
    title: str
    started_at: AwareDatetime
    zone: str
    scheduled_minutes: int
    minutes: int
    """What was attended: 0 is an absence."""
    status: EntryStatus
    awaits: str | None = None
    """Person id of whoever has to act next; null once confirmed."""
    origin: Open[EntryOrigin] = "session"


class HoursEvent(Event):
    """Base of the facts on the hours topic."""

    topic = HOURS


class EntryEvent(HoursEvent):
    """A fact about one entry."""

    entry: EntryState

    @property
    def key(self) -> str:
        return self.entry.supervisee_id


class AttendanceRecorded(EntryEvent):
    """The provider recorded, or corrected, who was there and how long."""

    type: Literal["alongside.hours.AttendanceRecorded.v1"] = "alongside.hours.AttendanceRecorded.v1"


class HoursConfirmed(EntryEvent):
    """The second person stands behind the entry. It is never edited in place again."""

    type: Literal["alongside.hours.HoursConfirmed.v1"] = "alongside.hours.HoursConfirmed.v1"


class HoursReturned(EntryEvent):
    """The second person disagrees; the provider is asked to look again."""

    type: Literal["alongside.hours.HoursReturned.v1"] = "alongside.hours.HoursReturned.v1"


class HoursWithdrawn(EntryEvent):
    """The entry was taken back, such as with the whole of an import: it counts for nothing any more."""

    type: Literal["alongside.hours.HoursWithdrawn.v1"] = "alongside.hours.HoursWithdrawn.v1"


class ProgressChanged(HoursEvent):
    """Where a supervisee stands toward the category they pursue, after their best window."""

    type: Literal["alongside.hours.ProgressChanged.v1"] = "alongside.hours.ProgressChanged.v1"
    supervisee_id: str
    version: int
    category: Open[Category]
    required_minutes: int
    counted_minutes: int
    pending_minutes: int
    window_start: date | None = None
    window_end: date | None = None
    appears_met: bool = False

    @property
    def key(self) -> str:
        return self.supervisee_id


class MilestoneReached(HoursEvent):
    """The requirement appears to be met for the first time. Only the association decides."""

    type: Literal["alongside.hours.MilestoneReached.v1"] = "alongside.hours.MilestoneReached.v1"
    supervisee_id: str
    category: Open[Category]
    counted_minutes: int

    @property
    def key(self) -> str:
        return self.supervisee_id


AwaitedFor = Literal["confirm", "look_again", "record"]
"""confirm: hours wait for this person's word. look_again: hours were returned to this person.
record: sessions this provider led have no attendance yet."""


class WordAwaited(HoursEvent):
    """Somebody has been waited for a while: a gentle nudge is due. Said at most once a `nudge_id`."""

    type: Literal["alongside.hours.WordAwaited.v1"] = "alongside.hours.WordAwaited.v1"
    nudge_id: str
    person_id: str
    about: Open[AwaitedFor]
    number: int
    """How many entries, or sessions, wait."""
    minutes: int
    since: date

    @property
    def key(self) -> str:
        return self.person_id


class VouchAsked(HoursEvent):
    """A provider without an account is asked, by mail, to vouch for hours they gave.

    As with sign-in links, the event names the request only: the link is an HMAC over `request_id`
    with a key that the logbook and the notifier share, so a reader of the topic cannot build it.
    """

    type: Literal["alongside.hours.VouchAsked.v1"] = "alongside.hours.VouchAsked.v1"
    request_id: str
    supervisee_id: str
    provider_name: str
    provider_email: str
    entries: int
    minutes: int
    expires_at: AwareDatetime

    @property
    def key(self) -> str:
        return self.supervisee_id


class VouchAnswered(HoursEvent):
    """A provider without an account answered a link: the supervisee may be told, once a request."""

    type: Literal["alongside.hours.VouchAnswered.v1"] = "alongside.hours.VouchAnswered.v1"
    request_id: str
    supervisee_id: str
    provider_name: str
    confirmed: int
    """How many entries."""
    returned: int
    not_theirs: bool = False
    """They said that these are not hours they gave; nothing more is asked of them."""

    @property
    def key(self) -> str:
        return self.supervisee_id


class VisitState(Fact):
    """What came of a consultant's visit: never an hour of anybody's, and no content."""

    series_id: str
    occurrence_key: str
    version: int
    consultant_id: str
    site_id: str
    started_at: AwareDatetime
    zone: str
    scheduled_minutes: int
    held: bool
    minutes: int
    """How long it was; 0 where it was not held."""


class VisitLogged(HoursEvent):
    """A consultant logged, or corrected, a visit to a site. It is not RSC, and counts for nobody."""

    type: Literal["alongside.hours.VisitLogged.v1"] = "alongside.hours.VisitLogged.v1"
    visit: VisitState

    @property
    def key(self) -> str:
        return self.visit.consultant_id


AnyHoursEvent = Annotated[
    AttendanceRecorded
    | HoursConfirmed
    | HoursReturned
    | HoursWithdrawn
    | ProgressChanged
    | MilestoneReached
    | WordAwaited
    | VouchAsked
    | VouchAnswered
    | VisitLogged,
    Field(discriminator="type"),
]

hours_events: TypeAdapter[AnyHoursEvent] = TypeAdapter(AnyHoursEvent)
