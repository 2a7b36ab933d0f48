"""``claw.schedule/2``: a version that never was, to show that versions work.

It calls an appointment's notes instructions, and knows how long the way there takes.
"""

import msgspec
from msgspec import UNSET, UnsetType

from claw.core.model.normalise import decode_record
from claw.core.model.records import SCHEMA, Appointment, Customer, Location, Resource, Shift
from claw.core.model.versions import PlainRecord, SchemaVersion, SchemaVersions

SCHEMA_2 = "claw.schedule/2"


class Appointment2(
    Appointment,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag="appointment",
    tag_field="type",
):
    """An appointment of version 2; ``notes`` stays empty."""

    instructions: str | UnsetType = UNSET
    travel_seconds: int = 0


_decoder = msgspec.json.Decoder(Appointment2 | Customer | Location | Resource | Shift)


def upcast(record: PlainRecord) -> PlainRecord:
    """A record of version 1 as one of version 2."""
    if record["type"] != "appointment":
        return record
    newer = {name: value for name, value in record.items() if name != "notes"}
    if "notes" in record:
        newer["instructions"] = record["notes"]
    return newer | {"travel_seconds": 0}


def both_versions() -> SchemaVersions:
    """What an engine of version 2 can read."""
    return SchemaVersions(
        [
            SchemaVersion(name=SCHEMA, decode=decode_record),
            SchemaVersion(name=SCHEMA_2, decode=_decoder.decode, upcast=upcast),
        ]
    )


def visit_2(visit: Appointment, *, travel_seconds: int = 0) -> Appointment2:
    """The same visit as an engine of version 2 maps it."""
    facts = msgspec.structs.asdict(visit)
    instructions = facts.pop("notes")
    return Appointment2(**facts, instructions=instructions, travel_seconds=travel_seconds)
