"""The vendor's shapes, tolerant exactly where the vendor is loose.

Documented: ids are numbers, and some of its exports write them as strings; a walk-in has
no client; ``note`` is HTML. Up to version 1 of this connector bookings had a length in
minutes instead of an end.
"""

from typing import TypeVar

import msgspec
from msgspec import Struct

T = TypeVar("T")


class OnlyId(Struct, frozen=True):
    """Any object, for its id alone."""

    id: int


class Booking(Struct, frozen=True, kw_only=True):
    """One booking. Times are wall clock times of the studio, the end up to ``24:00``."""

    id: int
    day: str | None = None
    start: str | None = None
    end: str | None = None
    minutes: int | None = None
    status: str | None = None
    service: str | None = None
    client: int | None = None
    stylist: int | None = None
    note: str | None = None


class Bookings(Struct, frozen=True, kw_only=True):
    """A page of bookings, and how many there are on all pages."""

    bookings: list[msgspec.Raw]
    total: int


class Client(Struct, frozen=True, kw_only=True):
    """Who comes."""

    id: int
    name: str | None = None
    mobile: str | None = None
    email: str | None = None


class Stylist(Struct, frozen=True, kw_only=True):
    """Who works."""

    id: int
    name: str | None = None


class Studio(Struct, frozen=True, kw_only=True):
    """The account; the only place where a zone stands."""

    id: int
    name: str
    timezone: str | None = None
    country: str | None = None


def decode(body: bytes | msgspec.Raw, type_: type[T]) -> T:
    """Decode an object. Raises msgspec.ValidationError, whose text names path and type only."""
    return msgspec.json.decode(body, type=type_, strict=False)
