"""The demo: the whole line once, and the engine that keeps running until Ctrl-C."""

import json
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


def test_it_keeps_running_with_health_and_metrics_until_ctrl_c(installation: Installation) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = installation.start("demo", "--port", str(port))
    try:
        ready = _get(f"http://127.0.0.1:{port}/health/ready")
        metrics = _get(f"http://127.0.0.1:{port}/metrics")
        assert _get(f"http://127.0.0.1:{port}/health/live") == '{"status":"live"}'
        process.send_signal(signal.SIGINT)
        code = process.wait(timeout=30)
    finally:
        process.kill()
        process.communicate()
    assert ready == '{"status":"ready"}'
    assert "claw_source_requests_total{" in metrics
    assert "claw_sync_runs_total{" in metrics
    assert code == 130


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
