"""Making a kept summary again: the same bytes, or why that cannot be."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Literal, TypeAlias

import msgspec
from msgspec import UNSET, Struct, UnsetType

from claw.core.errors import CheckFailed, NotFound
from claw.core.model.canonical import canonical_bytes, content_hash, short_hash
from claw.core.snapshots.content import SnapshotContent
from claw.core.summaries.document import (
    RENDERER,
    SummaryDocument,
    SummaryInputs,
    build_document,
    summary_id,
)
from claw.core.verticals import VerticalPack, pack_hash
from claw.ports.summary_store import KeptSummary

Load: TypeAlias = Callable[[str], Awaitable[SnapshotContent]]
"""A snapshot's content by its name. Raises NotFound and CheckFailed."""

Reason: TypeAlias = Literal["renderer retired", "input expired", "erased"]

_KIND = "summary-document"


class VerifiedSummary(Struct, frozen=True, kw_only=True):
    """What replaying a kept summary gave."""

    id: str
    outcome: Literal["identical", "not replayable"]
    reason: Reason | UnsetType = UNSET


def kept_summary(inputs: SummaryInputs, document: SummaryDocument) -> KeptSummary:
    """A summary as it is kept: what it was made from, and its bytes."""
    body = _body(document)
    return KeptSummary(
        summary_id=document.id,
        snapshot_id=inputs.snapshot,
        inputs=canonical_bytes(inputs),
        document=body,
        document_hash=content_hash(_KIND, body),
    )


async def replay(
    kept: KeptSummary, load: Load, *, verticals: Mapping[str, VerticalPack], tzdata: str
) -> VerifiedSummary:
    """Check a kept summary's bytes and make it again from what it was made from.

    Not replayable: the form is of a retired renderer, or something it was made from
    (words, zone data, a snapshot, a record) is no longer there; or a record was erased. Its
    bytes are true all the same. Public holidays are kept with it and need no data.

    Raises:
        CheckFailed: the bytes were changed, or making it again gives others.
    """
    inputs = _checked_inputs(kept)
    context = inputs.context
    pack = verticals.get(context.vertical)
    if inputs.renderer != RENDERER:
        return _not_replayable(kept, "renderer retired")
    if pack is None or pack_hash(pack) != context.vertical_hash or context.tzdata != tzdata:
        return _not_replayable(kept, "input expired")
    try:
        content = await load(inputs.snapshot)
        previous = None
        if not isinstance(inputs.previous, UnsetType):
            previous = await load(inputs.previous)
    except (NotFound, CheckFailed):
        return _not_replayable(kept, "input expired")
    if _body(build_document(inputs, content, previous, pack)) == kept.document:
        return VerifiedSummary(id=kept.summary_id, outcome="identical")
    if content.erased or (previous and previous.erased):
        return _not_replayable(kept, "erased")
    raise CheckFailed(
        "making the summary again gives different bytes",
        code="summary_different",
        hint=f"`claw snapshot verify {short_hash(inputs.snapshot)}` checks its records",
    )


def _checked_inputs(kept: KeptSummary) -> SummaryInputs:
    if content_hash(_KIND, kept.document) != kept.document_hash:
        raise CheckFailed(
            "the stored bytes are not those that were stored",
            code="summary_changed",
            hint="restore the database from a backup",
        )
    inputs = msgspec.json.decode(kept.inputs, type=SummaryInputs)
    if summary_id(inputs) != kept.summary_id:
        raise CheckFailed("the stored inputs do not give its name", code="summary_changed")
    return inputs


def _not_replayable(kept: KeptSummary, reason: Reason) -> VerifiedSummary:
    return VerifiedSummary(id=kept.summary_id, outcome="not replayable", reason=reason)


def _body(document: SummaryDocument) -> bytes:
    plain = msgspec.to_builtins(document)
    for source in plain["data"]:
        if source["data_as_of"] is None:
            del source["data_as_of"]
    return canonical_bytes(plain)
