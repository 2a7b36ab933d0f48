"""What a complete read that no longer shows a record says about it. Pure.

One absence proves little: where the source can be asked for a single object, only its
permanent "no such thing" confirms it. And however sure each is, very many at once are
more likely a fault than a fact, so they are held until a second read agrees.
"""

from collections.abc import Collection, Sequence

from msgspec import Struct

from claw.core.model.reference import Ref
from claw.ports.record_store import CurrentRecord

MOST_REMOVED_PERCENT = 20
ALWAYS_REMOVED = 5


class RunSoFar(Struct, frozen=True, kw_only=True):
    """The whole window of a run: a fault that is spread over its slices shows only here."""

    standing: int
    """Records that stood in the window before the run."""
    due: int
    """Removals that the run's earlier slices brought and no earlier run wanted."""


class Absences(Struct, frozen=True, kw_only=True):
    """What to do about records that were not seen; each stands in one of the three."""

    counted: tuple[CurrentRecord, ...]
    """One more confirmed absence, not enough yet."""
    removed: tuple[CurrentRecord, ...]
    """Gone."""
    held: tuple[CurrentRecord, ...]
    """Would be gone, but they are too many to believe."""


def decide_absences(
    standing: Sequence[CurrentRecord],
    *,
    seen: Collection[str],
    confirmed: Collection[str] | None,
    absent_after: int,
    held_before: Collection[Ref],
    run: RunSoFar,
) -> Absences:
    """Judge the records of a completely read span.

    Args:
        standing: records, not gone, whose last known start lies in the span.
        seen: source ids of rows the read showed, or the source still has elsewhere.
        confirmed: source ids that the source says do not exist; None where the source
            cannot be asked, so that the complete read itself is the confirmation.
        absent_after: confirmed absences in a row after which a record is gone.
        held_before: removals that an earlier run wanted and that still wait.
        run: what the other slices of this run came to.
    """
    missing = [record for record in standing if record.primary_id not in seen]
    sure = [r for r in missing if confirmed is None or r.primary_id in confirmed]
    due = [record for record in sure if record.absences + 1 >= absent_after]
    # What two reads agree on is believed; only what this read wants alone can be too much.
    fresh = [record for record in due if record.ref not in held_before]
    held = _too_many(len(fresh), len(standing)) or _too_many(len(fresh) + run.due, run.standing)
    removed = [record for record in due if record.ref in held_before] if held else due
    removed_refs = {record.ref for record in removed}
    due_refs = {record.ref for record in due}
    return Absences(
        counted=tuple(record for record in sure if record.ref not in due_refs),
        removed=tuple(removed),
        held=tuple(record for record in due if record.ref not in removed_refs),
    )


def _too_many(removed: int, standing: int) -> bool:
    return removed > ALWAYS_REMOVED and removed * 100 > standing * MOST_REMOVED_PERCENT
