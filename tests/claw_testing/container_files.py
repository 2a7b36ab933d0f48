"""The Dockerfile and the compose files, read as far as their rules need it."""

import re
from copy import deepcopy
from pathlib import Path
from typing import Any, NamedTuple

import yaml

ROOT = Path(__file__).resolve().parents[2]
OVERLAYS = ("compose.dev.yaml", "compose.prod.yaml")


class Instruction(NamedTuple):
    """One instruction of a Dockerfile, its continuation lines joined."""

    name: str
    rest: str


def dockerfile() -> list[Instruction]:
    """The instructions in order, without comments."""
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    text = "\n".join(line for line in lines if not line.lstrip().startswith("#"))
    joined = re.sub(r"\\\n\s*", " ", text)
    found = (line.partition(" ") for line in joined.splitlines() if line.strip())
    return [Instruction(name.upper(), rest.strip()) for name, _, rest in found]


def last_stage() -> list[Instruction]:
    """The instructions of the stage that ships."""
    instructions = dockerfile()
    begin = max(i for i, (name, _) in enumerate(instructions) if name == "FROM")
    return instructions[begin:]


def composed(*overlays: str) -> dict[str, Any]:
    """compose.yaml with overlays laid over it, mappings merged and lists joined."""
    result: dict[str, Any] = {}
    for name in ("compose.yaml", *overlays):
        result = _merge(result, yaml.safe_load((ROOT / name).read_text()))
    return result


def _merge(below: Any, above: Any) -> Any:
    if isinstance(below, dict) and isinstance(above, dict):
        return {
            **below,
            **{k: _merge(below[k], v) if k in below else deepcopy(v) for k, v in above.items()},
        }
    # A command is replaced, lists of ports and networks grow; nothing here overrides a command.
    if isinstance(below, list) and isinstance(above, list):
        return [*below, *above]
    return deepcopy(above)
