"""The day in order: everything that happens, when, where and by whom."""

from msgspec import UNSET, UnsetType

from claw.core.model.records import Appointment
from claw.core.summaries.facts import NOT_WORK, Facts, count_once
from claw.core.summaries.item import Block, Item, block
from claw.core.summaries.wording import listed


def schedule(facts: Facts) -> Block:
    """Work and time off in order of time, what still runs from yesterday first.

    For one person it says where to go and whom to ask for; that is the only place where a
    customer's number is told, and only of that person's own work.
    """
    timed = [a for a in (*facts.work, *facts.time_off) if a.precision == "exact"]
    timed.sort(key=lambda a: (a.starts_at, a.ends_at, a.ref))
    whole_day = [a for a in (*facts.time_off, *facts.work) if a.precision == "day"]
    items = [_item(facts, a, f"until {facts.clock(a.ends_at, a.zone)}") for a in facts.continuing]
    items += [_item(facts, a, facts.time_range(a.starts_at, a.ends_at, a.zone)) for a in timed]
    items += [_item(facts, a, "all day" if a.kind in NOT_WORK else "any time") for a in whole_day]
    words = facts.pack.vocabulary.appointment
    empty = f"No {words.many} and no time off"
    count = count_once(facts.work)
    return block("schedule", words.many.capitalize(), items, empty, count=count)


def _item(facts: Facts, appointment: Appointment, when: str) -> Item:
    said: list[str] = []
    if appointment in facts.continuing:
        said.append("continues from yesterday")
    if facts.audience is not None:
        said += _for_whoever_goes(facts, appointment)
    elif appointment.kind not in NOT_WORK:
        said.append(listed(facts.resource_names(appointment)))
    if appointment.status == "tentative":
        said.append("not confirmed")
    return Item(
        when=when,
        text=facts.describe(appointment),
        note=", ".join(said) or UNSET,
        refs=(appointment.ref,),
    )


def _for_whoever_goes(facts: Facts, appointment: Appointment) -> list[str]:
    """The street, who else comes, and the number of whom to ask for."""
    said: list[str] = []
    place = facts.location(appointment)
    if place is not None:
        said += place.address.lines
    others = {s.resource for s in appointment.segments} - {facts.audience, UNSET}
    if others:
        said.append(f"with {listed(sorted(facts.resource_name(ref) for ref in others))}")
    contact = appointment.contact
    if not isinstance(contact, UnsetType):
        told = [contact.name] if contact.name != facts.customer_name(appointment) else []
        told += [phone.raw for phone in contact.phones[:1]]
        said += [" ".join(told)] if told else []
    return said
