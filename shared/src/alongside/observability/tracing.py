"""The trace context: where it enters, and how it survives the way through the outbox.

Only the OpenTelemetry API is used. With an SDK configured there are real spans; without one
the ids are still made and passed on, so that a log line of the notifier can be found by the
request of the scheduler that caused it.
"""

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import context as otel
from opentelemetry import trace
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext, SpanKind, TraceFlags
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import AttributeValue

_PROPAGATOR = TraceContextTextMapPropagator()
_SAMPLED = TraceFlags(TraceFlags.SAMPLED)


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
    traceparent: str | None, name: str = "continued", kind: SpanKind = SpanKind.CONSUMER
) -> Iterator[Span]:
    """Run the block inside a span that continues a stored traceparent (or begins a new trace)."""
    carrier = {"traceparent": traceparent} if traceparent else {}
    with span_from(carrier, name, kind) as span:
        yield span


@contextmanager
def span_from(
    headers: Mapping[str, str],
    name: str,
    kind: SpanKind = SpanKind.SERVER,
    attributes: Mapping[str, AttributeValue] | None = None,
) -> Iterator[Span]:
    """Run the block inside a span whose parent, if any, is named in the headers."""
    parent = _PROPAGATOR.extract(headers, otel.Context()) if headers else otel.Context()
    span = trace.get_tracer("alongside").start_span(
        name, context=parent, kind=kind, attributes=attributes
    )
    if not span.is_recording():
        span = _unrecorded(span.get_span_context())
    token = otel.attach(trace.set_span_in_context(span, parent))
    try:
        yield span
    finally:
        otel.detach(token)
        span.end()


def _unrecorded(parent: SpanContext) -> Span:
    # Without an SDK nobody makes ids. They need to be unique, not secret.
    trace_id = parent.trace_id if parent.is_valid else random.getrandbits(128)
    return NonRecordingSpan(
        SpanContext(trace_id, random.getrandbits(64), is_remote=False, trace_flags=_SAMPLED)
    )
