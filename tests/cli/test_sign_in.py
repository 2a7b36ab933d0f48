"""Signing in by OAuth 2 with the real command: connect, read, lose the consent, mend it."""

from pathlib import Path

from claw.connect.simulator import serve_in_thread
from claw.connectors.simpro.simulator import Simulator
from claw_testing.installation import Installation, Ran, simulator

NAMES = {"client_id": "ID", "client_secret": "SECRET", "refresh_token": "CONSENT"}


def secret_options(*names: str) -> list[str]:
    return [part for name in names for part in ("--secret", f"{name}=env:{NAMES[name]}")]


def add(installation: Installation, base_url: str, *names: str, **environment: str) -> Ran:
    return installation.claw(
        "connection", "add", "simpro", "--name", "simpro", "--json",
        "--set", f"base_url={base_url}", "--set", "company_id=2",
        "--set", "requests_per_second=10", *secret_options(*names), **environment,
    )  # fmt: skip


def files_with(home: Path, secrets: list[str]) -> list[str]:
    """The files below ``home`` that hold one of the secrets, the database's own among them."""
    needles = [each.encode() for each in secrets]
    return [
        str(path)
        for path in sorted(home.rglob("*"))
        if path.is_file() and any(needle in path.read_bytes() for needle in needles)
    ]


def every_secret(vendor: Simulator) -> list[str]:
    tokens = vendor.tokens
    return [tokens.client_secret, *tokens._access, *tokens._families]


def test_a_connection_by_consent_from_adding_to_mending_it(installation: Installation) -> None:
    vendor = simulator()
    installation.create_tenant()
    environment = {NAMES[name]: value for name, value in vendor.tokens.secrets.items()}
    told: list[Ran] = []
    with serve_in_thread(vendor.app) as running:
        half = add(installation, running.base_url, "client_secret", **environment)
        assert (half.code, half.json["error"]["field"]) == (2, "client_id")
        assert "client_id and client_secret" in half.json["error"]["hint"]

        told.append(add(installation, running.base_url, *NAMES, **environment))
        told.append(installation.claw("sync", "--json", CLAW_LOG_LEVEL="debug"))
        assert [ran.code for ran in told] == [0, 0], told[-1].err
        assert [each.grant_type for each in vendor.tokens.log] == ["refresh_token"]

        vendor.tokens.revoke()
        told.append(installation.claw("sync", "--json", CLAW_LOG_LEVEL="debug"))
        assert told[-1].code == 4
        error = told[-1].json["connections"][0]["error"]
        assert error["code"] == "auth_revoked"
        assert "claw connection rotate simpro --secret refresh_token=env:" in error["hint"]
        told.append(installation.claw("connection", "show", "simpro", "--json"))
        assert told[-1].json["way_in"] == "authorization_code"
        assert told[-1].json["reconnect"].startswith("auth_revoked: ")
        assert told[-1].json["reconnect_since"]

        told.append(
            installation.claw(
                "connection", "rotate", "simpro", "--json", *secret_options("refresh_token"),
                CONSENT=vendor.tokens.consent(),
            )
        )  # fmt: skip
        assert "reconnect" not in told[-1].json
        told.append(installation.claw("connection", "keep-alive", "--json"))
        assert told[-1].json == [
            {"tenant": "harbour", "connection": "simpro", "outcome": "renewed"}
        ]
    for secret in every_secret(vendor):
        assert not any(secret in ran.out + ran.err for ran in told)
    assert files_with(installation.home, every_secret(vendor)) == []


def test_the_simulator_prints_what_it_accepts(tmp_path: Path) -> None:
    started = Installation(home=tmp_path).start("simulate", "simpro", "--seed", "7")
    assert started.stdout is not None
    try:
        lines = [started.stdout.readline() for _ in range(5)]
    finally:
        started.terminate()
        started.communicate()
    words = [line.rsplit(" ", 1)[0] for line in lines[1:]]
    assert words == ["api key", "client id", "client secret", "refresh token"]
