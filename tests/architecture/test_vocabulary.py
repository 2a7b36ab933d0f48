"""Words and calls that a part of the code must never contain."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "claw"

VENDOR_FREE = ("core", "engine", "ports", "store")
TEXT = {".py", ".sql", ".toml", ".json", ".j2", ".html", ".md", ".txt"}

# Where the machine's time and chance come in: the adapters of the ports, the connector
# kit's seam to the event loop, and waiting for the embedded server to start.
SEAMS = ("system/", "connect/machine.py", "store/embedded/")

TIME_AND_CHANCE = {
    "datetime.date.today",
    "datetime.datetime.now",
    "datetime.datetime.today",
    "datetime.datetime.utcnow",
    "os.urandom",
    "random.choice",
    "random.choices",
    "random.randint",
    "random.random",
    "random.randrange",
    "random.sample",
    "random.shuffle",
    "random.uniform",
    "time.gmtime",
    "time.localtime",
    "time.monotonic",
    "time.monotonic_ns",
    "time.perf_counter",
    "time.time",
    "time.time_ns",
    "uuid.uuid1",
    "uuid.uuid4",
    "whenever.Date.today_in_system_tz",
    "whenever.Instant.now",
    "whenever.PlainDateTime.now",
    "whenever.ZonedDateTime.now",
}


def connector_names() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return list(project["entry-points"]["claw.connectors"])


def calls(code: str) -> Iterator[tuple[int, str]]:
    """Line and full dotted name of each call, with imported names resolved."""
    tree = ast.parse(code)
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.name if alias.asname else alias.name.partition(".")[0]
                names[alias.asname or name] = name
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node.lineno, dotted(node.func, names)


def dotted(node: ast.expr, names: dict[str, str]) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value, names)}.{node.attr}"
    # What was not imported is a builtin or a name of the function's own.
    return names.get(node.id, f"own:{node.id}") if isinstance(node, ast.Name) else "?"


def reads_of_time_or_chance(code: str) -> list[tuple[int, str]]:
    return [
        (line, name)
        for line, name in calls(code)
        if name in TIME_AND_CHANCE or name.startswith("secrets.")
    ]


def modules() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


@pytest.mark.parametrize("package", VENDOR_FREE)
def test_no_connector_is_named_inward_of_the_connectors(package: str):
    files = [path for path in (SOURCE / package).rglob("*") if path.suffix in TEXT]
    assert files
    naming = [
        f"{path.relative_to(ROOT)} names {vendor}"
        for path in files
        for vendor in connector_names()
        if vendor in path.read_text(encoding="utf-8").lower() or vendor in path.name.lower()
    ]
    assert naming == []


def test_time_and_chance_enter_only_at_the_seams():
    found = [
        f"{path.relative_to(SOURCE)}:{line} calls {name}"
        for path in modules()
        if not path.relative_to(SOURCE).as_posix().startswith(SEAMS)
        for line, name in reads_of_time_or_chance(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_only_the_command_line_prints():
    found = [
        f"{path.relative_to(SOURCE)}:{line}"
        for path in modules()
        if path.relative_to(SOURCE).parts[0] != "cli"
        for line, name in calls(path.read_text(encoding="utf-8"))
        if name in {"own:print", "sys.stdout.write"}
    ]
    assert found == []


def test_every_package_says_what_it_is():
    silent = [
        str(path.relative_to(SOURCE))
        for path in modules()
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_every_folder_with_modules_is_a_package():
    """A folder without ``__init__.py`` would be invisible to the import contracts."""
    folders = {path.parent for path in modules()}
    assert [str(f.relative_to(SOURCE)) for f in folders if not (f / "__init__.py").exists()] == []


@pytest.mark.parametrize(
    "code",
    [
        "from datetime import datetime\ndatetime.now()",
        "from datetime import datetime as dt, UTC\nx = [dt.now(UTC)]",
        "import datetime\ndatetime.datetime.utcnow()",
        "import datetime as d\nd.date.today()",
        "import time\ntime.time()",
        "from time import time as wall\nwall()",
        "import uuid\nuuid.uuid4()",
        "from random import random\nrandom()",
        "import secrets\nsecrets.token_hex(4)",
        "from whenever import Instant\nInstant.now()",
        "def later():\n    import os\n    return os.urandom(8)",
    ],
)
def test_the_scan_sees_a_planted_read(code: str):
    assert reads_of_time_or_chance(code)


@pytest.mark.parametrize(
    "code",
    [
        "clock.now()",
        "def read(secrets, time):\n    return secrets.get(1), time.time()",
        "self._clock.now()",
        "from random import Random\nRandom(7).random()",
        "from datetime import datetime\ndatetime.fromisoformat(text)",
    ],
)
def test_the_scan_leaves_ports_and_seeded_chance_alone(code: str):
    assert not reads_of_time_or_chance(code)
