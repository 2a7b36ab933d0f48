"""Which types somebody wants: one type, everything below a prefix, or everything."""

from collections.abc import Collection, Sequence

from claw.core.errors import InvalidInput
from claw.core.events.catalog import LOGGED

MOST_PATTERNS = 20


def matches(patterns: Collection[str], type_: str) -> bool:
    """Whether one of them wants the type: ``claw.sync.*``, ``*``, or the type itself."""
    return any(
        type_.startswith(pattern[:-1]) if pattern.endswith("*") else type_ == pattern
        for pattern in patterns
    )


def check_patterns(patterns: Sequence[str], *, field: str) -> tuple[str, ...]:
    """The patterns in order, each once; none means everything.

    Raises:
        InvalidInput: for one that can match no type there is.
    """
    wanted = tuple(sorted(set(patterns))) or ("*",)
    for pattern in wanted:
        if not _possible(pattern):
            raise InvalidInput(
                f"{pattern!r} matches no type of event",
                code="event_type_unknown",
                field=field,
                hint="give a type of docs/reference/events.md, claw.<thing>.*, or *",
            )
    if len(wanted) > MOST_PATTERNS:
        raise InvalidInput(
            f"more than {MOST_PATTERNS} types", code="event_types_too_many", field=field
        )
    return wanted


def _possible(pattern: str) -> bool:
    prefix, star, rest = pattern.partition("*")
    if rest or (star and prefix and not prefix.endswith(".")):
        return False
    return any(matches([pattern], type_) for type_ in LOGGED)
