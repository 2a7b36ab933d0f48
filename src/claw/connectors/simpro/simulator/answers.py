"""Answers and refusals on their way out: bodies, headers and what spoils them."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

from starlette.responses import RedirectResponse, Response, StreamingResponse

from claw.connect.simulator import DATE_SKEW_HEADER, RETRY_DATE_PREFIX, FaultScript
from claw.connectors.simpro.simulator.encoding import encode
from claw.connectors.simpro.simulator.spoiling.texts import LONE_SURROGATE

LOGIN_PAGE = b"<!DOCTYPE html><html><head><title>Log in</title></head><body>Log in</body></html>"
OUTAGE_PAGE = b"<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>"


class Refusal(Exception):
    """An answer that is an error, with the vendor's ``errors`` array."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        path: str | None = None,
        value: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.errors = [{"path": path, "message": message, "value": value}]
        self.headers = dict(headers or {})


@dataclass(slots=True)
class Answer:
    """A body still as data, with its headers; 304 has none."""

    body: object
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict[str, str])


def refusal_response(
    refusal: Refusal, faults: FaultScript, url: str, request_headers: Mapping[str, str]
) -> Response:
    """An error body, in the shape the faults say.

    Observed live: ``errors``, with or without its parts, a list, or no JSON at all.
    Reported: the wrapped shape, which with ``echo_authorization`` repeats the request.
    """
    body: object = {"errors": refusal.errors}
    echoes, shape = faults.get("echo_authorization"), faults.get("error_shape")
    form = "wrapped" if echoes else shape.args[0] if shape and shape.args else "errors"
    match form:
        case "wrapped":
            echoed = {name.title(): value for name, value in request_headers.items()}
            header = echoed if echoes else {}
            body = {"status": "error", "url": url, "header": header, "data": body}
        case "list":
            body = refusal.errors
        case "no_errors":
            body = {"message": str(refusal)}
        case "oauth":
            body = {"error": "invalid_request", "error_description": str(refusal)}
        case "text":
            headers = _with_skew(refusal.headers, faults)
            return Response(str(refusal), refusal.status, headers, "text/plain")
        case "empty":
            return Response(b"", refusal.status, _with_skew(refusal.headers, faults))
        case _:
            pass
    return _json(encode(body), faults, refusal.status, refusal.headers)


def answer_response(answer: Answer, faults: FaultScript, resource: str) -> Response:
    """A good answer, spoilt in transit as the faults say."""
    if answer.status == 304:
        return Response(status_code=304, headers=_with_skew(answer.headers, faults))
    content = encode(answer.body)
    if faults.take("empty_body", resource):
        content = b""
    if faults.get("lone_surrogate", resource):
        content = content.replace(LONE_SURROGATE.encode(), rb"\ud83d")
    if faults.get("latin1", resource):
        content = content.decode().encode("latin-1", "replace")
    if faults.get("bom", resource):
        content = b"\xef\xbb\xbf" + content
    if faults.take("truncated", resource):
        content = content[: len(content) // 2]
    if faults.get("gzip", resource):
        content = gzip.compress(content, mtime=0)
        answer.headers["Content-Encoding"] = "gzip"
    drip = faults.get("slow_drip", resource)
    if drip is not None:
        headers = _with_skew(answer.headers, faults)
        return StreamingResponse(
            _drip(content, drip.number(5) / 1000), headers=headers, media_type="application/json"
        )
    return _json(content, faults, 200, answer.headers)


def outage(faults: FaultScript) -> Response:
    """503 with the page a proxy shows."""
    return Response(OUTAGE_PAGE, 503, _with_skew({}, faults), "text/html")


def login_page(faults: FaultScript) -> Response:
    """200, but a page for people."""
    return Response(LOGIN_PAGE, 200, _with_skew({}, faults), "text/html")


def elsewhere(faults: FaultScript, path: str) -> Response | None:
    """302 to another host, when the fault is set."""
    fault = faults.get("redirect_other_host")
    if fault is None:
        return None
    host = fault.args[0] if fault.args else "renamed-build.invalid"
    return RedirectResponse(f"https://{host}{path}", 302)


def retry_after(faults: FaultScript) -> dict[str, str]:
    """The Retry-After header of a 429, as ``rate429,retry_after=…`` says; none by default."""
    fault = faults.get("rate429")
    form = fault.options.get("retry_after", "absent") if fault else "absent"
    match form:
        case "absent":
            return {}
        case "date":
            return {"Retry-After": f"{RETRY_DATE_PREFIX}2"}
        case "zero":
            return {"Retry-After": "0"}
        case "garbage":
            return {"Retry-After": "soon"}
        case "seconds":
            return {"Retry-After": "1"}
        case seconds:
            return {"Retry-After": seconds}


async def _drip(content: bytes, pause_seconds: float) -> AsyncIterator[bytes]:
    size = max(1, len(content) // 20)
    for start in range(0, len(content), size):
        yield content[start : start + size]
        await asyncio.sleep(pause_seconds)


def _with_skew(headers: Mapping[str, str], faults: FaultScript) -> dict[str, str]:
    skew = faults.get("http_date_skew")
    return {**headers, **({DATE_SKEW_HEADER: str(skew.number(1))} if skew else {})}


def _json(content: bytes, faults: FaultScript, status: int, headers: Mapping[str, str]) -> Response:
    return Response(content, status, _with_skew(headers, faults), "application/json")
