"""The SMS form: the day in one segment of 160 GSM-7 characters."""

import unicodedata

from msgspec import UnsetType

from claw.core.summaries.document import SummaryDocument
from claw.core.summaries.wording import counted, one_line, short_date
from claw.core.verticals import VerticalPack

MOST_CHARACTERS = 160
# The part of GSM-7 that is ASCII and needs no escape: no brackets, braces, caret or tilde.
_ONE_SEPTET = frozenset(
    " !\"#$%&'()*+,-./0123456789:;<=>?@_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)
# In order of worth: what does not fit any more is left out, whole.
_COUNTS = (
    ("unassigned", "unassigned", "unassigned"),
    ("late", "running late", "running late"),
    ("overlaps", "double booking", "double bookings"),
    ("over_capacity", "over capacity", "over capacity"),
    ("doubtful_times", "time in doubt", "times in doubt"),
    ("unconfirmed", "unconfirmed", "unconfirmed"),
    ("unreachable", "cannot be texted", "cannot be texted"),
    ("changes", "change", "changes"),
    ("leftovers", "left from yesterday", "left from yesterday"),
)


def render_sms(document: SummaryDocument, pack: VerticalPack) -> str:
    """One segment: ``Tue 24 Nov: 18 jobs, 5 techs, first 7:00 am. 2 unassigned.`` at most."""
    words, day = pack.vocabulary, document.headline
    none = f"no {words.appointment.many}{' known' if document.degraded else ''}"
    said = [words.appointment.counted(day.appointments) if day.appointments else none]
    if day.appointments and not isinstance(day.resources, UnsetType):
        said.append(words.resource_short.counted(day.resources))
    if not isinstance(day.first, UnsetType):
        said.append(f"first {day.first}")
    text = f"{short_date(document.date)}: {', '.join(said)}."
    if document.degraded:
        text += " INCOMPLETE OR OLD DATA."
    counts = {block.block: block.count for block in document.blocks}
    extra: list[str] = []
    for name, one, many in _COUNTS:
        count = counts.get(name, 0)
        if not count:
            continue
        longer = [*extra, counted(count, one, many)]
        if len(f"{text} {', '.join(longer)}.") <= MOST_CHARACTERS:
            extra = longer
    if extra:
        text += f" {', '.join(extra)}."
    return _plain(text)[:MOST_CHARACTERS]


def _plain(text: str) -> str:
    """The characters that every phone shows and that take one septet each.

    Our words are plain; a vertical's may carry accents, which are dropped.
    """
    decomposed = unicodedata.normalize("NFKD", one_line(text))
    return "".join(character for character in decomposed if character in _ONE_SEPTET)
