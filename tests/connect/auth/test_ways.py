"""Which way in a connection's secrets choose."""

import pytest

from claw.connect.auth.ways import complete_sets, way_of
from claw.core.errors import InvalidInput
from claw.ports.manifest import AuthSpec, OAuth2Spec

SPEC = OAuth2Spec(
    token_path="/oauth2/token",
    grants=("client_credentials", "authorization_code"),
    client_id="client_id",
    client_secret="client_secret",
    refresh_token="refresh_token",
)
EVERY_WAY = AuthSpec(kind="bearer", secret="api_key", oauth2=SPEC)
CONSENT_ONLY = AuthSpec(
    kind="bearer",
    oauth2=OAuth2Spec(
        token_path="/token",
        grants=("authorization_code",),
        client_id="client_id",
        client_secret="client_secret",
        refresh_token="refresh_token",
    ),
)
KEY_ONLY = AuthSpec(kind="bearer", secret="api_key")


def given(*names: str) -> dict[str, str]:
    return dict.fromkeys(names, "value")


@pytest.mark.parametrize(
    ("auth", "names", "way"),
    [
        (KEY_ONLY, ("api_key",), "static"),
        (EVERY_WAY, ("api_key",), "static"),
        (EVERY_WAY, ("client_id", "client_secret"), "client_credentials"),
        (EVERY_WAY, ("client_id", "client_secret", "refresh_token"), "authorization_code"),
        (CONSENT_ONLY, ("client_id", "client_secret", "refresh_token"), "authorization_code"),
        (AuthSpec(kind="none"), (), "none"),
    ],
)
def test_complete_secrets_choose_their_way(
    auth: AuthSpec, names: tuple[str, ...], way: str
) -> None:
    assert way_of(auth, given(*names)) == way


@pytest.mark.parametrize(
    ("auth", "names", "field", "said"),
    [
        (KEY_ONLY, (), "api_key", "required"),
        (EVERY_WAY, (), "api_key", "required"),
        (EVERY_WAY, ("api_key", "client_id"), "client_id", "together with api_key"),
        (EVERY_WAY, ("api_key", "refresh_token"), "refresh_token", "together with api_key"),
        (EVERY_WAY, ("client_id",), "client_secret", "client_id needs it"),
        (EVERY_WAY, ("client_secret",), "client_id", "client_secret needs it"),
        (EVERY_WAY, ("refresh_token",), "client_id", "refresh_token needs it"),
        (EVERY_WAY, ("client_id", "refresh_token"), "client_secret", "needs it"),
        (CONSENT_ONLY, (), "client_id", "required"),
        (CONSENT_ONLY, ("client_id", "client_secret"), "refresh_token", "required"),
    ],
)
def test_a_wrong_mix_names_the_secret_and_the_sets_that_work(
    auth: AuthSpec, names: tuple[str, ...], field: str, said: str
) -> None:
    with pytest.raises(InvalidInput) as raised:
        way_of(auth, given(*names))
    assert (raised.value.field, raised.value.code) == (field, "setting_invalid")
    assert said in raised.value.message
    for names in complete_sets(auth):
        assert " and ".join(names) in (raised.value.hint or "")


def test_a_blank_secret_is_none() -> None:
    secrets = {**given("client_id", "client_secret"), "api_key": " ", "refresh_token": ""}
    assert way_of(EVERY_WAY, secrets) == "client_credentials"
