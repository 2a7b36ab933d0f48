"""A business as big as asked for: exact, the same for the same seed, and quick to read."""

import os
import subprocess
import sys
import time
from collections import Counter
from datetime import date, timedelta
from itertools import count

import httpx2
import pytest

from claw.connectors.simpro.simulator import Simulator, create_simulator
from claw.connectors.simpro.simulator.crews import with_more_staff
from claw.connectors.simpro.simulator.encoding import encode
from claw.connectors.simpro.simulator.roster import COMPANIES

TODAY = date(2026, 11, 24)
FIRST, LAST = TODAY - timedelta(days=1), TODAY + timedelta(days=14)
DIGEST = """
from datetime import date
import hashlib
from claw.connectors.simpro.simulator import create_simulator
from claw.connectors.simpro.simulator.encoding import encode
simulator = create_simulator(seed=7, today=date(2026, 11, 24), schedules=700)
simulator.move_schedule(simulator.schedules(date(2026, 11, 24), date(2026, 11, 24))[3]["ID"],
                        start="10:00")
rows = simulator.schedules(date(2026, 11, 1), date(2026, 12, 20))
print(hashlib.sha256(encode([rows, simulator.state().logs.schedules])).hexdigest())
"""


@pytest.mark.parametrize("wanted", [1, 40, 700, 5001])
def test_there_are_as_many_rows_as_asked_for(wanted: int) -> None:
    simulator = create_simulator(today=TODAY, schedules=wanted)
    rows = simulator.schedules(FIRST, LAST)
    assert len(rows) == wanted
    assert len({row["ID"] for row in rows}) == wanted


def test_the_other_company_stays_as_it_is() -> None:
    small, large = create_simulator(today=TODAY), create_simulator(today=TODAY, schedules=700)
    assert small.schedules(FIRST, LAST, 3) == large.schedules(FIRST, LAST, 3)


def test_a_big_business_is_believable() -> None:
    simulator = create_simulator(today=TODAY, schedules=5000)
    rows = simulator.schedules(TODAY, TODAY)
    state = simulator.state()
    by_staff = Counter(row["Staff"]["ID"] for row in rows if row["Staff"])
    types = Counter(row["Type"] for row in rows)
    jobs = {row["Project"]["ProjectID"] for row in rows if row["Type"] == "job"}
    sites = {project.site_id for project in state.projects_between("job", TODAY, TODAY)}
    assert 80 < len(by_staff) < 140
    assert max(by_staff.values()) <= 10
    assert types["job"] > 0.7 * len(rows)
    assert set(types) == {"job", "quote", "lead", "activity"}
    assert len(jobs) > 250
    assert len(sites) > 200
    assert len({member.id for member in state.company.staff}) == len(state.company.staff)
    assert len({member.name for member in state.company.staff}) == len(state.company.staff)


def test_nobody_of_the_largest_staff_shares_a_name() -> None:
    company = with_more_staff(COMPANIES[2], 1500)
    assert len({member.name for member in company.staff}) == len(company.staff) > 1500


def test_another_seed_is_another_big_business() -> None:
    one, two = (create_simulator(seed=s, today=TODAY, schedules=300) for s in (1, 2))
    assert encode(one.schedules(TODAY, TODAY)) != encode(two.schedules(TODAY, TODAY))


@pytest.mark.parametrize("wanted", [0, -1, 50_001])
def test_a_size_that_cannot_be_is_refused(wanted: int) -> None:
    with pytest.raises(ValueError, match="1 to 50000"):
        create_simulator(today=TODAY, schedules=wanted)


def test_a_big_business_is_the_same_under_two_hash_seeds() -> None:
    digests = {
        subprocess.run(
            [sys.executable, "-c", DIGEST],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "4242")
    }
    assert len(digests) == 1


async def test_a_read_of_twenty_thousand_rows_is_quick_to_page_and_complete() -> None:
    simulator = Simulator(seed=1, today=TODAY, schedules=20_000, monotonic=count(0, 0.2).__next__)
    query = {
        "Date": f"between({FIRST},{LAST})",
        "orderby": "Date,ID",
        "columns": "ID,Type,Reference,TotalHours,Notes,Staff,Date,Blocks,Project",
        "pageSize": "250",
    }
    ids: list[int] = []
    spent: list[float] = []
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=simulator.app),
        base_url="http://build.test/api/v1.0/companies/2",
        headers={"Authorization": f"Bearer {simulator.api_key}"},
    ) as client:
        for page in range(1, 81):
            began = time.perf_counter()
            reply = await client.get("/schedules/", params={**query, "page": str(page)})
            spent.append(time.perf_counter() - began)
            ids += [row["ID"] for row in reply.json()]
        # A change is seen at once, though the read before it is remembered.
        simulator.delete_schedule(ids[0])
        reply = await client.get("/schedules/", params=query)
        assert reply.headers["Result-Total"] == "19999"
    assert len(ids) == len(set(ids)) == 20_000
    # The median says that a page costs a page; a busy machine may spoil any single one.
    assert sorted(spent)[40] < 0.05
