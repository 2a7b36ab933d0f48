"""The shared mapping for a peer: its decoded rows in, the records' members out."""

from collections.abc import Iterator, Mapping

import msgspec

from benchmarks.visits.mapping import CONNECTION, COUNTRY, map_visit
from benchmarks.visits.wire import Visit


def records_of(row: Mapping[str, object]) -> Iterator[dict[str, object]]:
    """The canonical records of one row, as the dictionaries that peers pass on."""
    visit = msgspec.convert(row, Visit)
    for record in map_visit(visit, CONNECTION, COUNTRY):
        yield msgspec.to_builtins(record)
