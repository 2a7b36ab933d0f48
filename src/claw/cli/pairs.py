"""``key=value`` on the command line: settings, and secrets that never stand there themselves."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from claw.core.errors import InvalidInput


def settings_from(given: Sequence[str], field: str) -> dict[str, str]:
    """Settings by name; one that is given several times has an item a line.

    Raises:
        InvalidInput: without quoting the text, which may be a secret put here by mistake.
    """
    found: dict[str, str] = {}
    for key, value in _pairs(given, field):
        found[key] = f"{found[key]}\n{value}" if key in found else value
    return found


def secrets_from(given: Sequence[str]) -> dict[str, str]:
    """Secrets by name, read from where each text says they are. Raises InvalidInput."""
    return {key: _secret(key, spec) for key, spec in _pairs(given, "secret")}


def _pairs(given: Sequence[str], field: str) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for text in given:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise InvalidInput(
                f"{field} needs key=value",
                code="pair_invalid",
                field=field,
                hint="write key=value, without spaces around the equals sign",
            )
        pairs.append((key, value))
    return pairs


def _secret(key: str, spec: str) -> str:
    kind, _, argument = spec.partition(":")
    try:
        match kind:
            case "env" if argument in os.environ:
                value = os.environ[argument]
            case "file" if argument:
                value = Path(argument).read_text(encoding="utf-8")
            case "-" if not argument:
                value = sys.stdin.read()
            case _:
                raise InvalidInput(
                    f"the secret {key!r} is not given in a way that keeps it secret",
                    code="secret_source_invalid",
                    field=key,
                    hint=f"use --secret {key}=env:VARIABLE (set), {key}=file:PATH or {key}=-",
                )
    except OSError as error:
        raise InvalidInput(
            f"the file with the secret {key!r} cannot be read: {error.strerror}",
            code="secret_unreadable",
            field=key,
            hint="check the path and its permissions",
        ) from error
    if not value.strip():
        raise InvalidInput(
            f"the secret {key!r} is empty", code="secret_empty", field=key, hint="give its value"
        )
    return value.strip()
