"""Everything besides the snapshots that a summary is made from; stored with it."""

import datetime

from msgspec import UNSET, Struct, UnsetType

from claw.core.model.reference import Ref


class PublicHoliday(Struct, frozen=True, kw_only=True):
    """A local date on which a place does not work, and what it is called."""

    date: datetime.date
    name: str


class SummaryContext(Struct, frozen=True, kw_only=True):
    """What is neither in a snapshot nor chosen by whoever asks.

    ``stale`` names the connections whose data was older than six hours when the summary
    was asked for: the one thing about the moment of asking that the reader must know.
    ``holidays`` are the public holidays of the day and the eight days after it, UNSET where
    they are not known for the tenant's country; ``holiday_data`` is the release of that
    data. ``not_texted`` are records (customers, appointments) that must not be texted
    whatever their numbers are. What is UNSET stays out of the context's hash.
    """

    tenant: str
    tenant_name: str
    zone: str
    locale: str
    vertical: str
    vertical_hash: str
    renderer: str
    tzdata: str
    phones: str
    stale: tuple[str, ...] = ()
    country: str | UnsetType = UNSET
    region: str | UnsetType = UNSET
    holiday_data: str | UnsetType = UNSET
    holidays: tuple[PublicHoliday, ...] | UnsetType = UNSET
    not_texted: tuple[Ref, ...] | UnsetType = UNSET
