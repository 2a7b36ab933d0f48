"""Plays Snips: studios with bookings, and everything that can go wrong with asking."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from claw.connect.simulator import ABORT, FaultScript, LoggedRequest

PAGE_ROWS = 5
MOST_PER_SECOND = 5
Row = dict[str, Any]

_CLIENTS = ("Noor Haddad", "Lucia Ferraro", "Tamsin Okafor", "Wiremu Parata")
_STYLISTS = ("Paloma Reyes", "Jonah Whitlock")
_KNOWN_QUERY = frozenset({"from", "to", "page", "columns"})
_RETRY_AFTER = {"seconds": "3", "date": "@+3", "zero": "0", "garbage": "soon"}


@dataclass
class Studio:
    """One account and what is in it."""

    id: int
    name: str
    key: str
    zone: str
    bookings: dict[int, Row] = field(default_factory=dict[int, Row])

    def on(self, first: str, last: str) -> list[Row]:
        """The bookings of some dates in the vendor's order."""
        rows = [row for row in self.bookings.values() if first <= row["day"] <= last]
        return sorted(rows, key=lambda row: (row["day"], row["start"], row["id"]))


class Salon:
    """The vendor on the day ``today``. ``app`` is its API."""

    def __init__(
        self, *, seed: int, today: date, zone: str, monotonic: Callable[[], float]
    ) -> None:
        self.seed, self.today, self.zone = seed, today, zone
        self.log: list[LoggedRequest] = []
        self.violations: list[str] = []
        self.faults = FaultScript(
            standing=("forbidden", "revoked", "echo", "unfiltered"),
            counted=(
                *("error", "cut", "page", "reset", "empty", "throttled"),
                *("inserted", "deleted", "odd_status", "no_day"),
            ),
        )
        self._monotonic = monotonic
        self._ids = 7000 + seed
        self.studios: dict[str, Studio] = {}
        self.app = Starlette(
            routes=[
                Route("/v1/studio", self._asked(self._studio)),
                Route("/v1/bookings", self._asked(self._bookings)),
                Route("/v1/bookings/{id:int}", self._asked(self._booking)),
                Route("/v1/clients/{id:int}", self._asked(self._client)),
                Route("/v1/stylists", self._asked(self._stylists)),
            ]
        )

    def open_studio(self) -> Studio:
        """Another account, with a key of its own."""
        number = len(self.studios) + 1
        key = f"snips-simulated-{self.seed}-{number}"
        studio = Studio(number, f"Studio {number}", key, self.zone)
        self.studios[key] = studio
        return studio

    def next_id(self) -> int:
        """The id of the next booking."""
        self._ids += 1
        return self._ids

    def _asked(
        self, answer: Callable[[Request, Studio], Response]
    ) -> Callable[[Request], Awaitable[Response]]:
        """Log a request, judge it, and let the faults in force have their way with it."""

        async def endpoint(request: Request) -> Response:
            response = self._answered(request, answer)
            studio = self._who(request)
            columns = request.query_params.get("columns", "")
            self.log.append(
                LoggedRequest(
                    at_monotonic=self._monotonic(),
                    method=request.method,
                    path=request.url.path,
                    query=request.url.query,
                    status=response.status_code,
                    api_key_label=studio.name if studio else None,
                    traceparent=request.headers.get("traceparent"),
                    columns=tuple(filter(None, columns.split(","))),
                )
            )
            return response

        return endpoint

    def _who(self, request: Request) -> Studio | None:
        return self.studios.get(request.headers.get("authorization", "").removeprefix("Bearer "))

    def _answered(
        self, request: Request, answer: Callable[[Request, Studio], Response]
    ) -> Response:
        if request.method != "GET":
            self.violations.append(f"{request.method} {request.url.path}")
        unknown = set(request.query_params) - _KNOWN_QUERY
        if unknown:
            self.violations.append(f"unknown parameters {sorted(unknown)}")
        now = self._monotonic()
        if sum(1 for entry in self.log if now - entry.at_monotonic < 1.0) >= MOST_PER_SECOND:
            self.violations.append("too fast")
            return self._error(request, 429)
        studio = self._who(request)
        if studio is None or self.faults.get("revoked"):
            return self._error(request, 401)
        return self._troubled(request) or answer(request, studio)

    def _troubled(self, request: Request) -> Response | None:
        """What a fault says instead of an answer; only the list of bookings has faults."""
        if request.url.path != "/v1/bookings":
            return None
        faults = self.faults
        if faults.take("error"):
            return self._error(request, 503)
        if faults.take("page"):
            return Response("<html><body>Sign in to Snips</body></html>", media_type="text/html")
        if faults.take("cut"):
            return Response('{"bookings": [{"id": 7', media_type="application/json")
        if faults.take("reset"):
            return _Reset(status_code=599)
        throttled = faults.take("throttled")
        if throttled:
            response = self._error(request, 429)
            option = throttled.options.get("retry_after", "absent")
            if option in _RETRY_AFTER:
                response.headers["retry-after"] = _RETRY_AFTER[option]
            return response
        return None

    def _error(self, request: Request, status: int) -> Response:
        said: Row = {"error": "something is not as it should be"}
        if self.faults.get("echo"):
            said["request"] = dict(request.headers)
        return JSONResponse(said, status)

    def _studio(self, request: Request, studio: Studio) -> Response:
        found = {"id": studio.id, "name": studio.name, "timezone": studio.zone, "country": "AU"}
        return JSONResponse(found)

    def _bookings(self, request: Request, studio: Studio) -> Response:
        query = request.query_params
        first, last, page = query["from"], query["to"], int(query.get("page", "1"))
        if self.faults.get("unfiltered"):
            first, last = "0001-01-01", "9999-12-31"
        if page == 2:
            self._stir(studio, first, last)
        rows = [dict(row) for row in studio.on(first, last)]
        if rows and self.faults.take("odd_status"):
            rows[0]["status"] = "levitating"
        if rows and self.faults.take("no_day"):
            del rows[0]["day"]
        start = (page - 1) * PAGE_ROWS
        found = [] if self.faults.take("empty") else rows[start : start + PAGE_ROWS]
        return _json({"bookings": found, "total": len(rows)})

    def _stir(self, studio: Studio, first: str, last: str) -> None:
        """Somebody books, or unbooks, while the list is being paged."""
        rows = studio.on(first, last)
        if rows and self.faults.take("deleted"):
            del studio.bookings[rows[0]["id"]]
        if rows and self.faults.take("inserted"):
            number = self.next_id()
            studio.bookings[number] = {**rows[0], "id": number, "start": "00:01", "end": "00:02"}

    def _booking(self, request: Request, studio: Studio) -> Response:
        row = studio.bookings.get(request.path_params["id"])
        return _json(row) if row else self._error(request, 404)

    def _client(self, request: Request, studio: Studio) -> Response:
        if self.faults.get("forbidden"):
            return self._error(request, 403)
        number = request.path_params["id"]
        if not 1 <= number <= len(_CLIENTS):
            return self._error(request, 404)
        name = _CLIENTS[number - 1]
        email = f"{name.split()[0].lower()}@studio{studio.id}.example"
        mobile = f"0491 570 {studio.id:02}{number}"
        return _json({"id": number, "name": name, "mobile": mobile, "email": email})

    def _stylists(self, request: Request, studio: Studio) -> Response:
        names = enumerate(_STYLISTS, 1)
        return JSONResponse([{"id": number, "name": name} for number, name in names])


class _Reset(Response):
    """Resets the connection instead of answering."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["extensions"][ABORT]()


def _json(value: object) -> Response:
    return Response(json.dumps(value), media_type="application/json")
