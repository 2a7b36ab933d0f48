"""What became of a connection, from what became of its streams. Pure."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from claw.engine.sync.report import Status, StreamReport, SyncWarning
from claw.ports.connector_errors import ConnectorError, Forbidden, PlanRequired
from claw.ports.manifest import StreamDeclaration


class StreamOutcome(Struct, kw_only=True):
    """How far one stream came. ``unreadable`` and ``forbidden`` are roles of parts."""

    stream: StreamDeclaration
    counts: StreamReport
    slices: int = 1
    visible: int = 0
    error: ConnectorError | None = None
    unreadable: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()

    @property
    def only_a_warning(self) -> bool:
        """The source does not give us an optional stream: known, and lived with."""
        return not self.stream.required and isinstance(self.error, Forbidden | PlanRequired)


def status_of(outcomes: Sequence[StreamOutcome], *, stopped: bool) -> Status:
    """``failed`` when no slice of appointments became visible, ``degraded`` when less than all did.

    ``stopped`` says that an error was reported, also one outside of any stream.
    """
    appointments = [outcome for outcome in outcomes if "appointment" in outcome.stream.produces]
    judged = appointments or list(outcomes)
    if not any(outcome.visible for outcome in judged):
        return "failed"
    for outcome in outcomes:
        if outcome.only_a_warning:
            continue
        if outcome.visible < outcome.slices or outcome.unreadable or outcome.counts.held:
            return "degraded"
    return "degraded" if stopped else "ok"


def warnings_about(outcome: StreamOutcome, run_id: UUID) -> list[SyncWarning]:
    """What a person should know of a stream, though it is no error."""
    warnings: list[SyncWarning] = []
    if outcome.error is not None and outcome.only_a_warning:
        warnings.append(SyncWarning(code=outcome.error.code, message=outcome.error.message))
    warnings += [
        SyncWarning(
            code="part_forbidden",
            message=f"the key may not read {role}; what depends on it is absent or old",
        )
        for role in outcome.forbidden
    ]
    warnings += [
        SyncWarning(
            code="part_unreadable",
            message=f"{role} could not be read this time; the last known one is shown",
        )
        for role in outcome.unreadable
    ]
    if outcome.counts.held:
        warnings.append(
            SyncWarning(
                code="removals_held",
                message=f"{outcome.counts.held} removals are too many to believe: a second sync "
                f"that agrees, or `claw sync accept {run_id}`, lets them take effect",
            )
        )
    return warnings
