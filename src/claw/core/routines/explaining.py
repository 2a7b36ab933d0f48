"""Why an occurrence is not where one would look for it: the note beside its instant."""

from datetime import datetime

from claw.core.time import Due, local_wall, utc_offset_seconds

_SECONDS_PER_MINUTE, _MINUTES_PER_HOUR = 60, 60


def explain(due: Due, zone: str, before: datetime | None) -> str | None:
    """What a person should know of this occurrence; None when all is as usual.

    Says when the wall clock skips or repeats the time, and when clocks changed since
    ``before``, the occurrence before this one, so that the instant moved against UTC.
    """
    asked = f"{due.nominal:%H:%M}"
    if due.odd == "gap":
        shown = local_wall(due.instant, zone)
        day = "" if shown.date() == due.date else f" on {shown.date().isoformat()}"
        return f"{asked} does not exist that day: clocks go forward, so at {shown:%H:%M}{day}"
    if due.odd == "overlap":
        return f"{asked} happens twice that day: clocks go back, so at the first"
    if before is None:
        return None
    shift = utc_offset_seconds(due.instant, zone) - utc_offset_seconds(before, zone)
    if shift:
        way = "forward" if shift > 0 else "back"
        return f"clocks went {way} by {_words(abs(shift))} since the one before"
    return None


def _words(seconds: int) -> str:
    hours, minutes = divmod(seconds // _SECONDS_PER_MINUTE, _MINUTES_PER_HOUR)
    said = [f"{hours} h"] if hours else []
    said += [f"{minutes} min"] if minutes else []
    return " ".join(said)
