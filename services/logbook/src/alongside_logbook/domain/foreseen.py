"""What a forecast says: days, and what they rest on. Stored as it was worked out."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict

Basis = Literal["met", "planned", "rhythm", "not_in_sight"]
"""met: it appears met already. planned: by the sessions planned. rhythm: by going on as until now.
not_in_sight: neither leads there."""


class ForecastPiece(BaseModel):
    """A part of a forecast, stored as it was worked out."""

    model_config = ConfigDict(frozen=True)


class Expected(ForecastPiece):
    """When one requirement, taken alone, appears to be met."""

    id: str
    on: date | None
    basis: Basis


class Missed(ForecastPiece):
    """What missing one session does."""

    session_on: date
    then_on: date | None
    """When it appears to be met without that session; none if it is no longer in sight."""
    later_days: int | None
    """By how many days that is later; 0 if it makes no difference."""


class Coming(ForecastPiece):
    """One day ahead on which minutes would count."""

    day: date
    minutes: int
    planned: bool
    """False: nobody planned it, the rhythm goes on."""


class Forecast(ForecastPiece):
    """When a goal appears to be met, and between which days it is safe to apply."""

    on: date | None
    """The day by which everything appears to be met."""
    basis: Basis
    expected: tuple[Expected, ...] = ()
    missed: Missed | None = None
    earliest: date | None = None
    """The first day, from today on, on which an application would appear to meet everything."""
    latest: date | None = None
    """The last such day in a row, if nothing comes after what is foreseen here; none: no end."""
    every_days: int | None = None
    """The rhythm of the last half year: a session every so many days. None: there is none yet."""
    coming: tuple[Coming, ...] = ()
    """The days ahead that lead there, the planned ones and as many of the rhythm as are needed."""
