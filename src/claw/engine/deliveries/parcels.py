"""From a kept summary to what a channel sends, with what only the moment of sending knows."""

import html
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import msgspec

from claw.core.summaries.document import SummaryDocument
from claw.core.summaries.forms import as_json, render
from claw.core.summaries.wording import clock, date_and_clock, one_line, short_date
from claw.core.time import local_date
from claw.core.verticals import VerticalPack
from claw.ports.channels import Parcel
from claw.ports.delivery_store import Delivery

LATE_SECONDS = 300
"""Later than this is said: who reads at nine must know that it was meant for six."""

_WHY: Mapping[str, str] = {
    "retried": "earlier tries did not succeed",
    "not_running": "nothing was running at the time",
}


def parcel_of(
    tenant_id: UUID,
    delivery: Delivery,
    document: SummaryDocument,
    pack: VerticalPack,
    now: datetime,
) -> Parcel:
    """The parcel of a delivery. The summary's own bytes are not changed: lateness stands around.

    ``key`` is the delivery's id: the same for every attempt.
    """
    late = lateness_note(delivery, document.zone, now)
    text = render("text", document, pack)
    page = render("html", document, pack)
    body = msgspec.json.encode(as_json(document))
    return Parcel(
        tenant_id=tenant_id,
        key=str(delivery.delivery_id),
        address=delivery.address,
        subject=f"{one_line(document.tenant_name)}: {short_date(document.date)}",
        text=f"{late}\n\n{text}" if late else text,
        html=_with_note(page, late),
        sms=render("sms", document, pack),
        json=body,
    )


def _with_note(page: str, note: str) -> str:
    """The note at the top of the page's body."""
    said = f"<p>{html.escape(note)}</p>" if note else ""
    return page.replace("<body>", f"<body>{said}", 1)


def lateness_note(delivery: Delivery, zone: str, now: datetime) -> str:
    """``Due at 6:00 am, sent at 9:12 am: nothing was running at the time.``; else nothing.

    With the dates, where it is no longer the day on which it was due.
    """
    if (now - delivery.not_before).total_seconds() <= LATE_SECONDS:
        return ""
    why = _WHY["retried" if delivery.attempts > 1 else "not_running"]
    due = delivery.not_before
    say = clock if local_date(due, zone) == local_date(now, zone) else date_and_clock
    return f"Due at {say(due, zone)}, sent at {say(now, zone)}: {why}."
