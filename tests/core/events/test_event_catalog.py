"""Every type of event is registered, told somewhere, described, and carries no person."""

import ast
from pathlib import Path
from typing import get_args, get_origin, get_type_hints

import msgspec
import pytest

import claw.engine
from claw.core.events.catalog import LOGGED
from claw.core.events.letters import UNLOGGED
from claw.core.events.registry import KINDS, EventData, event, type_of
from claw.core.events.schemas import TYPES, event_schema

ENGINE = Path(claw.engine.__file__).parent
ROOT = Path(__file__).parents[3]
PLAIN = (str, int, bool, type(None))


def _named_in_the_engine() -> set[str]:
    """Every name that the engine's code uses, its imports apart."""
    used: set[str] = set()
    for file in ENGINE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Name):
                used.add(node.id)
    return used


def test_every_registered_type_is_told_somewhere() -> None:
    used = _named_in_the_engine()
    assert [name for name, kind in KINDS.items() if kind.__name__ not in used] == []


def test_what_is_told_is_registered_or_it_cannot_be_told() -> None:
    class Stray(EventData, frozen=True, kw_only=True):
        """Registered by nobody."""

    with pytest.raises(KeyError):
        type_of(Stray())


@pytest.mark.parametrize("name", ["claw.sync.finished.v1", "claw.Sync.done.v1", "claw.sync", ""])
def test_a_name_that_is_taken_or_no_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="cannot name"):
        event(name)


@pytest.mark.parametrize("name", TYPES)
def test_schemas_are_the_committed_ones(name: str) -> None:
    committed = ROOT / "docs" / "schema" / "events" / f"{name}.json"
    assert committed.read_bytes() == event_schema(name), "run scripts/generate_event_schemas.py"


def test_no_schema_is_of_a_type_that_is_no_more() -> None:
    files = {file.stem for file in (ROOT / "docs" / "schema" / "events").glob("*.json")}
    assert files == set(TYPES)


def test_the_reference_names_every_type() -> None:
    page = (ROOT / "docs" / "reference" / "events.md").read_text(encoding="utf-8")
    assert [name for name in TYPES if f"`{name}`" not in page] == []


@pytest.mark.parametrize("name", LOGGED)
def test_the_log_carries_names_counts_and_reasons_alone(name: str) -> None:
    kind = KINDS[name]
    assert kind.__doc__
    for hint in get_type_hints(kind).values():
        leaves = get_args(hint) if get_origin(hint) is not None else (hint,)
        assert all(leaf in PLAIN or isinstance(leaf, str) for leaf in leaves), hint
    fields = {field.name for field in msgspec.structs.fields(kind)}
    assert not fields & {"address", "email", "phone", "customer", "text", "url", "actor", "title"}


def test_what_stands_in_no_log_is_not_among_what_does() -> None:
    assert not set(LOGGED) & set(UNLOGGED)
    assert {*LOGGED, *UNLOGGED} == set(KINDS)
