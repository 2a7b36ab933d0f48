"""``If-Modified-Since``: in no document of the vendor, and used by two integrators.

One sends an RFC 1123 date, the other a wall time without a zone; which resources honour it
is unproven. Here it is every list whose rows have a ``DateModified``, a bare wall time is the
company's, the boundary counts as modified, and what was deleted never shows.
"""

from datetime import datetime
from email.utils import parsedate_to_datetime

from claw.connectors.simpro.simulator.draws import zone
from claw.connectors.simpro.simulator.feeds import Row


def moment_of(header: str, zone_name: str) -> datetime | None:
    """The instant a header names in either form; None for anything else."""
    try:
        moment = datetime.fromisoformat(header)
    except ValueError:
        try:
            return parsedate_to_datetime(header)
        except ValueError:
            return None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone(zone_name))


def modified_since(rows: list[Row], since: datetime) -> list[Row]:
    """Rows modified at ``since`` or later."""
    return [row for row in rows if datetime.fromisoformat(str(row["DateModified"])) >= since]
