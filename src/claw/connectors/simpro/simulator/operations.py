"""What a dispatcher, a technician or a customer does to the build."""

import datetime
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from claw.connectors.simpro.simulator.clients import Contact
from claw.connectors.simpro.simulator.days import Block, Visit, block
from claw.connectors.simpro.simulator.draws import minutes_of
from claw.connectors.simpro.simulator.roster import MAIN_COMPANY
from claw.connectors.simpro.simulator.state import CompanyState, Hook


class Operations(ABC):
    """Changes of a build's content. Each raises ``KeyError`` for what is not there."""

    @abstractmethod
    def state(self, company: int = MAIN_COMPANY) -> CompanyState:
        """One company's content."""

    def set_time(self, to: str, company: int = MAIN_COMPANY) -> None:
        """Stamp later changes from ``to`` (``HH:MM`` of ``today``) on; never backwards."""
        self.state(company).set_time(to)

    def before_page(
        self,
        page: int,
        run: Callable[[], object],
        *,
        resource: str = "schedules",
        company: int = MAIN_COMPANY,
    ) -> None:
        """Call ``run`` once, just before page ``page`` of ``resource`` is read next."""
        self.state(company).hooks.append(Hook(resource, page, run))

    def move_schedule(
        self,
        schedule_id: int,
        *,
        date: datetime.date | None = None,
        start: str | None = None,
        staff: int | None = None,
        company: int = MAIN_COMPANY,
    ) -> None:
        """Move a row to another date, first start (``HH:MM``) or staff member; its id stays."""
        state = self.state(company)
        visit = state.known(schedule_id)
        if start is not None:
            shift = minutes_of(start) - visit.blocks[0].start
            moved = [replace(b, start=b.start + shift, end=b.end + shift) for b in visit.blocks]
            visit = replace(visit, blocks=tuple(moved))
        visit = replace(visit, date=date or visit.date)
        state.put(
            replace(visit, staff_id=visit.staff_id if staff is None else staff), "Schedule moved"
        )

    def reassign_schedule(
        self, schedule_id: int, staff: int | None, company: int = MAIN_COMPANY
    ) -> None:
        """Give a row to another staff member, or to nobody."""
        state = self.state(company)
        state.put(replace(state.known(schedule_id), staff_id=staff), "Schedule reassigned")

    def delete_schedule(self, schedule_id: int, company: int = MAIN_COMPANY) -> None:
        """Delete a row: it is in no list, and its item answers 404."""
        self.state(company).remove(schedule_id)

    def split_schedule(
        self, schedule_id: int, at: str, resume: str, company: int = MAIN_COMPANY
    ) -> None:
        """Break a block off at ``at`` (``HH:MM``) and take it up again at ``resume``."""
        state = self.state(company)
        visit = state.known(schedule_id)
        cut, again = minutes_of(at), minutes_of(resume)
        blocks: list[tuple[int, int]] = []
        for one in visit.blocks:
            if one.start < cut < one.end:
                blocks += [(one.start, cut), (again, again + one.end - cut)]
            else:
                blocks.append((one.start, one.end))
        made = tuple(block(begin, end) for begin, end in blocks)
        state.put(replace(visit, blocks=made), "Schedule split")

    def add_schedule(
        self,
        *,
        date: datetime.date,
        blocks: Sequence[tuple[str, str]],
        job: int,
        kind: str = "job",
        staff: int | None = None,
        notes: str = "",
        company: int = MAIN_COMPANY,
    ) -> int:
        """A new row for a job, quote, lead or activity; its id."""
        visit = Visit(0, kind, date, staff, blocks_from(blocks), job, notes)
        return self.state(company).add(visit).id

    def twin_schedule(self, schedule_id: int, company: int = MAIN_COMPANY) -> int:
        """A second row at the same time for the same staff, of another job of the date."""
        state = self.state(company)
        visit = state.known(schedule_id)
        others = {one.project_id for one in state.visits_on(visit.date) if one.kind == "job"}
        job = min(others - {visit.project_id})
        return state.add(replace(visit, kind="job", project_id=job)).id

    def add_timeline_entry(
        self,
        *,
        job: int,
        type: str,
        message: str,
        staff: int | None = None,
        company: int = MAIN_COMPANY,
    ) -> None:
        """An entry of a job's timeline that no other operation writes."""
        state = self.state(company)
        state.logs.timeline(job, type, message, state.member(staff), state.stamp())

    def cancel_job(self, job_id: int, stage: str = "Archived", company: int = MAIN_COMPANY) -> None:
        """Take a job to another stage; its schedule rows stay where they are."""
        self.state(company).cancel(job_id, stage)

    def add_mobile_status(
        self,
        *,
        staff: int,
        job: int,
        status: str,
        at: str | None = None,
        logged: str | None = None,
        bundle: bool = False,
        kind: str = "job",
        company: int = MAIN_COMPANY,
    ) -> int:
        """A technician's tap (``Travelling``, ``Onsite``, ``Complete``); the log id.

        ``at`` is when it was tapped, ``logged`` when the build heard of it (the same, unless
        given): ``HH:MM`` of ``today``, ``logged`` also ``YYYY-MM-DDTHH:MM``. ``bundle`` puts
        it into the job's newest timeline entry of the same person. ``kind`` may be ``quote``.
        """
        return self.state(company).tap(
            staff, kind, job, status, at=at, logged=logged, bundle=bundle
        )

    def set_contact(self, contact_id: int, company: int = MAIN_COMPANY, **changes: str) -> Contact:
        """Change ``mobile``, ``landline``, ``email``, ``given``, ``family`` or ``position``."""
        return self.state(company).set_contact(contact_id, **changes)


def blocks_from(pairs: Iterable[tuple[str, str]]) -> tuple[Block, ...]:
    """Blocks from wall times, ``("08:00", "09:30")``; an end before its start is next day's."""
    made: list[Block] = []
    for start_text, end_text in pairs:
        start, end = minutes_of(start_text), minutes_of(end_text)
        made.append(block(start, end if end > start else end + 1440))
    return tuple(made)
