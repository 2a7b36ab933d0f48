"""A sealed secret opens for its tenant and purpose only."""

from uuid import UUID

import pytest

from claw.core.errors import InstallationBroken
from claw.system.secret_box import AesGcmBox

ONE, OTHER = UUID(int=1), UUID(int=2)
KEY, NEW_KEY = b"k" * 32, b"n" * 32


def test_it_opens_what_it_sealed_and_never_seals_alike() -> None:
    box = AesGcmBox(KEY)
    sealed = box.seal(ONE, "api_key", "s3cr3t")
    assert box.open(ONE, "api_key", sealed) == "s3cr3t"
    assert sealed != box.seal(ONE, "api_key", "s3cr3t")
    assert b"s3cr3t" not in sealed


@pytest.mark.parametrize(
    ("tenant", "purpose", "key"),
    [(OTHER, "api_key", KEY), (ONE, "another", KEY), (ONE, "api_key", NEW_KEY)],
)
def test_it_opens_for_nobody_and_nothing_else(tenant: UUID, purpose: str, key: bytes) -> None:
    sealed = AesGcmBox(KEY).seal(ONE, "api_key", "s3cr3t")
    with pytest.raises(InstallationBroken) as caught:
        AesGcmBox(key).open(tenant, purpose, sealed)
    assert "s3cr3t" not in str(caught.value)


def test_while_rotating_the_key_before_still_opens() -> None:
    sealed = AesGcmBox(KEY).seal(ONE, "api_key", "s3cr3t")
    assert AesGcmBox(NEW_KEY, previous=KEY).open(ONE, "api_key", sealed) == "s3cr3t"
