"""The published JSON Schema is what the types say, and what is exported obeys it."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from claw.core.model.normalise import store_form
from claw.core.model.records import SCHEMA, Record
from claw.core.model.schema import json_schema_bytes
from claw.core.snapshots.export import export_lines
from claw_testing.schedules import leaves, records, snapshot, visit

COMMITTED = Path(__file__).parents[3] / "docs" / "schema" / f"{SCHEMA.replace('/', '.')}.json"
VALIDATOR = Draft202012Validator(json.loads(json_schema_bytes()))


def exported(record: Record) -> dict[str, Any]:
    (leaf,) = leaves([record])
    blobs = {leaf.content_hash: store_form(record).canonical}
    (line,) = export_lines(snapshot(record), {leaf.ref: leaf.content_hash}, blobs)
    return json.loads(line)


def test_the_committed_schema_has_not_drifted() -> None:
    """Mended with ``python scripts/generate_schemas.py``."""
    assert COMMITTED.read_bytes() == json_schema_bytes()


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(VALIDATOR.schema)


@settings(max_examples=50)
@given(records)
def test_whatever_is_exported_obeys_it(record: Record) -> None:
    VALIDATOR.validate(exported(record))


@pytest.mark.parametrize(
    "damage",
    [
        {"title": None},
        {"status": "postponed"},
        {"starts_at": "2026-11-24T22:00:00+00:00"},
        {"ref": "no slash"},
        {"surprise": 1},
        {"fixed": False},
        {"schema": "claw.schedule/2"},
        {"extensions": {"field": {"ratio": 0.5}}},
        {"extensions": {"field": {"Site-ID": 1}}},
    ],
    ids=str,
)
def test_what_is_no_record_is_refused(damage: dict[str, Any]) -> None:
    assert VALIDATOR.is_valid(exported(visit(1)))
    assert not VALIDATOR.is_valid(exported(visit(1)) | damage)


@pytest.mark.parametrize("missing", ["schema", "type", "ref", "segments", "extensions"])
def test_what_is_always_written_is_required(missing: str) -> None:
    line = exported(visit(1))
    del line[missing]
    assert not VALIDATOR.is_valid(line)
