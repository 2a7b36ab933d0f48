"""Reading and checking ``manifest.toml``; every complaint names the key at fault."""

import re
import tomllib
from collections.abc import Iterable
from typing import NoReturn, cast, get_args

import msgspec

from claw.connect.auth.declared import auth_fault
from claw.core.errors import InvalidInput
from claw.core.model.records import SCHEMA, RecordType
from claw.ports.connector import Mode, Order, Removal, StreamSpec
from claw.ports.manifest import DeclaredRead, Manifest, SettingSpec, StreamDeclaration

CONTRACT = "claw.connector/1"
"""The version of the contract in ``claw.ports.connector`` that manifests name."""

_KEY = re.compile(r"[a-z][a-z0-9-]{0,30}")
_SETTING = re.compile(r"[a-z][a-z0-9_]{0,40}")
_SEGMENT = re.compile(r"\{([a-z][a-z0-9_]*)\}|[A-Za-z0-9._~-]+")
_OBJECT_PATH = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")
_AT = re.compile(r"(?P<why>.*?)(?: - at `\$\.?(?P<where>.*)`)?", re.DOTALL)
_SAFE_METHODS = frozenset({"GET", "HEAD"})
_METHODS = _SAFE_METHODS | {"POST", "PROPFIND", "REPORT"}


