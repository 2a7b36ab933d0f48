"""Each rule of the layers bites: its violation, planted in a copy, is reported by name."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# A connector with every room, so that no rule is tested against nothing.
ROOMS = ("__init__", "connector", "client", "wire", "mapping", "simulator/__init__")

VIOLATIONS = [
    ("core/planted.py", "import claw.ports.clock", "layers point inward"),
    ("ports/planted.py", "import claw.engine.tenants", "layers point inward"),
    ("engine/planted.py", "import claw.store", "layers point inward"),
    ("engine/planted.py", "import claw.connect", "layers point inward"),
    ("store/planted.py", "import claw.connectors.alpha", "layers point inward"),
    ("web/planted.py", "import claw.store", "layers point inward"),
    ("app.py", "import claw.cli.main", "layers point inward"),
    ("certification/planted.py", "import claw.cli.main", "layers point inward"),
    ("unlisted/__init__.py", "", "layers point inward"),
    ("web/planted.py", "import claw.app", "only entry points know the composition root"),
    ("engine/planted.py", "import claw.settings", "only entry points know the composition root"),
    ("store/planted.py", "import claw.telemetry", "only entry points know the composition root"),
    ("web/planted.py", "import claw.certification", "only entry points know the composition root"),
    *(
        (
            f"{package}/planted.py",
            "import claw.connectors.alpha.connector",
            "nothing inward of the composition root names a vendor",
        )
        for package in ("core", "ports", "engine", "connect", "store", "web")
    ),
    *(
        (f"core/{module}_planted.py", f"import {module}", "the core is pure")
        for module in ("os", "time", "random", "socket", "asyncio", "logging", "uuid", "zoneinfo")
    ),
    (
        "engine/planted.py",
        "def now():\n    import time",
        "use cases take time, ids and chance from ports",
    ),
    ("ports/planted.py", "from random import random", "use cases take time, ids and chance"),
    ("connectors/alpha/mapping.py", "import httpx2", "mapping and wire shapes are pure"),
    ("connectors/alpha/mapping.py", "import claw.connect.transport", "mapping and wire shapes"),
    ("connectors/alpha/wire.py", "import asyncio", "mapping and wire shapes are pure"),
    ("connectors/alpha/wire.py", "import asyncpg", "mapping and wire shapes are pure"),
    # Through another room of the connector, which may do what the mapping may not.
    ("connectors/alpha/mapping.py", "import claw.connectors.alpha.client", "mapping and wire"),
    (
        "connectors/alpha/connector.py",
        "import claw.connectors.alpha.simulator",
        "an adapter does not lean on its simulator",
    ),
    (
        "connectors/alpha/client.py",
        "import claw.connectors.beta.wire",
        "connectors are independent of each other",
    ),
    ("core/planted.py", "import orjson", "what the core may import"),
    ("ports/planted.py", "import httpx2", "what the ports may import"),
    ("engine/planted.py", "import structlog", "what the engine may import"),
    ("connect/planted.py", "import asyncpg", "what the connector kit may import"),
    ("connect/planted.py", "import claw.store", "what the connector kit may import"),
    ("connectors/alpha/client.py", "import claw.core.errors", "what a connector may import"),
    ("connectors/alpha/client.py", "import claw.engine.tenants", "what a connector may import"),
    ("connectors/alpha/client.py", "import httpx2", "what a connector may import"),
    ("store/planted.py", "import claw.engine.tenants", "what the store may import"),
    ("providers/mail/planted.py", "import claw.providers.sms", "providers are independent"),
    ("providers/mail/planted.py", "import claw.engine.tenants", "what a provider may import"),
    ("system/planted.py", "import asyncpg", "what the machine's adapters may import"),
    ("web/planted.py", "import asyncpg", "what the web may import"),
    ("cli/planted.py", "import claw.store", "what the command line may import"),
    ("cli/planted.py", "import claw.connectors.alpha", "what the command line may import"),
]


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the code alone, with two small connectors added."""
    copy = tmp_path_factory.mktemp("pristine")
    sources = [p for p in (ROOT / "src" / "claw").rglob("*.py") if "__pycache__" not in p.parts]
    sources += [ROOT / "scripts" / "import_contracts.py", ROOT / "pyproject.toml"]
    for source in sources:
        write(copy / source.relative_to(ROOT), source.read_text(encoding="utf-8"))
    for name in ("alpha", "beta"):
        for room in ROOMS:
            write(copy / "src" / "claw" / "connectors" / name / f"{room}.py", "")
    write(copy / "src/claw/connectors/alpha/client.py", "import asyncio\n")
    return copy


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def contract_names(checkout: Path) -> list[str]:
    config = tomllib.loads((checkout / "pyproject.toml").read_text(encoding="utf-8"))
    return [contract["name"] for contract in config["tool"]["importlinter"]["contracts"]]


def broken_contracts(checkout: Path) -> list[str]:
    """The names of the contracts that import-linter finds broken in ``checkout``."""
    run = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-logo", "--no-cache"],
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": str(checkout / "src"), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    verdicts = re.findall(r"^(.+) (KEPT|BROKEN)(?: \(.*\))?$", run.stdout, flags=re.MULTILINE)
    assert len(verdicts) == len(contract_names(checkout)), run.stdout + run.stderr
    return [name for name, verdict in verdicts if verdict == "BROKEN"]


def test_the_code_as_it_stands_keeps_every_contract(pristine: Path):
    assert broken_contracts(pristine) == []


@pytest.mark.parametrize(("module", "line", "contract"), VIOLATIONS)
def test_a_planted_violation_is_reported_by_its_contract(
    pristine: Path, tmp_path: Path, module: str, line: str, contract: str
):
    checkout = tmp_path / "checkout"
    shutil.copytree(pristine, checkout)
    target = checkout / "src" / "claw" / module
    write(target, f"{target.read_text() if target.exists() else ''}\n{line}\n")
    assert any(name.startswith(contract) for name in broken_contracts(checkout))


def test_every_contract_has_a_violation_here(pristine: Path):
    """A contract added without a planted violation would be trusted unseen."""
    names = contract_names(pristine)
    unproved = [
        name for name in names if not any(name.startswith(planted) for *_, planted in VIOLATIONS)
    ]
    assert unproved == []
