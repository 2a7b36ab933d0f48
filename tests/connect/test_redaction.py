"""What a source said, made fit to be shown."""

import pytest

from claw.connect.redaction import safe_excerpt
from claw_testing.acme import TOKEN
from claw_testing.edge import edge


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b'{"errors":[{"path":"/Field","message":"bad","value":"Jane"}]}', "/Field: bad"),
        (b'{"status":"error","data":{"errors":[{"message":"no"}]}}', "no"),
        (b'[{"path":"/A","message":"a"},{"message":"b"}]', "/A: a; b"),
        (b'["a","b"]', "a; b"),
        (
            b'{"error":"invalid_grant","error_description":"Invalid refresh token"}',
            "Invalid refresh token",
        ),
        (b'{"error":"invalid_grant"}', "invalid_grant"),
        (b'{"message":"Invalid route."}', "Invalid route."),
        (b"Gateway down", "Gateway down"),
        (b"<html><style>p{}</style><h1>503</h1>\n<p>Busy &amp; late</p></html>", "503 Busy & late"),
        (b"\xff\x00bad", "\ufffd bad"),
        (b"", ""),
    ],
)
def test_every_shape_of_complaint_is_read(body: bytes, shown: str) -> None:
    assert safe_excerpt(body) == shown


@edge("simpro:60")
@pytest.mark.parametrize(
    "body",
    [
        f'{{"header":{{"Authorization":"Bearer {TOKEN}"}},"data":1}}',
        f"Authorization: Bearer {TOKEN}\r\nHost: a",
        f'{{\\"Authorization\\": \\"Bearer {TOKEN}\\"}}',
        f'{{"errors":[{{"message":"token {TOKEN} is bad","path":"{TOKEN}"}}]}}',
        f"access_token={TOKEN}&x=1",
        "x" * 2040 + TOKEN,
    ],
)
def test_no_echo_of_the_credential_is_shown(body: str) -> None:
    assert TOKEN[:6] not in safe_excerpt(body.encode(), (TOKEN,))


def test_a_credential_that_is_not_ours_is_not_shown_either() -> None:
    assert "sk-other" not in safe_excerpt(b'{"message":"Bearer sk-other was refused"}')


@pytest.mark.parametrize("phone", ["0412 345 678", "(02) 9345 1234", "0412.345.678"])
def test_people_are_not_shown(phone: str) -> None:
    said = safe_excerpt(f'{{"message":"jane@home.example or {phone} exists"}}'.encode())
    assert "jane" not in said
    assert "345" not in said


def test_an_excerpt_has_at_most_2_kb() -> None:
    assert len(safe_excerpt("é".encode() * 100_000).encode()) <= 2048
    assert len(safe_excerpt(b'{"message":"' + b"a" * 100_000 + b'"}')) <= 2048
