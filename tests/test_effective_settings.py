"""Settings that cannot be used name their variable, and never quote what it holds."""

import pytest

from claw.core.errors import InvalidInput
from claw.settings import load_settings


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
