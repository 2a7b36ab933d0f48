"""The JSON Schema of one exported record, generated from the types.

It describes a line of an export or of ``claw records``: the record with ``schema`` in
front. The committed file under ``docs/schema`` is its output, and a test compares them.
"""

from inspect import cleandoc
from typing import cast

import msgspec

from claw.core.model.canonical import MAX_INTEGER
from claw.core.model.records import SCHEMA, Record

JsonObject = dict[str, object]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
# The fields of the model that hold a reference or an instant, wherever they occur; the
# types alone do not tell them from other text.
_REFERENCES = frozenset({"ref", "resource", "customer", "location"})
_INSTANTS = frozenset({"at", "from", "to"})
_REFERENCE: JsonObject = {
    "type": "string",
    "description": "<connection>/<source id>, unique in a tenant and stable across syncs.",
    "pattern": "^[a-z][a-z0-9-]{0,30}/([A-Za-z0-9._:~@-]|%[0-9A-F]{2}){1,200}$",
}
_INSTANT: JsonObject = {
    "type": "string",
    "description": "An instant of UTC in whole seconds.",
    "format": "date-time",
    "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$",
}
# Vertical facts: whatever the canonical profile allows, which has no null and no float.
_VALUE: JsonObject = {
    "anyOf": [
        {"type": "string"},
        {"type": "boolean"},
        {"type": "integer", "minimum": -MAX_INTEGER, "maximum": MAX_INTEGER},
        {"type": "array", "items": {"$ref": "#/$defs/Value"}},
        {"$ref": "#/$defs/Members"},
    ]
}
_MEMBERS: JsonObject = {
    "type": "object",
    "propertyNames": {"pattern": "^[a-z][a-z0-9_]*$"},
    "additionalProperties": {"$ref": "#/$defs/Value"},
}
# What is printed with a current record and belongs to none: it is never hashed.
_SEEN_AT: JsonObject = {
    "$ref": "#/$defs/Instant",
    "description": "When this was first learnt; printed with current records only.",
}
_RAW: JsonObject = {
    "type": "object",
    "description": "The source's own bodies by role; printed on request only.",
}


def json_schema() -> JsonObject:
    """The schema document, as plain data."""
    document = cast("JsonObject", msgspec.json.schema(Record, schema_hook=_extension_value))
    definitions = cast("dict[str, JsonObject]", document["$defs"])
    for definition in definitions.values():
        _describe(definition)
    cast("JsonObject", definitions["Progress"]["properties"])["seen_at"] = _SEEN_AT
    definitions |= {"Ref": _REFERENCE, "Instant": _INSTANT, "Value": _VALUE, "Members": _MEMBERS}
    return {"$schema": _DIALECT, "title": SCHEMA, **document}


def json_schema_bytes() -> bytes:
    """The committed form: sorted keys, two spaces, one line end at the end."""
    encoded = msgspec.json.encode(json_schema(), order="sorted")
    return msgspec.json.format(encoded, indent=2) + b"\n"


def _describe(definition: JsonObject) -> None:
    """Say of one type what its Python types cannot."""
    properties = cast("dict[str, JsonObject]", definition["properties"])
    required = cast("list[str]", definition["required"])
    # A member with a default is always written: what may be absent has none.
    required += [name for name in properties if "default" in properties[name]]
    for name, member in properties.items():
        properties[name] = _member(name, member, always=name in required)
    if "type" in required:
        properties |= {"schema": {"const": SCHEMA}, "raw": _RAW}
        required.insert(0, "schema")
    definition["description"] = cleandoc(str(definition["description"]))


def _member(name: str, member: JsonObject, *, always: bool) -> JsonObject:
    if name in _REFERENCES:
        return {"$ref": "#/$defs/Ref"}
    if name in _INSTANTS or name.endswith("_at"):
        return {"$ref": "#/$defs/Instant"}
    if name == "extensions":
        return member | {"additionalProperties": {"$ref": "#/$defs/Members"}}
    if member.get("type") == "integer":
        return member | {"minimum": -MAX_INTEGER, "maximum": MAX_INTEGER}
    if member.get("type") == "boolean" and not always:
        return {"const": True}
    return member


def _extension_value(_type: type) -> JsonObject:
    """Stand for ``object``, the one type msgspec cannot describe: a value in ``extensions``."""
    return {"$ref": "#/$defs/Value"}
