"""Fetching: counted pages that are read again when they do not add up, and linked objects."""

from collections.abc import MutableMapping, Sequence
from datetime import date
from typing import TypeVar, cast

import msgspec

from claw.connect import (
    Bundle,
    Context,
    Forbidden,
    Missing,
    Part,
    RateLimited,
    Raw,
    Response,
    SourceChanged,
    TornRead,
    Transient,
    source_id,
)
from claw.connect.wall_time import parse_stated_date
from claw_testing.sample_connector.wire import Booking, Bookings, OnlyId, Stylist, decode

T = TypeVar("T")

BOOKINGS = "/v1/bookings"
BOOKING = "/v1/bookings/{id}"
CLIENT = "/v1/clients/{id}"
STYLISTS = "/v1/stylists"
_READS_BEFORE_TORN = 3
_KNOWN = "snips.parts"


async def bookings_between(ctx: Context, first: date, last: date) -> list[bytes]:
    """Every booking of some dates, each once, as received.

    Raises:
        TornRead: when the list does not come to rest.
    """
    for _ in range(_READS_BEFORE_TORN):
        rows = await counted_pages(ctx, first, last)
        if rows is not None:
            return [row for row in rows if _belongs(row, first, last)]
        ctx.log.info("torn read")
    raise TornRead("the bookings changed while they were read", hint="try again in a minute")


async def booking(ctx: Context, key: int) -> bytes | None:
    """One booking, None when there is none of that id."""
    response = await ctx.http.get(BOOKING, path={"id": key})
    return None if response.status == 404 else _good(response)


async def bundles(ctx: Context, rows: Sequence[bytes]) -> tuple[Bundle, ...]:
    """Each booking with its client and stylist, as far as they can be had."""
    return tuple([await _bundle(ctx, row) for row in rows])


async def counted_pages(ctx: Context, first: date, last: date) -> list[bytes] | None:
    """All pages, None when they do not fit together."""
    rows: dict[int, bytes] = {}
    total: int | None = None
    page = 0
    while total is None or len(rows) < total:
        page += 1
        query = {"from": first.isoformat(), "to": last.isoformat(), "page": str(page)}
        answer = _read(await ctx.http.get(BOOKINGS, path={}, query=query), Bookings)
        total = answer.total if total is None else total
        found = {_id(row): bytes(row) for row in answer.bookings}
        twice = len(found) < len(answer.bookings) or found.keys() & rows.keys()
        if answer.total != total or twice or (not found and total):
            return None
        rows |= found
    return list(rows.values()) if len(rows) == total else None


def _belongs(row: bytes, first: date, last: date) -> bool:
    """Whether a row is on one of the dates; the mapper says what is wrong with a bad one."""
    try:
        day = parse_stated_date(decode(row, Booking).day)
    except msgspec.ValidationError:
        return True
    return day is None or first <= day <= last


async def _bundle(ctx: Context, row: bytes) -> Bundle:
    parts: dict[str, Part] = {}
    try:
        read = decode(row, Booking)
    except msgspec.ValidationError:
        read = Booking(id=_id(row))  # the mapper says what is wrong with it
    if read.client is not None:
        parts["client"] = await _client(ctx, read.client)
    if read.stylist is not None:
        parts["stylist"] = await _stylist(ctx, read.stylist)
    return Bundle(primary=Raw(source_id=source_id("booking", read.id), body=row), parts=parts)


async def _client(ctx: Context, key: int) -> Part:
    known = cast("MutableMapping[str, Part]", ctx.scratch.setdefault(_KNOWN, {}))
    name = source_id("client", key)
    if name not in known:
        known[name] = await _fetched(ctx, name, key)
    return known[name]


async def _fetched(ctx: Context, name: str, key: int) -> Part:
    query = {"columns": "id,name,mobile,email"}
    try:
        response = await ctx.http.get(CLIENT, path={"id": key}, query=query)
    except Forbidden:
        return Missing(source_id=name, code="forbidden")
    except (Transient, RateLimited):
        return Missing(source_id=name, code="unreadable")
    if response.status == 404:
        return Missing(source_id=name, code="not_found")
    return Raw(source_id=name, body=_good(response))


async def _stylist(ctx: Context, key: int) -> Part:
    """From the list of all stylists, which is short and read once a run."""
    known = cast("MutableMapping[str, Part]", ctx.scratch.setdefault(_KNOWN, {}))
    name = source_id("stylist", key)
    if not any(each.startswith("stylist:") for each in known):
        response = await ctx.http.get(STYLISTS, path={}, query={"columns": "id,name"})
        for row in _read(response, list[msgspec.Raw]):
            each = source_id("stylist", decode(row, Stylist).id)
            known[each] = Raw(source_id=each, body=bytes(row))
    return known.get(name) or Missing(source_id=name, code="not_found")


def _read(response: Response, type_: type[T]) -> T:
    try:
        return decode(_good(response), type_)
    except msgspec.ValidationError as error:
        raise SourceChanged(
            "the answer has an unknown shape", path=response.url_template
        ) from error


def _id(row: bytes | msgspec.Raw) -> int:
    try:
        return decode(row, OnlyId).id
    except msgspec.ValidationError as error:
        raise SourceChanged("a booking without an id", path=BOOKINGS) from error


def _good(response: Response) -> bytes:
    if response.status != 200:
        raise SourceChanged(f"refused with {response.status}", path=response.url_template)
    return response.body
