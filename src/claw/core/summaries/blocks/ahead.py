"""What lies ahead: tomorrow in a line, public holidays, and a change of the clocks."""

from datetime import date, timedelta

from msgspec import UnsetType

from claw.core.summaries.blocks.gaps import is_unassigned
from claw.core.summaries.facts import Facts
from claw.core.summaries.item import Block, Item, block
from claw.core.summaries.visits import count_once, first_start, together
from claw.core.summaries.wording import clock, duration, long_date
from claw.core.time import local_wall, offset_change_between

_DAYS_AHEAD = 7


def tomorrow(facts: Facts) -> Block:
    """Tomorrow in one line; unknown is not none."""
    day = facts.day + timedelta(days=1)
    words = facts.pack.vocabulary.appointment
    work = facts.work_on(day)
    said = [words.counted(count_once(work)) if work else f"no {words.many}"]
    first = first_start(work)
    if first is not None:
        said.append(f"first {clock(first, facts.zone)}")
    open_ = len(together([a for a in work if is_unassigned(a)]))
    if open_:
        said.append(f"{open_} unassigned")
    if not facts.read_completely(day):
        said[0] += " known so far"
        said.append("not read completely yet")
    text = ", ".join(said)
    item = Item(text=text[0].upper() + text[1:], refs=tuple(a.ref for a in work))
    return block("tomorrow", "Tomorrow", [item], "", count=count_once(work))


def holidays(facts: Facts) -> Block:
    """Public holidays today and in the next days, by name."""
    known = facts.context.holidays
    if isinstance(known, UnsetType):
        return block("holidays", "Public holidays", [], "No public holidays are known here")
    items = [
        Item(text=f"{_day_said(facts, holiday.date)}: {holiday.name}")
        for holiday in sorted(known, key=lambda holiday: (holiday.date, holiday.name))
    ]
    return block("holidays", "Public holidays", items, "No public holiday today or in the week")


def _day_said(facts: Facts, day: date) -> str:
    return "Today" if day == facts.day else long_date(day)


def clock_change(facts: Facts) -> Block:
    """Clocks that change within the week."""
    window = facts.window
    items: list[Item] = []
    if window is not None:
        end = window.start + timedelta(days=_DAYS_AHEAD)
        for change in offset_change_between(facts.zone, window.start, end):
            shift = change.after_seconds - change.before_seconds
            direction = "forward" if shift > 0 else "back"
            day = long_date(local_wall(change.at, facts.zone).date())
            items.append(Item(text=f"Clocks go {direction} {duration(abs(shift))} on {day}"))
    return block("clock_change", "Clock change", items, "No clock change this week")
