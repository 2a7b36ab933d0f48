"""Which records belong to a snapshot besides those on its dates: all they refer to."""

from collections.abc import Iterable

from claw.core.model.records import Record, references_of
from claw.core.model.reference import Ref


def referred_to(records: Iterable[Record]) -> set[Ref]:
    """The references that some records make."""
    return {ref for record in records for ref in references_of(record)}
