"""Golden bytes: what a form of a document was when somebody last looked at it.

``CLAW_WRITE_GOLDENS=1`` writes them anew; the difference is then read in review.
"""

import os
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "golden"


def assert_golden(name: str, found: bytes) -> None:
    """Compare with the committed bytes of that name."""
    path = FOLDER / name
    if os.environ.get("CLAW_WRITE_GOLDENS"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(found)
    assert path.exists(), f"{name} was never written: run with CLAW_WRITE_GOLDENS=1"
    assert found.decode() == path.read_text(encoding="utf-8")
