"""The references of records as they lie in a store, without reading the rest of them.

The rule is that of :func:`claw.core.model.records.references_of`.
"""

from collections.abc import Set

import msgspec
from msgspec import UNSET, Struct, UnsetType

from claw.core.model.records import RecordType
from claw.core.model.reference import Ref

REFERRING: Set[RecordType] = frozenset({"appointment", "resource", "shift"})
"""The types of record that can point to another."""


class _Performed(Struct, gc=False):
    resource: Ref | UnsetType = UNSET


class _Referring(Struct, gc=False):
    customer: Ref | UnsetType = UNSET
    location: Ref | UnsetType = UNSET
    resource: Ref | UnsetType = UNSET
    segments: tuple[_Performed, ...] = ()
    progress: tuple[_Performed, ...] = ()


_decoder = msgspec.json.Decoder(_Referring)


def references_in(lines: bytes) -> set[Ref]:
    """The records that those of the newest schema point to whose bytes are the lines.

    Raises:
        msgspec.ValidationError: when a line is no record of that schema.
    """
    found: set[Ref | UnsetType] = set()
    for record in _decoder.decode_lines(lines):
        found.update((record.customer, record.location, record.resource))
        for performed in record.segments:
            found.add(performed.resource)
        for performed in record.progress:
            found.add(performed.resource)
    return {ref for ref in found if ref is not UNSET}
