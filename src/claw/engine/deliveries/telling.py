"""Telling how a delivery ended, and counting those that were sent."""

from collections.abc import Mapping

from claw.core.events.catalog import DeliveryFailed, DeliverySent, DeliveryUnknown
from claw.core.routines.routine import Channel
from claw.core.time import local_date
from claw.ports.delivery_store import Delivery, DeliveryState, Ending
from claw.ports.metering_store import Metered
from claw.ports.tenant_store import Tenant
from claw.ports.unit_of_work import UnitOfWork

_COUNTED: Mapping[Channel, Metered] = {
    "console": "deliveries_console",
    "email": "deliveries_email",
    "sms": "deliveries_sms",
    "webhook": "deliveries_webhook",
}
_TOLD: Mapping[DeliveryState, type[DeliverySent | DeliveryFailed | DeliveryUnknown]] = {
    "sent": DeliverySent,
    "failed": DeliveryFailed,
    "unknown": DeliveryUnknown,
}


def tell_ending(uow: UnitOfWork, tenant: Tenant, delivery: Delivery, ending: Ending) -> None:
    """Tell one end, never who it was for."""
    told = _TOLD.get(ending.state)
    if told is None:
        return
    data = told(
        delivery=str(delivery.delivery_id),
        channel=delivery.channel,
        summary=delivery.summary_id,
        attempts=delivery.attempts,
        reason=ending.reason,
    )
    uow.events.add(data, subject=str(delivery.delivery_id), at=ending.at)
    if ending.state == "sent":
        uow.metering.count(local_date(ending.at, tenant.zone), _COUNTED[delivery.channel])
