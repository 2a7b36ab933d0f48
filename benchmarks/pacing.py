"""Pacing: a full sync of a simulated vendor at its rate limit, elapsed time.

The whole product against the simPRO simulator in another process: embedded database,
shared rate budget, 84 days. The allowed rate is the polite setting, but never more than the
shared budget can grant for ever: it counts the vendor's number over a second more than the
vendor does (10 requests in any 2 seconds instead of in any 1), so that no two processes can
break it together. That second is how far two requests' ways may differ: with it 10 grants of
2 seconds can arrive in one, however evenly they were given, so spacing them would not make
more of it safe. What counts is how far the elapsed time, from before the sync starts to its
report, is from requests ÷ allowed rate, to either side. Each sync starts once the budget has
forgotten the one before. The burst of one second's worth at the start makes it a little
shorter; what the sync writes between two slices can make it longer where the allowed rate
leaves no room to catch up.
"""

import asyncio
import shutil
import time
from datetime import timedelta

from benchmarks.harness.children import simulator
from benchmarks.harness.database import NOW, ZONE, new_home
from benchmarks.harness.figures import Figure, Result
from benchmarks.harness.scale import Scale
from claw.app import Engine, open_engine
from claw.connect.catalog import InstalledConnectors
from claw.connect.limits import ALLOWANCE_SECONDS
from claw.core.time import format_instant
from claw.ports.manifest import Limit
from claw.ports.tenant_store import Tenant
from claw.settings import Settings

NAME = "pacing"
_CONNECTOR = "simpro"
_SETTINGS = {"company_id": "2"}


async def measure(scale: Scale) -> Result:
    """Sync at each polite rate, a tenant each; one sync before lets the simulator warm up."""
    figures: list[Figure] = []
    home = new_home()
    settings = Settings(home=home / "claw", clock=f"fixed:{format_instant(NOW)}", log_level="error")
    with simulator(_CONNECTOR, NOW.date()) as (origin, key):
        async with open_engine(settings) as engine:
            if scale.warm_up:
                fastest = max(scale.rates)
                tenant = await _tenant(engine, "warm-up", fastest, origin, key)
                await _sync(engine, tenant, fastest, scale)
            for rate in scale.rates:
                tenant = await _tenant(engine, f"polite-{rate}", rate, origin, key)
                await asyncio.sleep(_limit().per_seconds + ALLOWANCE_SECONDS)
                figures.append(await _sync(engine, tenant, rate, scale))
    shutil.rmtree(home, ignore_errors=True)
    return Result(figures=tuple(figures))


async def _sync(engine: Engine, tenant: Tenant, rate: int, scale: Scale) -> Figure:
    first = NOW.date()
    began = time.perf_counter()
    sent_before = _requests(engine)
    report = await engine.sync.run(
        tenant, first=first, last=first + timedelta(days=scale.sync_days - 1)
    )
    elapsed = time.perf_counter() - began
    if report.status != "ok":
        raise AssertionError(f"the sync ended {report.status}")
    sent = _requests(engine) - sent_before
    allowed = _allowed(rate)
    off = abs(elapsed / (sent / allowed) - 1)
    return Figure(
        benchmark=NAME,
        what=f"elapsed against requests ÷ rate, polite {rate}/s",
        rounds=(off * 100,),
        bar=5,
        keep="at most",
        unit="%",
        detail=f"{sent} requests at {allowed:g}/s: {elapsed:.1f} s of {sent / allowed:.1f} s",
    )


def _allowed(rate: int) -> float:
    limit = _limit()
    return min(rate, limit.requests / (limit.per_seconds + ALLOWANCE_SECONDS))


def _limit() -> Limit:
    return InstalledConnectors().load(_CONNECTOR).manifest.limit


def _requests(engine: Engine) -> int:
    """How many requests this process has sent, by its own metrics."""
    lines = engine.metrics.text().decode().splitlines()
    counted = [line for line in lines if line.startswith("claw_source_requests_total{")]
    return round(sum(float(line.rpartition(" ")[2]) for line in counted))


async def _tenant(engine: Engine, name: str, rate: int, origin: str, key: str) -> Tenant:
    tenant = await engine.tenants.create(
        name,
        name="Trades",
        zone=ZONE,
        country="AU",
        vertical="trades",
        locale="en-AU",
    )
    await engine.connections.add(
        tenant,
        _CONNECTOR,
        name=_CONNECTOR,
        settings={"base_url": origin, "requests_per_second": str(rate), **_SETTINGS},
        secrets={"api_key": key},
        actor="benchmark",
    )
    return tenant
