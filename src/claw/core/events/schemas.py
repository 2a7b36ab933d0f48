"""JSON Schemas of events, as committed under ``docs/schema/events/``: one for each type."""

import msgspec

from claw.core.events.catalog import LOGGED
from claw.core.events.letters import UNLOGGED
from claw.core.events.registry import KINDS

TYPES = (*LOGGED, *UNLOGGED)
"""Every type, those of the log first."""

_WHOLE_SUMMARY = {"type": "object", "description": "The document of docs/schema/cli/summary.json."}


def event_schema(type_: str) -> bytes:
    """The schema of one type's whole CloudEvent, its data included."""
    (data,), parts = msgspec.json.schema_components(
        [KINDS[type_]], schema_hook=_raw, ref_template="#/$defs/{name}"
    )
    properties: dict[str, object] = {
        "specversion": {"const": "1.0"},
        "id": {"type": "string"},
        "source": {"type": "string"},
        "type": {"const": type_},
        "subject": {"type": "string"},
        "time": {"type": "string", "format": "date-time"},
        "datacontenttype": {"const": "application/json"},
        "data": data,
    }
    if type_ in LOGGED:
        properties["seq"] = {"type": "integer", "minimum": 1}
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": type_,
        "type": "object",
        "required": sorted(properties),
        "properties": properties,
        "$defs": parts,
    }
    return msgspec.json.format(msgspec.json.encode(document, order="sorted"), indent=2) + b"\n"


def _raw(kind: type) -> dict[str, object]:
    if kind is msgspec.Raw:
        return dict(_WHOLE_SUMMARY)
    raise NotImplementedError(f"{kind.__name__} has no JSON form")
