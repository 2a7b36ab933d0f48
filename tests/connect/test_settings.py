"""Checking a connection's settings."""

import pytest

from claw.connect.settings import check_settings, setting_items
from claw.core.errors import InvalidInput
from claw.ports.manifest import Manifest

KEY = {"api_key": "k-1"}


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("https://acme.example", "https://acme.example"),
        ("  HTTPS://Acme.Example/ ", "https://acme.example"),
        ("acme.example", "https://acme.example"),
        ("https://acme.example:443", "https://acme.example"),
        ("https://acme.example:8443", "https://acme.example:8443"),
        ("https://acme.example/api/v1.0", "https://acme.example"),
        ("https://acme.example/api/v1.0/", "https://acme.example"),
        ("https://acme.example/api/v1.0/API/V1.0/", "https://acme.example"),
    ],
)
def test_an_origin_is_stored_in_one_form(manifest: Manifest, given: str, stored: str) -> None:
    assert check_settings(manifest, {"base_url": given}, KEY)["base_url"] == stored


@pytest.mark.parametrize(
    "given",
    [
        "http://acme.example",
        "ftp://acme.example",
        "https://",
        "https://acme.example/login",
        "https://acme.example/?a=1",
        "https://user:pw@acme.example",
        "https://acme.example:port",
        "https://[",
        "https://ac me.example",
        "https://127.0.0.1",
        "https://localhost",
        "https://169.254.169.254",
        "https://10.0.0.1",
        "https://[::1]",
    ],
)
def test_an_address_that_is_no_public_origin_is_refused(manifest: Manifest, given: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        check_settings(manifest, {"base_url": given}, KEY)
    assert raised.value.field == "base_url"


def test_plain_http_is_for_this_machine_only_and_only_where_allowed(manifest: Manifest) -> None:
    def check(address: str) -> str:
        settings = {"base_url": address}
        return check_settings(manifest, settings, KEY, allow_plain_http_loopback=True)["base_url"]

    assert check("http://127.0.0.1:8123/") == "http://127.0.0.1:8123"
    assert check("http://localhost:8123") == "http://localhost:8123"
    assert check("http://[::1]:8123") == "http://[::1]:8123"
    for address in ("http://acme.example", "http://10.0.0.1"):
        with pytest.raises(InvalidInput):
            check(address)


@pytest.mark.parametrize(
    ("settings", "secrets", "field"),
    [
        ({}, KEY, "base_url"),
        ({"base_url": "https://a.example"}, {}, "api_key"),
        ({"base_url": "https://a.example"}, {"api_key": "two words"}, "api_key"),
        ({"base_url": "https://a.example"}, {"api_key": "k\r\nX: y"}, "api_key"),
        ({"base_url": "https://a.example", "api_key": "k"}, KEY, "api_key"),
        ({"base_url": "https://a.example", "colour": "red"}, KEY, "colour"),
        ({"base_url": "https://a.example"}, {**KEY, "zone": "x"}, "zone"),
        ({"base_url": "https://a.example", "requests_per_second": "x"}, KEY, "requests_per_second"),
        ({"base_url": "https://a.example", "requests_per_second": "0"}, KEY, "requests_per_second"),
        (
            {"base_url": "https://a.example", "requests_per_second": "11"},
            KEY,
            "requests_per_second",
        ),
        ({"base_url": "https://a.example", "zone": "Nowhere/Land"}, KEY, "zone"),
    ],
)
def test_a_bad_setting_is_named(
    manifest: Manifest, settings: dict[str, str], secrets: dict[str, str], field: str
) -> None:
    with pytest.raises(InvalidInput) as raised:
        check_settings(manifest, settings, secrets)
    assert raised.value.field == field
    assert "two words" not in raised.value.message


def test_defaults_are_filled_in_blanks_are_absent_and_secrets_stay_out(manifest: Manifest) -> None:
    given = {"base_url": "https://a.example", "zone": " "}
    assert check_settings(manifest, given, KEY) == {
        "base_url": "https://a.example",
        "requests_per_second": "4",
    }


def test_a_list_is_kept_with_an_item_a_line(manifest: Manifest) -> None:
    given = {"base_url": "https://a.example", "placeholder_staff": "Training, On call ,\nSpare"}
    stored = check_settings(manifest, given, KEY)["placeholder_staff"]
    assert setting_items(stored) == ("Training", "On call", "Spare")
