"""A snapshot as JSON Lines: the stored bytes, each with the name of its schema in front."""

from collections.abc import Iterator, Mapping

import msgspec

from claw.core.model.reference import Ref
from claw.core.snapshots.content import Snapshot, incomplete
from claw.core.snapshots.erasure import is_erased


def export_lines(
    snapshot: Snapshot, leaves: Mapping[Ref, str], blobs: Mapping[str, bytes]
) -> Iterator[bytes]:
    """One JSON object for each record in order of reference, without line ends.

    Without ``schema`` an object's bytes are those its content hash is made of, in the
    schema the snapshot was taken in. Records that were erased are left out.

    Raises:
        CheckFailed: when bytes are missing.
    """
    head = b'{"schema":' + msgspec.json.encode(snapshot.schema) + b","
    for ref in sorted(leaves):
        blob = blobs.get(leaves[ref])
        if blob is None:
            raise incomplete(snapshot, f"record {leaves[ref]} (of {ref}) is missing")
        if is_erased(blob):
            continue
        yield head + blob[1:]
