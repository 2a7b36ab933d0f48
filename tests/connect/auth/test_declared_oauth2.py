"""What a manifest may declare of OAuth 2."""

import pytest

from claw.connect.manifest import load_manifest
from claw.core.errors import InvalidInput
from claw_testing.acme import MANIFEST

OAUTH2 = """
[auth.oauth2]
token_path = "/oauth2/token"
grants = ["client_credentials", "authorization_code"]
client_id = "client_id"
client_secret = "client_secret"
refresh_token = "refresh_token"
refresh_ttl_days = 14
rotates = true
"""
SECRETS = "".join(
    f'[[settings]]\nname = "{name}"\ntitle = "{name}"\nsecret = true\n'
    for name in ("client_id", "client_secret", "refresh_token")
)
WHOLE = (
    MANIFEST.decode()
    .replace('secret = "api_key"\n', 'secret = "api_key"\n' + OAUTH2)
    .replace('title = "Key"\nsecret = true\nrequired = true\n', 'title = "Key"\nsecret = true\n')
    .replace("[[reads]]", f"{SECRETS}\n[[reads]]", 1)
)


def test_a_key_and_both_grants_may_be_declared_together() -> None:
    spec = load_manifest(WHOLE.encode()).auth.oauth2
    assert spec is not None
    assert spec.secrets() == ("client_id", "client_secret", "refresh_token")
    assert (spec.keep_alive_hours, spec.access_ttl_seconds) == (24, 3600)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('"/oauth2/token"', '"https://elsewhere.example/token"', "auth.oauth2.token_path"),
        ('"/oauth2/token"', '"//elsewhere.example/token"', "auth.oauth2.token_path"),
        ('"/oauth2/token"', '"oauth2/token"', "auth.oauth2.token_path"),
        ('"/oauth2/token"', '"/oauth2/../token"', "auth.oauth2.token_path"),
        ('"/oauth2/token"', '"/oauth2/token?grant=x"', "auth.oauth2.token_path"),
        ('"/oauth2/token"', '"/{company}/token"', "auth.oauth2.token_path"),
        (', "authorization_code"]', ', "password"]', "auth.oauth2.grants[1]"),
        ('["client_credentials", "authorization_code"]', "[]", "auth.oauth2.grants"),
        (
            '["client_credentials", "authorization_code"]',
            '["authorization_code", "authorization_code"]',
            "auth.oauth2.grants",
        ),
        ('refresh_token = "refresh_token"\n', "", "auth.oauth2.refresh_token"),
        (', "authorization_code"]', "]", "auth.oauth2.refresh_token"),
        ('client_id = "client_id"', 'client_id = "zone"', "auth.oauth2"),
        ('client_id = "client_id"', 'client_id = "client_secret"', "auth.oauth2"),
        ('client_id = "client_id"', 'client_id = "api_key"', "auth.oauth2"),
        ('"Key"\nsecret = true', '"Key"\nrequired = true\nsecret = true', "auth.oauth2"),
        ("rotates = true", "keep_alive_hours = 0", "auth.oauth2.keep_alive_hours"),
        ("rotates = true", "keep_alive_hours = 169", "auth.oauth2.keep_alive_hours"),
        ("refresh_ttl_days = 14", "refresh_ttl_days = 1", "auth.oauth2.keep_alive_hours"),
        ("refresh_ttl_days = 14", "refresh_ttl_days = 0", "auth.oauth2.refresh_ttl_days"),
        ("rotates = true", "access_ttl_seconds = 0", "auth.oauth2.access_ttl_seconds"),
        ("rotates = true", "rotates = true\nscope = 1", "auth.oauth2"),
        ('kind = "bearer"\nsecret', 'kind = "none"\nsecret', "auth.secret"),
        ('kind = "bearer"\nsecret = "api_key"', 'kind = "none"', "auth.oauth2"),
    ],
)  # fmt: skip
def test_a_bad_declaration_is_refused_with_the_key_at_fault(old: str, new: str, field: str) -> None:
    assert old in WHOLE
    with pytest.raises(InvalidInput) as raised:
        load_manifest(WHOLE.replace(old, new).encode())
    assert raised.value.field == field


def test_tokens_may_be_the_only_way_in() -> None:
    only = WHOLE.replace('kind = "bearer"\nsecret = "api_key"\n', 'kind = "bearer"\n')
    assert load_manifest(only.encode()).auth.secret is None


def test_bearer_without_a_secret_or_tokens_is_refused() -> None:
    neither = MANIFEST.decode().replace('secret = "api_key"\n', "")
    with pytest.raises(InvalidInput) as raised:
        load_manifest(neither.encode())
    assert raised.value.field == "auth.secret"
