"""What goes wrong between the pages of one read."""

from typing import cast

from claw.connect.simulator import FaultScript
from claw.connectors.simpro.simulator import documented
from claw.connectors.simpro.simulator.documented import Endpoint
from claw.connectors.simpro.simulator.feeds import Row
from claw.connectors.simpro.simulator.query import Paging
from claw.connectors.simpro.simulator.rows.scheduling import schedule_row
from claw.connectors.simpro.simulator.spoiling.ids import plain_id
from claw.connectors.simpro.simulator.state import CompanyState


class PageFaults:
    """Counted faults of pages; schedules are meant unless ``on=`` says other."""

    def __init__(self, faults: FaultScript) -> None:
        self._faults = faults

    def run_hooks(self, state: CompanyState, resource: str, page: int) -> None:
        """Do what was to be done before this page is read."""
        due = [hook for hook in state.hooks if (hook.resource, hook.page) == (resource, page)]
        for hook in due:
            state.hooks.remove(hook)
            hook.run()

    def drifted(
        self, state: CompanyState, endpoint: Endpoint, rows: list[Row], paging: Paging
    ) -> tuple[list[Row], int]:
        """The rows as they are by now, and how many there are said to be."""
        if endpoint.resource == "schedules" and rows:
            first = plain_id(cast("int", rows[0]["ID"]))
            # Real changes, made just before page two (or ``page=``) is read and kept afterwards.
            if self._spoils("page_shift_delete", endpoint, self._due("page_shift_delete", paging)):
                state.remove(first)
                return rows[1:], len(rows) - 1
            if self._spoils("page_shift_insert", endpoint, self._due("page_shift_insert", paging)):
                twin = schedule_row(state, state.add(state.known(first)))
                blank = documented.blank(documented.all_fields(endpoint.template))
                return [{**blank, **twin}, *rows], len(rows) + 1
        due = bool(rows) and self._due("total_drift", paging)
        return rows, len(rows) + (1 if self._spoils("total_drift", endpoint, due) else 0)

    def picked(self, endpoint: Endpoint, rows: list[Row], paging: Paging) -> list[Row]:
        """The rows of the page, with what the last page doubles or leaves out."""
        start = (paging.page - 1) * paging.size
        picked = rows[start : start + paging.size]
        if picked and self._faults.take("empty_page", endpoint.resource):
            return []
        last = bool(picked) and paging.page * paging.size >= len(rows)
        if self._spoils("skipped_row", endpoint, last):
            picked = picked[1:]
        if self._spoils("duplicate_row", endpoint, last):
            picked = [rows[start - 1] if start else rows[0], *picked]
        return picked

    def _due(self, name: str, paging: Paging) -> bool:
        fault = self._faults.get(name)
        return fault is not None and paging.page == int(fault.options.get("page", "2"))

    def _spoils(self, name: str, endpoint: Endpoint, at: bool) -> bool:
        fault = self._faults.get(name)
        if not at or fault is None or fault.options.get("on", "schedules") != endpoint.resource:
            return False
        return self._faults.take(name, endpoint.resource) is not None
