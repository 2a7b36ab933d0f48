"""The vendor's rows, about 1.3 KB each: the same ones in every run."""

from datetime import UTC, datetime, timedelta

import msgspec

DISTINCT_NUMBERS = 5_000
_FIRST = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
_STREETS = ("Banksia", "Wattle", "Grevillea", "Boronia", "Acacia", "Melaleuca", "Correa")
_TRADES = ("Boiler service", "Blocked drain", "Hot water", "Gas fitting", "Leak under sink")
_GIVEN = ("Amara", "Ben", "Chloe", "Dev", "Elif", "Finn", "Grace", "Hugo", "Ines", "Jack")
_FAMILY = ("Nguyen", "Smith", "Kaur", "Rossi", "Okafor", "Walker", "Haddad", "Larsen")
_STATES = ("booked", "booked", "booked", "done", "pencilled", "cancelled")
_ONE_IN_MARKED_UP = 10


def page(number: int, rows: int) -> bytes:
    """Page ``number`` (from 1) of the list as the vendor sends it: a bare array."""
    first = (number - 1) * rows
    return msgspec.json.encode([_row(index) for index in range(first, first + rows)])


def _row(index: int) -> dict[str, object]:
    start = _FIRST + timedelta(minutes=15 * (index % 40), days=index // 40 % 28)
    return {
        "id": 900_000 + index,
        "state": _STATES[index % len(_STATES)],
        "starts_at": start,
        "ends_at": start + timedelta(minutes=45),
        "zone": "Australia/Sydney",
        "staff": {"id": 10 + index % 12, "name": _GIVEN[index % 12 % len(_GIVEN)], "active": True},
        "service": {"id": 50 + index % 5, "name": _TRADES[index % len(_TRADES)], "minutes": 45},
        "client": _client(index % DISTINCT_NUMBERS),
        "notes": _notes(index),
        "updated_at": datetime(2026, 11, 20, tzinfo=UTC) + timedelta(seconds=index),
        **_unwanted(index),
    }


def _client(number: int) -> dict[str, object]:
    given, family = _GIVEN[number % len(_GIVEN)], _FAMILY[number % len(_FAMILY)]
    return {
        "id": 30_000 + number,
        "name": f"{given} {family}",
        "mobile": f"04{10 + number // 1000} {number % 1000:03} {(number * 7) % 1000:03}",
        "email": f"{given.lower()}.{number}@example.com",
        "do_not_contact": number % 50 == 0,
    }


def _notes(index: int) -> str:
    """Plain mostly; one in ten was written in an editor that keeps markup."""
    code = 1000 + index % 9000
    if index % _ONE_IN_MARKED_UP == 0:
        return f"<p>Gate code {code}.<br>Dog in yard, call &amp; ring twice.</p>"
    return f"Gate code {code}. Dog in yard, call and ring twice."


def _unwanted(index: int) -> dict[str, object]:
    """What vendors send along and nobody asked for: more than half of a usual answer."""
    street = f"{index % 300 + 1} {_STREETS[index % len(_STREETS)]} St"
    return {
        "links": {"self": f"/bookings/{900_000 + index}", "html": f"/app/book/{900_000 + index}"},
        "address": {"line": street, "suburb": "Marrickville", "state": "NSW", "postcode": "2204"},
        "price": {"cents": 9_900 + 50 * (index % 200), "currency": "AUD", "tax_included": True},
        "custom_fields": [
            {"id": number, "name": f"Field {number}", "value": f"value {index % 97}"}
            for number in range(1, 9)
        ],
        "audit": {"created_by": "office", "created_at": "2026-11-01T00:00:00Z", "revision": 3},
        "checklist": [{"done": bool(step % 2), "text": f"Step {step}"} for step in range(5)],
    }
