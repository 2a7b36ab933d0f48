"""One row of the vendor's list, typed: what is wanted of it. The rest is never built."""

from datetime import datetime

from msgspec import Struct


class Staff(Struct, frozen=True, gc=False):
    """Who goes."""

    id: int


class Service(Struct, frozen=True, gc=False):
    """What is done."""

    id: int
    name: str


class Client(Struct, frozen=True, gc=False):
    """Who it is done for."""

    name: str
    mobile: str
    email: str


class Price(Struct, frozen=True, gc=False):
    """What it costs, in the currency's minor unit."""

    cents: int
    currency: str


class Booking(Struct, frozen=True, gc=False):
    """A booking. Instants are in UTC; ``zone`` is where the wall clock hangs."""

    id: int
    state: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    staff: Staff
    service: Service
    client: Client
    price: Price
    notes: str
    updated_at: datetime
