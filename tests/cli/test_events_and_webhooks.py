"""Events, webhooks and usage from the command line, over a real socket."""

import json
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from claw.connect.simulator import serve_in_thread
from claw_testing.installation import Installation, simulator


@dataclass
class Hook:
    """An endpoint on loopback that answers with ``status`` and keeps what it was told."""

    status: int = 200
    port: int = 0
    told: list[dict[str, object]] = field(default_factory=list[dict[str, object]])
    ids: list[str] = field(default_factory=list[str])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/claw?key=hidden"


@pytest.fixture
def hook() -> Iterator[Hook]:
    made = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            made.told.append(json.loads(body))
            made.ids.append(self.headers["webhook-id"])
            self.send_response(made.status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    made.port = server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()


def test_what_happens_is_followed_told_and_counted(installation: Installation, hook: Hook) -> None:
    installation.environment["CLAW_WEBHOOK_ALLOW_PRIVATE"] = "1"
    vendor = simulator()
    installation.create_tenant()
    added = installation.claw("webhook", "add", "--name", "ops", "--url", hook.url, "--json")
    assert added.json["secret"].startswith("whsec_"), added.err
    with serve_in_thread(vendor.app) as running:
        installation.connect(running.base_url, vendor.api_key)
        installation.claw(
            "routine", "add", "--name", "morning", "--at", "06:00", "--deliver", "webhook:ops"
        )
        # The installation's clock stands at 06:00 in Sydney: today's occurrence is due.
        assert installation.claw("work", "run", "--until-idle").code == 0

    lines = installation.claw("events", "--json").lines
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
    assert [line["type"] for line in lines][-1] == "claw.delivery.sent.v1"
    # In order, once, under the ids that the log has; the summary came beside them.
    events = [event for event in hook.told if "seq" in event]
    assert events == lines
    assert [i for i in hook.ids if i.startswith("evt_")] == [line["id"] for line in lines]
    (summary,) = [event for event in hook.told if "seq" not in event]
    assert summary["type"] == "claw.summary.delivered.v1"

    only = installation.claw("events", "--type", "claw.sync.*", "--after", "1", "--json")
    assert [line["type"] for line in only.lines] == ["claw.sync.finished.v1"]
    listed = installation.claw("webhook", "list", "--json")
    (known,) = listed.json
    assert (known["status"], known["cursor"]) == ("active", len(lines))
    assert "hidden" not in listed.out
    (usage,) = installation.claw("usage", "--json").json
    assert usage["metered"]["syncs"] == 1
    assert usage["metered"]["deliveries_webhook"] == 1
    assert usage["metered"]["webhook_calls"] == len(lines)
    (day,) = installation.claw("usage", "--by", "day", "--json").json
    assert (day["day"], day["metered"]) == ("2026-11-25", usage["metered"])


def test_an_endpoint_is_tried_replayed_rotated_and_removed(
    installation: Installation, hook: Hook
) -> None:
    installation.environment["CLAW_WEBHOOK_ALLOW_PRIVATE"] = "1"
    installation.create_tenant()
    add = ("webhook", "add", "--name", "ops", "--url", hook.url, "--json")
    first = installation.claw(*add).json["secret"]
    assert installation.claw(*add).code == 5

    assert installation.claw("webhook", "test", "ops", "--json").json["outcome"] == "taken"
    hook.status = 500
    tried = installation.claw("webhook", "test", "ops", "--json")
    assert (tried.code, tried.json["status"]) == (6, 500)
    hook.status = 200

    second = installation.claw("webhook", "rotate", "ops", "--json").json["secret"]
    assert second not in ("", first)
    installation.claw("routine", "add", "--name", "morning", "--at", "06:00")
    assert installation.claw("webhook", "replay", "ops", "--since", "1").code == 0
    assert installation.claw("webhook", "replay", "ops", "--since", "99").code == 2
    assert installation.claw("webhook", "remove", "ops", "--json").json["status"] == "removed"
    assert installation.claw("webhook", "list", "--json").json == []
    assert installation.claw("webhook", "test", "ops").code == 3


def test_what_happens_is_followed_until_somebody_stops_it(installation: Installation) -> None:
    installation.create_tenant()
    with installation.start("events", "--follow", "--json") as following:
        assert following.stdout is not None
        installation.claw("routine", "add", "--name", "morning", "--at", "06:00")
        told = json.loads(following.stdout.readline())
        assert (told["type"], told["subject"]) == ("claw.routine.added.v1", "morning")
        following.send_signal(signal.SIGINT)
        assert following.wait(timeout=30) == 130


def test_private_addresses_wrong_types_and_ranges_are_refused(installation: Installation) -> None:
    installation.create_tenant()
    for url, code in (
        ("https://2130706433/x?key=hidden", "address_forbidden"),
        ("https://user:hidden@hooks.example.com/", "url_invalid"),
    ):
        ran = installation.claw("webhook", "add", "--name", "ops", "--url", url, "--json")
        assert (ran.code, ran.json["error"]["code"], ran.json["error"]["field"]) == (2, code, "url")
        assert "hidden" not in ran.out + ran.err
    wrong = installation.claw("events", "--type", "claw.sink.*", "--json")
    assert (wrong.code, wrong.json["error"]["field"]) == (2, "type")
    backwards = ("usage", "--from", "2026-11-25", "--to", "2026-11-24", "--json")
    assert installation.claw(*backwards).code == 2
