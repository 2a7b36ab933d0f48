"""What a record becomes when complete reads show that it is gone, and when it returns."""

from msgspec import UNSET
from msgspec.structs import replace

from claw.core.model.records import Appointment, Record

# What happened to these is known; that the source dropped the row says nothing new.
_SETTLED = frozenset({"cancelled", "declined", "completed", "no_show"})


def mark_gone(record: Record) -> Record:
    """The record with ``gone``; an appointment whose end is not known becomes ``missing``.

    It keeps its last body: nobody may take ``missing`` for ``cancelled``.
    """
    if isinstance(record, Appointment) and record.status not in _SETTLED:
        return replace(record, gone=True, status="missing")
    return replace(record, gone=True)


def is_gone(record: Record) -> bool:
    """Whether the record is marked gone."""
    return record.gone is not UNSET and record.gone
