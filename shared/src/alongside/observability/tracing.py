"""The trace context: where it enters, and how it survives the way through the outbox.

With `exported_to` there are real spans; without it the ids are still made and passed on, so that a
log line of the notifier can be found by the request of the scheduler that caused it. What stands
in a span is for operators: kinds and numbers, never a name, an address or what somebody wrote.
"""

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import context as otel
from opentelemetry import trace
from opentelemetry.trace import (
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
    Tracer,
    TracerProvider,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import AttributeValue

__all__ = [
    "SpanKind",
    "continued",
    "current_trace_id",
    "current_traceparent",
    "exported_to",
    "is_exported",
    "span_from",
]

_PROPAGATOR = TraceContextTextMapPropagator()
_SAMPLED = TraceFlags(TraceFlags.SAMPLED)

Attributes = Mapping[str, AttributeValue]


class _Exporting:
    """Who makes the spans of this process. Not OpenTelemetry's global one: that is set once for all."""

    tracer: Tracer | None = None


@contextmanager
def exported_to(provider: TracerProvider) -> Iterator[None]:
    """Have the spans of this process made by a provider until the block ends."""
    _Exporting.tracer = provider.get_tracer("alongside")
    try:
        yield
    finally:
        _Exporting.tracer = None


def is_exported() -> bool:
    """Tell whether spans go anywhere; if not, whoever would only make one need not."""
    return _Exporting.tracer is not None


def current_traceparent() -> str | None:
    """Return the W3C traceparent of what is running now, to be stored or sent along."""
    where = trace.get_current_span().get_span_context()
    if not where.is_valid:
        return None
    return f"00-{where.trace_id:032x}-{where.span_id:016x}-{int(where.trace_flags):02x}"


def current_trace_id() -> str | None:
    """Return the trace id in hexadecimal, for log lines."""
    where = trace.get_current_span().get_span_context()
    return f"{where.trace_id:032x}" if where.is_valid else None


@contextmanager
def continued(
    traceparent: str | None,
    name: str = "continued",
    kind: SpanKind = SpanKind.CONSUMER,
    attributes: Attributes | None = None,
) -> Iterator[Span]:
    """Run the block inside a span that continues a stored traceparent (or begins a new trace)."""
    carrier = {"traceparent": traceparent} if traceparent else {}
    with span_from(carrier, name, kind, attributes) as span:
        yield span


@contextmanager
def span_from(
    headers: Mapping[str, str],
    name: str,
    kind: SpanKind = SpanKind.SERVER,
    attributes: Attributes | None = None,
) -> Iterator[Span]:
    """Run the block inside a span whose parent, if any, is named in the headers.

    A block that raises leaves the kind of the error in the span, and not what it says.
    """
    parent = _PROPAGATOR.extract(headers, otel.Context()) if headers else otel.Context()
    span = _started(name, parent, kind, attributes)
    token = otel.attach(trace.set_span_in_context(span, parent))
    try:
        yield span
    except BaseException as error:
        span.set_attribute("error.type", type(error).__name__)
        span.set_status(StatusCode.ERROR)
        raise
    finally:
        otel.detach(token)
        span.end()


def _started(
    name: str, parent: otel.Context, kind: SpanKind, attributes: Attributes | None
) -> Span:
    if _Exporting.tracer is not None:
        return _Exporting.tracer.start_span(name, context=parent, kind=kind, attributes=attributes)
    # Nobody makes ids for us. They need to be unique, not secret.
    above = trace.get_current_span(parent).get_span_context()
    return NonRecordingSpan(
        SpanContext(
            above.trace_id if above.is_valid else random.getrandbits(128),
            random.getrandbits(64),
            is_remote=False,
            trace_flags=above.trace_flags if above.is_valid else _SAMPLED,
        )
    )
