"""dlt: its REST client in a resource that yields whole pages, extracted by a pipeline.

The documented ways that cost least: rows are yielded in pages, and of a pipeline only the
step ``extract`` runs; its files, uncompressed, are the lines. With a third argument
``iterated`` there is no pipeline: the resource is iterated and msgspec writes the lines,
which is none of dlt's output.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
os.environ["DATA_WRITER__DISABLE_COMPRESSION"] = "true"

import dlt
import msgspec
from dlt.sources.helpers.rest_client import RESTClient
from dlt.sources.helpers.rest_client.paginators import PageNumberPaginator

from benchmarks.extraction.rows import record_of
from benchmarks.harness.meter import Meter


class Bookings:
    """The list, page by page until one is empty, as a resource."""

    def __init__(self, origin: str) -> None:
        self.rows = 0
        client = RESTClient(
            base_url=origin,
            paginator=PageNumberPaginator(base_page=1, total_path=None, stop_after_empty_page=True),
        )

        @dlt.resource(name="bookings")
        def pages() -> Iterator[list[dict[str, object]]]:
            for page in client.paginate("/bookings"):
                self.rows += len(page)
                yield [record_of(row) for row in page]

        self.resource = pages


def extract(origin: str, folder: Path) -> int:
    """Extract every page as a pipeline does; how many rows there were."""
    bookings = Bookings(origin)
    pipeline = dlt.pipeline("bench", pipelines_dir=str(folder), destination="filesystem")
    pipeline.extract(bookings.resource())
    return bookings.rows


def iterate(origin: str, out: Path) -> int:
    """Iterate the resource and write every record as a line; how many rows there were."""
    encode, bookings = msgspec.json.Encoder().encode, Bookings(origin)
    with out.open("wb") as lines:
        lines.writelines(encode(record) + b"\n" for record in bookings.resource())
    return bookings.rows


def _gather(folder: Path, out: Path) -> None:
    """Every record that dlt wrote, a line each: its own lines hold many."""
    with out.open("wb") as lines:
        for part in sorted(folder.rglob("bookings*jsonl")):
            for many in part.read_bytes().splitlines():
                for record in msgspec.json.decode(many, type=list[msgspec.Raw]):
                    lines.write(bytes(record) + b"\n")


if __name__ == "__main__":
    origin, out = sys.argv[1], Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        meter = Meter()
        if "iterated" in sys.argv[3:]:
            meter.tell(rows=iterate(origin, out))
        else:
            meter.tell(rows=extract(origin, Path(folder)))
            _gather(Path(folder), out)
