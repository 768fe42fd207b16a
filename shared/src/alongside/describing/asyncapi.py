"""The AsyncAPI 3 document of a service: what it says and what it hears."""

from typing import Any

from alongside.messaging.envelope import EVENT_TYPES
from alongside.messaging.topics import ABOUT, HEARS, SAYS
from alongside.settings import ServiceName

_HEADERS = {
    "type": "object",
    "description": "CloudEvents 1.0, binary mode.",
    "required": ["ce_specversion", "ce_id", "ce_type", "ce_source", "ce_time"],
    "properties": {
        "ce_specversion": {"const": "1.0"},
        "ce_id": {"type": "string"},
        "ce_type": {"type": "string"},
        "ce_source": {"type": "string"},
        "ce_time": {"type": "string", "format": "date-time"},
        "traceparent": {"type": "string"},
    },
}


def asyncapi(service: ServiceName) -> dict[str, Any]:
    """Return the document of one service."""
    topics = sorted({*SAYS[service], *HEARS[service]})
    messages = {
        name: {
            "name": name,
            "contentType": "application/json",
            "summary": (kind.__doc__ or "").split("\n")[0],
            "headers": {"$ref": "#/components/schemas/CloudEventHeaders"},
            "payload": {
                "schemaFormat": "application/schema+json;version=draft-2020-12",
                "schema": kind.model_json_schema(mode="serialization"),
            },
        }
        for name, kind in sorted(EVENT_TYPES.items())
        if kind.topic in topics
    }
    channels = {
        topic: {
            "address": topic,
            "description": ABOUT[topic],
            "bindings": {"kafka": {"topic": topic, "partitions": 6}},
            "messages": {
                name: {"$ref": f"#/components/messages/{name}"}
                for name in messages
                if EVENT_TYPES[name].topic == topic
            },
        }
        for topic in topics
    }
    operations = {
        f"{action} {topic}": {"action": action, "channel": {"$ref": f"#/channels/{topic}"}}
        for action, heard in (("send", SAYS[service]), ("receive", HEARS[service]))
        for topic in heard
    }
    return {
        "asyncapi": "3.0.0",
        "info": {"title": f"Alongside {service}", "version": "1"},
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages, "schemas": {"CloudEventHeaders": _HEADERS}},
    }
