"""Write ``docs/schema/events/``, the schema of each type of event, from the types."""

import sys
from pathlib import Path

from claw.core.events.schemas import TYPES, event_schema

FOLDER = Path(__file__).parent.parent / "docs" / "schema" / "events"


def main() -> int:
    """Write the files; remove those of types that are no more."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in TYPES:
        FOLDER.joinpath(f"{name}.json").write_bytes(event_schema(name))
    for file in FOLDER.glob("*.json"):
        if file.stem not in TYPES:
            file.unlink()
    print(f"wrote {len(TYPES)} schemas to {FOLDER.name}/")
    return 0


if __name__ == "__main__":
    sys.exit(main())
