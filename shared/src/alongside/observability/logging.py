"""Structured logs: one line an event, to standard error. Never bodies, never values of exceptions."""

import logging
import math
import sys
import time
import traceback
from collections.abc import Mapping, MutableMapping
from types import TracebackType
from typing import Any, TextIO

import structlog

from alongside.observability.tracing import current_trace_id

_LEVELS: Mapping[str, int] = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}
_QUIET_LIBRARIES = (
    "aiokafka", "alembic", "apscheduler", "asyncio", "faststream", "httpcore2", "httpx2", "sqlalchemy", "uvicorn",
)  # fmt: skip

Line = MutableMapping[str, Any]


def configure_logging(
    level: str = "info", style: str = "auto", *, stream: TextIO | None = None
) -> None:
    """Set up logging for this process. `style` is auto, console or json.

    What libraries log through the standard library comes out in the same form; of the talkative
    ones only warnings do.
    """
    stream = stream or sys.stderr
    number = _LEVELS.get(level, logging.INFO)
    on_console = style == "console" or (style == "auto" and stream.isatty())
    before: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_trace,
        _name_exceptions,
    ]
    structlog.configure(
        processors=[*before, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    last: Any = (
        structlog.dev.ConsoleRenderer(exception_formatter=_print_as_is)
        if on_console
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    handler = logging.StreamHandler(stream)
    handler.addFilter(_Echoes())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=before,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(number)
    for name in _QUIET_LIBRARIES:
        library = logging.getLogger(name)
        library.handlers.clear()
        library.propagate = True
        library.setLevel(max(number, logging.WARNING))


class _Echoes(logging.Filter):
    """Lets a library say the same thing once in a while, with how often it wanted to.

    While Kafka is away its client complains many times a second, for as long as that lasts.
    """

    EVERY = 10
    """Seconds."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[tuple[str, int], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.partition(".")[0] not in _QUIET_LIBRARIES:
            return True
        place, now = (record.pathname, record.lineno), time.monotonic()
        last, withheld = self._said.get(place, (-math.inf, 0))
        if now - last < self.EVERY:
            self._said[place] = last, withheld + 1
            return False
        self._said[place] = now, 0
        if withheld:
            record.msg, record.args = f"{record.getMessage()} (and {withheld} times before)", ()
        return True


def traced(error: BaseException) -> str:
    """Return where an exception came from, by file and line.

    Its message is left out: drivers and validators put into it what people typed.
    """
    chain: list[str] = []
    current: BaseException | None = error
    while current is not None and len(chain) < 5:  # noqa: PLR2004  # deeper causes say no more
        chain.append(f"{_frames(current.__traceback__)}{type(current).__name__}")
        current = current.__cause__ or (
            None if current.__suppress_context__ else current.__context__
        )
    return "\n".join(chain)


def _frames(found: TracebackType | None) -> str:
    return "".join(
        f"  {frame.filename}:{frame.lineno} in {frame.name}\n"
        for frame in traceback.extract_tb(found, limit=-12)
    )


def _name_exceptions(_logger: Any, _name: str, line: Line) -> Line:
    found = line.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()
    error = found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        line["exception"] = traced(error)
    return line


def _add_trace(_logger: Any, _name: str, line: Line) -> Line:
    trace_id = current_trace_id()
    if trace_id is not None and line.get("request_id") != trace_id:
        line["trace_id"] = trace_id
    return line


def _print_as_is(stream: TextIO, found: Any) -> None:
    stream.write(traced(found[1]))
