"""What the vendor's words mean: kind, status, and the tenant's own explanations. Pure.

Every build names its own statuses and activities, so what a tenant says of them wins; what
is neither said nor documented is unknown.
"""

from collections.abc import Set
from typing import cast

from msgspec import UNSET, UnsetType

from claw.connect import MapEnv
from claw.connect.settings import setting_items
from claw.connect.text import one_line
from claw.connectors.simpro.wire import Activity, Schedule, Work, kind_of
from claw.core.model.records import AppointmentKind, AppointmentStatus

_KINDS: dict[str, AppointmentKind] = {
    "job": "visit",
    "quote": "consultation",
    "lead": "consultation",
    "activity": "absence",
}
_STATUSES: dict[tuple[str, str], AppointmentStatus] = {
    ("job", "pending"): "confirmed",
    ("job", "progress"): "confirmed",
    ("job", "complete"): "completed",
    ("job", "invoiced"): "completed",
    ("job", "archived"): "completed",
    ("quote", "inprogress"): "confirmed",
    ("quote", "complete"): "completed",
    ("quote", "approved"): "completed",
    ("lead", "open"): "confirmed",
    ("lead", "closed"): "completed",
}


def kind_in(row: Schedule, activity: Activity | None, env: MapEnv) -> AppointmentKind:
    """What it is to the customer.

    Time that is no customer's is an absence, whatever it is called and whoever pays for
    it, unless the tenant says otherwise of the activity, by its number or its name.
    """
    kind = kind_of(row)
    if kind == "activity" and activity is not None:
        known = {str(activity.id), one_line(activity.name or "").casefold()}
        meaning = configured("activity_map", known, env)
        if meaning is not None:
            return cast("AppointmentKind", meaning)  # the manifest's pattern lists them
    return _KINDS.get(kind, "other")


def configured(setting: str, known: Set[str], env: MapEnv) -> str | None:
    """What a setting of ``name or number = meaning`` says of what is known by these words."""
    for item in setting_items(env.settings.get(setting, "")):
        name, _, meaning = item.rpartition("=")
        if one_line(name).casefold() in known:
            return meaning.strip()
    return None


def status_in(row: Schedule, work: Work | None, env: MapEnv) -> AppointmentStatus:
    """The status, by the tenant's word, else by the documented stage; never a guess."""
    kind = kind_of(row)
    if kind == "activity":
        return "confirmed"
    if work is None:
        return "unknown"
    said = _configured_status(work, env)
    if said is not None:
        return said
    if kind == "quote" and work.is_closed:
        return "completed"
    stage = (work.stage or "").replace(" ", "").lower()
    return _STATUSES.get((kind, stage), "unknown")


def _configured_status(work: Work, env: MapEnv) -> AppointmentStatus | None:
    """What the tenant says this build's own status means, by its number or its name."""
    if work.status is None:
        return None
    known = {str(work.status.id), one_line(str(work.status.name or "")).casefold()}
    return cast("AppointmentStatus | None", configured("status_map", known, env))


def source_status(work: Work | None) -> str | UnsetType:
    """The stage and the build's own name for the status, as the source writes them."""
    if work is None:
        return UNSET
    name = work.status.name if work.status else None
    said = [one_line(str(word)) for word in (work.stage, name) if word not in (None, "")]
    return " / ".join(said) or UNSET
