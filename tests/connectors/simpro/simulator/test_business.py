"""The generated business: believable, and the same for the same seed and date."""

import hashlib
import os
import subprocess
import sys
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest

from claw.connectors.simpro.simulator import create_simulator
from claw.connectors.simpro.simulator.answers import encode

MONDAY = date(2026, 11, 23)
SATURDAY = date(2026, 11, 28)
DIGEST = """
from datetime import date
import hashlib
from claw.connectors.simpro.simulator import create_simulator
from claw.connectors.simpro.simulator.answers import encode
simulator = create_simulator(seed=7, today=date(2026, 11, 24))
rows = simulator.schedules(date(2026, 11, 1), date(2026, 12, 1))
print(hashlib.sha256(encode(rows)).hexdigest())
"""


def rows_of(day: date, company: int = 2, today: date = MONDAY) -> list[dict[str, Any]]:
    return create_simulator(today=today).schedules(day, day, company)


@pytest.mark.parametrize("company", [2, 3])
@pytest.mark.parametrize("offset", range(0, 60, 7))
def test_every_weekday_has_what_a_dispatcher_expects(company: int, offset: int) -> None:
    for day in (MONDAY + timedelta(days=offset + n) for n in range(5)):
        if (day.month, day.day) in {(12, 25), (12, 26), (1, 1), (1, 26)}:
            continue
        rows = rows_of(day, company)
        types = Counter(row["Type"] for row in rows)
        staff = Counter(row["Staff"]["Type"] for row in rows if row["Staff"])
        working = {
            row["Staff"]["ID"]
            for row in rows
            if row["Staff"] and row["Staff"]["Type"] == "employee" and row["Type"] != "activity"
        }
        assert 5 <= len(working) <= 9
        assert set(types) == {"job", "quote", "lead", "activity"}
        assert set(staff) == {"employee", "contractor", "plant"}
        assert any(row["Staff"] is None for row in rows)
        assert any(count >= 3 for count in Counter(r["Reference"] for r in rows).values())
        assert max(len(row["Blocks"]) for row in rows) >= 2


def test_some_technician_is_booked_twice_at_once() -> None:
    spans: dict[int, list[tuple[str, str]]] = {}
    for row in rows_of(MONDAY):
        if row["Staff"]:
            for block in row["Blocks"]:
                spans.setdefault(row["Staff"]["ID"], []).append(
                    (block["StartTime"], block["EndTime"])
                )
    overlaps = [
        staff
        for staff, booked in spans.items()
        for first, second in zip(sorted(booked), sorted(booked)[1:], strict=False)
        if second[0] < first[1]
    ]
    assert overlaps


def test_a_weekend_is_thinner_than_a_weekday() -> None:
    assert 2 <= len(rows_of(SATURDAY)) < len(rows_of(MONDAY)) / 2


def test_rows_do_not_depend_on_what_day_today_is() -> None:
    assert rows_of(MONDAY, today=MONDAY) == rows_of(MONDAY, today=date(2025, 3, 1))


def test_another_seed_is_another_business() -> None:
    one = create_simulator(seed=1, today=MONDAY).schedules(MONDAY, MONDAY)
    two = create_simulator(seed=2, today=MONDAY).schedules(MONDAY, MONDAY)
    assert encode(one) != encode(two)


def test_offsets_follow_each_companys_own_zone() -> None:
    winter = date(2026, 7, 1)

    def offset(day: date, company: int) -> str:
        return rows_of(day, company)[0]["Blocks"][0]["ISO8601StartTime"][-6:]

    assert offset(MONDAY, 2) == "+11:00"
    assert offset(winter, 2) == "+10:00"
    assert offset(MONDAY, 3) == offset(winter, 3) == "+10:00"


def test_both_companies_use_the_same_ids() -> None:
    assert {r["ID"] for r in rows_of(MONDAY, 2)} & {r["ID"] for r in rows_of(MONDAY, 3)}


def test_the_same_seed_gives_the_same_bytes_under_any_hash_seed() -> None:
    digests = {
        subprocess.run(
            [sys.executable, "-c", DIGEST],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            check=True,
        ).stdout.strip()
        for seed in ("0", "1", "4242")
    }
    rows = create_simulator(seed=7, today=date(2026, 11, 24)).schedules(
        date(2026, 11, 1), date(2026, 12, 1)
    )
    assert digests == {hashlib.sha256(encode(rows)).hexdigest().encode()}