def load_manifest(data: bytes) -> Manifest:
    """Decode and check the bytes of a ``manifest.toml``.

    Raises:
        InvalidInput: ``manifest_invalid``; ``field`` is the key at fault.
    """
    try:
        manifest = msgspec.toml.decode(data, type=Manifest)
    except msgspec.ValidationError as problem:
        found = _AT.fullmatch(str(problem))
        where = (found and found["where"]) or "manifest"
        _refuse(where, (found and found["why"]) or "cannot be read")
    except (msgspec.DecodeError, tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        _refuse("manifest", f"not TOML: {problem}")
    check_manifest(manifest)
    return manifest


def check_manifest(manifest: Manifest) -> None:
    """Check what the types of a manifest cannot say.

    Raises:
        InvalidInput: ``manifest_invalid``; ``field`` is the key at fault.
    """
    _check_identity(manifest)
    _check_settings(manifest.settings)
    _check_wiring(manifest)
    for index, read in enumerate(manifest.reads):
        _check_read(read, f"reads[{index}]")
    _no_repetition("reads", (f"{read.method} {read.template}" for read in manifest.reads))
    for index, stream in enumerate(manifest.streams):
        _check_stream(stream, f"streams[{index}]")
    _no_repetition("streams", (stream.name for stream in manifest.streams))


def stream_specs(manifest: Manifest) -> tuple[StreamSpec, ...]:
    """The manifest's streams in the contract's types."""
    return tuple(
        StreamSpec(
            name=stream.name,
            produces=cast("tuple[RecordType, ...]", stream.produces),
            modes=frozenset(Mode(mode) for mode in stream.modes),
            removal=Removal(stream.removal),
            absent_after=stream.absent_after,
            order=Order(stream.order),
            widest_window_days=stream.widest_window_days,
            required=stream.required,
        )
        for stream in manifest.streams
    )


def template_parameters(template: str) -> tuple[str, ...]:
    """The names in braces of a template, in order."""
    return tuple(re.findall(r"\{([a-z][a-z0-9_]*)\}", template))


def _check_identity(manifest: Manifest) -> None:
    if not _KEY.fullmatch(manifest.key):
        _refuse("key", "use a lower-case letter, then up to 30 letters, digits or hyphens")
    if manifest.contract != CONTRACT:
        _refuse("contract", f"{manifest.contract!r} is not supported, this is {CONTRACT}")
    if manifest.schema != SCHEMA:
        _refuse("schema", f"{manifest.schema!r} is not supported, this is {SCHEMA}")
    for key in ("simulator", "conformance"):
        path = cast("str | None", getattr(manifest, key))
        if path is not None and not _OBJECT_PATH.fullmatch(path):
            _refuse(key, "write it as package.module:name")


def _check_settings(settings: tuple[SettingSpec, ...]) -> None:
    _no_repetition("settings", (setting.name for setting in settings))
    for index, setting in enumerate(settings):
        at = f"settings[{index}]"
        if not _SETTING.fullmatch(setting.name):
            _refuse(f"{at}.name", f"{setting.name!r} does not match [a-z][a-z0-9_]*")
        if setting.secret and setting.default is not None:
            _refuse(f"{at}.default", "a secret has no default")
        if setting.pattern is not None:
            try:
                re.compile(setting.pattern)
            except re.error as problem:
                _refuse(f"{at}.pattern", str(problem))
        if setting.kind != "integer" and (setting.minimum, setting.maximum) != (None, None):
            _refuse(f"{at}.minimum", "only an integer has bounds")


def _check_wiring(manifest: Manifest) -> None:
    """The names that point at settings point at settings of the right kind."""
    by_name = {setting.name: setting for setting in manifest.settings}
    origin = by_name.get(manifest.origin)
    if origin is None or origin.kind != "origin" or origin.secret:
        _refuse("origin", f"{manifest.origin!r} is no public setting of kind origin")
    if not (origin.required or origin.default):
        _refuse("origin", f"the setting {manifest.origin!r} must be required or have a default")
    fault = auth_fault(manifest)
    if fault is not None:
        _refuse(*fault)
    limit = manifest.limit
    for name in ("requests", "per_seconds", "max_in_flight"):
        if getattr(limit, name) < 1:
            _refuse(f"limit.{name}", "must be 1 or more")
    if limit.rate_setting is not None:
        rate = by_name.get(limit.rate_setting)
        if rate is None or rate.kind != "integer":
            _refuse("limit.rate_setting", f"{limit.rate_setting!r} is no setting of kind integer")


def _check_read(read: DeclaredRead, at: str) -> None:
    if read.method not in _METHODS:
        _refuse(f"{at}.method", f"{read.method!r} is not one of {', '.join(sorted(_METHODS))}")
    if read.method not in _SAFE_METHODS and not read.cites:
        _refuse(f"{at}.cites", f"{read.method} needs the vendor's page that says it only reads")
    template = read.template
    if not template.startswith("/") or template == "/":
        _refuse(f"{at}.template", f"{template!r} is not a path below the origin")
    segments = template.removeprefix("/").removesuffix("/").split("/")
    for segment in segments:
        if segment in (".", "..") or not _SEGMENT.fullmatch(segment):
            _refuse(f"{at}.template", f"{segment!r} is neither a plain word nor one {{name}}")
    _no_repetition(f"{at}.template", template_parameters(template))
    _no_repetition(f"{at}.columns", read.columns)
    if any("," in column or not column.strip() for column in read.columns):
        _refuse(f"{at}.columns", "one column each, without commas")


def _check_stream(stream: StreamDeclaration, at: str) -> None:
    if not _SETTING.fullmatch(stream.name):
        _refuse(f"{at}.name", f"{stream.name!r} does not match [a-z][a-z0-9_]*")
    _known(f"{at}.produces", stream.produces, get_args(RecordType))
    _known(f"{at}.modes", stream.modes, tuple(Mode))
    _known(f"{at}.removal", (stream.removal,), tuple(Removal))
    _known(f"{at}.order", (stream.order,), tuple(Order))
    if stream.absent_after < 1:
        _refuse(f"{at}.absent_after", "must be 1 or more")
    if stream.widest_window_days is not None and stream.widest_window_days < 1:
        _refuse(f"{at}.widest_window_days", "must be 1 or more")
    enumerates = {Mode.FULL.value, Mode.WINDOW.value} & set(stream.modes)
    if stream.removal == Removal.WINDOW_DIFF and not enumerates:
        _refuse(f"{at}.removal", "absence shows only in a stream read in full or by window")


def _known(at: str, given: tuple[str, ...], known: tuple[str, ...]) -> None:
    if not given:
        _refuse(at, "must not be empty")
    _no_repetition(at, given)
    for value in given:
        if value not in known:
            _refuse(at, f"{value!r} is not one of {', '.join(known)}")


def _no_repetition(at: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            _refuse(at, f"{name!r} occurs twice")
        seen.add(name)


def _refuse(field: str, why: str) -> NoReturn:
    raise InvalidInput(f"manifest: {field}: {why}", code="manifest_invalid", field=field)
