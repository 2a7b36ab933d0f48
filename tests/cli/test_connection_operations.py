"""The operations on connections, as an operator types them, on the real stack.

One installation for all. The order is that of a connection's
life, and what each test leaves behind is what the next one finds.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from claw.connect.simulator import serve_in_thread
from claw.connectors.simpro.simulator import Simulator
from claw_testing.installation import DAY, Installation, Ran, on_a_server, simulator
from claw_testing.scratch_database import Server

SCHEMAS = Path(__file__).parents[2] / "docs" / "schema" / "cli"


@dataclass
class Connected:
    """An installation whose connections were read for one day."""

    installation: Installation
    vendor: Simulator
    base_url: str

    def claw(self, *arguments: str, **environment: str) -> Ran:
        return self.installation.claw(*arguments, **environment)

    def document(self, schema: str, *arguments: str, code: int = 0) -> Any:
        """Run with ``--json``; what is printed fits the committed schema."""
        ran = self.claw(*arguments, "--json")
        assert ran.code == code, ran.out + ran.err
        jsonschema.validate(ran.json, json.loads(SCHEMAS.joinpath(f"{schema}.json").read_text()))
        return ran.json

    def statuses(self) -> dict[str, str]:
        lines = self.claw("records", "-c", "simpro", "--type", "appointment").lines
        return {line["ref"]: line["status"] for line in lines}


@pytest.fixture(scope="module")
def connected(
    tmp_path_factory: pytest.TempPathFactory, scratch_server: Server
) -> Iterator[Connected]:
    vendor = simulator()
    with (
        on_a_server(tmp_path_factory.mktemp("operations"), scratch_server) as installation,
        serve_in_thread(vendor.app) as running,
    ):
        installation.create_tenant()
        installation.connect(running.base_url, vendor.api_key)
        assert installation.claw("sync", *DAY).code == 0
        yield Connected(installation, vendor, running.base_url)


@pytest.fixture(autouse=True)
def a_healthy_vendor(connected: Connected) -> Iterator[None]:
    yield
    connected.vendor.faults.clear()


def test_a_check_tells_each_proof_and_on_failure_what_was_proved_before(
    connected: Connected,
) -> None:
    connected.vendor.faults.set("forbidden:contacts")
    warned = connected.document("connection-check", "connection", "check", "simpro")
    proofs = {proof["proof"]: proof for proof in warned["proofs"]}
    assert warned["ok"]
    assert {name: proofs[name]["outcome"] for name in proofs}.items() >= {
        ("credential", "ok"),
        ("account", "ok"),
        ("zone", "ok"),
        ("permission schedules", "ok"),
        ("permission contacts", "warning"),
        ("permission employees", "ok"),
        ("date filter", "ok"),
        ("rate budget", "ok"),
    }
    assert "phone numbers" in proofs["permission contacts"]["cost"]
    assert proofs["permission contacts"]["mend"]
    connected.vendor.faults.set("forbidden:schedules")
    failed = connected.document("connection-check", "connection", "check", "simpro", code=4)
    outcomes = {proof["proof"]: proof["outcome"] for proof in failed["proofs"]}
    assert (failed["ok"], failed["error"]["code"]) == (False, "forbidden")
    assert outcomes["credential"] == outcomes["account"] == "ok"
    assert "failed" in outcomes.values()
    shown = connected.claw("connection", "check", "simpro")
    assert shown.code == 4
    assert "credential" in shown.out
    assert "nothing can be read" in shown.out


def test_a_changed_status_map_changes_the_stored_records_and_no_request_is_sent(
    connected: Connected,
) -> None:
    lines = connected.claw("records", "--type", "appointment").lines
    names = {str(line.get("source_status", "")).partition(" / ")[2] for line in lines} - {""}
    before = {line["ref"]: line["status"] for line in lines}
    asked = len(connected.vendor.log)
    setting = f"status_map={sorted(names)[0]}=cancelled"
    done = connected.document("connection-set", "connection", "set", "simpro", setting)
    after = connected.statuses()
    changed = {ref for ref, status in after.items() if status != before[ref]}
    assert {after[ref] for ref in changed} == {"cancelled"}
    assert done["remapped"]["changed"] == len(changed) > 0
    assert len(connected.vendor.log) == asked
    back = connected.claw("connection", "set", "simpro", "--unset", "status_map")
    assert f"{len(changed)} changed" in back.err
    assert connected.statuses() == before


@pytest.mark.parametrize(
    ("arguments", "code", "field"),
    [
        (["status_map=Done=finished"], 2, "status_map"),
        (["--unset", "base_url"], 2, "base_url"),
        (["api_key=s3cr3t"], 2, "api_key"),
        ([], 2, "set"),
        (["company_id=1"], 5, "company_id"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_by_name(
    connected: Connected, arguments: list[str], code: int, field: str
) -> None:
    ran = connected.claw("connection", "set", "simpro", *arguments, "--json")
    assert (ran.code, ran.json["error"]["field"]) == (code, field), ran.out
    assert "s3cr3t" not in ran.out + ran.err


def test_a_paused_connection_is_skipped_with_a_word_and_its_data_ages(
    connected: Connected,
) -> None:
    paused = connected.document(
        "connection", "connection", "pause", "simpro", "--reason", "moving offices"
    )
    assert (paused["status"], paused["status_by"][:4]) == ("paused", "cli:")
    asked = len(connected.vendor.log)
    skipped = connected.claw("sync", *DAY)
    assert skipped.code == 4
    assert "skipped" in skipped.err
    assert "moving offices" in skipped.err
    assert "claw connection resume simpro" in skipped.err
    assert len(connected.vendor.log) == asked
    (listed,) = connected.document("connection-list", "connection", "list")
    assert (listed["status"], listed["data_as_of"]) == ("paused", "2026-11-24T19:00:00Z")
    assert connected.claw("connection", "resume", "simpro").code == 0


def test_syncs_are_listed_and_shown(connected: Connected) -> None:
    connected.vendor.faults.set("forbidden:schedules")
    assert connected.claw("sync", *DAY).code == 4
    rows = connected.document("connection-syncs", "connection", "syncs", "simpro", "-n", "9")
    assert {row["status"] for row in rows} == {"ok", "failed"}
    failed = next(row for row in rows if row.get("error", {}).get("code") == "forbidden")
    assert failed["window"] == {"from": "2026-11-25", "to": "2026-11-25"}
    shown = connected.document("sync-show", "sync", "show", failed["run"][:13])
    assert shown["run"] == failed["run"]
    assert shown["connections"][0]["error"]["code"] == "forbidden"
    assert "forbidden" in connected.claw("connection", "syncs", "simpro").out


def test_quality_counts_and_names_nobody(connected: Connected) -> None:
    report = connected.document("connection-quality", "connection", "quality", "simpro", *DAY)
    assert (report["days"], report["days_read"], report["degraded"]) == (1, 1, False)
    assert 0 < report["textable"]["count"] <= report["textable"]["of"] == report["work"]
    printed = connected.claw("connection", "quality", "simpro").out
    assert "can be texted" in printed
    names = {line["name"] for line in connected.claw("records", "--type", "customer").lines}
    assert names
    assert not [name for name in names if name in printed + json.dumps(report)]
    assert connected.document("quarantine-retry", "quarantine", "retry") == []


def test_removing_needs_to_be_told_what_becomes_of_the_data(connected: Connected) -> None:
    ran = connected.claw("connection", "remove", "simpro", "--json")
    assert (ran.code, ran.json["error"]["code"]) == (2, "removal_unsaid")
    assert "--with-data" in ran.json["error"]["hint"]
    ran = connected.claw("connection", "remove", "simpro", "--with-data", "--keep-history")
    assert ran.code == 2


def test_with_its_history_kept_everything_that_was_told_still_proves(
    connected: Connected,
) -> None:
    added = connected.claw(
        "connection", "add", "simpro", "--name", "old", "--set", f"base_url={connected.base_url}",
        "--set", "company_id=2", "--set", "requests_per_second=10", "--secret", "api_key=env:KEY",
        KEY=connected.vendor.api_key,
    )  # fmt: skip
    assert added.code == 0
    assert connected.claw("sync", *DAY, "-c", "old").code == 0
    snapshot = connected.claw("snapshot", "take", "--json").json["id"]
    summary = connected.claw("summary", "--json").json["id"]
    removed = connected.document(
        "connection-remove", "connection", "remove", "old", "--keep-history"
    )
    assert (removed["secrets"], removed["records"], removed["named"]) == (1, 0, 0)
    current = connected.claw("records").lines
    assert {line["ref"].partition("/")[0] for line in current} == {"simpro"}
    assert len(connected.claw("records", "--connection", "old").lines) == len(current)
    assert connected.claw("snapshot", "verify", snapshot).code == 0
    assert connected.claw("summary", "verify", summary, "--json").json["outcome"] == "identical"
    assert connected.claw("sync", "--connection", "old").code == 5


def test_with_its_data_it_is_erased_and_the_snapshots_say_so(connected: Connected) -> None:
    snapshot = connected.claw("snapshot", "take", "--json").json["id"]
    summary = connected.claw("summary", "--json").json["id"]
    remove = ("connection", "remove", "simpro", "--with-data")
    planned = connected.document("connection-remove", *remove, "--dry-run")
    done = connected.document("connection-remove", *remove)
    assert done | {"dry_run": True} == planned
    assert done["named"] >= done["records"] > 0
    assert done["snapshots"] == 2
    proof = connected.document("snapshot-verify", "snapshot", "verify", snapshot)
    assert (proof["ok"], proof["erased"]) == (True, done["records"])
    replay = connected.document("summary-verify", "summary", "verify", summary)
    assert (replay["outcome"], replay["reason"]) == ("not replayable", "erased")
    exported = connected.claw("snapshot", "export", snapshot)
    assert (exported.code, exported.out) == (0, "")
    assert "erased" in exported.err
    assert connected.claw("summary", "--json").json["error"]["code"] == "snapshot_erased"
    listed = connected.claw("connection", "list", "--removed", "--json").json
    assert [(c["name"], c["status"], c["removal"]) for c in listed] == [
        ("old", "removed", "keep_history"),
        ("simpro", "removed", "with_data"),
    ]
    assert connected.claw("connection", "list", "--json").json == []


def test_a_removed_name_is_not_used_again(connected: Connected) -> None:
    ran = connected.claw(
        "connection", "add", "simpro", "--name", "simpro", "--set", "base_url=https://a.example",
        "--secret", "api_key=env:KEY", "--json", KEY="k",
    )  # fmt: skip
    assert (ran.code, ran.json["error"]["code"]) == (5, "connection_exists")
    assert connected.claw("connection", "remove", "other", "--with-data").code == 3
