"""The vendor's data plane as an ASGI application: GET or nothing.

The order of checks is part of what callers see: connection faults, the shared budget,
the key, the route, the company, the permission, then the query.
"""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from claw.connect.simulator import ABORT, FaultScript, LoggedRequest
from claw.connectors.simpro.simulator import answers, documented
from claw.connectors.simpro.simulator.answers import Answer, Refusal
from claw.connectors.simpro.simulator.build import Build
from claw.connectors.simpro.simulator.builds import company_row, current_user, info_row
from claw.connectors.simpro.simulator.keyring import Keyring
from claw.connectors.simpro.simulator.keys import Key, Limiter, is_among
from claw.connectors.simpro.simulator.reading import Reader


class Api:
    """Every path that is not ``/_control``."""

    def __init__(
        self,
        build: Build,
        keys: Keyring,
        faults: FaultScript,
        log: list[LoggedRequest],
        violations: list[str],
        monotonic: Callable[[], float],
    ) -> None:
        self.build, self._keys, self._faults = build, keys, faults
        self._log, self._violations, self._monotonic = log, violations, monotonic
        self._limiter = Limiter(monotonic)
        self._reader = Reader(faults, violations)

    def restart(self, build: Build) -> None:
        """Serve another build and forget counts."""
        self.build = build
        self._limiter = Limiter(self._monotonic)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request and log it."""
        request = Request(scope, receive)
        at = self._monotonic()
        endpoint = documented.find_endpoint(request.url.path)
        resource = endpoint[0].resource if endpoint else ""
        if request.method == "GET" and self._faults.take("reset", resource):
            self._record(request, at, 0)
            await self._reset(scope, receive)
            return
        try:
            response = self._answer(request)
        except Refusal as refusal:
            response = answers.refusal_response(
                refusal, self._faults, str(request.url), request.headers
            )
        self._record(request, at, response.status_code)
        await response(scope, receive, send)

    def _answer(self, request: Request) -> Response:
        path = request.url.path
        if request.method != "GET":
            known = documented.is_known_write(request.method, path)
            what = "a documented write" if known else "no read"
            self._violations.append(f"{request.method} {path} is {what}")
            return JSONResponse({"errors": [_error("Method not allowed.")]}, 405, {"Allow": "GET"})
        found = documented.find_endpoint(path)
        resource = found[0].resource if found else ""
        early = self._fault_before_reading(resource, path)
        if early is not None:
            return early
        key = self._key(request)
        if found is None:
            raise Refusal(404, "Invalid route.")
        endpoint, ids = found
        self._permit(key, resource, ids.get("companyID"))
        answer = self._read(key, endpoint, ids, request)
        if self._faults.take("no_content", resource):
            return Response(status_code=204)
        if self._faults.take("not_modified", resource):
            return Response(status_code=304)
        return answers.answer_response(answer, self._faults, resource)

    def _fault_before_reading(self, resource: str, path: str) -> Response | None:
        faults = self._faults
        noise = faults.get("noise429")
        throttled = faults.take("rate429", resource) is not None
        if throttled or not self._limiter.admits(noise.number(8) if noise else 0):
            raise Refusal(429, "Too many requests.", headers=answers.retry_after(faults))
        failing = faults.get("fail_after", resource)
        failed = failing is not None and faults.count("fail_after") >= failing.number(1)
        if failed or faults.take("html_503", resource):
            return answers.outage(faults)
        if faults.take("html_200", resource):
            return answers.login_page(faults)
        return answers.elsewhere(faults, path)

    def _key(self, request: Request) -> Key:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        key = self._keys.get(token) if scheme.lower() == "bearer" else None
        mid = self._faults.get("unauthorized_mid")
        expired = mid is not None and self._faults.count("unauthorized_mid") == mid.number(1)
        if key is None or expired or self._faults.get("revoked"):
            raise Refusal(401, "Invalid or expired access token.")
        return key

    def _permit(self, key: Key, resource: str, company: int | None) -> None:
        if company is not None:
            if company not in self.build.companies:
                raise Refusal(404, "Company not found.")
            if company not in key.companies:
                raise Refusal(403, "You do not have access to this company.")
        forbidden = tuple(f.args[0] for f in self._faults.all("forbidden") if f.args)
        if not key.may_read(resource) or is_among(resource, forbidden):
            raise Refusal(403, "You do not have permission to access this resource.")

    def _read(
        self, key: Key, endpoint: documented.Endpoint, ids: dict[str, int], request: Request
    ) -> Answer:
        query = dict(request.query_params)
        reader, companies = self._reader, self.build.companies
        visible = [companies[number] for number in key.companies if number in companies]
        match endpoint.template.removeprefix(documented.API):
            case "/info/":
                return reader.single(endpoint, info_row(), query)
            case "/currentUser/":
                return reader.single(endpoint, current_user(key, visible), query)
            case "/companies/":
                return reader.companies(endpoint, visible, query)
            case "/companies/{companyID}":
                return reader.single(endpoint, company_row(companies[ids["companyID"]]), query)
            case _:
                state = companies[ids.pop("companyID")]
        if endpoint.collection:
            since = request.headers.get("if-modified-since")
            return reader.page(state, endpoint, ids, query, since)
        return reader.item(state, endpoint, ids, query)

    def _record(self, request: Request, at: float, status: int) -> None:
        token = request.headers.get("authorization", "").partition(" ")[2]
        key = self._keys.get(token)
        columns = request.query_params.get("columns", "")
        self._log.append(
            LoggedRequest(
                at_monotonic=at,
                method=request.method,
                path=request.url.path,
                query=request.url.query,
                status=status,
                api_key_label=key.label if key else None,
                traceparent=request.headers.get("traceparent"),
                columns=tuple(part for part in columns.split(",") if part),
            )
        )

    async def _reset(self, scope: Scope, receive: Receive) -> None:
        abort = scope.get("extensions", {}).get(ABORT)
        if abort is None:
            raise ConnectionResetError("the simulator reset the connection")
        abort()
        while (await receive())["type"] != "http.disconnect":
            pass


def _error(message: str) -> dict[str, object]:
    return {"path": None, "message": message, "value": None}
