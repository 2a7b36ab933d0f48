"""Airbyte CDK: a Python ``HttpStream`` in a source, launched as its documentation says.

The documented way to a connector in code, which costs a third of the declarative one; what
it prints, its own messages by its own orjson path, are the lines.
"""

import json
import logging
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

import requests
from airbyte_cdk.entrypoint import launch
from airbyte_cdk.models import ConnectorSpecification
from airbyte_cdk.sources import AbstractSource
from airbyte_cdk.sources.streams import Stream
from airbyte_cdk.sources.streams.http import HttpStream

from benchmarks.extraction.rows import record_of
from benchmarks.harness.meter import Meter


class Bookings(HttpStream):
    """The list, page by page until one is empty."""

    primary_key = None
    cursor_field: ClassVar[list[str]] = []
    name = "bookings"

    def __init__(self, origin: str) -> None:
        super().__init__()
        self._origin = origin
        self._page = 1
        self.rows = 0

    @property
    def url_base(self) -> str:
        """Where it is."""
        return f"{self._origin}/"

    def path(self, **_: object) -> str:
        """The list."""
        return "bookings"

    def request_params(
        self, next_page_token: Mapping[str, int] | None = None, **_: object
    ) -> dict[str, int]:
        """The page asked for."""
        return dict(next_page_token or {"page": 1})

    def next_page_token(self, response: requests.Response) -> Mapping[str, int] | None:
        """The next page, none after an empty one."""
        if response.content == b"[]":
            return None
        self._page += 1
        return {"page": self._page}

    def parse_response(
        self, response: requests.Response, **_: object
    ) -> Iterable[Mapping[str, object]]:
        """Map every row."""
        for row in response.json():
            self.rows += 1
            yield record_of(row)

    def get_json_schema(self) -> Mapping[str, object]:
        """Open, so that nothing is conformed to it."""
        return {"type": "object", "additionalProperties": True, "properties": {}}


class Source(AbstractSource):
    """A source with that stream alone."""

    check_config_against_spec = False

    def __init__(self, stream: Bookings) -> None:
        self._stream = stream

    def spec(self, logger: logging.Logger) -> ConnectorSpecification:
        """Nothing to configure."""
        return ConnectorSpecification(connectionSpecification={"type": "object"})

    def check_connection(self, logger: logging.Logger, config: object) -> tuple[bool, object]:
        """Always well."""
        return True, None

    def streams(self, config: object) -> list[Stream]:
        """The one."""
        return [self._stream]


def extract(origin: str, out: Path) -> int:
    """Read every page, write every message as a line; how many rows there were."""
    stream = Bookings(origin)
    chosen = {
        "stream": {
            "name": "bookings",
            "json_schema": dict(stream.get_json_schema()),
            "supported_sync_modes": ["full_refresh"],
        },
        "sync_mode": "full_refresh",
        "destination_sync_mode": "overwrite",
    }
    with tempfile.TemporaryDirectory() as folder:
        config, catalog = Path(folder, "config.json"), Path(folder, "catalog.json")
        config.write_text("{}")
        catalog.write_text(json.dumps({"streams": [chosen]}))
        arguments = ["read", "--config", str(config), "--catalog", str(catalog)]
        with printed_to(out):
            launch(Source(stream), arguments)
    return stream.rows


@contextmanager
def printed_to(out: Path) -> Iterator[None]:
    """Standard output itself is the file: the CDK writes to no other."""
    kept = os.dup(1)
    with out.open("wb") as lines:
        os.dup2(lines.fileno(), 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)


if __name__ == "__main__":
    meter = Meter()
    meter.tell(rows=extract(sys.argv[1], Path(sys.argv[2])))
