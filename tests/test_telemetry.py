"""No secret and nothing personal reaches a log."""

import io
import json

import pytest

from claw.telemetry import configure_logs, logger, mask_text, trace


@pytest.mark.parametrize(
    ("text", "leaks"),
    [
        ("Authorization: Bearer abc.def-123", "abc.def"),
        ("GET /x?api_key=s3cr3t&page=2", "s3cr3t"),
        ("postgresql://claw:hunter2@db.example/claw", "hunter2"),
        ("call +61 491 570 006 now", "570"),
        ("call (02) 9977 1234 now", "9977"),
        ("call (+61) 2 9977-1234 now", "9977"),
        ("mobile 0412.345.678.", "345"),
        ("mobile +61.412.345.678", "345"),
        ("mail mina@example.com", "mina"),
    ],
)
def test_what_looks_like_a_secret_or_a_person_is_masked(text: str, leaks: str) -> None:
    assert leaks not in mask_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-24T19:00:00Z",
        "2026-11-24 19:00:00",
        "sha256:0123456789ab",
        "schedule:982400",
        "10 requests",
        "192.168.100.200:5432",
        "0.123456789 s",
        "asyncpg 0.31.0",
    ],
)
def test_what_an_operator_needs_stays(text: str) -> None:
    assert mask_text(text) == text


def test_a_log_line_is_json_with_the_trace_id_and_no_secret() -> None:
    stream = io.StringIO()
    configure_logs(format_="json", level="info", stream=stream)
    with trace("ab" * 16):
        logger().warning("sync", api_key="s3cr3t", nested={"email": "mina@example.com"}, rows=3)
    line = json.loads(stream.getvalue())
    assert line["trace_id"] == "ab" * 16
    assert line["rows"] == 3
    assert "s3cr3t" not in stream.getvalue()
    assert "mina" not in stream.getvalue()
