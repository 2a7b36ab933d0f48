"""What an answer means: a response for the connector, or one error of the closed set.

Pure. Messages name the status, the template and the origin, never a body or a query.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urljoin, urlsplit

from msgspec import Struct

from claw.connect.decode import JsonBody, Undecodable, json_body
from claw.connect.reads import DeclaredReads, Target, scope_of
from claw.connect.redaction import redacted_bytes
from claw.connect.retry import stated_seconds
from claw.ports.connector import Response
from claw.ports.connector_errors import (
    AuthExpired,
    AuthRevoked,
    ConfigInvalid,
    ConnectorError,
    Forbidden,
    PlanRequired,
    RateLimited,
    SourceChanged,
    Transient,
)

REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_RETURNED_ERRORS = frozenset({400, 404, 422})
_RETRIED_STATUSES = frozenset({408, 425})
_PLAIN_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]{1,253}(?::[0-9]{1,5})?")
_WITHHELD_HEADERS = frozenset({"set-cookie", "authorization", "proxy-authorization"})


class Answer(Struct, frozen=True, kw_only=True):
    """What arrived, whole and unpacked; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Source(Struct, frozen=True, kw_only=True):
    """Who was asked, and how we are known there. ``refreshable``: tokens run out."""

    name: str
    origin: str
    origin_setting: str
    secret_setting: str | None
    secrets: tuple[str, ...]
    refreshable: bool


class AskAgain(Exception):
    """Passing trouble: ``error`` is what it becomes when asking again does not help.

    ``wait_seconds`` is how long the source wants to be left alone, if it said so.
    """

    def __init__(self, error: ConnectorError, *, wait_seconds: float | None = None) -> None:
        super().__init__(error.message)
        self.error = error
        self.wait_seconds = wait_seconds


def response_of(answer: Answer, target: Target, source: Source, now: datetime) -> Response:
    """The response to hand to the connector.

    Raises:
        AskAgain: when it is worth asking again.
        ConnectorError: when it is not.
    """
    status = answer.status
    body, items = answer.body, None
    if status in _RETURNED_ERRORS:
        body = redacted_bytes(body, source.secrets)
    elif 200 <= status < 300:
        json = _json(answer, target, source)
        body, items = json.text, json.items
    elif status != 304:
        raise _failure(answer, target, source, now)
    headers = {k: v for k, v in answer.headers.items() if k not in _WITHHELD_HEADERS}
    return Response(
        status=status,
        headers=headers,
        body=body,
        items=items,
        url_template=target.read.template,
    )


def redirect_target(answer: Answer, target: Target, source: Source, reads: DeclaredReads) -> Target:
    """Where a redirect leads, if it stays within the origin and the declared reads.

    Raises:
        ConfigInvalid: the source moved to another origin for good.
        AskAgain: it points elsewhere for now (a login or maintenance page, say).
    """
    asked = f"{source.origin}{target.path_and_query}"
    try:
        location = urljoin(asked, answer.headers.get("location", "").strip())
        parts = urlsplit(location)
        origin = f"{parts.scheme}://{parts.netloc}".lower()
    except ValueError:
        raise _elsewhere(target, source) from None
    if origin == source.origin:
        found = reads.redirected(parts.path, parts.query)
        if found is None:
            raise _elsewhere(target, source)
        return found
    if answer.status not in _PERMANENT:
        raise _elsewhere(target, source)
    moved_to = f"to {origin} " if _PLAIN_ORIGIN.fullmatch(origin) else ""
    raise ConfigInvalid(
        f"{source.origin} has moved {moved_to}and was not followed there",
        field=source.origin_setting,
        hint="if the account was renamed, sign in to it, copy its new address and set "
        f"{source.origin_setting} to that",
    )


def _json(answer: Answer, target: Target, source: Source) -> JsonBody:
    try:
        return json_body(answer.body, answer.headers.get("content-type", ""))
    except Undecodable as problem:
        raise AskAgain(
            Transient(
                f"{source.origin} answered {answer.status} to {target.read.template} with "
                f"something that is not usable JSON ({problem.cause})",
                cause=problem.cause,
                hint=f"check that {source.origin_setting} is the address of the account"
                if problem.cause == "not_json"
                else None,
            )
        ) from None


def _failure(answer: Answer, target: Target, source: Source, now: datetime) -> Exception:
    status, scope = answer.status, scope_of(target.read)
    said = f"{source.origin} answered {status} to {target.read.template}"
    waits = stated_seconds(
        answer.headers.get("retry-after"), date=answer.headers.get("date"), now=now
    )
    if status == 401:
        if source.refreshable:
            return AuthExpired(said)
        return AuthRevoked(
            f"{source.name} no longer accepts the credential ({said})",
            hint=f"make a new key with the vendor and set {source.secret_setting}",
            secret=source.secret_setting,
        )
    if status == 402:
        return PlanRequired(f"the plan with {source.name} does not include {scope}", plan=scope)
    if status == 403:
        return Forbidden(
            f"{source.name} does not let this credential read {scope}",
            scope=scope,
            hint=f"allow the key to read {scope}",
        )
    if status == 429:
        retry_at = None if waits is None else now + timedelta(seconds=round(min(waits, 86_400)))
        return AskAgain(
            RateLimited(f"{source.name} asks to wait ({said})", retry_at=retry_at),
            wait_seconds=waits,
        )
    if status >= 500 or status in _RETRIED_STATUSES:
        return AskAgain(Transient(said, cause="server_error"), wait_seconds=waits)
    return SourceChanged(said, path=target.read.template)


def _elsewhere(target: Target, source: Source) -> AskAgain:
    return AskAgain(
        Transient(
            f"{source.origin} redirected {target.read.template} to an address that is not "
            "declared, which was not followed",
            cause="redirected",
            hint=f"sign in to the vendor and check {source.origin_setting}",
        )
    )
