"""Settings that cannot be used name their variable, and never quote what it holds."""

from pathlib import Path

import pytest

from claw.core.errors import InvalidInput
from claw.settings import load_settings, unsafe_settings
from claw.system.clocks import clock_from


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://app:s3cret/x@db/claw", "cannot be read as a URL"),
        ("postgresql://app:s3cret@db:70000000/claw", "cannot be read as a URL"),
        ("postgresql://app:pw@[s3cret]/claw", "cannot be read as a URL"),
        ("postgresql://app:pw@db/claw?sslmode=s3cret", "sslmode must be one of"),
        ("mysql://app:s3cret@db/claw", "must be a postgresql:// URL"),
    ],
)
def test_a_database_url_that_cannot_be_used_is_named_and_not_quoted(
    monkeypatch: pytest.MonkeyPatch, url: str, said: str
) -> None:
    monkeypatch.setenv("CLAW_DATABASE_URL", url)
    with pytest.raises(InvalidInput) as refused:
        load_settings()
    assert refused.value.field == "CLAW_DATABASE_URL"
    assert said in refused.value.message
    assert "s3cret" not in f"{refused.value.message}{refused.value.hint}"
    assert refused.value.__suppress_context__


def test_a_secret_file_that_is_no_text_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "key").write_bytes(b"\xff\xfe\x00")
    monkeypatch.setenv("CLAW_SECRET_KEY_FILE", str(tmp_path / "key"))
    with pytest.raises(InvalidInput) as refused:
        load_settings()
    assert refused.value.field == "CLAW_SECRET_KEY_FILE"


@pytest.mark.parametrize(
    "setting", ["offset:99999999999999", "offset:+-5", "offset:²", "offset:", "tomorrow"]
)
def test_a_clock_that_cannot_be_is_refused(setting: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        clock_from(setting)
    assert refused.value.field == "CLAW_CLOCK"


@pytest.mark.parametrize("setting", ["offset:-9999999999", "offset:+9999999999"])
def test_every_offset_that_is_accepted_gives_an_instant(setting: str) -> None:
    assert 1700 < clock_from(setting).now().year < 2400


def test_a_clock_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "now").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidInput) as refused:
        clock_from(f"file:{tmp_path / 'now'}").now()
    assert refused.value.field == "CLAW_CLOCK"


@pytest.mark.parametrize(("env", "unsafe"), [("prod", True), ("dev", False), ("test", False)])
def test_webhooks_to_private_addresses_are_for_development_alone(
    monkeypatch: pytest.MonkeyPatch, env: str, unsafe: bool
) -> None:
    monkeypatch.setenv("CLAW_ENV", env)
    monkeypatch.setenv("CLAW_WEBHOOK_ALLOW_PRIVATE", "1")
    found = {variable for variable, _, _ in unsafe_settings(load_settings())}
    assert ("CLAW_WEBHOOK_ALLOW_PRIVATE" in found) is unsafe


@pytest.mark.parametrize("sender", ["t\u0101nia@example.org", "Claw\n <claw@example.org>"])
def test_a_sender_that_no_mail_server_need_take_is_refused(
    monkeypatch: pytest.MonkeyPatch, sender: str
) -> None:
    monkeypatch.setenv("CLAW_SMTP_URL", "smtp://localhost:1025")
    monkeypatch.setenv("CLAW_MAIL_FROM", sender)
    with pytest.raises(InvalidInput) as refused:
        load_settings()
    assert refused.value.field == "CLAW_MAIL_FROM"
