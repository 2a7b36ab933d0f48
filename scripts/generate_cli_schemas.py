"""Write ``docs/schema/cli/``, the schema of each command's JSON, from the commands' types."""

import sys
from pathlib import Path

from claw.cli.documents import DOCUMENTS, schema_bytes

FOLDER = Path(__file__).parent.parent / "docs" / "schema" / "cli"


def main() -> int:
    """Write the files; remove those of documents that are no more."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in DOCUMENTS:
        FOLDER.joinpath(f"{name}.json").write_bytes(schema_bytes(name))
    for file in FOLDER.glob("*.json"):
        if file.stem not in DOCUMENTS:
            file.unlink()
    print(f"wrote {len(DOCUMENTS)} schemas to {FOLDER.name}/")
    return 0


if __name__ == "__main__":
    sys.exit(main())
