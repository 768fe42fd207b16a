"""How a series is kept and said: one transaction, one fact."""

from datetime import time

from alongside.contracts import Event, SeriesState
from alongside.errors import Invalid
from alongside_scheduler.domain import series as life
from alongside_scheduler.handlers import collisions
from alongside_scheduler.store.uow import SchedulerUow


async def say(
    series: SeriesState, kind: type[Event], uow: SchedulerUow, **facts: str
) -> SeriesState:
    """Keep a series and say what happened to it, in this transaction; return it.

    Raises `AlreadyBooked` with who is taken when; everything is undone then.
    """
    await collisions.keep(series, uow)
    await uow.emit(
        kind.model_validate(
            {
                "id": uow.new_id(),
                "occurred_at": uow.now,
                "series": series,
                "actor_id": uow.actor.person_id,
                **facts,
            }
        )
    )
    return series


def length_between(start: time, end: time) -> int:
    """Return the length between two wall times of one day."""
    minutes = (end.hour - start.hour) * 60 + end.minute - start.minute
    if minutes <= 0:
        raise Invalid("It ends before it begins.", field="end_time")
    try:
        life.check_duration(minutes)
    except Invalid as error:
        raise Invalid(error.detail, field="end_time") from error
    return minutes
