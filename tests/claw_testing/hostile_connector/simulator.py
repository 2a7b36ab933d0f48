"""Plays Wirbel."""

import base64
import codecs
import json
import random
from collections.abc import Callable
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from claw.connect.simulator import ABORT, FaultScript, LoggedRequest

PAGE_ROWS = 4
MOST_IN_TWO_SECONDS = 7
_SIZES = (4, 0, 3, 1, 2)
"""Rows of one page and the next; a page may be empty and yet have a next one."""

Row = dict[str, Any]
_RETRY_AFTER = {"seconds": "2", "date": "@+2", "zero": "0", "garbage": "demnächst"}


class Wirbel:
    """The vendor on the day ``today``; ``app`` is its API."""

    def __init__(
        self, *, seed: int, today: date, zone: str, monotonic: Callable[[], float]
    ) -> None:
        self.today, self.zone = today, zone
        self.log: list[LoggedRequest] = []
        self.violations: list[str] = []
        self.rows: dict[str, dict[str, Row]] = {}
        self.faults = FaultScript(
            standing=("revoked", "echo"),
            counted=(
                *("error", "cut", "page", "reset", "throttled"),
                *("inserted", "deleted", "odd_status", "no_start"),
            ),
        )
        self._monotonic = monotonic
        self._chance = random.Random(seed)
        self._seed = seed

    def open_account(self) -> str:
        """Another account; returns its credential."""
        key = f"wirbel-{self._seed}-{len(self.rows)}-geheim"
        self.rows[key] = {}
        return key

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The API."""
        request = Request(scope, receive)
        response = self._answer(request)
        self.log.append(
            LoggedRequest(
                at_monotonic=self._monotonic(),
                method=request.method,
                path=request.url.path,
                query=request.url.query,
                status=response.status_code if response else 0,
                api_key_label=None,
                traceparent=request.headers.get("traceparent"),
            )
        )
        if response is None:
            scope["extensions"][ABORT]()
            return
        await response(scope, receive, send)

    def _answer(self, request: Request) -> Response | None:
        """The answer, None for none at all."""
        now = self._monotonic()
        recent = sum(1 for entry in self.log if now - entry.at_monotonic < 2.0)
        if request.method != "GET" or request.url.path != "/termine":
            self.violations.append(f"{request.method} {request.url.path}")
            return self._error(request, 404)
        if recent >= MOST_IN_TWO_SECONDS:
            self.violations.append("zu schnell")
            return self._error(request, 429)
        rows = self.rows.get(request.headers.get("authorization", "").removeprefix("Bearer "))
        if rows is None or self.faults.get("revoked"):
            return self._error(request, 401)
        if "take" in request.query_params:
            self.violations.append("take")
        if self.faults.take("reset"):
            return None
        return self._troubled(request) or self._page(request, rows)

    def _troubled(self, request: Request) -> Response | None:
        if self.faults.take("error"):
            return self._error(request, 500)
        if self.faults.take("page"):
            return Response("  <!DOCTYPE html><p>Wartung 🛠")
        if self.faults.take("cut"):
            return Response('{"einträge": [{"id": "Ω')
        throttled = self.faults.take("throttled")
        if throttled is None:
            return None
        response = self._error(request, 429)
        wait = _RETRY_AFTER.get(throttled.options.get("retry_after", ""))
        if wait is not None:
            response.headers.append("retry-after", wait.encode("utf-8").decode("latin-1"))
        return response

    def _page(self, request: Request, rows: dict[str, Row]) -> Response:
        """Some rows after a mark; the filter ``von`` is ignored."""
        mark = json.loads(base64.b64decode(request.query_params.get("marke", "WzAsICIiXQ==")))
        number, after = int(mark[0]), str(mark[1])
        if number:
            self._stir(rows)
        left = sorted(key for key in rows if key > after)
        size = _SIZES[number % len(_SIZES)]
        page = [dict(rows[key]) for key in left[:size]]
        if page and self.faults.take("odd_status"):
            page[0]["zustand"] = "schwebend"
        if page and self.faults.take("no_start"):
            del page[0]["beginn"]
        last = left[size - 1] if page and size <= len(left) else after
        more = len(left) > size
        if after in rows:  # once more what came last, in an older state
            page.append({**rows[after], "stand": "0", "zustand": "vorgemerkt"})
        self._chance.shuffle(page)
        token = base64.b64encode(json.dumps([number + 1, last]).encode()).decode()
        body = json.dumps(
            {"einträge": page, "weiter": token if more else None, "konto": "Kontö 7/Ω"}
        ).encode()
        return Response(codecs.BOM_UTF8 + body if number % 2 else body)

    def _stir(self, rows: dict[str, Row]) -> None:
        """Somebody books, or unbooks, while the list is being paged."""
        first = min(rows, default="")
        if first and self.faults.take("deleted"):
            del rows[first]
        if first and self.faults.take("inserted"):
            rows["\t neu"] = {**rows[first], "id": "\t neu"}

    def _error(self, request: Request, status: int) -> Response:
        said = dict(request.headers) if self.faults.get("echo") else {}
        return Response(json.dumps({"fehler": [{"meldung": "🙈", "kopf": said}]}), status)
