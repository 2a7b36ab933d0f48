"""Each command's JSON is what its committed schema says."""

import json
from pathlib import Path

import jsonschema
import pytest

from claw.cli.documents import DOCUMENTS, schema_bytes
from claw.connect.simulator import serve_in_thread
from claw_testing.installation import DAY, Installation, simulator

FOLDER = Path(__file__).parents[2] / "docs" / "schema" / "cli"


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_the_committed_schema_is_the_types_own(name: str) -> None:
    assert FOLDER.joinpath(f"{name}.json").read_bytes() == schema_bytes(name), (
        "run python scripts/generate_cli_schemas.py"
    )


def test_every_schema_belongs_to_a_document() -> None:
    assert {file.stem for file in FOLDER.glob("*.json")} == set(DOCUMENTS)


def test_what_commands_print_fits_their_schemas(embedded: Installation) -> None:
    vendor = simulator()
    embedded.create_tenant()
    with serve_in_thread(vendor.app) as running:
        embedded.connect(running.base_url, vendor.api_key)
        printed = {
            "sync": embedded.claw("sync", "--json"),
            "connection": embedded.claw("connection", "show", "simpro", "--json"),
        }
    printed["snapshot"] = embedded.claw("snapshot", "take", "--json")
    name = printed["snapshot"].json["id"]
    printed |= {
        "summary": embedded.claw("summary", "--json"),
        "snapshot-diff": embedded.claw("snapshot", "diff", name, name, "--json"),
        "snapshot-list": embedded.claw("snapshot", "list", "--json"),
        "snapshot-verify": embedded.claw("snapshot", "verify", name, "--json"),
        "connection-list": embedded.claw("connection", "list", "--json"),
        "connector-list": embedded.claw("connector", "list", "--json"),
        "connector-show": embedded.claw("connector", "show", "simpro", "--json"),
        "config-check": embedded.claw("config", "check", "--json"),
        "config-show": embedded.claw("config", "show", "--json"),
        "db-migrate": embedded.claw("db", "migrate", "--json"),
        "db-status": embedded.claw("db", "status", "--json"),
        "doctor": embedded.claw("doctor", "--json"),
        "quarantine-list": embedded.claw("quarantine", "list", "--json"),
        "tenant": embedded.claw("tenant", "show", "harbour", "--json"),
        "tenant-list": embedded.claw("tenant", "list", "--json"),
        "error": embedded.claw("tenant", "show", "nobody", "--json"),
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
        assert installation.claw("sync", *DAY).code == 0
    ran = installation.claw("records")
    lines = ran.lines
    keys = [(line["type"], line.get("starts_at", ""), line["ref"]) for line in lines]
    assert keys == sorted(keys)
    assert {line["type"] for line in lines} == {"appointment", "customer", "location", "resource"}
    assert all(text.startswith('{"schema":"claw.schedule/1"') for text in ran.out.splitlines())
    day = installation.claw("records", "--type", "appointment", "--from", "2026-11-26").lines
    assert day == []
