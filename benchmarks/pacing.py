"""Pacing: a full sync of a simulated vendor at its rate limit, elapsed time.

The whole product against the simPRO simulator in another process: embedded database,
shared rate budget, 28 days. The allowed rate is the polite setting, but never more than the
shared budget can grant for ever: it counts the vendor's number over a second more than the
vendor does (10 requests in any 2 seconds instead of in any 1), so that no two processes can
break it together. What counts is how far the elapsed time is from requests ÷ allowed rate,
to either side; the burst of one second's worth at the start makes it a little shorter.
"""

import tempfile
import time
from datetime import timedelta
from pathlib import Path

from benchmarks.harness.children import simulator
from benchmarks.harness.database import NOW, ZONE
from benchmarks.harness.figures import Figure, Result
from benchmarks.harness.scale import Scale
from claw.app import Engine, open_engine
from claw.connect.catalog import InstalledConnectors
from claw.connect.limits import ALLOWANCE_SECONDS
from claw.ports.tenant_store import Tenant
from claw.core.time import format_instant
from claw.settings import Settings

NAME = "pacing"
_CONNECTOR = "simpro"
_SETTINGS = {"company_id": "2"}


async def measure(scale: Scale) -> Result:
    """Sync once at each polite rate, each with a simulator and a tenant of its own."""
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as home:
        Path(home).chmod(0o755)
        settings = Settings(
            home=Path(home, "claw"), clock=f"fixed:{format_instant(NOW)}", log_level="error"
        )
        async with open_engine(settings) as engine:
            for rate in scale.rates:
                with simulator(_CONNECTOR, NOW.date(), scale.paced_schedules) as (origin, key):
                    tenant = await _tenant(engine, rate, origin, key)
                    figures.append(await _sync(engine, tenant, rate, scale))
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
    limit = InstalledConnectors().load(_CONNECTOR).manifest.limit
    return min(rate, limit.requests / (limit.per_seconds + ALLOWANCE_SECONDS))


def _requests(engine: Engine) -> int:
    """How many requests this process has sent, by its own metrics."""
    lines = engine.metrics.text().decode().splitlines()
    counted = [line for line in lines if line.startswith("claw_source_requests_total{")]
    return round(sum(float(line.rpartition(" ")[2]) for line in counted))


async def _tenant(engine: Engine, rate: int, origin: str, key: str) -> Tenant:
    tenant = await engine.tenants.create(
        f"polite-{rate}",
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
