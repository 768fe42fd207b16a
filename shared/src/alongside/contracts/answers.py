"""Facts about answers to invitations. Key: the series. Said by the notifier."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, TypeAdapter

from alongside.contracts.event import Event, Open

ANSWERS = "alongside.answers.v1"

Answer = Literal["accepted", "declined", "tentative", "proposed"]

AnsweredBy = Literal["mail", "web"]


class InvitationAnswered(Event):
    """A person answered for a whole series, or for one occurrence of it.

    What they wrote beside the answer stays with the notifier: events carry no free text.
    """

    topic = ANSWERS

    type: Literal["alongside.answers.InvitationAnswered.v1"] = (
        "alongside.answers.InvitationAnswered.v1"
    )
    series_id: str
    occurrence_key: str | None = None
    person_id: str
    answer: Open[Answer]
    proposed_start: AwareDatetime | None = None
    answered_at: AwareDatetime
    channel: Open[AnsweredBy]

    @property
    def key(self) -> str:
        return self.series_id


AnyAnswersEvent = Annotated[InvitationAnswered, Field(discriminator="type")]

answers_events: TypeAdapter[InvitationAnswered] = TypeAdapter(InvitationAnswered)
