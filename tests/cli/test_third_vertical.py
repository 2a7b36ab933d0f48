"""Another trade is one file: nothing of a trade is written in the program."""

import re
from pathlib import Path

import pytest

import claw.core
from claw.app import vertical_packs
from claw.connect.simulator import serve_in_thread
from claw.core.errors import InstallationBroken
from claw_testing.installation import Installation, simulator

CLINIC = """
name = "clinic"

[vocabulary]
appointment = { one = "consultation", many = "consultations" }
resource = { one = "practitioner", many = "practitioners" }
resource_short = { one = "clinician", many = "clinicians" }
customer = { one = "patient", many = "patients" }

[thresholds]
idle_gap_minutes = 20
late_minutes = 10
most_actions = 5

[blocks]
owner = ["needs_action", "unassigned", "people", "value", "tomorrow", "holidays"]
dispatcher = ["needs_action", "schedule", "people"]
staff = ["schedule", "tomorrow"]
"""


def test_a_third_vertical_is_one_file_in_a_folder(installation: Installation) -> None:
    folder = installation.home / "verticals"
    folder.mkdir()
    (folder / "clinic.toml").write_text(CLINIC)
    installation.environment["CLAW_VERTICALS"] = str(folder)
    made = installation.claw(
        "tenant", "create", "harbour", "--name", "Harbour Clinic", "--zone", "Australia/Sydney",
        "--country", "AU", "--region", "nsw", "--vertical", "clinic", "--json",
    )  # fmt: skip
    assert made.code == 0, made.err
    assert (made.json["vertical"], made.json["region"]) == ("clinic", "NSW")

    refused = installation.claw("tenant", "set", "harbour", "--region", "Bavaria", "--json")
    assert refused.code == 2
    assert "region_unknown" in refused.out + refused.err
    assert (
        installation.claw("tenant", "set", "harbour", "--region", "none", "--json").json.get(
            "region"
        )
        is None
    )
    installation.claw("tenant", "set", "harbour", "--region", "QLD")

    vendor = simulator()
    with serve_in_thread(vendor.app) as running:
        installation.connect(running.base_url, vendor.api_key)
        assert installation.claw("sync").code == 0
    assert installation.claw("snapshot", "take").code == 0
    text = installation.claw("summary").out
    assert re.search(r"^\d+ consultations, \d+ practitioners, first ", text, re.MULTILINE)
    assert "\nPractitioners (" in text
    assert "No public holiday today or in the week" in text
    assert "clinicians" in installation.claw("summary", "--format", "sms").out
    assert not re.search(r"\b(technicians?|techs?|stylists?)\b", text)


def test_a_folder_that_is_not_there_is_named() -> None:
    with pytest.raises(InstallationBroken) as refused:
        vertical_packs(Path("/nowhere"))
    assert refused.value.field == "CLAW_VERTICALS"


def test_the_core_knows_no_trade() -> None:
    """What a trade calls things stands in its data file; code names a word in examples alone."""
    word = re.compile(
        r"""["'][^"'\n]*\b(job|technician|tech|stylist|client|salon|trades)s?\b""", re.IGNORECASE
    )
    found = [
        f"{path.name}: {line.strip()}"
        for path in sorted(Path(claw.core.__path__[0]).rglob("*.py"))
        for line in _code(path.read_text(encoding="utf-8")).splitlines()
        if word.search(line)
    ]
    assert found == []


def _code(source: str) -> str:
    """A module without its docstrings and comments."""
    without = re.sub(r'"""[\s\S]*?"""', "", source)
    return re.sub(r"#.*", "", without)
