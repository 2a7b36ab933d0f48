"""Airbyte CDK: a Python ``HttpStream`` in a source, read by its entrypoint.

The documented way to a connector in code, which costs a third of the declarative one; its
own messages, serialised by its own orjson path, are the lines.
"""

import json
import logging
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import ClassVar

import requests
from airbyte_cdk.entrypoint import AirbyteEntrypoint
from airbyte_cdk.models import ConnectorSpecification
from airbyte_cdk.sources import AbstractSource
from airbyte_cdk.sources.streams import Stream
from airbyte_cdk.sources.streams.http import HttpStream

from benchmarks.extraction.rows import records_of
from benchmarks.harness.meter import Meter


class Visits(HttpStream):
    """The list, page by page until one is empty."""

    primary_key = None
    cursor_field: ClassVar[list[str]] = []
    name = "visits"

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
        return "visits"

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
            yield from records_of(row)

    def get_json_schema(self) -> Mapping[str, object]:
        """Open, so that nothing is conformed to it."""
        return {"type": "object", "additionalProperties": True, "properties": {}}


class Source(AbstractSource):
    """A source with that stream alone."""

    check_config_against_spec = False

    def __init__(self, stream: Visits) -> None:
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
    stream = Visits(origin)
    chosen = {
        "stream": {
            "name": "visits",
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
        entrypoint = AirbyteEntrypoint(Source(stream))
        with out.open("w", encoding="utf-8") as lines:
            for message in entrypoint.run(AirbyteEntrypoint.parse_args(arguments)):
                lines.write(f"{message}\n")
    return stream.rows


if __name__ == "__main__":
    meter = Meter()
    meter.tell(rows=extract(sys.argv[1], Path(sys.argv[2])))
