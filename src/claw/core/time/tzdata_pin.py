"""Pins the time-zone data to the package we ship, and proves that it is the one in use.

Without this the operating system's copy is read first, and it may be years old: a Debian
12 image of 2026 puts Vancouver one hour off.
"""

import zoneinfo
from datetime import UTC, date, datetime

import tzdata
import whenever

from claw.core.time.days import day_window
from claw.core.time.transitions import utc_offset_seconds

EXPECTED_VERSION = "2026f"

_OFFSET_CANARIES = (
    ("America/Vancouver", datetime(2026, 11, 24, 20, tzinfo=UTC), -7 * 3600),
    ("Africa/Casablanca", datetime(2026, 10, 1, 12, tzinfo=UTC), 0),
)
_DAY_CANARY = ("Australia/Lord_Howe", date(2026, 10, 4), 23 * 3600 + 1800)


def pin_tzdata() -> None:
    """Make the packaged data win over the system's copy. Called by the composition root."""
    zoneinfo.reset_tzpath(to=())
    zoneinfo.ZoneInfo.clear_cache()
    whenever.reset_tzpath(())
    whenever.clear_tzcache()


def tzdata_version() -> str:
    """The IANA version of the packaged data, such as ``2026f``."""
    return tzdata.IANA_VERSION


def check_canaries() -> list[str]:
    """What is wrong with the time-zone data in use; empty when all is well."""
    problems: list[str] = []
    if zoneinfo.TZPATH or whenever.get_tzpath():
        problems.append("the system's time-zone data is read before the packaged one")
    if tzdata.IANA_VERSION != EXPECTED_VERSION:
        problems.append(f"tzdata is {tzdata.IANA_VERSION}, expected {EXPECTED_VERSION}")
    for zone, instant, expected in _OFFSET_CANARIES:
        if utc_offset_seconds(instant, zone) != expected:
            problems.append(f"{zone} has a wrong offset at {instant:%Y-%m-%d}")
    zone, day, expected = _DAY_CANARY
    window = day_window(zone, day)
    if window is None or window.duration_seconds != expected:
        problems.append(f"{day} in {zone} has a wrong length")
    return problems
