"""Making what a source said fit to be shown: no secret, no personal data, not long.

Sources explain errors in many shapes: ``{"errors": […]}``, the same inside ``data``, a
bare list, OAuth's ``{"error", "error_description"}``, plain text, or an HTML page. One
shape observed in the wild echoes the caller's own request headers, the token among them.
"""

import html
import re
from collections.abc import Iterable, Mapping
from typing import cast

import msgspec
from msgspec import Struct

REDACTED = "[redacted]"
EXCERPT_BYTES = 2048
_MOST_DETAILS = 20

_CREDENTIAL = re.compile(
    r"(?i)\b(?:bearer|basic)\s+[^\s\"',;}]+"
    r"|(?<=authorization)(?:\\?[\"'])?\s*[:=]\s*(?:\\?[\"'])?[^\"',;}\r\n]+"
    r"|\b(?:api[_-]?key|access_token|refresh_token|client_secret|password)"
    r"(?:\\?[\"'])?\s*[:=]\s*(?:\\?[\"'])?[^\s\"',;&}]+"
)
# Lengths are bounded so that a hostile body cannot make the search slow.
_PERSONAL = re.compile(
    r"[\w.+-]{1,64}@[\w.-]{1,255}|(?<![\w-])[+(]{0,2}\d(?:[ ().-]{0,2}\d){7,14}(?![\w-])"
)
_TAG = re.compile(r"(?is)<(script|style)\b.*?</\1\s*>|<[^<>]*>")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


class SourceComplaint(Struct, frozen=True, kw_only=True):
    """One thing a source said was wrong; ``path`` is the field it named, if any."""

    message: str
    path: str = ""


def redacted(text: str, secrets: Iterable[str] = ()) -> str:
    """``text`` without credentials, e-mail addresses, phone numbers and control characters."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, REDACTED)
    text = _CREDENTIAL.sub(REDACTED, text)
    text = _PERSONAL.sub(REDACTED, text)
    return " ".join(_CONTROL.sub(" ", text).split())


def redacted_bytes(body: bytes, secrets: Iterable[str]) -> bytes:
    """``body`` without the connection's own secrets, wherever they are echoed."""
    for secret in secrets:
        if secret:
            body = body.replace(secret.encode("utf-8"), REDACTED.encode("ascii"))
    return body


def complaints(body: bytes, secrets: Iterable[str] = ()) -> tuple[SourceComplaint, ...]:
    """What an error body complains about, in order; empty when it says nothing we can read.

    The offending ``value`` some sources add is left out: it may be a customer's.
    """
    try:
        document: object = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ()
    known = tuple(secrets)
    found: list[SourceComplaint] = []
    for path, message in _messages(document):
        found.append(SourceComplaint(path=redacted(path, known), message=redacted(message, known)))
        if len(found) == _MOST_DETAILS:
            break
    return tuple(found)


def safe_excerpt(body: bytes, secrets: Iterable[str] = (), *, cap: int = EXCERPT_BYTES) -> str:
    """One line about an error body that may be shown and logged, at most ``cap`` bytes."""
    known = tuple(secrets)
    said = complaints(body, known)
    if said:
        text = "; ".join(
            f"{each.path}: {each.message}" if each.path else each.message for each in said
        )
    else:
        # Secrets go first, so that none is cut in two and passes unrecognised.
        start = redacted_bytes(body, known)[: cap * 8].decode("utf-8", "replace")
        text = redacted(html.unescape(_TAG.sub(" ", start)), known)
    return text.encode("utf-8")[:cap].decode("utf-8", "ignore")


def _messages(document: object) -> Iterable[tuple[str, str]]:
    match document:
        case str():
            yield "", document
        case list():
            for item in cast("list[object]", document):
                yield from _messages(item)
        case dict():
            yield from _of_object(cast("Mapping[str, object]", document))
        case _:
            return


def _of_object(members: Mapping[str, object]) -> Iterable[tuple[str, str]]:
    errors, data = members.get("errors"), members.get("data")
    if errors is not None:
        yield from _messages(errors)
    elif isinstance(data, dict) and "errors" in data:
        yield from _messages(cast("Mapping[str, object]", data)["errors"])
    else:
        path = members.get("path", members.get("field", ""))
        for name in ("message", "error_description", "detail", "error"):
            said = members.get(name)
            if isinstance(said, str):
                yield path if isinstance(path, str) else "", said
                return
            if isinstance(said, dict | list):
                yield from _messages(cast("object", said))
                return
