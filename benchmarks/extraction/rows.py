"""The shared mapping for a peer: its decoded rows in, the records' members out."""

from collections.abc import Mapping

import msgspec

from benchmarks.bookings.mapping import CONNECTION, COUNTRY, map_booking
from benchmarks.bookings.wire import Booking


def record_of(row: Mapping[str, object]) -> dict[str, object]:
    """The canonical record of one row, as the dictionary that peers pass on."""
    booking = msgspec.convert(row, Booking)
    return msgspec.to_builtins(map_booking(booking, CONNECTION, COUNTRY))
