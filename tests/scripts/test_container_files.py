"""What the container's files promise, without building anything; `make image-test` does that."""

import json
import re
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from claw import __version__
from claw.settings import load_settings, unsafe_settings
from claw_testing.container_files import OVERLAYS, ROOT, composed, dockerfile, last_stage

DIGEST = re.compile(r"^docker\.io/library/[\w-]+:[\w.-]+@sha256:[0-9a-f]{64}$")
COMPOSITIONS = [(), *((overlay,) for overlay in OVERLAYS)]
SERVICES = [
    pytest.param(service, id=f"{'+'.join(overlays) or 'alone'}-{name}")
    for overlays in COMPOSITIONS
    for name, service in composed(*overlays)["services"].items()
]


def rest(name: str) -> str:
    """What the shipped stage says with the last instruction of that name."""
    return [line.rest for line in last_stage() if line.name == name][-1]


def test_every_stage_stands_on_an_image_that_is_pinned_by_its_digest():
    arguments = dict(i.rest.split("=", 1) for i in dockerfile() if i.name == "ARG")
    stages = [i.rest.split() for i in dockerfile() if i.name == "FROM"]
    assert [name for _, _, name in stages] == ["build", "runtime"]
    for base, _, _ in stages:
        assert DIGEST.match(arguments[base.strip("${}")])


def test_the_image_runs_as_a_user_without_a_home_or_a_shell():
    assert rest("USER") == "10001:10001"
    (made,) = [i.rest for i in last_stage() if "useradd" in i.rest]
    assert "--no-create-home" in made
    assert "/usr/sbin/nologin" in made


def test_what_is_installed_is_locked_by_hashes_and_never_compiled():
    installs = [
        command
        for i in dockerfile()
        for command in i.rest.split("&&")
        if re.search(r"\bpip\b.*\b(install|wheel)\b", command)
    ]
    assert len(installs) == 4
    for command in installs:
        locked = "--require-hashes" in command and "--only-binary :all:" in command
        assert locked or ("--no-index" in command and "--no-deps" in command), command
    assert not any("pip" in i.rest or "apt" in i.rest for i in last_stage() if i.name == "RUN")


def test_the_image_ends_on_sigterm_and_names_its_command_without_a_shell():
    assert rest("STOPSIGNAL") == "SIGTERM"
    assert json.loads(rest("ENTRYPOINT")) == ["claw"]
    assert json.loads(rest("CMD")) == ["serve", "api"]


def test_the_image_says_what_it_is():
    labels = dict(re.findall(r'org\.opencontainers\.image\.(\w+)="([^"]*)"', rest("LABEL")))
    assert labels.keys() >= {"title", "description", "licenses", "version", "revision"}
    assert f"VERSION={__version__}" in [i.rest for i in last_stage() if i.name == "ARG"]


@contextmanager
def answering(status: int) -> Iterator[int]:
    """A process whose readiness is ``status``; gives its port."""

    class Ready(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status if self.path == "/health/ready" else 404)
            self.end_headers()

        def log_message(self, *_: object):
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Ready) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (503, False), (404, False)])
def test_the_health_check_passes_only_where_the_process_is_ready(status: int, healthy: bool):
    with answering(status) as port:
        assert (health(port) == 0) is healthy


def test_the_health_check_fails_where_nobody_answers():
    with answering(200) as port:
        pass
    assert health(port) != 0


def health(port: int) -> int:
    """Run the health check of the Dockerfile against another port."""
    program, flags, code = json.loads(rest("HEALTHCHECK").partition("CMD ")[2])
    assert program == "python3"
    assert "8080" in code
    moved = code.replace("8080", str(port))
    return subprocess.run([sys.executable, flags, moved], stderr=subprocess.DEVNULL).returncode


