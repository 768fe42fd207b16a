"""A click is one trace, from the request to the mail, and it says nothing about people."""

import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from alongside.observability.exporting import traced
from alongside.observability.tracing import continued, is_exported

pytestmark = pytest.mark.unit

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.fixture
def collector():
    """A collector on this machine: its address, and the spans it was sent, by service and name."""
    heard: list[tuple[str, object]] = []

    class Ear(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            for each in ExportTraceServiceRequest.FromString(body).resource_spans:
                about = {one.key: one.value.string_value for one in each.resource.attributes}
                spans = [span for scope in each.scope_spans for span in scope.spans]
                heard.extend((about["service.name"], span) for span in spans)
            self.send_response(200 if self.path == "/v1/traces" else 404)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Ear)
    serving = threading.Thread(target=server.serve_forever, args=(0.02,))
    serving.start()
    yield f"http://127.0.0.1:{server.server_port}/", heard
    server.shutdown()
    serving.join()
    server.server_close()


async def test_one_click_is_one_trace_down_to_the_mail(house, collector):
    address, heard = collector
    with traced(house.settings.model_copy(update={"otlp_endpoint": address}), "alongside"):
        await house.plan(traceparent=f"00-{TRACE}-00f067aa0ba902b7-01")
        await house.turn()
        with suppress(ValueError), continued(None, "fails"):
            raise ValueError("Cora's words")
    assert not is_exported()
    assert {service for service, _ in heard} == {"alongside"}
    spans = {span.span_id: span for _, span in heard if span.trace_id.hex() == TRACE}
    by_name: dict[str, list] = {}
    for span in spans.values():
        by_name.setdefault(span.name, []).append(span)
    assert set(by_name) == {
        "POST /groups/{group_id}/series",
        "publish alongside.sessions.SeriesScheduled.v1",
        "take in alongside.sessions.SeriesScheduled.v1",
        "tell",
        "hand over mail",
    }

    (mail,) = by_name["hand over mail"]
    way = [mail.name]
    while (above := spans.get(mail.parent_span_id)) is not None:
        way.append(above.name)
        mail = above
    assert way == [
        "hand over mail",
        "tell",
        "take in alongside.sessions.SeriesScheduled.v1",
        "publish alongside.sessions.SeriesScheduled.v1",
        "POST /groups/{group_id}/series",
    ]
    takers = {
        one.value.string_value
        for span in by_name["take in alongside.sessions.SeriesScheduled.v1"]
        for one in span.attributes
        if one.key == "messaging.consumer.group.name"
    }
    assert takers == {"logbook-sessions", "notifier-sessions"}
    (failed,) = [span for _, span in heard if span.name == "fails"]
    assert [(one.key, one.value.string_value) for one in failed.attributes] == [
        ("error.type", "ValueError")
    ]
    told = str([(span.name, span.attributes, span.events, span.status) for _, span in heard])
    assert not [word for word in ("Cora", "circle.example", "Oak", house.cora) if word in told]
