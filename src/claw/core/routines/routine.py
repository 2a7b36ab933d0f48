"""A routine: a task, when it recurs, in which zone, and for whom."""

import re
from typing import Literal, TypeAlias

from msgspec import Struct

from claw.core.errors import InvalidInput
from claw.core.time import Recurrence

SUMMARY_LATEST_SECONDS = 6 * 3600
"""A morning summary is worth sending until noon, and no longer."""

GRACE_SECONDS = 300
"""How late something may be and still count as on time for ``catch_up="none"``."""

CatchUp: TypeAlias = Literal["none", "latest", "all"]
View: TypeAlias = Literal["owner", "dispatcher", "staff"]
Channel: TypeAlias = Literal["console", "email", "sms", "webhook"]

_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")
_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


class SummaryTask(Struct, frozen=True, kw_only=True, tag="summary"):
    """Take a snapshot and tell what the occurrence's date holds.

    ``audience`` is the reference of the resource that a staff view is for.
    """

    view: View = "owner"
    audience: str | None = None


class Target(Struct, frozen=True, kw_only=True):
    """Where a result goes: a channel, and the address on it (none for ``console``)."""

    channel: Channel
    address: str = ""


class Lateness(Struct, frozen=True, kw_only=True):
    """What becomes of an occurrence that was not run in time.

    ``none`` runs it within ``grace_seconds`` or not at all; ``latest`` runs the newest one
    that is at most ``most_seconds`` late; ``all`` runs each of those, oldest first.
    """

    catch_up: CatchUp = "latest"
    grace_seconds: int = GRACE_SECONDS
    most_seconds: int = SUMMARY_LATEST_SECONDS


class Routine(Struct, frozen=True, kw_only=True):
    """What a tenant wants done. ``zone`` None: the tenant's own, also after it moves."""

    name: str
    recurrence: Recurrence
    zone: str | None
    task: SummaryTask
    targets: tuple[Target, ...]
    lateness: Lateness = Lateness()


def check_routine_name(name: str, *, field: str = "name") -> str:
    """Return a name that can be typed and stand in a path.

    Raises:
        InvalidInput: otherwise.
    """
    if _NAME.fullmatch(name):
        return name
    raise InvalidInput(
        f"{name!r} cannot name a routine",
        code="name_invalid",
        field=field,
        hint="use a-z, 0-9 and -, beginning with a letter, at most 31 characters",
    )


def parse_target(text: str, *, field: str = "deliver") -> Target:
    """Read ``console``, ``email:a@b.example``, ``sms:+61…`` or ``webhook:NAME``.

    A webhook is named, never given as a URL: its secret and its URL belong together.

    Raises:
        InvalidInput: without quoting the address, which may be personal.
    """
    channel, _, address = text.strip().partition(":")
    if channel == "email" and not (address.isascii() and address.isprintable()):
        raise InvalidInput(
            "this mail address has a character that mail servers need not take",
            code="target_invalid",
            field=field,
            hint="use letters without accents, digits and signs; a domain in its xn-- form",
        )
    match channel:
        case "console" if not address:
            return Target(channel="console")
        case "email" if _EMAIL.fullmatch(address):
            return Target(channel="email", address=address)
        case "sms" if _E164.fullmatch(address):
            return Target(channel="sms", address=address)
        case "webhook" if _NAME.fullmatch(address):
            return Target(channel="webhook", address=address)
        case _:
            pass
    known = channel if channel in ("console", "email", "sms", "webhook") else None
    raise InvalidInput(
        f"this is no address for {known}" if known else "this is no way to deliver",
        code="target_invalid",
        field=field,
        hint="write console, email:owner@example.com, sms:+61491570006 or webhook:NAME",
    )
