"""Schema versions: old bytes keep their name and are read as records of the newest."""

import msgspec
import pytest
from hypothesis import given

from claw.core.errors import InstallationBroken, InternalError
from claw.core.model.normalise import decode_record, normalise, store_form
from claw.core.model.records import SCHEMA, Record
from claw.core.model.versions import SchemaVersion, SchemaVersions, released_versions
from claw_testing.schedule_2 import SCHEMA_2, Appointment2, both_versions, upcast, visit_2
from claw_testing.schedules import employee, records, visit


def test_the_released_version_is_the_one_that_is_written() -> None:
    assert released_versions().newest == SCHEMA


@given(records)
def test_bytes_of_the_newest_version_are_read_as_they_are(record: Record) -> None:
    canonical = store_form(record).canonical
    assert released_versions().upcast(SCHEMA, canonical) is canonical
    assert released_versions().read(SCHEMA, canonical) == normalise(record)


def test_an_older_record_is_read_as_one_of_the_newest() -> None:
    old = store_form(visit(1, notes="Gate code 4711")).canonical
    read = both_versions().read(SCHEMA, old)
    assert isinstance(read, Appointment2)
    assert read.instructions == "Gate code 4711"
    assert read == normalise(visit_2(visit(1, notes="Gate code 4711")))


@given(records)
def test_every_record_can_be_upcast_to_canonical_bytes(record: Record) -> None:
    versions = both_versions()
    newer = versions.upcast(SCHEMA, store_form(record).canonical)
    assert store_form(versions.read(SCHEMA_2, newer)).canonical == newer


def test_several_versions_are_crossed_one_by_one() -> None:
    def rename(record: dict[str, object]) -> dict[str, object]:
        return record | {"name": f"{record['name']}+"}

    versions = SchemaVersions(
        [SchemaVersion(name="one", decode=decode_record)]
        + [SchemaVersion(name=n, decode=decode_record, upcast=rename) for n in ("two", "three")]
    )
    canonical = store_form(employee(1, name="Kim")).canonical
    assert versions.read("one", canonical) == employee(1, name="Kim++")
    assert versions.read("two", canonical) == employee(1, name="Kim+")
    assert versions.read("three", canonical) == employee(1, name="Kim")


def test_a_record_of_a_newer_engine_is_refused_with_the_mend() -> None:
    with pytest.raises(InstallationBroken) as refused:
        released_versions().read(SCHEMA_2, b"{}")
    assert refused.value.code == "schema_unknown"
    assert refused.value.hint is not None
    assert "upgrade" in refused.value.hint


def test_bytes_that_are_no_record_are_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        both_versions().read(SCHEMA_2, b'{"type":"appointment"}')


@pytest.mark.parametrize(
    "versions",
    [
        [],
        [SchemaVersion(name="one", decode=decode_record, upcast=upcast)],
        [SchemaVersion(name="one", decode=decode_record)] * 2,
        [
            SchemaVersion(name="one", decode=decode_record),
            SchemaVersion(name="two", decode=decode_record),
        ],
    ],
    ids=["none", "first with an upcaster", "twice the same", "no way to the second"],
)
def test_a_registry_that_leads_nowhere_is_refused(versions: list[SchemaVersion]) -> None:
    with pytest.raises(InternalError):
        SchemaVersions(versions)
