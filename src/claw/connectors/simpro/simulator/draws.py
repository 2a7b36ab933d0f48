"""Draws that depend on nothing but their arguments, and wall times of a company's zone."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import TypeVar
from zoneinfo import ZoneInfo

T = TypeVar("T")


def draw(limit: int, *key: object) -> int:
    """A number in ``[0, limit)``: the same for the same key, on every machine."""
    text = "\x1f".join(str(part) for part in key)
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % limit


def choose(options: Sequence[T], *key: object) -> T:
    """One of ``options``."""
    return options[draw(len(options), *key)]


def chance(percent: int, *key: object) -> bool:
    """True for about ``percent`` keys in a hundred."""
    return draw(100, *key) < percent


@lru_cache(maxsize=8)
def zone(name: str) -> ZoneInfo:
    """The IANA zone ``name``."""
    return ZoneInfo(name)


def wall(minutes: int) -> str:
    """Minutes after midnight as ``HH:MM``; 1440 is ``24:00``, which the vendor documents."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def minutes_of(text: str) -> int:
    """``HH:MM`` as minutes after midnight."""
    hours, _, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes)


@lru_cache(maxsize=65_536)
def instant(day: date, minutes: int, zone_name: str, fold: int = 0) -> str:
    """The wall time ``minutes`` after midnight of ``day`` as ISO 8601 with the zone's offset."""
    midnight = datetime.combine(day, time(), zone(zone_name))
    moment = (midnight + timedelta(minutes=minutes)).replace(fold=fold)
    return moment.isoformat(timespec="seconds")
