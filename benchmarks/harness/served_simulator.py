"""Serves a vendor's simulator from a process of its own.

``python -m benchmarks.harness.served_simulator CONNECTOR TODAY SCHEDULES LIMIT``, 0 schedules
for the simulator's default business. With ``unlimited`` its rate limit sees a second pass
between any two requests, so that nobody has to wait. Prints its origin and a key; ends when
its input does.
"""

import asyncio
import sys
from datetime import date
from itertools import count
from typing import cast

from claw.connect.catalog import load_simulator_factory
from claw.connect.simulator import VendorSimulator, serve


async def _serve(simulator: VendorSimulator) -> None:
    async with serve(simulator.app) as running:
        sys.stdout.write(f"{running.base_url} {simulator.api_key}\n")
        sys.stdout.flush()
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    connector, today, schedules = sys.argv[1], date.fromisoformat(sys.argv[2]), int(sys.argv[3])
    knobs: dict[str, object] = {"schedules": schedules} if schedules else {}
    if sys.argv[4] == "unlimited":
        knobs["monotonic"] = count().__next__
    factory = load_simulator_factory(connector)
    asyncio.run(_serve(cast("VendorSimulator", factory(seed=1, today=today, **knobs))))
