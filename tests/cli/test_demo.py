"""The demo: the whole line once, and the engine that keeps running until Ctrl-C."""

import json
import re
import signal
import socket
import time
import urllib.error
import urllib.request

from claw_testing.installation import Installation


def test_once_prints_the_summary_and_ends(embedded: Installation) -> None:
    ran = embedded.claw("demo", "--once")
    assert ran.code == 0, ran.err
    assert "Wednesday 25 November 2026" in ran.out
    assert "simpro" in ran.out
    told = embedded.claw(
        "routine", "next", "morning", "--tenant", "demo-trades", "-n", "1", "--json"
    )
    assert [run["instant"] for run in json.loads(told.out)] == ["2026-11-25T19:00:00Z"], told.err


IMPATIENT = "from claw.cli import demo, main; demo.RESYNC_SECONDS = 0.5; main.run()"


def test_it_keeps_running_with_health_and_metrics_until_ctrl_c(installation: Installation) -> None:
    """It reads the source again and again; as JSON it tells the summary and nothing after it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = installation.start_code(IMPATIENT, "demo", "--json", "--port", str(port))
    try:
        ready = _get(f"http://127.0.0.1:{port}/health/ready")
        metrics = _after_syncs(2, f"http://127.0.0.1:{port}/metrics")
        assert _get(f"http://127.0.0.1:{port}/health/live") == '{"status":"live"}'
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    finally:
        process.kill()
        process.communicate()
    assert ready == '{"status":"ready"}'
    assert "claw_source_requests_total{" in metrics
    assert process.returncode == 130, err
    assert json.loads(out)["tenant"] == "demo-trades"


def _after_syncs(count: int, url: str) -> str:
    """The metrics once so many syncs went well."""
    deadline = time.monotonic() + 60
    while True:
        metrics = _get(url)
        found = re.search(r'^claw_sync_runs_total\{[^}]*outcome="ok"[^}]*\} (\d+)', metrics, re.M)
        if found and int(found[1]) >= count:
            return metrics
        assert time.monotonic() < deadline, metrics
        time.sleep(0.2)


def _get(url: str) -> str:
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as reply:
                return reply.read().decode()
        except urllib.error.URLError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
