"""A week of mornings in eleven zones, across a change of the clocks, with workers that die.

Business time is a file that the test moves; the workers are processes of their own that are
killed at random. Machine time that a dead worker's claims would need to lapse is skipped.
"""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from claw.core.routines.routine import Routine, SummaryTask, Target
from claw.core.time import Daily
from claw.engine.routines.service import RoutineService
from claw.ports.connection_store import Connection
from claw.ports.tenant_store import Tenant
from claw.store.embedded import EmbeddedServer, Urls
from claw.store.embedded.cluster import Options
from claw.store.migrate import migrate
from claw.store.tenancy import Pool
from claw.store.unit_of_work import PostgresDatabase
from claw.system.clocks import FixedClock
from claw.system.ids import RandomIds
from claw_testing.tzif_oracle import oracle_zone

ZONES = (
    "Australia/Sydney",
    "Australia/Lord_Howe",
    "Australia/Adelaide",
    "Australia/Brisbane",
    "Australia/Perth",
    "Pacific/Auckland",
    "Asia/Kathmandu",
    "Europe/London",
    "America/New_York",
    "America/St_Johns",
    "Pacific/Apia",
)
FIRST, LAST = datetime(2026, 10, 1, 12, tzinfo=UTC), datetime(2026, 10, 8, 12, tzinfo=UTC)
SIX = clock_time(6)
PATIENCE_SECONDS = 60.0


@pytest.fixture
def urls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Urls]:
    embedded = EmbeddedServer(tmp_path_factory.mktemp("week"), options=Options(fast=True))
    yield embedded.acquire()
    embedded.release()


@dataclass
class Week:
    """The clock's file, the workers, and who is told when."""

    urls: Urls
    clock: Path
    tenants: dict[UUID, str] = field(default_factory=dict[UUID, str])
    workers: list["subprocess.Popen[bytes]"] = field(
        default_factory=list["subprocess.Popen[bytes]"]
    )
    kills: int = 0

    def set_clock(self, now: datetime) -> None:
        fresh = self.clock.with_suffix(".new")
        fresh.write_text(now.isoformat())
        fresh.replace(self.clock)

    def start_worker(self) -> None:
        script = Path(__file__).parents[1] / "claw_testing" / "worker_to_be_killed.py"
        self.workers.append(
            subprocess.Popen(
                [sys.executable, str(script), self.urls.app, str(self.clock)],
                env={**os.environ, "PYTHONPATH": str(script.parents[1]), "PYTHONTZPATH": ""},
                stderr=subprocess.DEVNULL,
            )
        )

    async def kill_one(self, pool: Pool, chance: random.Random) -> None:
        """Kill a worker wherever it is, start another, and let the dead one's claims lapse."""
        await asyncio.sleep(chance.uniform(0.0, 0.6))
        victim = self.workers.pop(chance.randrange(len(self.workers)))
        victim.send_signal(signal.SIGKILL)
        victim.wait()
        self.kills += 1
        self.start_worker()
        for tenant in self.tenants:
            async with pool.tenant(tenant) as tx:
                for table, column in (
                    ("occurrence", "claimed_until"),
                    ("delivery", "claimed_until"),
                    ("lane", "until"),
                    ("lease", "until"),
                ):
                    await tx.execute(
                        f"update claw.{table} set {column} = clock_timestamp() "
                        f"where {column} > clock_timestamp()"
                    )

    def stop(self) -> None:
        for worker in self.workers:
            worker.kill()
            worker.wait()


def mornings() -> dict[datetime, list[tuple[str, date]]]:
    """Every instant in the week at which it is 06:00 somewhere, by an oracle of our own."""
    found: dict[datetime, list[tuple[str, date]]] = {}
    days = [FIRST.date() + timedelta(days=n) for n in range(-1, 9)]
    for zone in ZONES:
        for day in days:
            instant, _ = oracle_zone(zone).resolve(datetime.combine(day, SIX))
            if FIRST <= instant < LAST:
                found.setdefault(instant, []).append((zone, day))
    return dict(sorted(found.items()))


