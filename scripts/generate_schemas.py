"""Write the committed JSON Schema of the canonical model from its types.

Usage: python scripts/generate_schemas.py [--check]

With ``--check`` nothing is written and the exit code is 1 when the file has drifted.
"""

import sys
from pathlib import Path

from claw.core.model.records import SCHEMA
from claw.core.model.schema import json_schema_bytes

_FOLDER = Path(__file__).parent.parent / "docs" / "schema"


def schema_file() -> Path:
    """Where the schema of the current version is committed."""
    return _FOLDER / f"{SCHEMA.replace('/', '.')}.json"


def main() -> int:
    """Write or check the file; returns the exit code."""
    path, generated = schema_file(), json_schema_bytes()
    if "--check" in sys.argv[1:]:
        if path.exists() and path.read_bytes() == generated:
            return 0
        print(f"{path} has drifted: run python {Path(__file__).name}", file=sys.stderr)
        return 1
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(generated)
    print(f"wrote {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
