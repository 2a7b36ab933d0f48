"""The day in order: everything that happens, when, where and by whom."""

from msgspec import UNSET, UnsetType

from claw.core.model.records import Appointment
from claw.core.model.reference import Ref
from claw.core.summaries.facts import Facts
from claw.core.summaries.item import Block, Item, block
from claw.core.summaries.visits import NOT_WORK, count_once, is_work, piece_of, together
from claw.core.summaries.wording import listed


def schedule(facts: Facts) -> Block:
    """Work and time off in order of time, what still runs from before first.

    For one person it says where to go and whom to ask for; that is the only place where a
    customer's number is told, and only of that person's own work.
    """
    everything = [*facts.continuing, *facts.work, *facts.time_off]
    everything.sort(key=lambda a: (_part_of_day(facts, a), a.starts_at, a.ends_at, a.ref))
    items = [_item(facts, parts) for parts in together(everything)]
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


def _item(facts: Facts, parts: list[Appointment]) -> Item:
    """One line for parts of one piece of work that differ only in who does them."""
    first = parts[0]
    said: list[str] = []
    if is_work(first) and facts.began_earlier(first):
        said.append("continues")
    if facts.audience is not None:
        said += _for_whoever_goes(facts, first)
    elif first.kind not in NOT_WORK:
        said.append(listed(sorted({n for part in parts for n in facts.resource_names(part)})))
    if first.status == "tentative":
        said.append("not confirmed")
    return Item(
        when=facts.hours(first),
        text=facts.describe(first),
        note=", ".join(said) or UNSET,
        refs=tuple(part.ref for part in parts),
    )


def _for_whoever_goes(facts: Facts, appointment: Appointment) -> list[str]:
    """The street, who else comes, and the number of whom to ask for."""
    said: list[str] = []
    place = facts.location(appointment)
    if place is not None:
        said += place.address.lines
    others = _others(facts, appointment)
    if others:
        said.append(f"with {listed(sorted(facts.resource_name(ref) for ref in others))}")
    contact = appointment.contact
    if not isinstance(contact, UnsetType):
        told = [contact.name] if contact.name != facts.customer_name(appointment) else []
        # A mobile first, else the first there is: the sort keeps the source's order.
        phones = sorted(contact.phones, key=lambda phone: phone.kind != "mobile")
        told += [phone.raw for phone in phones[:1]]
        said += [" ".join(told)] if told else []
    return said


def _others(facts: Facts, appointment: Appointment) -> set[Ref]:
    """Who else is on the same piece of work at the same time."""
    alongside = [
        a
        for a in facts.work_by_piece.get(piece_of(appointment), ())
        if a.starts_at < appointment.ends_at and appointment.starts_at < a.ends_at
    ]
    refs = {segment.resource for a in (appointment, *alongside) for segment in a.segments}
    return {ref for ref in refs if isinstance(ref, str) and ref != facts.audience}
