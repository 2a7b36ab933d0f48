"""Recorded rows with their linked objects, and the records that they must become."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

import msgspec
from msgspec import Raw as RawJson
from msgspec import Struct

from claw.connect import Bundle, Missing, MissingCode, Part, Raw, source_id
from claw.core.model.canonical import canonical_bytes


class Recorded(Struct, forbid_unknown_fields=True):
    """One file of ``fixtures``: a row, its parts by role, and the records they become."""

    about: str
    zone: str | None
    primary: RawJson
    parts: dict[str, RawJson]
    records: list[dict[str, object]]
    settings: dict[str, str] = {}


class _Named(Struct):
    id: int = msgspec.field(name="ID")


@cache
def recorded() -> Mapping[str, Recorded]:
    """Every fixture by its name."""
    folder = resources.files("claw.connectors.simpro").joinpath("fixtures")
    files = sorted(_json_files(folder), key=lambda file: file.name)
    return {
        file.name.removesuffix(".json"): msgspec.json.decode(file.read_bytes(), type=Recorded)
        for file in files
    }


def _json_files(folder: Traversable) -> Sequence[Traversable]:
    return [file for file in folder.iterdir() if file.name.endswith(".json")]


def bundle_of(fixture: Recorded) -> Bundle:
    """The row and its parts as the connector would read them."""
    parts = {role: _part(role, body) for role, body in fixture.parts.items()}
    return Bundle(primary=_raw("schedule", fixture.primary), parts=parts)


def _part(role: str, body: RawJson) -> Part:
    """A part's body, or the word that says why there is none."""
    found = msgspec.json.decode(body)
    if isinstance(found, str):
        return Missing(source_id=source_id(role, 1), code=msgspec.convert(found, MissingCode))
    return _raw(role, body)


def _raw(kind: str, body: RawJson) -> Raw:
    number = msgspec.json.decode(body, type=_Named).id
    return Raw(source_id=source_id(kind, number), body=bytes(body))


def golden_of(fixture: Recorded) -> bytes:
    """The records of a fixture as JSON Lines."""
    return b"".join(canonical_bytes(record) + b"\n" for record in fixture.records)