def test_a_build_sees_only_what_it_is_made_from():
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    patterns = [line for line in lines if line and not line.startswith("#")]
    assert patterns[0] == "*"
    copied = {
        word
        for i in dockerfile()
        if i.name == "COPY" and not i.rest.startswith("--from")
        for word in i.rest.split()[:-1]
    }
    assert {p[1:] for p in patterns if p.startswith("!")} == copied


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_can_change_nothing_but_its_data(service: dict[str, Any]):
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert "privileged" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service.get("user") in (None, "postgres")


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_runs_an_image_of_one_version(service: dict[str, Any]):
    image = service["image"]
    assert (
        DIGEST.match(image) or image == f"claw:{__version__}" or image.startswith("${CLAW_IMAGE:?")
    )


@pytest.mark.parametrize("service", SERVICES)
def test_secrets_come_as_files_and_ports_are_open_to_this_machine_only(service: dict[str, Any]):
    holding = re.compile(r"PASSWORD|SECRET|KEY|TOKEN|_URL")
    given = service.get("secrets", [])
    for variable, value in service.get("environment", {}).items():
        if holding.search(variable):
            assert variable.endswith("_FILE")
            assert value.removeprefix("/run/secrets/") in given
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


@pytest.mark.parametrize("overlays", COMPOSITIONS, ids=lambda o: "+".join(o) or "alone")
def test_nothing_starts_before_the_migration_has_ended_well(overlays: tuple[str, ...]):
    services = composed(*overlays)["services"]
    assert services["migrate"]["depends_on"] == {"db": {"condition": "service_healthy"}}
    assert "--host=127.0.0.1" in services["db"]["healthcheck"]["test"]
    for name in ("api", "worker"):
        assert services[name]["depends_on"] == {
            "migrate": {"condition": "service_completed_successfully"}
        }
        assert "database_admin_url" not in services[name]["secrets"]
        assert services[name]["stop_grace_period"] == "60s"


def test_the_database_keeps_its_data_and_is_reached_by_claw_alone():
    for overlays in ((), ("compose.prod.yaml",)):
        whole = composed(*overlays)
        db = whole["services"]["db"]
        assert db["volumes"] == ["database:/var/lib/postgresql"]
        assert re.search(r"postgres:18\.", db["image"])
        assert "ports" not in db
        assert db["networks"] == ["database"]
        assert whole["networks"]["database"] == {"internal": True}


def test_development_and_production_say_which_they_are():
    for overlay, env in (("compose.dev.yaml", "dev"), ("compose.prod.yaml", "prod")):
        services = composed(overlay)["services"]
        for name in ("migrate", "api", "worker"):
            assert services[name]["environment"]["CLAW_ENV"] == env
    assert "CLAW_ENV=prod" in rest("ENV").split()


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """Secrets as a person makes them."""
    folder = tmp_path / "secrets"
    subprocess.run(["sh", ROOT / "scripts/create_secrets.sh", folder], check=True)
    return folder


def test_the_secrets_that_are_made_are_those_that_are_mounted(
    secrets: Path, monkeypatch: pytest.MonkeyPatch
):
    mounted = composed()["secrets"]
    assert {path.name for path in secrets.iterdir()} == mounted.keys()
    assert all(entry["file"] == f"./secrets/{name}" for name, entry in mounted.items())
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o700
    for name in ("migrate", "api"):
        for variable, path in composed()["services"][name]["environment"].items():
            monkeypatch.setenv(variable, path.replace("/run/secrets", str(secrets)))
    monkeypatch.setenv("CLAW_ENV", "prod")
    settings = load_settings()
    assert unsafe_settings(settings) == []
    assert settings.admin_database_url is not None
    password = (secrets / "database_admin_password").read_text().strip()
    assert f"claw_admin:{password}@db:" in settings.admin_database_url.get_secret_value()


def test_secrets_in_use_are_never_replaced(secrets: Path):
    before = (secrets / "secret_key").read_text()
    again = subprocess.run(["sh", ROOT / "scripts/create_secrets.sh", secrets], capture_output=True)
    assert again.returncode == 1
    assert (secrets / "secret_key").read_text() == before
