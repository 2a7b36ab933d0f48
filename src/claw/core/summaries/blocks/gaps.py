"""What is missing from the day's work: a person, a confirmation, a number, an address."""

from collections.abc import Sequence

from msgspec import UnsetType

from claw.core.model.records import Appointment, Customer
from claw.core.summaries.facts import Facts
from claw.core.summaries.item import Block, Item, block
from claw.core.summaries.visits import piece_of, together

_ON_SITE = frozenset({"visit", "consultation"})


def unassigned(facts: Facts) -> Block:
    """Work that nobody is given to, earliest first."""
    items = _visits(facts, [a for a in facts.work if is_unassigned(a)])
    return block("unassigned", "Unassigned", items, "Nothing is unassigned")


def unconfirmed(facts: Facts) -> Block:
    """Work that is not confirmed yet."""
    items = _visits(facts, [a for a in facts.work if a.status == "tentative"])
    return block("unconfirmed", "Not confirmed", items, "Everything is confirmed")


def unreachable(facts: Facts) -> Block:
    """Work whose customer could not be texted when the day slips."""
    items: list[Item] = []
    seen: set[str] = set()
    for appointment in facts.work:
        why = _not_wanted(facts, appointment) or why_unreachable(appointment)
        if why is None or piece_of(appointment) in seen:
            continue
        seen.add(piece_of(appointment))
        items.append(
            Item(
                when=facts.when(appointment),
                text=facts.describe(appointment),
                note=why,
                refs=(appointment.ref,),
            )
        )
    return block("unreachable", "Cannot be texted", items, "Everybody can be texted")


def no_location(facts: Facts) -> Block:
    """Visits without an address."""
    bare = [a for a in facts.work if a.kind in _ON_SITE and not _has_address(facts, a)]
    items = _visits(facts, bare)
    return block("no_location", "No address", items, "Every visit has an address")


def is_unassigned(appointment: Appointment) -> bool:
    """Whether some of it is given to nobody."""
    if not appointment.segments:
        return True
    return any(isinstance(segment.resource, UnsetType) for segment in appointment.segments)


def why_unreachable(appointment: Appointment) -> str | None:
    """Why its contact has no number for texts, None when there is one."""
    contact = appointment.contact
    if isinstance(contact, UnsetType):
        return "no contact"
    kinds = {phone.kind for phone in contact.phones}
    if "mobile" in kinds:
        return None
    if not kinds:
        return "no phone number"
    return "landline only" if "landline" in kinds else "no mobile number"


def _not_wanted(facts: Facts, appointment: Appointment) -> str | None:
    """Why nobody may text about it, None when nothing is against it."""
    customer = facts.content.get(appointment.customer)
    if not {appointment.ref, appointment.customer}.isdisjoint(facts.not_texted):
        return "texts not wanted"
    if isinstance(customer, Customer) and customer.do_not_contact is True:
        return "not to be contacted"
    return None


def _visits(facts: Facts, appointments: Sequence[Appointment]) -> list[Item]:
    """One line for each visit, whatever the number of people who make it."""
    return [
        Item(
            when=facts.when(rows[0]),
            text=facts.describe(rows[0]),
            refs=tuple(row.ref for row in rows),
        )
        for rows in together(appointments)
    ]


def _has_address(facts: Facts, appointment: Appointment) -> bool:
    place = facts.location(appointment)
    if place is None:
        return False
    return bool(place.address.lines) or not isinstance(place.address.suburb, UnsetType)
