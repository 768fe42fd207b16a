"""The shapes of the JSON routes."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from alongside_notifier.domain.feeds import Detail, Kind
from alongside_notifier.domain.words import Language

AnswerWord = Literal["accepted", "declined", "tentative"]


TimeOfDay = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""Wall time in the person's own zone, such as `22:00`."""


AlarmChoice = Annotated[str, Field(pattern=r"^(none|[0-9]{1,4})?$")]
"""`none`, minutes such as `15`, or nothing."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Fetch(_Model):
    """A calendar program that fetched the feed."""

    agent: str
    fetched_at: datetime


class OldAddress(_Model):
    """An address that was replaced, until when it goes on, and who has fetched it since."""

    generation: int
    until: datetime
    fetches: list[Fetch]


class FeedView(_Model):
    """A feed, what it shows, and the ways to subscribe to it.

    Those are empty where the address cannot be shown again, since its key is no longer kept: it goes
    on where it is used, and a new one is shown.
    """

    address: str
    webcal: str
    google: str
    outlook: str
    last_modified: datetime
    fetches: list[Fetch] = []
    id: str
    name: str
    kind: Kind
    group_id: str | None
    """The only group it is about; null for all."""
    detail: Detail
    hours: bool
    language: Language | None
    """null for that of its owner's mails."""
    alarm: AlarmChoice
    old: list[OldAddress] = []


class ChooseFeed(_Model):
    """What a feed is to show: `detail` busy, titles or full; `hours` what was confirmed.

    `kind` lead: all sessions of a group that I lead, with how many said yes. office: deadlines and
    confirmations over everybody, as numbers, for coordinators. `language` null is that of my mails;
    `alarm` empty is what I chose for all feeds, else `none` or minutes before a session.
    """

    detail: Detail = "full"
    hours: bool = False
    group_id: str | None = None
    kind: Literal["more", "lead", "office"] = "more"
    language: Language | None = None
    alarm: AlarmChoice = ""


class AgendaLine(_Model):
    """One session to come, and what was answered."""

    series_id: str
    occurrence_key: str
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str | None
    link: str | None
    provider: str
    leads: bool
    answer: str | None


class GiveAnswer(_Model):
    """An answer for a series, or for one occurrence of it."""

    answer: AnswerWord
    occurrence_key: str | None = None


class AnswerView(_Model):
    """An answer as it was recorded."""

    series_id: str
    occurrence_key: str | None
    answer: str
    answered_at: datetime
    sequence: int


class MessageView(_Model):
    """A mail, and what became of it."""

    id: int
    message_id: str
    kind: str
    subject: str
    why: str
    recipient: str
    queued_at: datetime
    done_at: datetime | None
    outcome: str | None
    last_error: str | None


class MessagePage(_Model):
    """Mails, the newest first, and how many there are."""

    total: int
    messages: list[MessageView]


class PreferencesModel(_Model):
    """What a person wants to be told. `reminder_leads` null means the installation's default.

    In quiet hours, which may span midnight, only invitations and changes come; reminders come
    before them, and what can wait comes after. `language` null means the installation's.
    """

    reminder_leads: list[int] | None = None
    alarm_minutes: int | None = None
    small_changes: bool = False
    hour_mails: bool = True
    quiet_from: TimeOfDay | None = None
    quiet_until: TimeOfDay | None = None
    weekly_digest: bool = False
    language: Language | None = None


class GroupView(_Model):
    """A group that somebody leads. `reminder_leads` null means the installation's default."""

    group_id: str
    title: str
    people: int
    reminder_leads: list[int] | None


class GroupReminders(_Model):
    """When people of a group are reminded who chose nothing of their own, in minutes ahead."""

    reminder_leads: list[int] | None = None


class Witness(_Model):
    """Somebody who was told of a change at short notice, and when they said that they saw it."""

    person_id: str
    name: str
    seen_at: datetime | None


class ChangeView(_Model):
    """A session that was changed at short notice. `now_at` null: it was cancelled."""

    series_id: str
    occurrence_key: str
    title: str
    was_at: datetime
    now_at: datetime | None
    people: list[Witness]


class ReplyOutcome(_Model):
    """What became of an answer mail."""

    outcome: Literal["taken", "unchanged", "refused", "seen"]
    reason: str


class WhoComes(_Model):
    """One person's answer for one session."""

    person_id: str
    name: str
    occurrence_key: str
    starts_at: datetime
    answer: str | None
