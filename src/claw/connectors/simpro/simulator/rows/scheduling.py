"""Schedules, their blocks, work orders and timesheets."""

from datetime import date, timedelta

from claw.connectors.simpro.simulator.days import Block, Visit
from claw.connectors.simpro.simulator.draws import instant, wall
from claw.connectors.simpro.simulator.feeds import Row
from claw.connectors.simpro.simulator.roster import ACTIVITIES, SCHEDULE_RATES
from claw.connectors.simpro.simulator.rows.values import named, number
from claw.connectors.simpro.simulator.state import COST_CENTER_BASE, SECTION_BASE, CompanyState


def block_row(block: Block, day: date, zone: str) -> Row:
    """A block: wall times as text and the same as ISO 8601 with the zone's offset."""
    end = block.end if block.end <= 1440 else block.end - 1440
    return {
        "Hrs": number(block.hours),
        "StartTime": wall(block.start),
        "ISO8601StartTime": instant(day, block.start, zone),
        "EndTime": wall(end),
        "ISO8601EndTime": instant(day, block.end, zone),
        "ScheduleRate": named(SCHEDULE_RATES, 1 if day.weekday() < 5 else 2),
    }


def reference(visit: Visit) -> str:
    """The text that ties a schedule row to what it is for."""
    if visit.kind in COST_CENTER_BASE:
        return f"{visit.project_id}-{COST_CENTER_BASE[visit.kind] + visit.project_id}"
    return str(visit.project_id)


def project_ids(kind: str, project_id: int) -> Row | None:
    """The ids of job or quote, section and cost centre row; null for the other kinds."""
    if kind not in SECTION_BASE:
        return None
    return {
        "ProjectID": project_id,
        "SectionID": SECTION_BASE[kind] + project_id,
        "CostCenterID": COST_CENTER_BASE[kind] + project_id,
    }


def schedule_row(state: CompanyState, visit: Visit) -> Row:
    """A schedule in its widest form; serves every schedule endpoint."""
    zone = state.company.timezone
    staff = state.member(visit.staff_id)
    row: Row = {
        "ID": visit.id,
        "Type": visit.kind,
        "Reference": reference(visit),
        "TotalHours": number(visit.hours),
        "Staff": staff.row if staff else None,
        "Date": visit.date.isoformat(),
        "Blocks": [block_row(block, visit.date, zone) for block in visit.blocks],
        "Project": project_ids(visit.kind, visit.project_id),
        "Notes": visit.notes,
        "IsLocked": False,
        "RecurringScheduleID": 0,
        "_href": f"/api/v1.0/companies/{state.company.id}/schedules/{visit.id}",
        "DateModified": visit.modified or instant(visit.date - timedelta(days=3), 962, zone),
    }
    if visit.kind == "activity":
        row["Activity"] = named(ACTIVITIES, visit.project_id)
    return row
