"""Routines from the command line: asked for, explained, run, delivered, accounted for."""

import signal
import socket
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from claw.connect.simulator import serve_in_thread
from claw_testing.edge import edge
from claw_testing.installation import Installation, simulator


def connected(installation: Installation, base_url: str, key: str) -> None:
    installation.create_tenant()
    installation.connect(base_url, key)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str) -> str:
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as reply:
                return reply.read().decode()
        except urllib.error.URLError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def test_a_morning_is_asked_for_run_and_delivered(installation: Installation) -> None:
    vendor = simulator()
    with serve_in_thread(vendor.app) as running:
        connected(installation, running.base_url, vendor.api_key)
        added = installation.claw(
            "routine", "add", "--name", "morning", "--at", "06:00",
            "--deliver", "console", "--deliver", "sms:+61491570006", "--json",
        )  # fmt: skip
        assert added.json["recurs"] == "06:00 daily"

        # The installation's clock stands at 06:00 in Sydney: today's occurrence is due.
        ran = installation.claw("work", "run", "--until-idle", "--json")

    assert ran.json == {"idle": True}, ran.err
    (run,) = installation.claw("routine", "runs", "morning", "--json").json
    assert (run["key"], run["state"], run["late_seconds"]) == ("2026-11-25", "done", 0)
    deliveries = installation.claw("delivery", "list", "--json").json
    assert sorted((d["channel"], d["address"], d["state"]) for d in deliveries) == [
        ("console", "", "sent"),
        ("sms", "+61…0006", "sent"),
    ]
    console = next(d for d in deliveries if d["channel"] == "console")
    shown = installation.claw("delivery", "show", console["delivery"][:8])
    assert "Wednesday 25 November 2026" in shown.out
    assert installation.claw("work", "list", "--json").json == []
    assert "+61491570006" in installation.claw("delivery", "list", "--reveal").out
    once_more = installation.claw("routine", "run", "morning", "--json").json
    assert once_more["asked"] is True
    assert "asked" not in run


def test_what_is_wrong_with_a_routine_names_its_option(installation: Installation) -> None:
    installation.create_tenant()
    for arguments, field in (
        (("--at", "6"), "at"),
        (("--at", "06:00", "--days", "someday"), "days"),
        (("--cron", "0 6,18 * * *"), "cron"),
        (("--at", "06:00", "--every", "5"), "every"),
        (("--at", "06:00", "--zone", "Sydney"), "zone"),
        (("--at", "06:00", "--view", "staff"), "for"),
        (("--at", "06:00", "--deliver", "fax:1"), "deliver"),
        (("--at", "06:00", "--do", "dance"), "do"),
    ):
        ran = installation.claw("routine", "add", "--name", "x", *arguments, "--json")
        assert (ran.code, ran.json["error"]["field"]) == (2, field), arguments
    assert installation.claw("routine", "runs", "nobody", "--json").code == 3


def test_next_explains_the_change_of_the_clocks(installation: Installation) -> None:
    installation.create_tenant()
    installation.claw("routine", "add", "--name", "morning", "--at", "06:00")

    found = installation.claw(
        "routine", "next", "morning", "-n", "3", "--after", "2026-10-02T00:00:00Z", "--json"
    ).json

    assert found == [
        {
            "local_date": "2026-10-03",
            "local": "2026-10-03T06:00",
            "instant": "2026-10-02T20:00:00Z",
            "zone": "Australia/Sydney",
        },
        {
            "local_date": "2026-10-04",
            "local": "2026-10-04T06:00",
            "instant": "2026-10-03T19:00:00Z",
            "zone": "Australia/Sydney",
            "note": "clocks went forward by 1 h since the one before",
        },
        {
            "local_date": "2026-10-05",
            "local": "2026-10-05T06:00",
            "instant": "2026-10-04T19:00:00Z",
            "zone": "Australia/Sydney",
        },
    ]


@edge("queue:9")
def test_serve_runs_what_is_due_and_sigterm_finishes_it(
    installation: Installation, tmp_path: Path
) -> None:
    port, vendor = free_port(), simulator()
    with serve_in_thread(vendor.app) as running:
        connected(installation, running.base_url, vendor.api_key)
        installation.claw("routine", "add", "--name", "morning", "--at", "06:00")
        process = installation.start("serve", "--port", str(port))
        try:
            assert wait_for(f"http://127.0.0.1:{port}/health/ready") == '{"status":"ready"}'
            # As soon as it reads the vendor it is told to end: it finishes the run first.
            deadline = time.monotonic() + 60
            while not vendor.log and time.monotonic() < deadline:
                time.sleep(0.05)
            process.send_signal(signal.SIGTERM)
            code = process.wait(timeout=60)
        finally:
            process.kill()
            process.communicate()

    assert code == 0
    (run,) = installation.claw("routine", "runs", "morning", "--json").json
    assert run["state"] == "done"


@pytest.mark.parametrize(("sign", "ends_with"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_worker_serves_its_health_on_a_free_port_until_it_is_told_to_end(
    installation: Installation, sign: signal.Signals, ends_with: int
) -> None:
    process = installation.start("serve", "worker", "--port", "0")
    try:
        assert process.stderr is not None
        said = next(line for line in process.stderr if "health and metrics on" in line)
        assert wait_for(f"{said.split()[-1]}/health/live")
        process.send_signal(sign)
        code = process.wait(timeout=60)
    finally:
        process.kill()
        process.communicate()

    assert not said.split()[-1].endswith(":0")
    assert code == ends_with
