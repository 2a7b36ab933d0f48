"""Text from a source, made plain.

Free text in sources is written by people in rich editors and arrives as HTML, sometimes
escaped twice. It is untrusted: it is never shown as markup and never obeyed.
"""

import html
import re
from collections.abc import Iterable

import nh3
from msgspec import UNSET, UnsetType

from claw.core.model.canonical import nfc

_BREAK = re.compile(r"(?i)<\s*br\b[^<>]*>|</\s*(?:p|div|li|tr|ul|ol|table|h[1-6]|blockquote)\s*>")
_LOST = re.compile(
    # Controls, then marks that turn the direction of text around: in a message they let
    # a note pass for something else.
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
_SPACES = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r"\n{3,}")
_MOST_LAYERS = 8
# What can begin a tag, a comment or an entity (a space after "<" is for _BREAK): HTML takes
# any other "<" or "&" for itself.
_MARKED_UP = re.compile(r"<\s*[A-Za-z/!?]|&[A-Za-z#]")
# Made once: its sets of words cost more than a note does.
_clean = nh3.Cleaner(tags=set(), link_rel=None).clean
# Words of printable ASCII with one space between them, no markup and no entity: most of
# what sources say is plain already.
_PLAIN = re.compile(r"[!-%'-;=-~]++(?: [!-%'-;=-~]++)*+")


def plain_text(markup: str) -> str:
    """The text of ``markup`` as a person would read it, one line a paragraph or item.

    Scripts and styles are dropped with their content, entities are decoded, control
    characters removed, white space collapsed. Markup that was escaped, even several
    times, is unwrapped too, so the result holds none: ``plain_text`` of it is itself.
    """
    if _PLAIN.fullmatch(markup):
        return markup
    text = nfc(markup)
    for _ in range(_MOST_LAYERS):
        unwrapped = _unwrapped(text)
        if unwrapped == text:
            return text
        text = unwrapped
    # Escaped more often than any editor does: give up on its marks, keep the words.
    return _tidy(re.sub(r"[<>&]", " ", text))


def one_line(markup: str) -> str:
    """:func:`plain_text` on one line, for titles and names."""
    if _PLAIN.fullmatch(markup):
        return markup
    return " ".join(plain_text(markup).split())


def blank_to_unset(value: object) -> str | UnsetType:
    """Plain text, or UNSET for what sources write when they mean nothing.

    An empty text, white space, null and anything that is not text are all nothing.
    """
    if not isinstance(value, str):
        return UNSET
    return plain_text(value) or UNSET


def first_filled(values: Iterable[object]) -> str | UnsetType:
    """The first of ``values`` that says something."""
    for value in values:
        text = blank_to_unset(value)
        if text is not UNSET:
            return text
    return UNSET


def joined(values: Iterable[object], separator: str = " ") -> str | UnsetType:
    """Those of ``values`` that say something, joined: a name from its parts, say."""
    said = [text for value in values if isinstance(text := blank_to_unset(value), str)]
    return separator.join(said) or UNSET


def _unwrapped(text: str) -> str:
    """``text`` with one layer of markup and entities taken off."""
    if _MARKED_UP.search(text):
        text = html.unescape(_clean(_BREAK.sub("\n", text)))
    return nfc(_tidy(text))


def _tidy(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.replace("\u2028", "\n").replace("\u2029", "\n").replace("\t", " ")
    text = _LOST.sub("", text)
    lines = (_SPACES.sub(" ", line).strip() for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()
