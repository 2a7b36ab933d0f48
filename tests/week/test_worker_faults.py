"""What ends a worker, and what a new one makes good; in real time, so apart from the rest."""

import asyncio
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from claw.connect.simulator import serve_in_thread
from claw_testing.edge import edge
from claw_testing.installation import Installation, simulator

pytestmark = pytest.mark.week


@pytest.fixture
def installation(tmp_path: Path):
    made = Installation(home=tmp_path)
    assert made.claw("db", "start").code == 0
    yield made
    made.claw("db", "stop")


def application_url(installation: Installation) -> str:
    """Where the installation's embedded database listens for the application."""
    from claw.store.embedded import EmbeddedServer

    server = EmbeddedServer((installation.home / "data").resolve())
    urls = server.acquire()
    server.release()
    return urls.app


def until(true: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.2)


def states(installation: Installation) -> list[str]:
    """What became of each delivery so far."""
    return [d["state"] for d in installation.claw("delivery", "list", "--json").json]


async def end_connections(url: str, *, least: int) -> None:
    """End the application's other connections, once there are some, as a restart does."""
    connection = await asyncpg.connect(url)
    others = "from pg_stat_activity where usename = current_user and pid <> pg_backend_pid()"
    try:
        for _ in range(300):
            if await connection.fetchval(f"select count(*) {others}") >= least:
                break
            await asyncio.sleep(0.2)
        await connection.execute(f"select pg_terminate_backend(pid) {others}")
    finally:
        await connection.close()


@edge("queue:5")
def test_a_worker_that_hears_no_calls_any_more_ends_with_a_reason(
    installation: Installation,
) -> None:
    installation.create_tenant()
    process = installation.start("serve", "worker")
    assert process.stderr is not None
    while "is running" not in process.stderr.readline():
        pass

    asyncio.run(end_connections(application_url(installation), least=3))
    _, said = process.communicate(timeout=60)

    assert process.returncode == 7, said
    assert "Traceback" not in said


@edge("queue:1")
def test_a_worker_killed_in_the_middle_is_made_good_by_the_next(
    installation: Installation,
) -> None:
    vendor = simulator()
    with serve_in_thread(vendor.app) as running:
        installation.create_tenant()
        installation.connect(running.base_url, vendor.api_key)
        installation.claw("routine", "add", "--name", "morning", "--at", "06:00")
        first = installation.start("serve", "worker")
        until(lambda: bool(vendor.log))
        os.kill(first.pid, signal.SIGKILL)
        first.communicate()
        second = installation.start("serve", "worker")
        try:
            until(lambda: states(installation) == ["sent"], seconds=150)
        finally:
            second.terminate()
            second.communicate(timeout=60)

    (run,) = installation.claw("routine", "runs", "morning", "--json").json
    assert run["attempts"] == 2


def test_two_workers_on_one_machine_run_each_thing_once(installation: Installation) -> None:
    vendor = simulator()
    with serve_in_thread(vendor.app) as running:
        installation.create_tenant()
        installation.connect(running.base_url, vendor.api_key)
        for name in ("one", "two", "three"):
            installation.claw("routine", "add", "--name", name, "--at", "06:00")
        workers = [installation.start("serve", "worker") for _ in range(2)]
        try:
            until(lambda: states(installation) == ["sent"] * 3, seconds=150)
        finally:
            for worker in workers:
                worker.terminate()
            codes = [worker.wait(timeout=60) for worker in workers]
            for worker in workers:
                worker.communicate()

    assert codes == [0, 0]
    for name in ("one", "two", "three"):
        runs = installation.claw("routine", "runs", name, "--json").json
        assert [(r["state"], r["attempts"]) for r in runs] == [("done", 1)]
