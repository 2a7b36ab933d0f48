"""The rows of a collection that a query is about, in its order, before they are paged."""

from collections import OrderedDict
from dataclasses import dataclass, replace

from claw.connect.simulator import FaultScript
from claw.connectors.simpro.simulator import documented
from claw.connectors.simpro.simulator.answers import Refusal
from claw.connectors.simpro.simulator.documented import Endpoint
from claw.connectors.simpro.simulator.draws import draw
from claw.connectors.simpro.simulator.feeds import Row
from claw.connectors.simpro.simulator.query import Condition, hints_from, ordered
from claw.connectors.simpro.simulator.resources import COLLECTIONS
from claw.connectors.simpro.simulator.resources.asking import Hints, Ids
from claw.connectors.simpro.simulator.spoiling.ids import enlarged, plain_id
from claw.connectors.simpro.simulator.state import CompanyState

REMEMBERED, WORTH_REMEMBERING = 4, 1000
"""So many results of at least so many rows are kept, so that paging a big read is quick."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a list read asks: filters, whether one suffices, order, and timesheet dates."""

    conditions: tuple[Condition, ...]
    search_any: bool = False
    orderby: str = ""
    start_date: str = ""
    end_date: str = ""


class Matcher:
    """Answers questions. A result is forgotten when content or faults change."""

    def __init__(self, faults: FaultScript) -> None:
        self._faults = faults
        self._kept: OrderedDict[tuple[object, ...], list[Row]] = OrderedDict()

    def rows(
        self, state: CompanyState, endpoint: Endpoint, ids: Ids, question: Question
    ) -> list[Row]:
        """Every matching row in the order asked for. Not to be changed by the caller."""
        faults = repr(self._faults.active)
        parents = tuple(ids.values())
        key = (id(state), state.version, endpoint.template, parents, question, faults)
        found = self._kept.get(key)
        if found is None:
            found = self._ordered(
                endpoint, self._filtered(state, endpoint, ids, question), question
            )
            if len(found) >= WORTH_REMEMBERING:
                self._kept[key] = found
                while len(self._kept) > REMEMBERED:
                    self._kept.popitem(last=False)
        return found

    def item(self, state: CompanyState, endpoint: Endpoint, ids: Ids) -> Row | None:
        """The row an item's path names."""
        wanted = list(ids.values())[-1]
        found = self._collect(state, endpoint.resource, ids, Hints(ids=(wanted,)))
        row = next((row for row in found if row["ID"] == wanted), None)
        return None if self._is_missing(endpoint.resource, wanted) else row

    def _collect(self, state: CompanyState, resource: str, ids: Ids, hints: Hints) -> list[Row]:
        hints = replace(hints, faults=frozenset(fault.name for fault in self._faults.active))
        big = resource == "schedules" and self._faults.get("big_ids", resource) is not None
        if big and hints.ids is not None:
            hints = replace(hints, ids=tuple(plain_id(number) for number in hints.ids))
        found = COLLECTIONS[resource](state, ids, hints)
        if found is None:
            raise Refusal(404, "Not found.")
        return enlarged(found, state.size.visits_a_day) if big else found

    def _filtered(
        self, state: CompanyState, endpoint: Endpoint, ids: Ids, question: Question
    ) -> list[Row]:
        faults, resource = self._faults, endpoint.resource
        conditions = question.conditions
        ignored = faults.get("filter_ignored", resource)
        if ignored is not None:
            conditions = tuple(c for c in conditions if ignored.args and c.path not in ignored.args)
        hints = replace(
            hints_from(conditions, question.search_any),
            start_date=question.start_date,
            end_date=question.end_date,
        )
        blank = documented.blank(documented.all_fields(endpoint.template))
        rows: list[Row] = [
            {**blank, **row}
            for row in self._collect(state, resource, ids, hints)
            if not self._is_missing(resource, row.get("ID"))
        ]
        if not conditions:
            return rows
        exclusive = faults.get("between_exclusive", resource) is not None
        quantifier = any if question.search_any else all
        return [
            row for row in rows if quantifier(c.holds(row, exclusive=exclusive) for c in conditions)
        ]

    def _ordered(self, endpoint: Endpoint, rows: list[Row], question: Question) -> list[Row]:
        if self._faults.get("orderby_ignored", endpoint.resource):
            return sorted(rows, key=lambda row: draw(1 << 30, "shuffle", row.get("ID", str(row))))
        return ordered(rows, question.orderby) if question.orderby else rows

    def _is_missing(self, resource: str, number: object) -> bool:
        missing = self._faults.all("missing")
        if not missing:
            return False
        last = resource.split("/")[-1]
        kinds = {resource, resource.split("/")[0], last, last.removesuffix("s")}
        return any(
            len(fault.args) == 2 and fault.args[0] in kinds and fault.args[1] == str(number)
            for fault in missing
        )
