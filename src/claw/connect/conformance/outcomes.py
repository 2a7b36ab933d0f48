"""What a mapper made of a bundle, as lines of text: the form that goldens have."""

import msgspec
from msgspec import Struct

from claw.core.model.normalise import store_form
from claw.ports.connector import Mapped, MapResult, Quarantined, Skipped


class _SkippedLine(Struct, frozen=True):
    skipped: str


class _QuarantinedLine(Struct, frozen=True):
    quarantined: str
    path: str


def outcome_lines(result: MapResult) -> bytes:
    """What a mapper made of a bundle, as goldens have it. Raises NotCanonical."""
    match result:
        case Mapped():
            return b"".join(store_form(record).canonical + b"\n" for record in result.records)
        case Skipped():
            return msgspec.json.encode(_SkippedLine(result.code)) + b"\n"
        case Quarantined():
            line = _QuarantinedLine(result.code, result.path)
            return msgspec.json.encode(line) + b"\n"
