"""One row of the vendor's list, typed: what is wanted of it. The rest is never built."""

from datetime import datetime

from msgspec import Struct


class Technician(Struct, frozen=True):
    """Who goes."""

    id: int
    name: str


class Offering(Struct, frozen=True):
    """What is done."""

    id: int
    name: str


class Client(Struct, frozen=True):
    """Who it is done for. Either a company or a given and a family name."""

    id: int
    company: str
    given_name: str
    family_name: str
    mobile: str
    email: str
    do_not_contact: bool


class Price(Struct, frozen=True):
    """What it costs, in the currency's minor unit."""

    cents: int
    currency: str


class Visit(Struct, frozen=True):
    """A visit. Instants carry an offset; ``zone`` is where the wall clock hangs."""

    id: int
    reference: str
    state: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    technician: Technician
    service: Offering
    client: Client
    price: Price
    notes: str
    updated_at: datetime
