"""The day in order: everything that happens, when, where and by whom."""

from msgspec import UNSET, UnsetType

from claw.core.model.records import Appointment
from claw.core.summaries.facts import NOT_WORK, Facts, count_once
from claw.core.summaries.item import Block, Item, block
from claw.core.summaries.wording import listed


def schedule(facts: Facts) -> Block:
    """Work and time off in order of time, what still runs from before first.

    For one person it says where to go and whom to ask for; that is the only place where a
    customer's number is told, and only of that person's own work.
    """
    everything = [*facts.continuing, *facts.work, *facts.time_off]
    everything.sort(key=lambda a: (_part_of_day(facts, a), a.starts_at, a.ends_at, a.ref))
    items = [_item(facts, a) for a in everything]
    words = facts.pack.vocabulary.appointment
    empty = f"No {words.many} and no time off"
    count = count_once(facts.work)
    return block("schedule", words.many.capitalize(), items, empty, count=count)


def _part_of_day(facts: Facts, appointment: Appointment) -> int:
    """What runs from before, what has a time, who is off all day, what has no time."""
    if facts.is_all_day_off(appointment):
        return 2
    if appointment.precision == "day":
        return 3
    return 0 if facts.began_earlier(appointment) else 1


def _item(facts: Facts, appointment: Appointment) -> Item:
    said: list[str] = []
    if appointment in facts.continuing:
        said.append("continues")
    if facts.audience is not None:
        said += _for_whoever_goes(facts, appointment)
    elif appointment.kind not in NOT_WORK:
        said.append(listed(facts.resource_names(appointment)))
    if appointment.status == "tentative":
        said.append("not confirmed")
    return Item(
        when=facts.hours(appointment),
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
