"""Series: changed, moved, cancelled as a whole or one by one. All of it is surgery with one step."""

from alongside.contracts import SeriesState
from alongside_scheduler.handlers import steps
from alongside_scheduler.handlers.steps import ChangeSeries, MoveSession
from alongside_scheduler.handlers.surgery import operate
from alongside_scheduler.store.uow import SchedulerUow

__all__ = [
    "ChangeSeries",
    "MoveSession",
    "cancel_series",
    "cancel_session",
    "change_series",
    "move_session",
]


async def change_series(series_id: str, command: ChangeSeries, uow: SchedulerUow) -> SeriesState:
    """Change the whole series; what has begun keeps its length and who led it."""
    asked = command.model_dump(exclude_unset=True)
    done = await operate(series_id, steps.Change.model_validate({"step": "change", **asked}), uow)
    return done.series


async def cancel_series(series_id: str, uow: SchedulerUow) -> SeriesState:
    """Cancel everything of a series that has not begun."""
    return (await operate(series_id, steps.CancelAll(step="cancel_all"), uow)).series


async def move_session(
    series_id: str, key: str, command: MoveSession, uow: SchedulerUow
) -> SeriesState:
    """Move one session, in time or place."""
    asked = command.model_dump(exclude_unset=True)
    step = steps.Move.model_validate({"step": "move", "key": key, **asked})
    return (await operate(series_id, step, uow)).series


async def cancel_session(series_id: str, key: str, uow: SchedulerUow) -> SeriesState:
    """Cancel one session. With the last one, the series is over."""
    return (await operate(series_id, steps.Cancel(step="cancel", key=key), uow)).series
