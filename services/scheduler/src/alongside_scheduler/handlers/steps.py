"""The steps of surgery on a series, as people ask for them. `step` says which one it is."""

from datetime import date, time
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from alongside_scheduler.handlers.command import Command

_KEY = Field(description="The session, by its key.", examples=["20260310T1000"])


class ChangeSeries(Command):
    """What is to be different for the whole series; what is left out stays."""

    title: str | None = None
    place: str | None = None
    link: str | None = None
    duration_minutes: int | None = None
    provider_id: str | None = None
    co_provider_ids: list[str] | None = None


class MoveSession(Command):
    """Where and when one session is to be instead, in wall time of the series' zone."""

    on: date | None = Field(default=None, description="Default: the day it is on.")
    start_time: time | None = Field(default=None, description="Default: the time it is at.")
    end_time: time | None = None
    duration_minutes: int | None = Field(default=None, description="Instead of end_time.")
    place: str | None = Field(default=None, description="Leave out to keep; empty: as the series.")
    link: str | None = Field(default=None, description="Leave out to keep; empty: as the series.")


class _Step(Command):
    expected_version: int | None = Field(
        default=None,
        description="The version of the series you looked at. If it is another by now, nothing is done.",
    )


class Change(_Step, ChangeSeries):
    """Change the whole series."""

    step: Literal["change"]


class Move(_Step, MoveSession):
    """Move one session."""

    step: Literal["move"]
    key: str = _KEY


class Cancel(_Step):
    """Cancel one session."""

    step: Literal["cancel"]
    key: str = _KEY


class MoveLater(_Step):
    """Move one session and all later ones: they go on as a new series, linked to this one.

    What is left out stays. The rhythm follows from the new first day, unless another is given.
    """

    step: Literal["move_later"]
    key: str = _KEY
    on: date | None = Field(
        default=None, description="The new first day; default: the day it is on."
    )
    start_time: time | None = Field(default=None, description="Wall time in the series' zone.")
    end_time: time | None = None
    duration_minutes: int | None = Field(default=None, description="Instead of end_time.")
    frequency: Literal["weekly", "monthly_by_weekday", "monthly_by_date"] | None = None
    interval: int | None = Field(default=None, description="Every n weeks or months.")
    count: int | None = Field(default=None, description="Default: as many as there are left.")
    until: date | None = Field(default=None, description="Instead of count: the last day.")
    title: str | None = None
    place: str | None = None
    link: str | None = None
    provider_id: str | None = None


class CancelLater(_Step):
    """Cancel one session and all later ones."""

    step: Literal["cancel_later"]
    key: str = _KEY


class Skip(_Step):
    """Cancel what is ahead from one day to another, both included, in one step."""

    step: Literal["skip"]
    first_day: date
    last_day: date


class StandIn(_Step):
    """Let somebody else lead one session; without a provider, hand it back."""

    step: Literal["stand_in"]
    key: str = _KEY
    provider_id: str | None = None


class HandOver(_Step):
    """Hand a whole series over to another provider from a day on. Its identity stays."""

    step: Literal["hand_over"]
    provider_id: str
    on: date = Field(description="The first day on which the new provider leads.")
    group_too: bool = Field(
        default=False, description="Whether the group's own provider changes, too."
    )


class CancelAll(_Step):
    """Cancel everything of the series that has not begun."""

    step: Literal["cancel_all"]


Step = Annotated[
    Change | Move | Cancel | MoveLater | CancelLater | Skip | StandIn | HandOver | CancelAll,
    Field(discriminator="step"),
]
any_step: TypeAdapter[Step] = TypeAdapter(Step)
