"""C02, C05 and C21: recorded bundles still decode, still map, and still give the same."""

from collections.abc import Mapping

import msgspec

from claw.connect.conformance.check import Check, NotApplicable, Run, expect
from claw.connect.conformance.outcomes import outcome_lines
from claw.connect.conformance.session import mapped_by
from claw.core.errors import ClawError
from claw.core.model.records import Appointment, Record, type_of
from claw.ports.connector import Bundle, Mapped, Missing, Quarantined, Raw


def made_of(run: Run, name: str, bundle: Bundle) -> bytes:
    """What the connector makes of a fixture. Raises CheckFailed."""
    result = mapped_by(run.subject.connector, bundle, run.subject.map_env(name))
    try:
        return outcome_lines(result)
    except ClawError as problem:
        expect(False, f"{name}: a record is not canonical: {problem.message}")
        raise AssertionError from problem


async def _fixtures_decode(run: Run) -> None:
    fixtures = run.subject.fixtures()
    expect(fixtures, "there is no fixture")
    goldens = run.subject.goldens()
    made: set[str] = set()
    for name, bundle in fixtures.items():
        _expect_objects(name, bundle)
        result = mapped_by(run.subject.connector, bundle, run.subject.map_env(name))
        if isinstance(result, Mapped):
            made |= {type_of(record) for record in result.records}
            _expect_parts_were_read(name, bundle, result.records)
        elif isinstance(result, Quarantined):
            expect(
                b'"quarantined"' in goldens.get(name, b""),
                f"{name} cannot be read: {result.code} at {result.path or 'its top'}",
            )
    for stream in run.subject.connector.manifest.streams:
        expect(made & set(stream.produces), f"no fixture gives anything of stream {stream.name}")


def _expect_objects(name: str, bundle: Bundle) -> None:
    raws = [bundle.primary, *(part for part in bundle.parts.values() if isinstance(part, Raw))]
    for raw in raws:
        try:
            msgspec.json.decode(raw.body, type=dict[str, msgspec.Raw])
        except msgspec.DecodeError:
            expect(False, f"{name}: {raw.source_id} is no JSON object")


def _expect_parts_were_read(name: str, bundle: Bundle, records: tuple[Record, ...]) -> None:
    """A part that is there and was not understood shows as missing enrichment."""
    lost = [part for part in bundle.parts.values() if isinstance(part, Missing)]
    for record in records:
        if isinstance(record, Appointment) and "enrichment_missing" in record.flags:
            expect(lost, f"{name}: a part is there but was not of the shape the mapper reads")


async def _fixtures_give_their_goldens(run: Run) -> None:
    _expect_goldens(run, run.subject.fixtures())
    named = set(run.subject.fixtures()) | set(run.subject.older_fixtures())
    orphans = sorted(set(run.subject.goldens()) - named)
    expect(not orphans, f"goldens without a fixture: {orphans}")


async def _older_fixtures_still_map(run: Run) -> None:
    older = run.subject.older_fixtures()
    if not older:
        raise NotApplicable("there has been only one version of what it stores")
    _expect_goldens(run, older)


def _expect_goldens(run: Run, fixtures: Mapping[str, Bundle]) -> None:
    goldens = run.subject.goldens()
    for name, bundle in fixtures.items():
        expect(name in goldens, f"{name} has no golden")
        made, golden = made_of(run, name, bundle), goldens[name]
        if made != golden:
            expect(False, f"{name}: {_first_difference(golden, made)}")


def _first_difference(golden: bytes, made: bytes) -> str:
    """Where two outcomes part; excerpts of fixtures, which hold nobody's data."""
    place = next(
        (index for index, pair in enumerate(zip(golden, made, strict=False)) if pair[0] != pair[1]),
        min(len(golden), len(made)),
    )
    start = max(0, place - 20)
    wanted, got = golden[start : place + 20], made[start : place + 20]
    return f"at byte {place} the golden has {wanted!r}, it now gives {got!r}"


FIXTURES_DECODE = Check(number="C02", title="Every fixture decodes", body=_fixtures_decode)
GOLDENS = Check(
    number="C05", title="Every fixture gives its golden", body=_fixtures_give_their_goldens
)
OLDER_FIXTURES = Check(
    number="C21", title="Older fixtures still map", body=_older_fixtures_still_map
)
