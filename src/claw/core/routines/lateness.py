"""What becomes of the occurrences that are due: each is run, or missed with a reason."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, TypeAlias

from msgspec import Struct

from claw.core.routines.routine import Lateness

MissedReason: TypeAlias = Literal["too_late", "superseded"]


class Waiting(Struct, frozen=True, kw_only=True):
    """An occurrence that nobody has finished or given up."""

    key: str
    instant: datetime


class Missed(Struct, frozen=True, kw_only=True):
    """An occurrence that will not be run: too late, or a later one is run instead."""

    key: str
    reason: MissedReason


class DueNow(Struct, frozen=True, kw_only=True):
    """What to do now: ``run`` in this order, and ``missed``. The rest lies ahead."""

    run: tuple[str, ...]
    missed: tuple[Missed, ...]


def latest_seconds(rule: Lateness) -> int:
    """How late a result is still wanted, from its due time."""
    return rule.grace_seconds if rule.catch_up == "none" else rule.most_seconds


def still_wanted(instant: datetime, done: datetime | None, rule: Lateness) -> bool:
    """Whether what is due at ``instant`` is told after the run of what was due at ``done``.

    One instant is told once, by whatever key; and where only the latest is wanted, nothing
    earlier is.
    """
    if done is None:
        return True
    return instant > done if rule.catch_up == "latest" else instant != done


def judge_due(
    waiting: Sequence[Waiting], now: datetime, rule: Lateness, *, done: datetime | None = None
) -> DueNow:
    """Judge every occurrence that is due at ``now``; each due one is in exactly one list.

    ``done`` is when the latest occurrence that was run was due.
    """
    due = sorted((w for w in waiting if w.instant <= now), key=lambda w: (w.instant, w.key))
    limit = latest_seconds(rule)
    in_time = [w for w in due if (now - w.instant).total_seconds() <= limit]
    run = in_time[-1:] if rule.catch_up == "latest" else in_time
    run = [w for w in run if still_wanted(w.instant, done, rule)]
    chosen = {w.key for w in run}
    timely = {w.key for w in in_time}
    return DueNow(
        run=tuple(w.key for w in run),
        missed=tuple(
            Missed(key=w.key, reason="superseded" if w.key in timely else "too_late")
            for w in due
            if w.key not in chosen
        ),
    )
