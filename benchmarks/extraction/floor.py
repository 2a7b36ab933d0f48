"""The floor: the same HTTP client, one typed decode a page, the same mapping, a plain write.

What a good engineer writes in ten minutes for this one source, and nothing more: no limits,
no retries, no proof of what arrived, no canonical form, no names.
"""

import asyncio
import sys
from pathlib import Path

import httpx2
import msgspec

from benchmarks.bookings.mapping import CONNECTION, COUNTRY, map_booking
from benchmarks.bookings.wire import Booking
from benchmarks.harness.meter import Meter

_decoder = msgspec.json.Decoder(list[Booking])
_encode = msgspec.json.Encoder().encode


async def extract(origin: str, out: Path) -> int:
    """Read every page, write every record as a line; how many rows there were."""
    number, rows = 1, 0
    with out.open("wb") as lines:
        async with httpx2.AsyncClient(trust_env=False) as client:
            while True:
                response = await client.get(f"{origin}/bookings?page={number}")
                page = _decoder.decode(response.content)
                if not page:
                    return rows
                lines.writelines(
                    _encode(map_booking(booking, CONNECTION, COUNTRY)) + b"\n" for booking in page
                )
                number, rows = number + 1, rows + len(page)


if __name__ == "__main__":
    meter = Meter()
    meter.tell(rows=asyncio.run(extract(sys.argv[1], Path(sys.argv[2]))))
