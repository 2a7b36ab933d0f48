"""Puts Snips on the suite's stage, and says where the fixtures are."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from starlette.types import ASGIApp

from claw.connect import Bundle, Connector, MapEnv, Missing, MissingCode, Part, Raw
from claw.connect.conformance.subject import Impossible, Trouble
from claw.connect.simulator import LoggedRequest
from claw.connect.token_server import TokenServer
from claw_testing.sample_connector.connector import CONNECTOR
from claw_testing.sample_connector.simulator import PAGE_ROWS, Salon, Studio

FIXTURES = Path(__file__).parent / "fixtures"
_ONE_DAY = 24 * 60

_FAULTS = {
    Trouble.SERVER_ERROR: "error:{times},after={after}",
    Trouble.BROKEN_JSON: "cut:{times},after={after}",
    Trouble.HTML_PAGE: "page:{times},after={after}",
    Trouble.RESET: "reset:{times},after={after}",
    Trouble.EMPTY_LIST: "empty:{times},after={after}",
    Trouble.THROTTLED: "throttled:{times},after={after},retry_after={option}",
    Trouble.FILTER_IGNORED: "unfiltered",
    Trouble.ROW_INSERTED: "inserted:{times}",
    Trouble.ROW_DELETED: "deleted:{times}",
    Trouble.UNKNOWN_STATUS: "odd_status:{times}",
    Trouble.FIELD_MISSING: "no_day:{times}",
    Trouble.REVOKED: "revoked",
    Trouble.FORBIDDEN_PART: "forbidden",
    Trouble.ECHOES_CREDENTIAL: "echo",
}


class SalonStage:
    """One studio of a salon's vendor, with a schedule that can be set."""

    def __init__(self, salon: Salon, studio: Studio) -> None:
        self.salon = salon
        self.studio = studio
        self._away: dict[int, dict[str, Any]] = {}

    @property
    def app(self) -> ASGIApp:
        return self.salon.app

    @property
    def today(self) -> date:
        return self.salon.today

    @property
    def zone(self) -> str:
        return self.salon.zone

    @property
    def log(self) -> Sequence[LoggedRequest]:
        return self.salon.log

    @property
    def violations(self) -> Sequence[str]:
        return self.salon.violations

    def settings(self, base_url: str) -> Mapping[str, str]:
        return {"base_url": base_url, "requests_per_second": "5"}

    def secrets(self) -> Mapping[str, str]:
        return {"api_key": self.studio.key}

    def clear(self, first: date, last: date) -> None:
        for row in self.studio.on(first.isoformat(), last.isoformat()):
            del self.studio.bookings[row["id"]]

    def book(self, start: datetime, minutes: int, *, text: str = "") -> str:
        number = self.salon.next_id()
        self.studio.bookings[number] = {
            "id": number,
            **_times(start, minutes),
            "status": "booked",
            "service": "Cut and colour",
            "client": 1 + number % 4,
            "stylist": 1 + number % 2,
            "note": text,
        }
        return f"booking:{number}"

    def move(self, source_id: str, start: datetime) -> None:
        row = self._row(source_id)
        ends = datetime.strptime(row["end"].replace("24:00", "00:00"), "%H:%M")  # noqa: DTZ007
        minutes = (ends - datetime.strptime(row["start"], "%H:%M")).seconds // 60  # noqa: DTZ007
        row.update(_times(start, minutes or _ONE_DAY))

    def cancel(self, source_id: str) -> None:
        self._row(source_id)["status"] = "cancelled"

    def delete(self, source_id: str) -> None:
        number = _number(source_id)
        self._away[number] = self.studio.bookings.pop(number)

    def restore(self, source_id: str) -> None:
        number = _number(source_id)
        self.studio.bookings[number] = self._away.pop(number)

    def trouble(self, kind: Trouble, *, times: int = 1, after: int = 0, option: str = "") -> None:
        fault = _FAULTS.get(kind)
        if fault is None:
            raise Impossible(f"Snips knows no {kind}")
        self.salon.faults.set(fault.format(times=times, after=after, option=option or "absent"))

    def calm(self) -> None:
        self.salon.faults.clear()

    def book_late(self, start: datetime, minutes: int, *, behind: timedelta) -> str:
        raise Impossible("Snips keeps no feed of changes")

    @property
    def tokens(self) -> TokenServer:
        raise Impossible("a key of Snips never runs out")

    def neighbour(self) -> "SalonStage":
        return SalonStage(self.salon, self.salon.open_studio())

    def need(self, template: str) -> None:
        raise Impossible(f"{template} is read in every session or never")

    def _row(self, source_id: str) -> dict[str, Any]:
        return self.studio.bookings[_number(source_id)]


class SnipsSubject:
    """The connector to Snips with its vendor and its fixtures."""

    object_path = "claw_testing.sample_connector.connector:CONNECTOR"
    page_rows = PAGE_ROWS

    def __init__(self, connector: Connector = CONNECTOR, object_path: str = object_path) -> None:
        self.connector = connector
        self.object_path = object_path

    def stage(
        self,
        *,
        seed: int,
        today: date,
        zone: str | None = None,
        monotonic: Callable[[], float] | None = None,
    ) -> SalonStage:
        salon = Salon(
            seed=seed,
            today=today,
            zone=zone or "Australia/Sydney",
            monotonic=monotonic or time.monotonic,
        )
        return self.on_stage(SalonStage(salon, salon.open_studio()))

    def on_stage(self, stage: SalonStage) -> SalonStage:
        """The stage that the suite is given; for subjects that need another."""
        return stage

    def fixtures(self) -> Mapping[str, Bundle]:
        return {path.stem: _bundle(path) for path in sorted(FIXTURES.glob("*.json"))}

    def older_fixtures(self) -> Mapping[str, Bundle]:
        older = sorted(FIXTURES.glob("*/*.json"))
        return {f"{path.parent.name}/{path.stem}": _bundle(path) for path in older}

    def goldens(self) -> Mapping[str, bytes]:
        return {
            str(path.relative_to(FIXTURES).with_suffix("")): path.read_bytes()
            for path in FIXTURES.rglob("*.jsonl")
        }

    def map_env(self, name: str) -> MapEnv:
        return MapEnv(
            connection="snips",
            country="AU",
            tenant_zone="Australia/Sydney",
            connection_zone="Australia/Sydney",
            schema="claw.schedule/1",
            base_url="https://api.snips.example",
            settings={},
        )


SUBJECT = SnipsSubject()


def _times(start: datetime, minutes: int) -> dict[str, str]:
    end = start + timedelta(minutes=minutes)
    return {
        "day": f"{start:%Y-%m-%d}",
        "start": f"{start:%H:%M}",
        "end": "24:00"
        if end.date() > start.date() and f"{end:%H:%M}" == "00:00"
        else f"{end:%H:%M}",
    }


def _number(source_id: str) -> int:
    return int(source_id.partition(":")[2])


def _bundle(path: Path) -> Bundle:
    """A fixture: ``primary`` and ``parts``, an object each; a part in words is missing."""
    case = json.loads(path.read_text(encoding="utf-8"))
    parts: dict[str, Part] = {
        role: Missing(source_id=f"{role}:1", code=cast("MissingCode", found))
        if isinstance(found, str)
        else Raw(source_id=f"{role}:{found['id']}", body=json.dumps(found).encode())
        for role, found in case["parts"].items()
    }
    primary = case["primary"]
    return Bundle(
        primary=Raw(source_id=f"booking:{primary['id']}", body=json.dumps(primary).encode()),
        parts=parts,
    )
