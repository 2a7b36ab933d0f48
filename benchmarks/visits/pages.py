"""The vendor's rows: the same ones in every run."""

from datetime import UTC, datetime, timedelta, timezone

import msgspec

DISTINCT_CLIENTS = 5_000
_FIRST = datetime(2026, 11, 25, 7, 0, tzinfo=timezone(timedelta(hours=11)))
_STREETS = ("Banksia", "Wattle", "Grevillea", "Boronia", "Acacia", "Melaleuca", "Correa")
_TRADES = ("Boiler service", "Blocked drain", "Hot water", "Gas fitting", "Leak under sink")
_GIVEN = ("Amara", "Ben", "Chloe", "Dev", "Elif", "Finn", "Grace", "Hugo", "Ines", "Jack")
_FAMILY = ("Nguyen", "Smith", "Kaur", "Rossi", "Okafor", "Walker", "Haddad", "Larsen")
_STATES = ("booked", "booked", "booked", "done", "pencilled", "cancelled")


def page(number: int, rows: int) -> bytes:
    """Page ``number`` (from 1) of the list as the vendor sends it: a bare array."""
    first = (number - 1) * rows
    return msgspec.json.encode([_row(index) for index in range(first, first + rows)])


def _row(index: int) -> dict[str, object]:
    start = _FIRST + timedelta(minutes=15 * (index % 40), days=index // 40 % 28)
    return {
        "id": 900_000 + index,
        "reference": f"V-{index:06}",
        "state": _STATES[index % len(_STATES)],
        "starts_at": start,
        "ends_at": start + timedelta(minutes=45),
        "zone": "Australia/Sydney",
        "technician": {"id": 10 + index % 12, "name": _GIVEN[index % 12 % len(_GIVEN)]},
        "service": {"id": 50 + index % 5, "name": _TRADES[index % len(_TRADES)]},
        "client": _client(index % DISTINCT_CLIENTS),
        "price": {"cents": 9_900 + 50 * (index % 200), "currency": "AUD"},
        "notes": f"<p>Gate code {1000 + index % 9000}.<br>Dog in yard, call &amp; ring twice.</p>",
        "updated_at": datetime(2026, 11, 20, tzinfo=UTC) + timedelta(seconds=index),
        **_unwanted(index),
    }


def _client(number: int) -> dict[str, object]:
    company = number % 4 == 0
    given, family = _GIVEN[number % len(_GIVEN)], _FAMILY[number % len(_FAMILY)]
    return {
        "id": 30_000 + number,
        "company": f"{family} & Sons {number}" if company else "",
        "given_name": "" if company else given,
        "family_name": "" if company else family,
        "mobile": f"04{10 + number // 1000} {number % 1000:03} {(number * 7) % 1000:03}",
        "email": f"{given.lower()}.{number}@example.com",
        "do_not_contact": number % 50 == 0,
    }


def _unwanted(index: int) -> dict[str, object]:
    """What vendors send along and nobody asked for: half of a usual answer."""
    street = f"{index % 300 + 1} {_STREETS[index % len(_STREETS)]} St"
    return {
        "links": {"self": f"/visits/{900_000 + index}", "html": f"/app/visits/{900_000 + index}"},
        "address": {"line": street, "suburb": "Marrickville", "state": "NSW", "postcode": "2204"},
        "custom_fields": [
            {"id": number, "name": f"Field {number}", "value": f"value {index % 97}"}
            for number in range(1, 5)
        ],
        "audit": {"created_by": "office", "created_at": "2026-11-01T00:00:00Z", "revision": 3},
        "checklist": [{"done": bool(step % 2), "text": f"Step {step}"} for step in range(4)],
    }
