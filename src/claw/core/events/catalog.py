"""Every kind of event. Added to freely; a field that changes its meaning is a new version.

The subject is the thing's own name: a run's, a connection's, a snapshot's. Dates are local
dates of the tenant, instants are UTC.
"""

from typing import Literal

from claw.core.events.registry import KINDS, EventData, event


class _Sync(EventData, frozen=True, kw_only=True):
    """``records`` counts source rows read; ``added``, ``changed``, ``gone``, canonical records."""

    run: str
    connections: int
    records: int
    added: int
    changed: int
    gone: int


@event("claw.sync.finished.v1")
class SyncFinished(_Sync, frozen=True, kw_only=True):
    """A sync read every source completely."""


@event("claw.sync.degraded.v1")
class SyncDegraded(_Sync, frozen=True, kw_only=True):
    """A sync ended, and some of it could not be read."""


@event("claw.sync.failed.v1")
class SyncFailed(_Sync, frozen=True, kw_only=True):
    """A sync failed for a connection at least, or was interrupted."""

    interrupted: bool = False


@event("claw.removals.held.v1")
class RemovalsHeld(EventData, frozen=True, kw_only=True):
    """A read would have removed more records than is believable; they wait.

    A second read that agrees lets them go, or a person does.
    """

    run: str
    connection: str
    stream: str
    count: int


@event("claw.removals.accepted.v1")
class RemovalsAccepted(EventData, frozen=True, kw_only=True):
    """A person let the removals that a run held take effect."""

    run: str
    count: int


class _Connection(EventData, frozen=True, kw_only=True):
    """``connection`` is the connection's name; ``by`` who did it, never which person."""

    connection: str
    by: Literal["person", "claw"]


@event("claw.connection.paused.v1")
class ConnectionPaused(_Connection, frozen=True, kw_only=True):
    """A source is read no more until its connection is resumed."""


@event("claw.connection.resumed.v1")
class ConnectionResumed(_Connection, frozen=True, kw_only=True):
    """A source is read again."""


@event("claw.connection.removed.v1")
class ConnectionRemoved(_Connection, frozen=True, kw_only=True):
    """A connection was removed for good, with or without what was read from it."""

    removal: str


@event("claw.connection.reconnect_asked.v1")
class ReconnectAsked(EventData, frozen=True, kw_only=True):
    """A source refuses the connection's credential: a person must connect it again."""

    connection: str
    code: str


@event("claw.snapshot.taken.v1")
class SnapshotTaken(EventData, frozen=True, kw_only=True):
    """A snapshot holds the schedule of some local dates, both included."""

    snapshot: str
    first: str
    last: str
    records: int
    degraded: bool


@event("claw.summary.made.v1")
class SummaryMade(EventData, frozen=True, kw_only=True):
    """A summary of a local date was made; one that was known already is not told again."""

    summary: str
    snapshot: str
    date: str
    view: str


class _Routine(EventData, frozen=True, kw_only=True):
    """``name`` may be reused after a removal, ``routine`` never."""

    routine: str
    name: str


@event("claw.routine.added.v1")
class RoutineAdded(_Routine, frozen=True, kw_only=True):
    """A routine was added and is planned from now on."""


@event("claw.routine.changed.v1")
class RoutineChanged(_Routine, frozen=True, kw_only=True):
    """A routine recurs otherwise from now on; what was planned has moved."""


@event("claw.routine.paused.v1")
class RoutinePaused(_Routine, frozen=True, kw_only=True):
    """A routine runs no more until it is resumed."""


@event("claw.routine.resumed.v1")
class RoutineResumed(_Routine, frozen=True, kw_only=True):
    """A routine runs again; nothing is caught up for the pause."""


@event("claw.routine.removed.v1")
class RoutineRemoved(_Routine, frozen=True, kw_only=True):
    """A routine was removed; what was planned of it is cancelled."""


class _Occurrence(EventData, frozen=True, kw_only=True):
    """``occurrence`` names one due run of the routine for good; ``due_at`` where it has one."""

    routine: str
    occurrence: str
    due_at: str | None = None
    reason: str | None = None


@event("claw.occurrence.done.v1")
class OccurrenceDone(_Occurrence, frozen=True, kw_only=True):
    """A due run was done: its deliveries stand recorded. ``reason`` is ``degraded`` or none."""

    snapshot: str
    summary: str


@event("claw.occurrence.failed.v1")
class OccurrenceFailed(_Occurrence, frozen=True, kw_only=True):
    """A due run was tried and given up; ``reason`` is the last trouble's code."""


@event("claw.occurrence.missed.v1")
class OccurrenceMissed(_Occurrence, frozen=True, kw_only=True):
    """A due run came too late to be worth anything, and was not run."""


@event("claw.occurrence.skipped.v1")
class OccurrenceSkipped(_Occurrence, frozen=True, kw_only=True):
    """A due run was left out on purpose: a pause, or a date that has no such time."""


class _Delivery(EventData, frozen=True, kw_only=True):
    """Who it was for is not told; ``delivery`` leads there."""

    delivery: str
    channel: str
    summary: str
    attempts: int
    reason: str | None = None


@event("claw.delivery.sent.v1")
class DeliverySent(_Delivery, frozen=True, kw_only=True):
    """The other side took it."""


@event("claw.delivery.failed.v1")
class DeliveryFailed(_Delivery, frozen=True, kw_only=True):
    """It certainly did not arrive, and is not tried again by itself."""


@event("claw.delivery.unknown.v1")
class DeliveryUnknown(_Delivery, frozen=True, kw_only=True):
    """It may have arrived, and is not repeated by itself."""


@event("claw.webhook.disabled.v1")
class WebhookDisabled(EventData, frozen=True, kw_only=True):
    """Nothing is sent to an endpoint any more; ``after`` is the last event it took."""

    webhook: str
    reason: str
    after: int


LOGGED = tuple(sorted(name for name, kind in KINDS.items() if kind.__module__ == __name__))
"""The types that stand in the log."""
