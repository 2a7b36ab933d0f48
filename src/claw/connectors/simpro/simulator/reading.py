"""From a documented GET to its rows: projection, filters, order, pages and their faults."""

from collections.abc import Sequence
from typing import cast

from claw.connect.simulator import FaultScript
from claw.connectors.simpro.simulator import documented
from claw.connectors.simpro.simulator.answers import Answer, Refusal
from claw.connectors.simpro.simulator.documented import PRIVATE, Endpoint
from claw.connectors.simpro.simulator.draws import draw
from claw.connectors.simpro.simulator.feeds import Row
from claw.connectors.simpro.simulator.query import (
    MAX_PAGE_SIZE,
    RESERVED,
    Condition,
    Paging,
    hints_from,
    ordered,
)
from claw.connectors.simpro.simulator.resources import COLLECTIONS
from claw.connectors.simpro.simulator.resources.asking import Hints, Ids
from claw.connectors.simpro.simulator.rows.scheduling import schedule_row
from claw.connectors.simpro.simulator.spoiling import spoil_mobile_status, spoil_rows, stringify_ids
from claw.connectors.simpro.simulator.state import CompanyState

Query = dict[str, str]
_PEOPLE = ("employees", "contractors")


class Reader:
    """Answers reads of one build."""

    def __init__(self, faults: FaultScript, violations: list[str]) -> None:
        self._faults, self._violations = faults, violations

    def item(self, state: CompanyState, endpoint: Endpoint, ids: Ids, query: Query) -> Answer:
        """One row by its id."""
        columns = self._columns(endpoint, query)
        if not query.get("columns") and endpoint.resource in _PEOPLE:
            self._violations.append(f"{endpoint.resource} item read without columns: private data")
        wanted = list(ids.values())[-1]
        found = self._collect(state, endpoint.resource, ids, Hints(ids=(wanted,)))
        row = next((row for row in found if row["ID"] == wanted), None)
        if row is None or self._is_missing(endpoint.resource, wanted):
            raise Refusal(404, "Not found.")
        (shown,) = self._shown(state, endpoint, [row], columns)
        return Answer(shown)

    def single(self, endpoint: Endpoint, row: Row, query: Query) -> Answer:
        """An object that is there once for each build or company."""
        columns = self._columns(endpoint, query)
        empty = documented.blank(endpoint.fields)
        return Answer({name: row.get(name, empty[name]) for name in columns})

    def companies(
        self, endpoint: Endpoint, visible: Sequence[CompanyState], query: Query
    ) -> Answer:
        """The companies the key may see; this list knows no pages."""
        columns = self._columns(endpoint, query)
        conditions = self._conditions(endpoint, query)
        rows: list[Row] = [{"ID": s.company.id, "Name": s.company.name} for s in visible]
        rows = [row for row in rows if all(c.holds(row) for c in conditions)]
        rows = ordered(rows, query.get("orderby", ""))
        return Answer(self._wrapped([{name: row.get(name) for name in columns} for row in rows]))

    def page(self, state: CompanyState, endpoint: Endpoint, ids: Ids, query: Query) -> Answer:
        """A page of a collection with the vendor's paging headers."""
        faults, resource = self._faults, endpoint.resource
        self._run_hooks(state, resource, Paging.parse(query).page)
        columns = self._columns(endpoint, query)
        if faults.get("narrow_list", resource):
            columns = endpoint.columns
        conditions = self._conditions(endpoint, query)
        search_any = query.get("search") == "any"
        hints = hints_from(conditions, search_any)
        hints = Hints(
            hints.first,
            hints.last,
            hints.ids,
            query.get("StartDate", ""),
            query.get("EndDate", ""),
        )
        rows = self._matching(state, endpoint, ids, conditions, hints, search_any)
        if "orderby" in query:
            rows = ordered(rows, query["orderby"])
        if faults.get("orderby_ignored", resource):
            rows = sorted(rows, key=lambda row: draw(1 << 30, "shuffle", row["ID"]))
        if faults.get("empty_200", resource) and self._names("empty_200", resource):
            rows = []
        cap = faults.get("page_cap", resource)
        size_cap = min(MAX_PAGE_SIZE, cap.number(MAX_PAGE_SIZE)) if cap else MAX_PAGE_SIZE
        if not endpoint.paged:
            return Answer(self._wrapped(self._shown(state, endpoint, rows, columns)))
        paging = Paging.parse(query, size_cap)
        rows, total = self._drifted(state, endpoint, rows, paging)
        start = (paging.page - 1) * paging.size
        picked = self._doubled(endpoint, rows, rows[start : start + paging.size], paging)
        body = self._shown(state, endpoint, picked, columns)
        answer = Answer(self._wrapped(body))
        if not faults.get("no_result_headers", resource):
            pages = str(paging.pages(total))
            if faults.get("garbage_result_pages", resource):
                pages = "many"
            answer.headers |= {
                "Result-Total": str(total),
                "Result-Pages": pages,
                "Result-Count": str(len(picked)),
            }
        if faults.get("link_header", resource) and start + paging.size < total:
            answer.headers["Link"] = f'<?page={paging.page + 1}>; rel="next"'
        return answer

    def _run_hooks(self, state: CompanyState, resource: str, page: int) -> None:
        due = [hook for hook in state.hooks if (hook.resource, hook.page) == (resource, page)]
        for hook in due:
            state.hooks.remove(hook)
            hook.run()

    def _collect(self, state: CompanyState, resource: str, ids: Ids, hints: Hints) -> list[Row]:
        rows = COLLECTIONS[resource](state, ids, hints)
        if rows is None:
            raise Refusal(404, "Not found.")
        return rows

    def _matching(
        self,
        state: CompanyState,
        endpoint: Endpoint,
        ids: Ids,
        conditions: Sequence[Condition],
        hints: Hints,
        search_any: bool,
    ) -> list[Row]:
        faults, resource = self._faults, endpoint.resource
        ignored = faults.get("filter_ignored", resource)
        if ignored is not None:
            conditions = [c for c in conditions if ignored.args and c.path not in ignored.args]
            rest = hints_from(conditions, search_any)
            hints = Hints(rest.first, rest.last, rest.ids, hints.start_date, hints.end_date)
        rows = self._collect(state, resource, ids, hints)
        fields = documented.all_fields(endpoint.template)
        rows = [
            {**documented.blank(fields), **row}
            for row in rows
            if not self._is_missing(resource, row.get("ID"))
        ]
        exclusive = faults.get("between_exclusive", resource) is not None
        if not conditions:
            return rows
        quantifier = any if search_any else all
        return [
            row for row in rows if quantifier(c.holds(row, exclusive=exclusive) for c in conditions)
        ]

    def _columns(self, endpoint: Endpoint, query: Query) -> tuple[str, ...]:
        asked = tuple(part.strip() for part in query.get("columns", "").split(",") if part.strip())
        if not asked:
            return endpoint.columns
        known = documented.all_fields(endpoint.template)
        invalid = {f.args[0]: f for f in self._faults.all("invalid_column") if f.args}
        for name in asked:
            fault = invalid.get(name)
            if fault is not None and fault.options.get("on", endpoint.resource) != (
                endpoint.resource
            ):
                fault = None
            if name not in known or "." in name:
                self._violations.append(f"{endpoint.resource} has no documented column {name}")
            elif fault is None:
                if name in PRIVATE:
                    self._violations.append(f"{endpoint.resource}: private column {name}")
                continue
            status = int(fault.options.get("status", "422")) if fault else 422
            raise Refusal(status, f"Invalid columns: {name}", path=f"/{name}", value=name)
        return asked

    def _conditions(self, endpoint: Endpoint, query: Query) -> list[Condition]:
        fields = documented.all_fields(endpoint.template)
        barred = [f.args[0] for f in self._faults.all("unsearchable") if f.args]
        conditions: list[Condition] = []
        for name, text in query.items():
            if name in RESERVED or name in endpoint.query or name == "Includes[]":
                continue
            if name not in fields:
                self._violations.append(f"{endpoint.resource} has no documented parameter {name}")
                continue
            if name in barred or name.split(".")[0] == "Total":
                path = "/" + name.replace(".", "/")
                raise Refusal(422, "This API Column does not allow search requests.", path=path)
            conditions.append(Condition.parse(name, text))
        return conditions

    def _shown(
        self, state: CompanyState, endpoint: Endpoint, rows: list[Row], columns: Sequence[str]
    ) -> list[Row]:
        fields = documented.all_fields(endpoint.template)
        empty = documented.blank(fields)
        if endpoint.resource == "schedules":
            rows = spoil_rows(self._faults, rows, state.company.timezone)
        if endpoint.resource == "logs/mobileStatus":
            rows = spoil_mobile_status(self._faults, rows)
        optional = {"Project", "Blocks"} if endpoint.resource == "schedules" else set[str]()
        shown = [
            {
                name: row[name] if name in row else empty.get(name)
                for name in columns
                if name in row or name not in optional
            }
            for row in rows
        ]
        return stringify_ids(shown) if self._faults.get("ids_as_strings") else shown

    def _wrapped(self, rows: list[Row]) -> object:
        return {"Result": rows} if self._faults.get("object_for_array") else rows

    def _is_missing(self, resource: str, number: object) -> bool:
        last = resource.split("/")[-1]
        kinds = {resource, resource.split("/")[0], last, last.removesuffix("s")}
        for fault in self._faults.all("missing"):
            if len(fault.args) == 2 and fault.args[0] in kinds and fault.args[1] == str(number):
                return True
        return False

    def _names(self, fault_name: str, resource: str) -> bool:
        fault = self._faults.get(fault_name, resource)
        return fault is not None and (not fault.args or fault.args[0] in resource.split("/"))

    def _spoils(self, name: str, endpoint: Endpoint, at: bool) -> bool:
        """Whether a paging fault hits here. Schedules are meant unless ``on=`` says other."""
        fault = self._faults.get(name)
        if not at or fault is None or fault.options.get("on", "schedules") != endpoint.resource:
            return False
        return self._faults.take(name, endpoint.resource) is not None

    def _due(self, name: str, paging: Paging) -> bool:
        fault = self._faults.get(name)
        return fault is not None and paging.page == int(fault.options.get("page", "2"))

    def _drifted(
        self, state: CompanyState, endpoint: Endpoint, rows: list[Row], paging: Paging
    ) -> tuple[list[Row], int]:
        if endpoint.resource == "schedules" and rows:
            # Real changes, made just before page two (or ``page=``) is read and kept afterwards.
            if self._spoils("page_shift_delete", endpoint, self._due("page_shift_delete", paging)):
                state.remove(cast("int", rows[0]["ID"]))
                return rows[1:], len(rows) - 1
            if self._spoils("page_shift_insert", endpoint, self._due("page_shift_insert", paging)):
                twin = schedule_row(state, state.add(state.known(cast("int", rows[0]["ID"]))))
                blank = documented.blank(documented.all_fields(endpoint.template))
                return [{**blank, **twin}, *rows], len(rows) + 1
        due = bool(rows) and self._due("total_drift", paging)
        drift = 1 if self._spoils("total_drift", endpoint, due) else 0
        return rows, len(rows) + drift

    def _doubled(
        self, endpoint: Endpoint, rows: list[Row], picked: list[Row], paging: Paging
    ) -> list[Row]:
        if picked and self._faults.take("empty_page", endpoint.resource):
            return []
        last = bool(picked) and paging.page * paging.size >= len(rows)
        if self._spoils("skipped_row", endpoint, last):
            picked = picked[1:]
        if self._spoils("duplicate_row", endpoint, last):
            start = (paging.page - 1) * paging.size
            picked = [rows[start - 1] if start else rows[0], *picked]
        return picked
