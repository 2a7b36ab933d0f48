"""The vendor's query grammar: filters, ``search``, ``orderby``, ``columns`` and paging.

Documented: the parameter names, ``search=all|any`` as a mode switch, null forms, and
``orderby`` with ``-`` for descending. From integrators: the operators, ``%`` as wildcard,
page size 30 by default and 250 at most, and unknown parameters having no effect.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import cast

from claw.connectors.simpro.simulator.feeds import Row
from claw.connectors.simpro.simulator.resources.asking import Hints

RESERVED = {"search", "columns", "orderby", "page", "pageSize", "limit", "display"}
DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE = 30, 250
_OPERATION = re.compile(r"(!?in|gt|ge|lt|le|ne|between)\((.*)\)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Condition:
    """One field filter: ``path`` dotted, ``operator`` and its arguments as text."""

    path: str
    operator: str
    arguments: tuple[str, ...]

    @classmethod
    def parse(cls, path: str, text: str) -> "Condition":
        """Read ``value`` or ``operator(a,b)``."""
        matched = _OPERATION.fullmatch(text)
        if matched is None:
            return cls(path, "eq", (text,))
        inside = matched.group(2)
        parts = tuple(part.strip() for part in inside.split(",")) if inside else ()
        return cls(path, matched.group(1), parts)

    def holds(self, row: Row, *, exclusive: bool = False) -> bool:
        """Whether the row passes. A list on the way passes when any element does."""
        return any(self._test(value, exclusive) for value in _values(row, self.path.split(".")))

    def _test(self, value: object, exclusive: bool) -> bool:
        given = self.arguments
        match self.operator:
            case "eq":
                return _equal(value, given[0])
            case "ne":
                if not given or given[0] == "":
                    return value not in (None, "")
                return not _equal(value, given[0])
            case "in":
                return any(_equal(value, one) for one in given)
            case "!in":
                return not any(_equal(value, one) for one in given)
            case "between":
                if len(given) != 2 or value is None:
                    return False
                upper = _order(value, given[1])
                return _order(value, given[0]) >= 0 and (upper < 0 if exclusive else upper <= 0)
            case operator:
                if not given or value is None:
                    return False
                order = _order(value, given[0])
                return {"gt": order > 0, "ge": order >= 0, "lt": order < 0, "le": order <= 0}[
                    operator
                ]


def _values(node: object, path: Sequence[str]) -> list[object]:
    if isinstance(node, list):
        return [v for one in cast("list[object]", node) for v in _values(one, path)]
    if not path:
        return [node]
    if isinstance(node, dict):
        return _values(cast("dict[str, object]", node).get(path[0]), path[1:])
    return [None]


def _equal(value: object, text: str) -> bool:
    if text == "null":
        return value is None
    if value is None:
        return False
    if isinstance(value, str) and "%" in text:
        pattern = ".*".join(re.escape(part) for part in text.split("%"))
        return re.fullmatch(pattern, value, re.DOTALL) is not None
    return _order(value, text) == 0


def _order(value: object, text: str) -> int:
    if isinstance(value, bool):
        wanted = text.lower() in ("1", "true")
        return (value > wanted) - (value < wanted)
    if isinstance(value, (int, Decimal)):
        try:
            number = Decimal(text)
        except InvalidOperation:
            return 1
        return (value > number) - (value < number)
    shown = value if isinstance(value, str) else ""
    moment, wanted = _instant(shown), _instant(text)
    if moment is not None and wanted is not None:
        return (moment > wanted) - (moment < wanted)
    return (shown > text) - (shown < text)


@lru_cache(maxsize=4096)
def _instant(text: str) -> datetime | None:
    """A date with time and offset; anything else, a bare date included, is compared as text."""
    if text[10:11] != "T":
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def hints_from(conditions: Sequence[Condition], search_any: bool) -> Hints:
    """The dates and ids that can match at all, so that only those days are generated."""
    first: date | None = None
    last: date | None = None
    ids: tuple[int, ...] | None = None
    if search_any:
        return Hints()
    for condition in conditions:
        given, operator = condition.arguments, condition.operator
        if condition.path == "ID" and operator in ("eq", "in"):
            ids = tuple(sorted({int(one) for one in given if one.isdigit()}))
        if condition.path not in ("Date", "WorkOrderDate"):
            continue
        try:
            days = sorted(date.fromisoformat(one) for one in given)
        except ValueError:
            continue
        if not days:
            continue
        if operator in ("eq", "in", "between", "ge", "gt"):
            first = max(first, days[0]) if first else days[0]
        if operator in ("eq", "in", "between", "le", "lt"):
            last = min(last, days[-1]) if last else days[-1]
    return Hints(first, last, ids)


def ordered(rows: list[Row], orderby: str) -> list[Row]:
    """Rows by the columns of ``orderby``, ``-`` descending; ties keep the given order."""
    for part in reversed([part.strip() for part in orderby.split(",") if part.strip()]):
        path = part.lstrip("-").split(".")

        def key(row: Row, path: list[str] = path) -> tuple[int, Decimal, str]:
            value = _values(row, path)[0] if _values(row, path) else None
            if value is None:
                return (0, Decimal(0), "")
            if isinstance(value, (int, Decimal)):
                return (1, Decimal(value), "")
            return (2, Decimal(0), value if isinstance(value, str) else "")

        rows = sorted(rows, key=key, reverse=part.startswith("-"))
    return rows


@dataclass(frozen=True, slots=True)
class Paging:
    """Which page was asked for, one-based, and how many rows it holds."""

    page: int
    size: int

    @classmethod
    def parse(cls, query: Mapping[str, str], cap: int = MAX_PAGE_SIZE) -> "Paging":
        """Read ``page`` and ``pageSize``; what makes no sense counts as not given."""
        page, size = query.get("page", ""), query.get("pageSize", "")
        wanted = int(size) if size.isdigit() and int(size) > 0 else DEFAULT_PAGE_SIZE
        return cls(int(page) if page.isdigit() and int(page) > 0 else 1, min(wanted, cap))

    def pages(self, total: int) -> int:
        """How many pages ``total`` rows fill."""
        return -(-total // self.size)
