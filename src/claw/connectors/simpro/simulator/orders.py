"""What the control endpoints take. ``company`` is the main one unless given."""

import datetime

import msgspec


class Move(msgspec.Struct, forbid_unknown_fields=True):
    """``POST move``: any of date, first start (``HH:MM``) and staff."""

    id: int
    date: datetime.date | None = None
    start: str | None = None
    staff: int | None = None
    company: int = 2


class Reassign(msgspec.Struct, forbid_unknown_fields=True):
    """``POST reassign``: null staff leaves the row to nobody."""

    id: int
    staff: int | None
    company: int = 2


class Delete(msgspec.Struct, forbid_unknown_fields=True):
    """``POST delete``."""

    id: int
    company: int = 2


class Split(msgspec.Struct, forbid_unknown_fields=True):
    """``POST split``: break off at one wall time, resume at another."""

    id: int
    at: str
    resume: str
    company: int = 2


class Cancel(msgspec.Struct, forbid_unknown_fields=True):
    """``POST cancel``: a job to another stage."""

    job: int
    stage: str = "Archived"
    company: int = 2


class AddSchedule(msgspec.Struct, forbid_unknown_fields=True):
    """``POST add_schedule``: ``blocks`` are pairs of wall times."""

    date: datetime.date
    blocks: list[tuple[str, str]]
    job: int
    kind: str = "job"
    staff: int | None = None
    notes: str = ""
    company: int = 2


class AddMobileStatus(msgspec.Struct, forbid_unknown_fields=True):
    """``POST add_mobile_status``: when it was tapped and when the build heard of it."""

    staff: int
    job: int
    status: str
    at: str | None = None
    logged: str | None = None
    bundle: bool = False
    kind: str = "job"
    company: int = 2


class SetTime(msgspec.Struct, forbid_unknown_fields=True):
    """``POST set_time``: stamp later changes from this wall time of ``today`` on."""

    to: str
    company: int = 2


class SetContact(msgspec.Struct, forbid_unknown_fields=True):
    """``POST set_contact_phone``: null leaves a number as it is."""

    id: int
    mobile: str | None = None
    landline: str | None = None
    company: int = 2


class Twin(msgspec.Struct, forbid_unknown_fields=True):
    """``POST twin``: a second row at the same time for the same staff, of another job."""

    id: int
    company: int = 2


class AddTimelineEntry(msgspec.Struct, forbid_unknown_fields=True):
    """``POST add_timeline_entry``: what else happened to a job; null staff is nobody."""

    job: int
    type: str
    message: str
    staff: int | None = None
    company: int = 2


class Subscribe(msgspec.Struct, forbid_unknown_fields=True):
    """``POST subscribe``: a webhook to an address of this machine; no events means all."""

    url: str
    secret: str
    events: tuple[str, ...] = ()
    name: str = "Webhook"
    company: int = 2


class Webhook(msgspec.Struct, forbid_unknown_fields=True):
    """``POST probe``, ``POST ping``: which subscription; ``body`` is the ping's."""

    id: int
    body: str = ""
    company: int = 2


class Burst(msgspec.Struct, forbid_unknown_fields=True):
    """``POST burst``: so many events of one job."""

    job: int
    count: int = 50
    company: int = 2


class Nothing(msgspec.Struct, forbid_unknown_fields=True):
    """An operation that takes nothing."""


class Faults(msgspec.Struct, forbid_unknown_fields=True):
    """``POST faults``: lifts what is set (unless ``keep``), then sets these."""

    set: list[str] = []
    keep: bool = False
