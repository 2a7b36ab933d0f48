"""Faults of the fixtures: of another object, not understood, unreviewed, orphaned."""

import json
from collections.abc import Mapping

from msgspec.structs import replace

from claw.connect import Bundle, Raw
from claw_testing.planted.plant import RECORDING, Plant
from claw_testing.sample_connector.subject import SnipsSubject

_PLAIN = "booking__plain"


class _Records(SnipsSubject):
    """The sample's records with one exchanged."""

    def __init__(self, **bodies: object) -> None:
        super().__init__()
        self._bodies = {
            role: Raw(source_id=f"{role}:1", body=json.dumps(body).encode())
            for role, body in bodies.items()
        }

    def fixtures(self) -> Mapping[str, Bundle]:
        found = {**super().fixtures()}
        plain = found[_PLAIN]
        parts = {role: self._bodies.get(role, part) for role, part in plain.parts.items()}
        primary = self._bodies.get("booking", plain.primary)
        found[_PLAIN] = replace(plain, primary=primary, parts=parts)
        return found


class _NoGolden(SnipsSubject):
    def goldens(self) -> Mapping[str, bytes]:
        return {name: body for name, body in super().goldens().items() if name != _PLAIN}


class _Orphan(SnipsSubject):
    def goldens(self) -> Mapping[str, bytes]:
        return {**super().goldens(), "booking__long_gone": b"\n"}


class _NoFixtures(SnipsSubject):
    def fixtures(self) -> Mapping[str, Bundle]:
        return {}

    def goldens(self) -> Mapping[str, bytes]:
        return {}

    def older_fixtures(self) -> Mapping[str, Bundle]:
        return {}


class _OnlyHeldBack(SnipsSubject):
    """The one fixture that gives no record."""

    def fixtures(self) -> Mapping[str, Bundle]:
        return {name: each for name, each in super().fixtures().items() if name.endswith("no_day")}

    def goldens(self) -> Mapping[str, bytes]:
        named = {*self.fixtures(), *self.older_fixtures()}
        return {name: body for name, body in super().goldens().items() if name in named}


def _records(name: str, subject: SnipsSubject, red: str) -> Plant:
    return Plant(name=name, subject=subject, red=frozenset(red.split()), looked_at=RECORDING)


RECORDS = (
    _records(
        "has an invoice where a booking should be",
        _Records(booking={"invoice": 9, "id": 7101, "lines": []}),
        "C02 C05",
    ),
    _records(
        "has a client of another shape than it reads",
        _Records(client={"id": 2, "name": {"given": "Lucia"}}),
        "C02 C05",
    ),
    _records("has a fixture without a golden", _NoGolden(), "C05"),
    _records("has a golden without a fixture", _Orphan(), "C05"),
    _records("has no fixture that gives a record", _OnlyHeldBack(), "C02"),
    _records("has a list for a booking", _Records(booking=[]), "C02 C05"),
    _records(
        "says that it is where nobody can import it",
        SnipsSubject(object_path="claw_testing.nowhere:CONNECTOR"),
        "C03",
    ),
    _records("has no fixture", _NoFixtures(), "C02 C03"),
)
