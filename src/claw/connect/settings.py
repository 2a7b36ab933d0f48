"""Checking what a connection is given against what its connector's manifest declares.

A value may hold several items (a repeatable setting, or one of kind ``list``); they are
kept as one text with an item a line, read back by :func:`setting_items`.
"""

import ipaddress
import re
from collections.abc import Mapping, Sequence
from typing import NoReturn
from urllib.parse import SplitResult, urlsplit

from claw.connect.auth.ways import way_of
from claw.core.errors import InvalidInput
from claw.core.time.zones import check_zone
from claw.ports.manifest import Manifest, SettingSpec

_SECRET = re.compile(r"[\x21-\x7e]+")
_HOST = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)(?:\.[a-z0-9-]{1,63})*")


def check_settings(
    manifest: Manifest,
    settings: Mapping[str, str | Sequence[str]],
    secrets: Mapping[str, str],
    *,
    allow_plain_http_loopback: bool = False,
) -> dict[str, str]:
    """Bring the public settings of a connection into their stored form, defaults included.

    Secrets are checked and not returned. ``allow_plain_http_loopback`` admits ``http://``
    for this machine's own addresses (a simulator, say); nothing else is ever plain.

    Raises:
        InvalidInput: ``setting_invalid``, with the setting as ``field``.
    """
    specs = {spec.name: spec for spec in manifest.settings}
    for name in settings:
        if name not in specs or specs[name].secret:
            _refuse(name, f"{manifest.key} has no such setting", _names(manifest, secret=False))
    for name in secrets:
        if name not in specs or not specs[name].secret:
            _refuse(name, f"{manifest.key} has no such secret", _names(manifest, secret=True))
    checked: dict[str, str] = {}
    for spec in manifest.settings:
        if spec.secret:
            _check_secret(spec, secrets.get(spec.name))
            continue
        given = settings.get(spec.name, "")
        text = (given if isinstance(given, str) else "\n".join(given)).strip()
        text = text or (spec.default or "")
        if text:
            checked[spec.name] = _checked(spec, text, allow_plain_http_loopback)
        elif spec.required:
            _refuse(spec.name, "is required", spec.help)
    way_of(manifest.auth, secrets)
    return checked


def setting_items(value: str) -> tuple[str, ...]:
    """The items of a repeatable or list setting in its stored form."""
    return tuple(item for line in value.split("\n") if (item := line.strip()))


def check_origin(
    text: str, *, field: str, allow_plain_http_loopback: bool, strip_suffixes: Sequence[str] = ()
) -> str:
    """``scheme://host[:port]`` in lower case, without a default port.

    Raises:
        InvalidInput: for a path, a user name, a scheme other than https, a private address.
    """
    text = _without_suffixes(text.strip(), strip_suffixes)
    if "://" not in text and not text.endswith(":"):
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        _refuse(field, "is not a web address", "write it as https://host")
    host = (parts.hostname or "").lower()
    if parts.username is not None or parts.password is not None:
        _refuse(field, "must not hold a user name or password", "give the credential as a secret")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        _refuse(field, "is an address with a path", f"give only {parts.scheme}://{parts.netloc}")
    _check_host(host, parts, field, allow_plain_http_loopback)
    shown = f"[{host}]" if ":" in host else host
    default = {"https": 443, "http": 80}[parts.scheme]
    return f"{parts.scheme}://{shown}" + (f":{port}" if port not in (None, default) else "")


def is_loopback(host: str) -> bool:
    """Whether ``host`` is this machine by its own name or address, without asking DNS."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _check_host(host: str, parts: SplitResult, field: str, plain_loopback: bool) -> None:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        address = None
    if address is None and not _HOST.fullmatch(host):
        _refuse(field, "has no usable host name", "write it as https://host")
    own = is_loopback(host)
    if own and not plain_loopback:
        _refuse(field, "points at this machine", "give the vendor's public address")
    if address is not None and not own and not address.is_global:
        _refuse(field, "points into a private network", "give the vendor's public address")
    if parts.scheme == "http" and own:
        return
    if parts.scheme != "https":
        _refuse(field, "must begin with https://", f"give https://{host}")


def _checked(spec: SettingSpec, text: str, plain_loopback: bool) -> str:
    if spec.repeatable or spec.kind == "list":
        separators = r"[,\n]" if spec.kind == "list" else r"\n"
        items = [item for piece in re.split(separators, text) if (item := piece.strip())]
        for item in items:
            _match(spec, item)
        return "\n".join(items)
    match spec.kind:
        case "origin":
            origin = check_origin(
                text,
                field=spec.name,
                allow_plain_http_loopback=plain_loopback,
                strip_suffixes=spec.strip_suffixes,
            )
            host = urlsplit(origin).hostname or ""
            if not is_loopback(host):
                _match(spec, host)
            return origin
        case "integer":
            return _checked_integer(spec, text)
        case "zone":
            return check_zone(text, field=spec.name)
        case "url":
            parts = urlsplit(text)
            if parts.scheme != "https" or not parts.hostname:
                _refuse(spec.name, "is not an https address", spec.help)
        case _:
            pass
    text = _without_suffixes(text, spec.strip_suffixes)
    _match(spec, text)
    return text


def _checked_integer(spec: SettingSpec, text: str) -> str:
    if not re.fullmatch(r"[+-]?[0-9]{1,15}", text):
        _refuse(spec.name, "is not a whole number", spec.help)
    number = int(text)
    if spec.minimum is not None and number < spec.minimum:
        _refuse(spec.name, f"must be {spec.minimum} or more", spec.help)
    if spec.maximum is not None and number > spec.maximum:
        _refuse(spec.name, f"must be {spec.maximum} or less", spec.help)
    return str(number)


def _check_secret(spec: SettingSpec, given: str | None) -> None:
    text = (given or "").strip()
    if not text:
        if spec.required:
            _refuse(spec.name, "is required", spec.help)
        return
    if not _SECRET.fullmatch(text):
        _refuse(spec.name, "holds a space or a character no key has", "paste the key alone")
    if spec.pattern is not None and not re.fullmatch(spec.pattern, text):
        _refuse(spec.name, "does not look like such a key", spec.help)


def _match(spec: SettingSpec, text: str) -> None:
    if any(ord(character) < 0x20 for character in text):
        _refuse(spec.name, "holds a control character", spec.help)
    if spec.pattern is not None and not re.fullmatch(spec.pattern, text):
        _refuse(spec.name, f"{text!r} does not match {spec.pattern}", spec.help)


def _without_suffixes(text: str, suffixes: Sequence[str]) -> str:
    """Cut each pasted ending once more as long as any is there (a doubled path, say)."""
    text = text.rstrip("/")
    cut = True
    while cut:
        cut = False
        for suffix in suffixes:
            ending = suffix.rstrip("/")
            if ending and text.lower().endswith(ending.lower()):
                text, cut = text[: -len(ending)].rstrip("/"), True
    return text


def _names(manifest: Manifest, *, secret: bool) -> str:
    names = [spec.name for spec in manifest.settings if spec.secret == secret]
    return f"it has: {', '.join(names) or 'none'}"


def _refuse(field: str, why: str, hint: str = "") -> NoReturn:
    raise InvalidInput(f"{field} {why}", code="setting_invalid", field=field, hint=hint or None)
