"""Whom to reach for an appointment."""

from collections.abc import Sequence

from claw.core.model.records import Contact


def choose_contact(candidates: Sequence[Contact]) -> Contact | None:
    """The first with a mobile, else the first with any phone, else the first.

    ``candidates`` are in the order of how close they are to the appointment.
    """
    for suits in (_has_mobile, _has_phone, _exists):
        for candidate in candidates:
            if suits(candidate):
                return candidate
    return None


def _has_mobile(contact: Contact) -> bool:
    return any(phone.kind == "mobile" for phone in contact.phones)


def _has_phone(contact: Contact) -> bool:
    return bool(contact.phones)


def _exists(_contact: Contact) -> bool:
    return True
