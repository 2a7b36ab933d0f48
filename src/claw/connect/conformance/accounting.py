"""C04: every row is accounted for, whatever is in it; nothing raises and nothing vanishes."""

from collections.abc import Iterator, Mapping
from typing import cast

import msgspec

from claw.connect.conformance.bookings import book_many, quieten
from claw.connect.conformance.check import Check, Run, expect
from claw.connect.conformance.fixtures import made_of
from claw.connect.conformance.session import Read, Session, Stand
from claw.connect.conformance.subject import Trouble
from claw.core.model.records import Appointment
from claw.ports.connector import Bundle, Mapped, MapResult, Part, Quarantined, Raw, Skipped

_ROWS = 4
_ODD: tuple[object, ...] = (None, "", "?", -1, 10**30, [None], {})


async def _every_row_is_accounted_for(run: Run) -> None:
    calm = await _outcomes(run, None)
    for source, result in calm.items():
        expect(isinstance(result, Mapped), f"without trouble {source} was {_word(result)}")
    odd = await _outcomes(run, Trouble.UNKNOWN_STATUS)
    _expect_kept(calm, odd)
    short = await _outcomes(run, Trouble.FIELD_MISSING)
    expect(
        any(isinstance(result, Quarantined) for result in short.values()),
        "a row without a field it cannot do without was not quarantined",
    )
    expect(
        any(isinstance(result, Mapped) for result in short.values()),
        "one row without a field spoilt the others",
    )
    for name, bundle in run.subject.fixtures().items():
        for spoilt in _spoilt(bundle):
            made_of(run, name, spoilt)  # whatever it is, it is something


async def _outcomes(run: Run, trouble: Trouble | None) -> Mapping[str, MapResult]:
    """What became of each row of a day, by source id; expects the counts to add up."""
    stand = Stand(run)
    quieten(stand)
    book_many(stand, _ROWS)
    async with stand.session() as session:
        if trouble is not None:
            stand.stage.trouble(trouble, times=1)
        read = (await session.days(session.today, session.today)).whole()
        results = [session.map(bundle) for bundle in read.bundles]
    _expect_sum(read, session, results, trouble)
    return dict(zip(read.ids, results, strict=True))


def _expect_sum(
    read: Read, session: Session, results: list[MapResult], trouble: Trouble | None
) -> None:
    when = f"with {trouble}" if trouble else "without trouble"
    seen = read.covered[0].seen
    expect(seen == len(results), f"{when}: {seen} rows were seen, {len(results)} were given")
    expect(seen == _ROWS, f"{when}: {_ROWS} rows were there, {seen} were seen")
    for result in results:
        if isinstance(result, Mapped):
            expect(result.records, f"{when}: a row was mapped to no record at all")


def _expect_kept(calm: Mapping[str, MapResult], odd: Mapping[str, MapResult]) -> None:
    """A word nobody knows is kept as the source writes it, not lost and not guessed."""
    changed = [
        (source, result.records[0] if isinstance(result, Mapped) else None)
        for source, result in odd.items()
        if result != calm.get(source)
    ]
    expect(changed, "an unknown status or type left no trace in any record")
    for source, record in changed:
        expect(record is not None, f"{source}: an unknown status or type cost the whole row")
        if isinstance(record, Appointment):
            kept = record.status == "unknown" and record.source_status is not msgspec.UNSET
            expect(
                kept or record.kind == "other",
                f"{source}: an unknown status or type became {record.kind}, {record.status}",
            )


def _spoilt(bundle: Bundle) -> Iterator[Bundle]:
    """The bundle with every field of every object left out or replaced, one at a time."""
    for body in _spoilt_bodies(bundle.primary.body):
        primary = Raw(source_id=bundle.primary.source_id, body=body)
        yield Bundle(primary=primary, parts=bundle.parts)
    for role, part in bundle.parts.items():
        if isinstance(part, Raw):
            for body in _spoilt_bodies(part.body):
                spoilt: dict[str, Part] = {**bundle.parts}
                spoilt[role] = Raw(source_id=part.source_id, body=body)
                yield Bundle(primary=bundle.primary, parts=spoilt)


def _spoilt_bodies(body: bytes) -> Iterator[bytes]:
    for spoilt in _variants(msgspec.json.decode(body)):
        yield msgspec.json.encode(spoilt)


def _variants(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        members = cast("dict[str, object]", value)
        for name, inner in members.items():
            yield {key: each for key, each in members.items() if key != name}
            for other in (*_ODD, *_variants(inner)):
                yield {**members, name: other}
    elif isinstance(value, list):
        items = cast("list[object]", value)
        for index, inner in enumerate(items):
            for other in (*_ODD, *_variants(inner)):
                yield [*items[:index], other, *items[index + 1 :]]


def _word(result: MapResult) -> str:
    match result:
        case Mapped():
            return "mapped"
        case Skipped():
            return f"skipped ({result.code})"
        case Quarantined():
            return f"quarantined ({result.code} at {result.path})"


ACCOUNTING = Check(
    number="C04", title="Every row is accounted for", body=_every_row_is_accounted_for
)
