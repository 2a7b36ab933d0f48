"""Bad input and trouble: what, where, how to mend, the right exit code, nothing lost."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from claw.connect.simulator import serve_in_thread
from claw_testing.installation import DAY, Installation, Ran, on_a_server, simulator
from claw_testing.scratch_database import Server

_WHO = ["--name", "X", "--country", "AU"]


@pytest.fixture(scope="module")
def harbour(
    tmp_path_factory: pytest.TempPathFactory, scratch_server: Server
) -> Iterator[Installation]:
    """One installation with one tenant that nothing was read for."""
    with on_a_server(tmp_path_factory.mktemp("harbour"), scratch_server) as made:
        made.create_tenant()
        yield made


@pytest.mark.parametrize(
    ("arguments", "code", "field"),
    [
        (["summary", "--tenant", "nobody"], 3, "tenant"),
        (["sync", "--tenant", "harbour", "--from", "24/11/2026"], 2, "from"),
        (["sync", "--from", "9999-12-31"], 2, "from"),
        (["sync", "--from", "2026-12-02", "--to", "2026-12-01"], 2, "to"),
        (["sync", "--connection", "other"], 3, "connection"),
        (["connection", "show", "other"], 3, "connection"),
        (["connection", "add", "nosuch", "--name", "x"], 3, "connector"),
        (["connector", "show", "nosuch"], 3, "connector"),
        (["tenant", "create", "x", "--zone", "Australia/Sidney", *_WHO], 2, "zone"),
        (["tenant", "create", "Bad Slug", "--zone", "UTC", *_WHO], 2, "slug"),
        (["tenant", "create", "harbour", "--zone", "UTC", *_WHO], 5, "slug"),
        (["tenant", "create", "x", "--zone", "UTC", *_WHO[2:], "--name", "A\nB"], 2, "name"),
        (["snapshot", "show", "zz"], 2, "snapshot"),
        (["snapshot", "show", "0123456789"], 3, "snapshot"),
        (["snapshot", "take"], 3, None),
        (["records"], 3, None),
        (["summary"], 3, None),
        (["summary", "--format", "pdf"], 2, "format"),
        (["sync", "accept", "not-a-run"], 2, "run"),
        (["records", "--type", "invoice"], 2, "type"),
        (["nosuchcommand"], 2, None),
        (["summary", "--tenant", "\udcff\udcfe"], 2, None),
        (["simulate", "simpro", "--port", "99999"], 2, "port"),
        (["routine", "next", "morning", "--after", "9999-12-31T23:00:00Z"], 2, "after"),
        (["routine", "runs", "morning", "-n", "9" * 20], 2, "limit"),
        (["delivery", "list", "-n", "9" * 20], 2, "limit"),
        (["connection", "syncs", "other", "-n", "9" * 20], 2, "last"),
        (["events", "--after", "9" * 20], 2, "after"),
    ],
)  # fmt: skip
def test_every_refusal_names_field_and_mend(
    harbour: Installation, arguments: list[str], code: int, field: str | None
) -> None:
    ran = harbour.claw(*arguments, "--json")
    assert ran.code == code, ran.out + ran.err
    assert ran.json["error"]["message"]
    assert ran.json["error"].get("field") == field
    assert "Traceback" not in ran.err


def test_the_tenant_may_be_named_in_the_env_file(installation: Installation) -> None:
    installation.create_tenant()
    assert installation.claw("tenant", "create", "other", "--zone", "UTC", *_WHO).code == 0
    unnamed = installation.claw("connection", "list", "--json")
    assert unnamed.json["error"]["code"] == "tenant_missing"
    (installation.home / ".env").write_text("CLAW_TENANT=other\n")
    assert installation.claw("connection", "list", "--json").json == []
    assert installation.claw("connection", "list", "--tenant", "nobody", "--json").code == 3


def test_a_wrong_key_is_said_and_what_was_read_stays(installation: Installation) -> None:
    vendor = simulator()
    installation.create_tenant()
    with serve_in_thread(vendor.app) as running:
        installation.connect(running.base_url, vendor.api_key)
        assert installation.claw("sync", *DAY).code == 0
        before = installation.claw("records").out
        vendor.faults.set("revoked")
        ran = installation.claw("sync", *DAY, "--json")
    assert ran.code == 4
    assert ran.json["connections"][0]["status"] == "failed"
    assert ran.json["connections"][0]["error"]["code"] == "auth_revoked"
    assert vendor.api_key not in ran.out + ran.err
    assert installation.claw("records").out == before
    assert installation.claw("connection", "show", "simpro", "--json").json["status"] == "paused"


def test_a_new_key_lets_a_revoked_connection_go_on(installation: Installation) -> None:
    vendor = simulator()
    installation.create_tenant()
    with serve_in_thread(vendor.app) as running:
        installation.connect(running.base_url, "revoked-key")
        refused = installation.claw("sync", "--json")
        rotated = installation.claw(
            "connection", "rotate", "simpro", "--secret", "api_key=env:NEW", NEW=vendor.api_key
        )
        assert installation.claw("sync", *DAY).code == 0
    assert refused.code == 4
    assert "claw connection rotate simpro" in refused.json["connections"][0]["error"]["hint"]
    assert rotated.code == 0
    assert vendor.api_key not in rotated.out + rotated.err


def test_one_trace_id_goes_through_command_sync_and_vendor(installation: Installation) -> None:
    vendor = simulator("html_503:1")
    installation.create_tenant()
    with serve_in_thread(vendor.app) as running:
        installation.connect(running.base_url, vendor.api_key)
        ran = installation.claw("sync", *DAY, CLAW_LOG_FORMAT="json")
    sent = {str(request.traceparent).split("-")[1] for request in vendor.log}
    logged = {json.loads(line)["trace_id"] for line in ran.err.splitlines() if line[:1] == "{"}
    assert len(sent) == 1
    assert logged == sent
    assert vendor.api_key not in ran.err


def test_an_unreachable_host_is_a_failed_sync_and_never_an_empty_day(
    installation: Installation,
) -> None:
    installation.create_tenant()
    installation.connect("http://127.0.0.1:9", "key")
    ran = installation.claw("sync", "--json")
    summary = installation.claw("summary", "--json")
    assert ran.code == 4
    assert ran.json["connections"][0]["error"]["code"] == "transient"
    assert summary.code == 3
    assert summary.json["error"]["code"] == "no_snapshot"


def test_an_unsafe_setting_or_secret_on_the_command_line_is_refused(
    installation: Installation,
) -> None:
    installation.create_tenant()
    plain = installation.claw(
        "connection", "add", "simpro", "--name", "a", "--set", "base_url=http://example.com",
        "--secret", "api_key=-", "--json", stdin="k",
    )  # fmt: skip
    bare = installation.claw(
        "connection", "add", "simpro", "--name", "a", "--set", "base_url=https://example.com",
        "--secret", "api_key=s3cr3tvalue", "--json",
    )  # fmt: skip
    assert (plain.code, plain.json["error"]["field"]) == (2, "base_url")
    assert (bare.code, bare.json["error"]["field"]) == (2, "api_key")
    assert "s3cr3tvalue" not in bare.out + bare.err


def test_prod_refuses_what_is_unsafe(tmp_path: Path) -> None:
    installation = Installation(tmp_path)
    ran = installation.claw("config", "check", "--json", CLAW_ENV="prod")
    assert ran.code == 6
    assert {"CLAW_DATABASE_URL", "CLAW_CLOCK"} <= {p["variable"] for p in ran.json["problems"]}
    assert installation.claw("tenant", "list", "--json", CLAW_ENV="prod").code == 2


def test_an_unreachable_database_is_exit_seven(installation: Installation) -> None:
    ran = installation.claw(
        "tenant", "list", "--json", CLAW_DATABASE_URL="postgresql://u:pw-secret@127.0.0.1:9/x"
    )
    assert ran.code == 7
    assert ran.json["error"]["code"] == "database_unreachable"
    assert "pw-secret" not in ran.out + ran.err


def test_the_doctor_finds_a_healthy_installation(embedded: Installation) -> None:
    ran = embedded.claw("doctor", "--json")
    outcomes = {f["check"]: f["outcome"] for f in ran.json["findings"]}
    assert ran.code == 0, ran.out
    assert outcomes["database"] == outcomes["migrations"] == outcomes["roles"] == "ok"
    assert outcomes["clock"] == "warning"


def test_the_doctor_finds_a_key_that_opens_no_stored_secret(installation: Installation) -> None:
    installation.create_tenant()
    installation.connect("http://127.0.0.1:9", "key")
    assert _secrets(installation.claw("doctor", "--json")) == "ok"
    wrong = installation.claw("doctor", "--json", CLAW_SECRET_KEY="A" * 43 + "=")
    assert wrong.code == 6
    assert _secrets(wrong) == "wrong"


def _secrets(ran: Ran) -> str:
    return next(f["outcome"] for f in ran.json["findings"] if f["check"] == "secrets")
