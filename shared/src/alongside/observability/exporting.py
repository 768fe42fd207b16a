"""Sending spans away, to an OpenTelemetry collector (OTLP over HTTP). Without an address: nothing."""

from collections.abc import Iterator
from contextlib import contextmanager

from alongside import __version__
from alongside.observability.tracing import exported_to
from alongside.settings import Settings

_SECONDS = 5
"""How long one batch is tried, and how long the end of the process waits for the last one."""


@contextmanager
def traced(settings: Settings, name: str) -> Iterator[None]:
    """Export the spans of this process while the block runs, where the settings say to where.

    They leave in batches from a thread of their own; a collector that is away costs spans, and
    holds nothing up. `name` is the `service.name` under which they are found.
    """
    if not settings.otlp_endpoint:
        yield
        return
    # Heavy, and without an address nobody needs them.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415
        OTLPSpanExporter,
    )
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    provider = TracerProvider(
        resource=Resource.create({"service.name": name, "service.version": __version__}),
        shutdown_on_exit=False,
    )
    exporter = OTLPSpanExporter(
        endpoint=f"{settings.otlp_endpoint.rstrip('/')}/v1/traces", timeout=_SECONDS
    )
    provider.add_span_processor(
        BatchSpanProcessor(
            exporter, schedule_delay_millis=1000, export_timeout_millis=_SECONDS * 1000
        )
    )
    try:
        with exported_to(provider):
            yield
    finally:
        provider.shutdown()
