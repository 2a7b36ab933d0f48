"""When work on an occurrence begins, so that its result is ready on the minute.

Ten thousand businesses want their summary at the same minute. Each begins a little before,
spread by its own name and not by chance, so that the same business always begins alike.
"""

import hashlib
from datetime import datetime, timedelta

LEAD_SECONDS = 180
"""Time a summary is given to be ready: a sync of some pages, a snapshot, rendering."""

SPREAD_SECONDS = 120
"""Over how long the starts are spread, earlier than the lead."""


def prepare_from(instant: datetime, tenant: str, routine: str) -> datetime:
    """When to begin preparing what is due at ``instant``."""
    digest = hashlib.sha256(f"{tenant} {routine}".encode()).digest()
    spread = int.from_bytes(digest[:4]) % (SPREAD_SECONDS + 1)
    return instant - timedelta(seconds=LEAD_SECONDS + spread)


def lead_from(instant: datetime) -> datetime:
    """When the lead of ``instant`` begins: whatever is due then is prepared within it."""
    return instant - timedelta(seconds=LEAD_SECONDS + SPREAD_SECONDS)
