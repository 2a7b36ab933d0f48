"""Whole rows as the vendor gives them, and the whole records they become.

Each file of ``src/claw/connectors/simpro/fixtures`` is one case. After a wanted change of
the mapping, ``CLAW_WRITE_FIXTURES=1 pytest`` on this module writes what is made now; read
the difference before committing it.
"""

import json
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

import claw.connectors.simpro as simpro
from claw.connectors.simpro.mapping import map_bundle
from claw.core.model.normalise import store_form
from claw_testing.simpro_bundles import bundle
from claw_testing.simpro_world import env, records_of

FIXTURES = sorted((Path(simpro.__file__).parent / "fixtures").glob("*.json"))


def made(case: dict[str, Any]) -> list[Any]:
    """The canonical records of a case, the primary one first."""
    result = map_bundle(
        bundle(case["primary"], **case["parts"]), env(case["zone"], **case.get("settings", {}))
    )
    return [msgspec.json.decode(store_form(record).canonical) for record in records_of(result)]


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_a_row_becomes_exactly_these_records(path: Path) -> None:
    case = json.loads(path.read_text(encoding="utf-8"))
    if os.environ.get("CLAW_WRITE_FIXTURES"):
        case["records"] = made(case)
        path.write_text(
            json.dumps(case, indent=2, ensure_ascii=False, sort_keys=False) + "\n", encoding="utf-8"
        )
        pytest.fail("written; read the difference, then run again without CLAW_WRITE_FIXTURES")
    assert made(case) == case["records"]


def test_every_kind_of_row_has_a_fixture() -> None:
    kinds = {json.loads(path.read_text(encoding="utf-8"))["primary"]["Type"] for path in FIXTURES}
    assert kinds == {"job", "quote", "lead", "activity"}
