"""Each command's JSON is what its committed schema says."""

import json
from pathlib import Path

import jsonschema
import pytest

from claw.cli.documents import DOCUMENTS, schema_bytes
from claw.connect.simulator import serve_in_thread
from claw_testing.installation import Installation, simulator

FOLDER = Path(__file__).parents[2] / "docs" / "schema" / "cli"


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_the_committed_schema_is_the_types_own(name: str) -> None:
    assert FOLDER.joinpath(f"{name}.json").read_bytes() == schema_bytes(name), (
        "run python scripts/generate_cli_schemas.py"
    )


def test_every_schema_belongs_to_a_document() -> None:
    assert {file.stem for file in FOLDER.glob("*.json")} == set(DOCUMENTS)


def test_what_commands_print_fits_their_schemas(installation: Installation) -> None:
    vendor = simulator()
    installation.create_tenant()
    with serve_in_thread(vendor.app) as running:
        installation.connect(running.base_url, vendor.api_key)
        printed = {
            "sync": installation.claw("sync", "--json"),
            "connection": installation.claw("connection", "show", "simpro", "--json"),
        }
    printed["snapshot"] = installation.claw("snapshot", "take", "--json")
    name = printed["snapshot"].json["id"]
    printed |= {
        "summary": installation.claw("summary", "--json"),
        "snapshot-diff": installation.claw("snapshot", "diff", name, name, "--json"),
        "snapshot-list": installation.claw("snapshot", "list", "--json"),
        "snapshot-verify": installation.claw("snapshot", "verify", name, "--json"),
        "connection-list": installation.claw("connection", "list", "--json"),
        "connector-list": installation.claw("connector", "list", "--json"),
        "connector-show": installation.claw("connector", "show", "simpro", "--json"),
        "config-check": installation.claw("config", "check", "--json"),
        "config-show": installation.claw("config", "show", "--json"),
        "db-migrate": installation.claw("db", "migrate", "--json"),
        "db-status": installation.claw("db", "status", "--json"),
        "doctor": installation.claw("doctor", "--json"),
        "quarantine-list": installation.claw("quarantine", "list", "--json"),
        "tenant": installation.claw("tenant", "show", "harbour", "--json"),
        "tenant-list": installation.claw("tenant", "list", "--json"),
        "error": installation.claw("tenant", "show", "nobody", "--json"),
    }
    for document, ran in printed.items():
        schema = json.loads(FOLDER.joinpath(f"{document}.json").read_text())
        jsonschema.validate(ran.json, schema)
    secret = printed["config-show"].out
    assert "MDEyMzQ1" not in secret


def test_records_are_json_lines_in_canonical_order(installation: Installation) -> None:
    vendor = simulator()
    installation.create_tenant()
    with serve_in_thread(vendor.app) as running:
        installation.connect(running.base_url, vendor.api_key)
        assert installation.claw("sync", "--from", "2026-11-25", "--to", "2026-11-25").code == 0
    ran = installation.claw("records")
    lines = ran.lines
    keys = [(line["type"], line.get("starts_at", ""), line["ref"]) for line in lines]
    assert keys == sorted(keys)
    assert {line["type"] for line in lines} == {"appointment", "customer", "location", "resource"}
    assert all(text.startswith('{"schema":"claw.schedule/1"') for text in ran.out.splitlines())
    day = installation.claw("records", "--type", "appointment", "--from", "2026-11-26").lines
    assert day == []
