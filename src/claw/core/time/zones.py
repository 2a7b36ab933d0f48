"""Which zone names a person may use."""

import difflib
import re
import zoneinfo
from functools import cache

from claw.core.errors import InvalidInput

# Names that are in the data but are no place: they mean something else on each machine,
# hide their daylight saving, or have a sign that everybody reads the wrong way round.
_NO_PLACE = re.compile(
    r"localtime|Factory|posixrules|[A-Z]{3}|[A-Z]{3}\d[A-Z]{3}|[A-Z]{3}[+-]?\d+|Etc/GMT.*|GMT[+-]?0|"
    r"UCT|Zulu|Universal|Greenwich"
)
_ALLOWED_SHORT = frozenset({"UTC"})


def check_zone(name: str, *, field: str = "zone") -> str:
    """Return ``name`` if it is an IANA zone that a wall clock can be lived in.

    Raises:
        InvalidInput: with ``field`` and the nearest names as the hint.
    """
    known = _names()
    if name in known:
        return name
    by_case = {candidate.lower(): candidate for candidate in known}
    near = difflib.get_close_matches(name.lower(), by_case, n=3, cutoff=0.6)
    hint = ", ".join(by_case[match] for match in near)
    raise InvalidInput(
        f"{name!r} is no time zone we can use",
        code="zone_unknown",
        field=field,
        hint=f"did you mean {hint}?" if hint else "use an IANA name such as Australia/Sydney",
    )


def known_zone(name: str) -> str | None:
    """``name`` if :func:`check_zone` would take it, else None: for what a source states."""
    return name if name in _names() else None


@cache
def _names() -> frozenset[str]:
    return frozenset(
        name
        for name in zoneinfo.available_timezones()
        if name in _ALLOWED_SHORT or not _NO_PLACE.fullmatch(name)
    )
