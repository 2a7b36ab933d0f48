"""When a call that failed is made again: soon first, then ever later, for more than a day."""

import hashlib

REST_SECONDS = (5, 300, 1_800, 7_200, 18_000, 36_000, 36_000)
"""Rests after the first call, the second and so on; after the last the endpoint is given up."""

MOST_ATTEMPTS = len(REST_SECONDS) + 1

LONGEST_STATED_SECONDS = 3_600
"""As long as an endpoint may ask us to wait, so that none keeps a queue alive for ever."""

_SPREAD_PERCENT = 20


def rest_seconds(endpoint: str, attempts: int, stated_seconds: int | None = None) -> int | None:
    """Seconds of machine time to rest after so many calls; None when they are used up.

    Spread by up to a fifth by the endpoint's own id, so that endpoints that failed together
    do not come back together. What the endpoint itself asks for can only make it longer.
    """
    if attempts >= MOST_ATTEMPTS:
        return None
    own = REST_SECONDS[attempts - 1]
    draw = hashlib.sha256(f"{endpoint} {attempts}".encode()).digest()[0]
    spread = own + own * _SPREAD_PERCENT * draw // 25_500
    return max(spread, min(stated_seconds or 0, LONGEST_STATED_SECONDS))
