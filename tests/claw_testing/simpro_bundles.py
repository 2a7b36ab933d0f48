"""One visit of a plumber, in the vendor's shapes, to be changed a field at a time."""

import json
from typing import Any

from claw.connectors.simpro.mapping import map_bundle
from claw.core.model.records import Appointment
from claw.core.model.reference import source_id
from claw.ports.connector import Bundle, MapEnv, Missing, MissingCode, Part, Raw
from claw_testing.simpro_world import appointment_of, env

Json = dict[str, Any]


class _Omit:
    def __repr__(self) -> str:
        return "left out"


OMIT = _Omit()
"""As a value: the key is left out."""


def block(start: str, end: str, hours: object = 2, **changes: object) -> Json:
    """A block of Tuesday, 24 November 2026 in Sydney, eleven hours ahead of UTC."""
    day = "2026-11-24"
    return changed(
        {
            "Hrs": hours,
            "StartTime": start,
            "ISO8601StartTime": f"{day}T{start}:00+11:00",
            "EndTime": end,
            "ISO8601EndTime": f"{day}T{end}:00+11:00",
            "ScheduleRate": {"ID": 1, "Name": "Normal Time"},
        },
        changes,
    )


def wall_block(start: object, end: object, hours: object = 2) -> Json:
    """A block without instants."""
    return {"Hrs": hours, "StartTime": start, "EndTime": end}


def row(**changes: object) -> Json:
    """A schedule row: two hours of Ava Tran on job 5001."""
    return changed(
        {
            "ID": 90101,
            "Type": "job",
            "Reference": "5001-7001",
            "TotalHours": 2,
            "Staff": {"ID": 41, "Name": "Ava Tran", "Type": "employee", "TypeId": 41},
            "Date": "2026-11-24",
            "Blocks": [block("08:00", "10:00")],
            "Project": {"ProjectID": 5001, "SectionID": 6001, "CostCenterID": 7001},
            "Notes": "",
            "DateModified": "2026-11-20T16:02:00+11:00",
        },
        changes,
    )


def job(**changes: object) -> Json:
    """Job 5001 for Mina O'Dell at site 2001."""
    return changed(
        {
            "ID": 5001,
            "Type": "Service",
            "Name": "Hot water unit replacement",
            "Customer": {"ID": 301, "CompanyName": "", "GivenName": "Mina", "FamilyName": "O'Dell"},
            "CustomerContact": None,
            "Site": {"ID": 2001, "Name": "12 Wharf St"},
            "SiteContact": {"ID": 5101, "GivenName": "Raj", "FamilyName": "Patel"},
            "Stage": "Progress",
            "Status": {"ID": 22, "Name": "Job : Scheduled", "Color": "#3564b1"},
        },
        changes,
    )


def site(**changes: object) -> Json:
    """Site 2001, whose primary contact has a landline."""
    return changed(
        {
            "ID": 2001,
            "Name": "12 Wharf St",
            "Address": {
                "Address": "12 Wharf St",
                "City": "Manly",
                "State": "NSW",
                "PostalCode": "2095",
                "Country": "Australia",
            },
            "PrimaryContact": {
                "Contact": {"ID": 5102, "GivenName": "Thu", "FamilyName": "Nguyen"},
                "GivenName": "Thu",
                "FamilyName": "Nguyen",
                "Email": "thu@example.com",
                "WorkPhone": "(02) 5550 1234",
                "CellPhone": "",
                "PreferredNotificationMethod": "SMS",
            },
        },
        changes,
    )


def person(number: int = 301, **changes: object) -> Json:
    """An individual customer with a mobile."""
    return changed(
        {
            "ID": number,
            "GivenName": "Mina",
            "FamilyName": "O'Dell",
            "Phone": "",
            "AltPhone": "",
            "CellPhone": "0491 570 006",
            "Email": "mina@example.net",
            "DoNotCall": False,
        },
        changes,
    )


def company(number: int = 301, **changes: object) -> Json:
    """A company customer; the vendor keeps no mobile for it."""
    return changed(
        {
            "ID": number,
            "CompanyName": "Bluegum Realty",
            "Phone": "(02) 5550 4321",
            "AltPhone": "",
            "Email": "accounts@example.com",
            "DoNotCall": False,
        },
        changes,
    )


def contact(number: int = 5101, **changes: object) -> Json:
    """A contact with a mobile and a landline."""
    return changed(
        {
            "ID": number,
            "GivenName": "Raj",
            "FamilyName": "Patel",
            "Email": "raj@example.com",
            "CellPhone": "0491 570 156",
            "WorkPhone": "(02) 5550 8765",
            "AltPhone": "",
        },
        changes,
    )


def bundle(primary: Json, **parts: Json | MissingCode) -> Bundle:
    """A row with its parts by role; a part given as a word could not be had."""
    return Bundle(
        primary=Raw(source_id=f"schedule:{primary['ID']}", body=_body(primary)),
        parts={role: _part(role, given) for role, given in parts.items()},
    )


def mapped(primary: Json, told: MapEnv | None = None, **parts: Json | MissingCode) -> Appointment:
    """The appointment made from a row and its parts."""
    return appointment_of(map_bundle(bundle(primary, **parts), told or env()))


def changed(given: Json, changes: Json) -> Json:
    """``given`` with other values; ``OMIT`` leaves a key out."""
    whole = {**given, **changes}
    return {name: value for name, value in whole.items() if value is not OMIT}


def _part(role: str, given: Json | MissingCode) -> Part:
    if isinstance(given, str):
        return Missing(source_id=source_id(role, 1), code=given)
    return Raw(source_id=source_id(role, given["ID"]), body=_body(given))


def _body(value: Json) -> bytes:
    return json.dumps(value).encode()
