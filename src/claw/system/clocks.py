"""The clocks behind ``CLAW_CLOCK``: the real one and three for tests and rehearsals."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from claw.core.errors import InvalidInput
from claw.core.time import parse_instant
from claw.ports.clock import Clock

# Seconds: up to three centuries, so that every instant it makes has a date.
_OFFSET = re.compile(r"[+-]?[0-9]{1,10}", re.ASCII)


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC).replace(microsecond=0)


class FixedClock:
    """Always the same instant."""

    def __init__(self, instant: datetime) -> None:
        self._instant = instant

    def now(self) -> datetime:
        return self._instant


class OffsetClock:
    """The machine's clock, shifted."""

    def __init__(self, offset_seconds: int) -> None:
        self._offset = timedelta(seconds=offset_seconds)

    def now(self) -> datetime:
        return datetime.now(UTC).replace(microsecond=0) + self._offset


class FileClock:
    """An RFC 3339 instant read anew from a file at each call, so that a test can drive it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def now(self) -> datetime:
        try:
            text = self._path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not text"
            raise InvalidInput(
                f"the clock file {self._path} cannot be read: {why}",
                code="clock_invalid",
                field="CLAW_CLOCK",
                hint="write an RFC 3339 instant into it, or unset CLAW_CLOCK",
            ) from error
        return parse_instant(text)


def clock_from(setting: str) -> Clock:
    """Build the clock that ``CLAW_CLOCK`` asks for.

    Raises:
        InvalidInput: with field ``CLAW_CLOCK``.
    """
    kind, _, argument = setting.partition(":")
    match kind:
        case "system" if not argument:
            return SystemClock()
        case "fixed":
            return FixedClock(parse_instant(argument))
        case "offset" if _OFFSET.fullmatch(argument):
            return OffsetClock(int(argument))
        case "file" if argument:
            return FileClock(Path(argument))
        case _:
            raise InvalidInput(
                f"{setting!r} names no clock",
                code="clock_invalid",
                field="CLAW_CLOCK",
                hint="use system, fixed:<RFC 3339>, offset:<seconds> or file:<path>",
            )
