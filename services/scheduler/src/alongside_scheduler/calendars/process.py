"""Reads a calendar in a process of its own, whose time and memory end: this module, run as a program."""

from datetime import UTC, datetime, timedelta
from typing import Any

from alongside.apart import NoAnswer, answer_apart, ask_apart
from alongside_scheduler.calendars.shapes import Reading, Unreadable, Wanted
from alongside_scheduler.domain.free import Span

DEADLINE = timedelta(seconds=30)

_MOST_MEMORY = 384 * 1024 * 1024
"""More than twice what the largest calendar that is fetched takes, if it is an honest one."""

_TOO_MUCH = "It is too large or too tangled to be read. Publish a shorter stretch of it."


async def read_apart(content: bytes, wanted: Wanted, *, deadline: timedelta = DEADLINE) -> Reading:
    """Return when a calendar is busy; raise `Unreadable`, at the latest when the deadline is over."""
    head = {
        "begins": wanted.begins.timestamp(),
        "ends": wanted.ends.timestamp(),
        "zone": wanted.zone,
        "emails": wanted.emails,
    }
    try:
        answer = await ask_apart(__name__, head, content, deadline=deadline)
    except TimeoutError as error:
        raise Unreadable(
            f"It could not be read within {int(deadline.total_seconds())} seconds. "
            "Does an event in it repeat without end, or in an odd way?"
        ) from error
    except NoAnswer as error:
        raise Unreadable(_TOO_MUCH) from error
    if "error" in answer:
        raise Unreadable(answer["error"])
    spans = tuple(Span(_at(begins), _at(ends)) for begins, ends in answer["spans"])
    return Reading(spans, answer["left_out"])


def _at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def answer(asked: dict[str, Any], content: bytes) -> dict[str, Any]:
    """Return what one side of this module tells the other."""
    # Here, so that the service itself does not carry the readers of calendars with it.
    from alongside_scheduler.calendars.reading import read_busy  # noqa: PLC0415

    wanted = Wanted(_at(asked["begins"]), _at(asked["ends"]), asked["zone"], tuple(asked["emails"]))
    try:
        reading = read_busy(content, wanted)
    except Unreadable as error:
        return {"error": error.detail}
    except (MemoryError, RecursionError):
        return {"error": _TOO_MUCH}
    spans = [(each.starts_at.timestamp(), each.ends_at.timestamp()) for each in reading.spans]
    return {"spans": spans, "left_out": reading.left_out}


if __name__ == "__main__":
    answer_apart(answer, most_memory=_MOST_MEMORY)
