"""Every form of Bayside's morning, as the goldens hold it; run, it prints their hashes."""

import hashlib
from datetime import date

import msgspec

from claw.core.summaries.context import PublicHoliday
from claw.core.summaries.forms import FORMS, as_json, render
from claw.core.time import pin_tzdata
from claw_testing.bayside import (
    SAM,
    at,
    document,
    morning,
    noon,
    pack,
    snapshot_of,
    source,
    today,
)

_SUFFIX = {"text": "txt", "sms": "sms.txt", "markdown": "md", "html": "html"}


def forms() -> dict[str, bytes]:
    """Bytes by name of the golden file."""
    now, previous = morning()
    unread = source(connection="rooms", complete=False, covered_days=(), data_as_of=None)
    patchy = snapshot_of(today(), sources=(source(held_back=2), unread))
    read_at_noon = snapshot_of(
        noon(), taken_at=at("24 12:00"), sources=(source(data_as_of=at("24 11:50")),)
    )
    ahead = (
        PublicHoliday(date=date(2026, 11, 24), name="Harbour Day"),
        PublicHoliday(date=date(2026, 11, 30), name="Founders' Day"),
    )
    documents = {
        "owner": document(now, previous, holidays=ahead),
        "noon": document(read_at_noon, now),
        "dispatcher": document(now, previous, view="dispatcher"),
        "staff": document(now, previous, view="staff", audience=SAM),
        "patchy": document(patchy, stale=("field",)),
        "salon": document(now, previous, vertical="salon"),
    }
    found: dict[str, bytes] = {}
    for name, told in documents.items():
        words = pack(told.vertical)
        for form in FORMS:
            found[f"summary/2/{name}.{_SUFFIX[form]}"] = render(form, told, words).encode()
        encoded = msgspec.json.format(msgspec.json.encode(as_json(told)), indent=2)
        found[f"summary/2/{name}.json"] = encoded + b"\n"
    return found


if __name__ == "__main__":
    pin_tzdata()
    for each, body in forms().items():
        print(each, hashlib.sha256(body).hexdigest())
