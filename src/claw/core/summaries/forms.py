"""The forms a summary can take."""

from collections.abc import Callable, Mapping
from datetime import date

from msgspec import UNSET, Struct, UnsetType

from claw.core.model.reference import Ref
from claw.core.summaries.document import DataAge, SummaryDocument
from claw.core.summaries.item import Block
from claw.core.summaries.render_markup import render_html, render_markdown
from claw.core.summaries.render_sms import render_sms
from claw.core.summaries.render_text import render_text
from claw.core.verticals import VerticalPack

FORMS: Mapping[str, Callable[[SummaryDocument, VerticalPack], str]] = {
    "text": render_text,
    "sms": render_sms,
    "markdown": render_markdown,
    "html": render_html,
}


class SummaryJson(Struct, frozen=True, kw_only=True, rename={"for_": "for"}):
    """The JSON form, as scripts rely on it."""

    id: str
    snapshot: str
    tenant: str
    date: date
    zone: str
    view: str
    degraded: bool
    banners: tuple[str, ...]
    blocks: tuple[Block, ...]
    data: tuple[DataAge, ...]
    previous: str | UnsetType = UNSET
    for_: Ref | UnsetType = UNSET


def render(form: str, document: SummaryDocument, pack: VerticalPack) -> str:
    """A document in one of ``FORMS``."""
    return FORMS[form](document, pack)


def as_json(document: SummaryDocument) -> SummaryJson:
    """A document as scripts rely on it."""
    return SummaryJson(
        id=document.id,
        snapshot=document.snapshot,
        tenant=document.tenant,
        date=document.date,
        zone=document.zone,
        view=document.view,
        degraded=document.degraded,
        banners=document.banners,
        blocks=document.blocks,
        data=document.data,
        previous=document.previous,
        for_=document.for_,
    )
