"""One promise of a connector, and what became of looking at it."""

from collections.abc import Awaitable, Callable
from typing import Literal

from msgspec import Struct

from claw.connect.conformance.harness import Harness
from claw.connect.conformance.subject import Subject

Outcome = Literal["passed", "failed", "exempt", "not_applicable"]
"""``exempt``: the author says in ``quality.toml`` why it does not hold. ``not_applicable``:
the manifest does not declare the capability that the check is about."""


class CheckFailed(AssertionError):
    """The connector broke the promise; the message says what was seen, never a secret."""


class NotApplicable(Exception):
    """The connector does not declare what this check looks at; the message says what."""


class Run(Struct, frozen=True, kw_only=True):
    """What a check is given. ``harness`` opens whole engines; adapter checks leave it alone."""

    subject: Subject
    harness: Harness


Body = Callable[[Run], Awaitable[None]]


class Check(Struct, frozen=True, kw_only=True):
    """A promise by its stable number (``C10``), in one sentence, and how it is looked at."""

    number: str
    title: str
    body: Body


class Result(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one check. ``detail`` says what was seen, or why it does not apply."""

    number: str
    title: str
    outcome: Outcome
    detail: str = ""


def expect(held: object, seen: str) -> None:
    """Raise :class:`CheckFailed` with what was seen unless the promise ``held``."""
    if not held:
        raise CheckFailed(seen)