async def settle(week: Week, pool: Pool) -> None:
    """The businesses, each with a source and a morning routine."""
    db = PostgresDatabase(pool)
    service = RoutineService(db, FixedClock(FIRST), RandomIds(), "2026f")
    for number, zone in enumerate(ZONES):
        tenant = Tenant(
            tenant_id=uuid4(),
            slug=f"week-{number}",
            name="Trades",
            zone=zone,
            country="AU",
            locale="en-AU",
            vertical="trades",
            status="active",
            created_at=FIRST,
        )
        async with db.platform() as platform:
            await platform.tenants.add(tenant)
        async with db.tenant(tenant.tenant_id) as uow:
            await uow.connections.add(
                Connection(
                    connection_id=uuid4(),
                    name="field",
                    connector="scripted",
                    settings={},
                    status="active",
                    paused_reason=None,
                    facts=None,
                    created_at=FIRST,
                )
            )
        routine = Routine(
            name="morning",
            recurrence=Daily(at=SIX),
            zone=None,
            task=SummaryTask(),
            targets=(Target(channel="console"),),
        )
        await service.add(tenant, routine, actor="test")
        week.tenants[tenant.tenant_id] = zone


async def told(week: Week, pool: Pool) -> dict[tuple[str, date], list[tuple[datetime, str]]]:
    """For each zone and date, the due time and state of every delivery there is."""
    found: dict[tuple[str, date], list[tuple[datetime, str]]] = {}
    for tenant, zone in week.tenants.items():
        async with pool.tenant(tenant) as tx:
            rows = await tx.fetch("select occurrence, not_before, state from claw.delivery")
        for row in rows:
            key = (zone, date.fromisoformat(row["occurrence"]))
            found.setdefault(key, []).append((row["not_before"], row["state"]))
    return found


async def wait_for(week: Week, pool: Pool, keys: list[tuple[str, date]], state: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        found = await told(week, pool)
        if all([s for _, s in found.get(key, [])] == [state] for key in keys):
            return
        await asyncio.sleep(0.2)
    raise AssertionError(f"{keys} did not become {state}: {await open_rows(week, pool)}")


async def open_rows(week: Week, pool: Pool) -> list[str]:
    """What has not come to an end, as the database has it."""
    found: list[str] = []
    for tenant in week.tenants:
        async with pool.tenant(tenant) as tx:
            for table in ("occurrence", "delivery", "lane"):
                rows = await tx.fetch(
                    f"select t::text as row, clock_timestamp() from claw.{table} t "
                    + ("where state not in ('done', 'sent')" if table != "lane" else "")
                )
                found += [f"{table} {row['row']}" for row in rows]
    return found


@pytest.mark.week
async def test_every_morning_of_a_week_is_told_once_at_its_instant(
    urls: Urls, tmp_path: Path
) -> None:
    chance = random.Random(4)
    week = Week(urls=urls, clock=tmp_path / "clock")
    week.set_clock(FIRST)
    await migrate(urls.owner)
    expected = mornings()
    async with Pool(urls.app) as pool:
        await settle(week, pool)
        try:
            week.start_worker()
            week.start_worker()
            for instant, keys in expected.items():
                week.set_clock(instant - timedelta(seconds=170))
                if chance.random() < 0.4:
                    await week.kill_one(pool, chance)
                await wait_for(week, pool, keys, "planned")
                week.set_clock(instant - timedelta(seconds=1))
                await asyncio.sleep(0.3)
                await wait_for(week, pool, keys, "planned")
                week.set_clock(instant)
                if chance.random() < 0.2:
                    await week.kill_one(pool, chance)
                await wait_for(week, pool, keys, "sent")
        finally:
            week.stop()
        assert await told(week, pool) == {
            key: [(instant, "sent")] for instant, keys in expected.items() for key in keys
        }
    assert week.kills > 10
    assert len(expected) > 50
