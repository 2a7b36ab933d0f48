"""An event as it is kept, and as CloudEvents 1.0 (structured JSON) tells it."""

from datetime import datetime

import msgspec
from msgspec import Raw, Struct

from claw.core.events.registry import EventData, type_of
from claw.core.time import format_instant


class NewEvent(Struct, frozen=True, kw_only=True):
    """Something that happened, before it has its place in the tenant's order."""

    type: str
    subject: str
    at: datetime
    data: bytes


class Event(NewEvent, frozen=True, kw_only=True):
    """A kept event. ``seq`` counts from 1 in each tenant, without holes for who follows."""

    seq: int


class CloudEvent(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The JSON form. ``source`` and ``id`` together are unique; ``seq`` is an extension."""

    specversion: str
    id: str
    source: str
    type: str
    subject: str
    time: str
    datacontenttype: str
    data: Raw
    seq: int | None = None


def new_event(data: EventData, *, subject: str, at: datetime) -> NewEvent:
    """An event of the type that ``data`` is registered for."""
    return NewEvent(
        type=type_of(data), subject=subject, at=at, data=msgspec.json.encode(data, order="sorted")
    )


def event_id(tenant: str, seq: int) -> str:
    """An event's id: the same for every reader and every repetition."""
    return f"evt_{tenant.replace('-', '')}_{seq}"


def cloud_event(tenant: str, event: Event) -> CloudEvent:
    """A kept event of the tenant with that id, as it is told."""
    return told(tenant, event, id_=event_id(tenant, event.seq), seq=event.seq)


def told(tenant: str, event: NewEvent, *, id_: str, seq: int | None = None) -> CloudEvent:
    """An event as it is told under an id of its own; only kept ones have a ``seq``."""
    return CloudEvent(
        specversion="1.0",
        id=id_,
        source=f"/tenants/{tenant}",
        type=event.type,
        subject=event.subject,
        time=format_instant(event.at),
        datacontenttype="application/json",
        data=Raw(event.data),
        seq=seq,
    )
