"""Reading telephone numbers out of a source's free text."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import phonenumbers
from msgspec import UNSET, UnsetType
from phonenumbers import PhoneNumberType

from claw.core.model.canonical import nfc
from claw.core.model.records import Phone, PhoneKind

# A number that may be a mobile may not be texted: FIXED_LINE_OR_MOBILE (as in North
# America, where the number does not tell) stays "unknown" here. "shared" is shared cost.
_KINDS: Final[dict[int, PhoneKind]] = {
    PhoneNumberType.MOBILE: "mobile",
    PhoneNumberType.FIXED_LINE: "landline",
    PhoneNumberType.VOIP: "landline",
    PhoneNumberType.TOLL_FREE: "tollfree",
    PhoneNumberType.SHARED_COST: "shared",
    PhoneNumberType.UAN: "shared",
}
# Between two numbers in one field; a slash or a word, never a space or a hyphen, which
# numbers hold themselves.
_SEPARATORS = re.compile(r"\s*(?:[/;,|\n\r]|\bor\b|\band\b|&)\s*", re.IGNORECASE)
_TRUNK_PREFIX = re.compile(r"^\s*(?:\+\s*)?00(?=[1-9])")
_VISIBLE_DIGITS = 3
# A schedule names the same customers again and again, and reading a number costs more than
# the rest of its record. What is remembered is a pure function of what was asked.
_REMEMBERED = 16_384
_LONGEST_REMEMBERED = 64


def parse_phones(raw: str, country: str, label: str | UnsetType = UNSET) -> tuple[Phone, ...]:
    """Read the numbers in one field of a source.

    A field that holds several gives one phone each with the same ``raw``; text in which
    no number is valid gives one phone of kind ``unknown`` without ``e164``; blank text
    gives none. ``country`` (ISO 3166-1 alpha-2) is assumed where no country code is
    written; a leading ``00`` before a country code is read as ``+``. Never raises.
    """
    text = nfc(raw).strip()
    if not text:
        return ()
    read = _remembered if len(text) <= _LONGEST_REMEMBERED else _valid
    valid = read(text, country)
    if not valid:
        return (Phone(raw=text, kind="unknown", label=label),)
    return tuple([Phone(raw=text, e164=e164, kind=kind, label=label) for e164, kind in valid])


def mask(e164: str) -> str:
    """A number as it may be shown beside a message: only its last three digits."""
    return "*" * max(0, len(e164) - _VISIBLE_DIGITS) + e164[-_VISIBLE_DIGITS:]


def metadata_version() -> str:
    """The version of the numbering data."""
    return phonenumbers.__version__


def _valid(text: str, country: str) -> tuple[tuple[str, PhoneKind], ...]:
    """The valid numbers in ``text``, each once, in order: E.164 and kind."""
    pieces = [piece for piece in _SEPARATORS.split(text) if any(c.isdigit() for c in piece)]
    return tuple(dict(read for piece in pieces for read in _numbers(piece, country)).items())


_remembered = lru_cache(maxsize=_REMEMBERED)(_valid)


def _numbers(piece: str, country: str) -> Sequence[tuple[str, PhoneKind]]:
    """The number that a piece is, else those that stand among its words: ``0412 … (Andy)``."""
    whole = _parse(piece, country)
    if whole is not None:
        return [whole]
    matches = phonenumbers.PhoneNumberMatcher(piece, country)
    return [read for match in matches if (read := _read(match.number)) is not None]


def _parse(text: str, country: str) -> tuple[str, PhoneKind] | None:
    """The valid number in ``text``, as written if it is one, else with ``00`` read as ``+``.

    In that order, because ``00`` may begin the country's own prefix for calling abroad
    (``0011`` in Australia), which the numbering data knows.
    """
    for reading in dict.fromkeys((text, _TRUNK_PREFIX.sub("+", text))):
        try:
            number = phonenumbers.parse(reading, country)
        except phonenumbers.NumberParseException:
            continue
        if (read := _read(number)) is not None:
            return read
    return None


def _read(number: phonenumbers.PhoneNumber) -> tuple[str, PhoneKind] | None:
    """A number in E.164 and its kind, None when it is not valid.

    The type is found by the patterns that make a number valid: it is unknown for exactly
    those that are not, which asking for both would find out twice.
    """
    found = phonenumbers.number_type(number)
    if found == PhoneNumberType.UNKNOWN:
        return None
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return e164, _KINDS.get(found, "unknown")
