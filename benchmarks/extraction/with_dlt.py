"""dlt: its REST client and a resource with a map step, iterated, whole pages at a time.

The documented ways that cost least: rows are yielded in pages, and the resource is used
without a pipeline, so nothing is normalised or loaded; the lines are written by msgspec.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import dlt
import msgspec
from dlt.sources.helpers.rest_client import RESTClient
from dlt.sources.helpers.rest_client.paginators import PageNumberPaginator

from benchmarks.extraction.rows import records_of
from benchmarks.harness.meter import Meter


def extract(origin: str, out: Path) -> int:
    """Read every page, write every record as a line; how many rows there were."""
    client = RESTClient(
        base_url=origin,
        paginator=PageNumberPaginator(base_page=1, total_path=None, stop_after_empty_page=True),
    )

    @dlt.resource(name="visits")
    def pages() -> Iterator[list[dict[str, object]]]:
        for page in client.paginate("/visits"):
            yield [record for row in page for record in records_of(row)]

    encode = msgspec.json.Encoder().encode
    records = 0
    with out.open("wb") as lines:
        for record in pages():
            lines.write(encode(record) + b"\n")
            records += 1
    return records // 2


if __name__ == "__main__":
    meter = Meter()
    meter.tell(rows=extract(sys.argv[1], Path(sys.argv[2])))
