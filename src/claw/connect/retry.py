"""When to ask again: full jitter, the vendor's own word where it gives one, bounded."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from msgspec import Struct

_SECONDS = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")


class RetryPolicy(Struct, frozen=True, kw_only=True):
    """Bounds of asking again. ``attempts`` counts the first one too.

    ``throttled_attempts`` bounds answers 429 on their own, because being asked to wait
    is no failure; ``longest_stated_seconds`` caps what the vendor may ask for.
    """

    attempts: int = 4
    throttled_attempts: int = 6
    first_seconds: float = 0.5
    longest_seconds: float = 30.0
    longest_stated_seconds: float = 60.0


def backoff_seconds(
    failures: int, policy: RetryPolicy, uniform: Callable[[float, float], float]
) -> float:
    """Full jitter: anything up to a bound that doubles with every failure (1, 2, …)."""
    bound = min(policy.longest_seconds, policy.first_seconds * 2.0 ** min(failures - 1, 30))
    return uniform(0.0, bound)


def stated_seconds(retry_after: str | None, *, date: str | None, now: datetime) -> float | None:
    """What ``Retry-After`` asks for, None when it asks for nothing usable.

    A date is taken relative to the answer's own ``Date``, because the vendor's clock may
    differ from ours, else to ``now``. Zero, a negative number, a date in the past and
    garbage say nothing: the caller backs off by its own rule.
    """
    text = (retry_after or "").strip()
    if _SECONDS.fullmatch(text):
        seconds = float(text)
    else:
        until = http_date(text)
        if until is None:
            return None
        seconds = (until - (http_date(date or "") or now)).total_seconds()
    return seconds if seconds > 0 else None


def http_date(text: str) -> datetime | None:
    """An HTTP date in any of its three forms, None when it is none."""
    try:
        value = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
