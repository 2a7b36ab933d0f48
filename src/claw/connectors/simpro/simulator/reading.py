"""From a documented GET to its answer: the rows asked for, projected, paged and spoilt."""

from collections.abc import Sequence

from claw.connect.simulator import FaultScript
from claw.connectors.simpro.simulator import documented
from claw.connectors.simpro.simulator.answers import Answer, Refusal
from claw.connectors.simpro.simulator.conditional import modified_since, moment_of
from claw.connectors.simpro.simulator.documented import Endpoint
from claw.connectors.simpro.simulator.feeds import Row
from claw.connectors.simpro.simulator.grammar import Grammar, Query
from claw.connectors.simpro.simulator.matching import Matcher, Question
from claw.connectors.simpro.simulator.page_faults import PageFaults
from claw.connectors.simpro.simulator.query import MAX_PAGE_SIZE, Paging, ordered
from claw.connectors.simpro.simulator.resources.asking import Ids
from claw.connectors.simpro.simulator.spoiling import spoil
from claw.connectors.simpro.simulator.state import CompanyState

_PEOPLE = ("employees", "contractors")


class Reader:
    """Answers reads of one build."""

    def __init__(self, faults: FaultScript, violations: list[str]) -> None:
        self._faults, self._violations = faults, violations
        self._grammar = Grammar(faults, violations)
        self._matcher = Matcher(faults)
        self._pages = PageFaults(faults)

    def item(self, state: CompanyState, endpoint: Endpoint, ids: Ids, query: Query) -> Answer:
        """One row by its id."""
        columns = self._grammar.columns(endpoint, query)
        if not query.get("columns") and endpoint.resource in _PEOPLE:
            self._violations.append(f"{endpoint.resource} item read without columns: private data")
        row = self._matcher.item(state, endpoint, ids)
        if row is None:
            raise Refusal(404, "Not found.")
        (shown,) = self._shown(state, endpoint, [row], columns)
        return Answer(shown)

    def single(self, endpoint: Endpoint, row: Row, query: Query) -> Answer:
        """An object that is there once for each build or company."""
        columns = self._grammar.columns(endpoint, query)
        empty = documented.blank(endpoint.fields)
        return Answer({name: row.get(name, empty[name]) for name in columns})

    def companies(
        self, endpoint: Endpoint, visible: Sequence[CompanyState], query: Query
    ) -> Answer:
        """The companies the key may see; this list knows no pages."""
        columns = self._grammar.columns(endpoint, query)
        conditions = self._grammar.conditions(endpoint, query)
        rows: list[Row] = [{"ID": s.company.id, "Name": s.company.name} for s in visible]
        rows = [row for row in rows if all(c.holds(row) for c in conditions)]
        rows = ordered(rows, query.get("orderby", ""))
        return Answer(self._wrapped([{name: row.get(name) for name in columns} for row in rows]))

    def page(
        self,
        state: CompanyState,
        endpoint: Endpoint,
        ids: Ids,
        query: Query,
        since: str | None = None,
    ) -> Answer:
        """A page of a collection with the vendor's paging headers.

        ``since`` is the request's ``If-Modified-Since``: 304 when nothing was modified.
        """
        faults, resource = self._faults, endpoint.resource
        paging = Paging.parse(query, self._page_cap(resource))
        self._pages.run_hooks(state, resource, paging.page)
        columns = self._grammar.columns(endpoint, query)
        if faults.get("narrow_list", resource):
            columns = endpoint.columns
        question = Question(
            conditions=self._grammar.conditions(endpoint, query),
            search_any=query.get("search") == "any",
            orderby=query.get("orderby", ""),
            start_date=query.get("StartDate", ""),
            end_date=query.get("EndDate", ""),
        )
        rows = self._matcher.rows(state, endpoint, ids, question)
        if since is not None and self._is_conditional(endpoint, question):
            moment = moment_of(since, state.company.timezone)
            rows = rows if moment is None else modified_since(rows, moment)
            if not rows:
                return Answer(None, status=304)
        if faults.get("empty_200", resource) and self._names("empty_200", resource):
            rows = []
        if not endpoint.paged:
            return Answer(self._wrapped(self._shown(state, endpoint, rows, columns)))
        rows, total = self._pages.drifted(state, endpoint, rows, paging)
        picked = self._pages.picked(endpoint, rows, paging)
        answer = Answer(self._wrapped(self._shown(state, endpoint, picked, columns)))
        answer.headers |= self._headers(resource, paging, total, len(picked))
        return answer

    def _page_cap(self, resource: str) -> int:
        cap = self._faults.get("page_cap", resource)
        return min(MAX_PAGE_SIZE, cap.number(MAX_PAGE_SIZE)) if cap else MAX_PAGE_SIZE

    def _is_conditional(self, endpoint: Endpoint, question: Question) -> bool:
        resource = endpoint.resource
        if "DateModified" not in documented.all_fields(endpoint.template):
            return False
        if self._faults.get("modified_since_ignored", resource):
            return False
        if "DateModified" in question.orderby and self._faults.get("modified_since_500", resource):
            raise Refusal(500, "Internal server error.")
        return True

    def _headers(self, resource: str, paging: Paging, total: int, count: int) -> dict[str, str]:
        faults, headers = self._faults, dict[str, str]()
        if not faults.get("no_result_headers", resource):
            garbage = faults.get("garbage_result_pages", resource)
            headers |= {
                "Result-Total": str(total),
                "Result-Pages": "many" if garbage else str(paging.pages(total)),
                "Result-Count": str(count),
            }
        if faults.get("link_header", resource) and paging.page * paging.size < total:
            headers["Link"] = f'<?page={paging.page + 1}>; rel="next"'
        return headers

    def _shown(
        self, state: CompanyState, endpoint: Endpoint, rows: list[Row], columns: Sequence[str]
    ) -> list[Row]:
        empty = documented.blank(documented.all_fields(endpoint.template))
        whole: list[Row] = [{**empty, **row} for row in rows]
        spoilt = spoil(self._faults, endpoint, whole, state)
        extra = ("FutureField",) if self._faults.get("extra_fields", endpoint.resource) else ()
        return [{name: row[name] for name in (*columns, *extra) if name in row} for row in spoilt]

    def _wrapped(self, rows: list[Row]) -> object:
        return {"Result": rows} if self._faults.get("object_for_array") else rows

    def _names(self, fault_name: str, resource: str) -> bool:
        fault = self._faults.get(fault_name, resource)
        return fault is not None and (not fault.args or fault.args[0] in resource.split("/"))
