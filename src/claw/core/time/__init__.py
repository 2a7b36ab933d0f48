"""The only place where a wall clock is resolved.

Wraps the zone library on pinned time-zone data: local days, resolution of wall times,
what recurs on a wall clock, instants as text. Instants are aware UTC datetimes in whole
seconds. May import the standard library, whenever and tzdata.
"""

from claw.core.time.cron import from_cron
from claw.core.time.days import Interval, dates, day_window, local_date, local_wall, span
from claw.core.time.instants import (
    FIRST_YEAR,
    LAST_YEAR,
    format_instant,
    parse_date,
    parse_instant,
    whole_seconds,
)
from claw.core.time.recurrence import (
    Daily,
    Dated,
    Due,
    EveryMinutes,
    MonthlyDay,
    MonthlyLast,
    NoOccurrence,
    Recurrence,
    Weekly,
    check_recurrence,
    next_occurrences,
    occurrence_on,
    occurrences,
)
from claw.core.time.resolution import Resolved, resolve_local
from claw.core.time.transitions import OffsetChange, offset_change_between, utc_offset_seconds
from claw.core.time.tzdata_pin import check_canaries, pin_tzdata, tzdata_version
from claw.core.time.zones import check_zone, known_zone

__all__ = [
    "FIRST_YEAR",
    "LAST_YEAR",
    "Daily",
    "Dated",
    "Due",
    "EveryMinutes",
    "Interval",
    "MonthlyDay",
    "MonthlyLast",
    "NoOccurrence",
    "OffsetChange",
    "Recurrence",
    "Resolved",
    "Weekly",
    "check_canaries",
    "check_recurrence",
    "check_zone",
    "dates",
    "day_window",
    "format_instant",
    "from_cron",
    "known_zone",
    "local_date",
    "local_wall",
    "next_occurrences",
    "occurrence_on",
    "occurrences",
    "offset_change_between",
    "parse_date",
    "parse_instant",
    "pin_tzdata",
    "resolve_local",
    "span",
    "tzdata_version",
    "utc_offset_seconds",
    "whole_seconds",
]
