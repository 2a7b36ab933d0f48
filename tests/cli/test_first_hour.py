"""The way a person goes in the first hour, on the real stack."""

import pytest

from claw.connect.simulator import serve_in_thread
from claw_testing.edge import edge
from claw_testing.installation import DAY, Installation, on_a_server, simulator
from claw_testing.scratch_database import Server


def test_a_second_sync_changes_nothing_and_gives_the_same_tree(embedded: Installation) -> None:
    vendor = simulator()
    embedded.create_tenant()
    with serve_in_thread(vendor.app) as running:
        embedded.connect(running.base_url, vendor.api_key)
        checked = embedded.claw("connection", "check", "simpro", "--json")
        first = embedded.claw("sync", "--json")
        taken = embedded.claw("snapshot", "take", "--json")
        second = embedded.claw("sync", "--json")
        again = embedded.claw("snapshot", "take", "--json", CLAW_CLOCK="fixed:2026-11-24T19:01:00Z")

    assert checked.code == 0, checked.out
    assert checked.json["zone"] == "Australia/Sydney"
    assert first.code == second.code == 0, first.out + first.err
    (stream,) = first.json["connections"][0]["streams"]
    assert stream["read"] == stream["mapped"] + stream["skipped"] + stream["quarantined"]
    assert stream["read"] == len(vendor.schedules(*_window()))
    assert stream["quarantined"] == 0
    (repeated,) = second.json["connections"][0]["streams"]
    assert (repeated["added"], repeated["changed"], repeated["gone"]) == (0, 0, 0)
    assert taken.json["tree"] == again.json["tree"]
    assert taken.json["id"] != again.json["id"]
    assert again.json["previous"] == taken.json["id"]
    assert vendor.violations == []
    assert vendor.max_requests_in_any_second() <= 10


def test_two_installations_read_the_same_tree(
    tmp_path_factory: pytest.TempPathFactory, scratch_server: Server
) -> None:
    trees: list[str] = []
    for name in ("one", "other"):
        vendor = simulator()
        with (
            on_a_server(tmp_path_factory.mktemp(name), scratch_server) as one,
            serve_in_thread(vendor.app) as running,
        ):
            one.create_tenant()
            one.connect(running.base_url, vendor.api_key)
            assert one.claw("sync", *DAY).code == 0
            trees.append(one.claw("snapshot", "take", "--json").json["tree"])
    assert trees[0] == trees[1]


@edge("simpro:13")
def test_at_six_in_sydney_the_summary_is_about_the_local_day(installation: Installation) -> None:
    # 06:00 on the 25th in Sydney is still the 24th in UTC.
    vendor = simulator()
    installation.create_tenant()
    with serve_in_thread(vendor.app) as running:
        installation.connect(running.base_url, vendor.api_key)
        assert installation.claw("sync").code == 0
    snapshot = installation.claw("snapshot", "take", "--json").json
    summary = installation.claw("summary", "--json")
    text = installation.claw("summary").out
    sms = installation.claw("summary", "--format", "sms").out.strip()
    verified = installation.claw("summary", "verify", summary.json["id"][:20], "--json")

    assert summary.json["date"] == "2026-11-25"
    assert summary.json["snapshot"] == snapshot["id"]
    assert "Wednesday 25 November 2026" in text
    assert "No jobs today" not in text
    assert sms.startswith("Wed 25 Nov: ")
    assert len(sms) <= 160
    assert verified.json["outcome"] == "identical"


@edge("simpro:62")
def test_a_moved_and_a_deleted_visit_show_in_the_diff(installation: Installation) -> None:
    vendor = simulator()
    installation.create_tenant()
    rows = [row for row in vendor.schedules(*_window()) if row["Type"] == "job"]
    moved, deleted = int(str(rows[0]["ID"])), int(str(rows[-1]["ID"]))
    with serve_in_thread(vendor.app) as running:
        installation.connect(running.base_url, vendor.api_key)
        assert installation.claw("sync").code == 0
        before = installation.claw("snapshot", "take", "--json").json["id"]
        vendor.move_schedule(moved, start="15:00")
        vendor.delete_schedule(deleted)
        assert installation.claw("sync").code == 0
        later = {"CLAW_CLOCK": "fixed:2026-11-24T20:00:00Z"}
        after = installation.claw("snapshot", "take", "--json", **later).json["id"]
    changes = {
        c["ref"]: c
        for c in installation.claw("snapshot", "diff", before, after, "--json").json["changes"]
    }

    assert "moved" in changes[f"simpro/schedule:{moved}"]["classes"]
    assert changes[f"simpro/schedule:{moved}"]["change"] == "changed"
    assert changes[f"simpro/schedule:{deleted}"]["change"] == "gone"
    assert changes[f"simpro/schedule:{deleted}"]["after"]["status"] in ("missing", "completed")
    assert installation.claw("snapshot", "verify", after).code == 0


def _window() -> tuple[object, object]:
    from datetime import date

    return date(2026, 11, 24), date(2026, 12, 9)
