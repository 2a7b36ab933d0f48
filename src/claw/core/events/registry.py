"""Which type an event's data belongs to; ``claw.<thing>.<what>.v<n>``."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeVar

from msgspec import Struct

_TYPE = re.compile(r"claw\.[a-z]+\.[a-z_]+\.v[1-9][0-9]*")


class EventData(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an event of one type carries: references, counts and hashes only."""


_KINDS: dict[str, type[EventData]] = {}
_NAMES: dict[type[EventData], str] = {}
_Kind = TypeVar("_Kind", bound=EventData)

KINDS: Mapping[str, type[EventData]] = MappingProxyType(_KINDS)
"""Every registered type, by name."""


def event(name: str) -> Callable[[type[_Kind]], type[_Kind]]:
    """Register the decorated data under the type ``name``.

    Raises:
        ValueError: when the name is not well formed, or taken.
    """
    if not _TYPE.fullmatch(name) or name in _KINDS:
        raise ValueError(f"{name} cannot name an event type")

    def register(kind: type[_Kind]) -> type[_Kind]:
        _KINDS[name] = kind
        _NAMES[kind] = name
        return kind

    return register


def type_of(data: EventData) -> str:
    """The type's name. Raises KeyError for data that nobody registered: a defect."""
    return _NAMES[type(data)]
