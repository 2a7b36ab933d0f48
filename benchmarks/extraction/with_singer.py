"""Singer SDK: a tap with a ``RESTStream`` and the SDK's own msgspec writer, its fastest.

The schema is left open and type conformance is off, as its documentation advises where
records already have the shape they should; its messages are the lines.
"""

import contextlib
import io
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import ClassVar

import requests
from singer_sdk import Stream, Tap
from singer_sdk import typing as th
from singer_sdk.contrib.msgspec import MsgSpecWriter
from singer_sdk.helpers.conform import TypeConformanceLevel
from singer_sdk.pagination import BasePageNumberPaginator
from singer_sdk.streams import RESTStream

from benchmarks.extraction.rows import record_of
from benchmarks.harness.meter import Meter


class Pages(BasePageNumberPaginator):
    """Page by page until one is empty."""

    def has_more(self, response: requests.Response) -> bool:
        """Whether this page said anything."""
        return response.content != b"[]"


class Bookings(RESTStream):
    """The list."""

    name = "bookings"
    path = "/bookings"
    primary_keys = ()
    schema: ClassVar[dict[str, object]] = {
        "type": "object",
        "additionalProperties": True,
        "properties": {},
    }
    TYPE_CONFORMANCE_LEVEL = TypeConformanceLevel.NONE
    rows = 0

    @property
    def url_base(self) -> str:
        """Where it is."""
        return self.config["origin"]

    def get_new_paginator(self) -> Pages:
        """A paginator from the first page on."""
        return Pages(1)

    def get_url_params(self, context: object, next_page_token: int | None) -> dict[str, int]:
        """The page asked for."""
        return {"page": next_page_token or 1}

    def parse_response(self, response: requests.Response) -> Iterable[Mapping[str, object]]:
        """Map every row."""
        for row in response.json():
            Bookings.rows += 1
            yield record_of(row)


class TapBookings(Tap):
    """A tap with that stream alone."""

    name = "tap-bookings"
    config_jsonschema = th.PropertiesList(th.Property("origin", th.StringType)).to_dict()
    message_writer_class = MsgSpecWriter

    def discover_streams(self) -> list[Stream]:
        """The one."""
        return [Bookings(self)]


def extract(origin: str, out: Path) -> int:
    """Read every page, write every message as a line; how many rows there were."""
    with out.open("wb") as lines:
        text = io.TextIOWrapper(lines, write_through=True)
        with contextlib.redirect_stdout(text):
            TapBookings(config={"origin": origin}).sync_all()
        text.flush()
    return Bookings.rows


if __name__ == "__main__":
    meter = Meter()
    meter.tell(rows=extract(sys.argv[1], Path(sys.argv[2])))
