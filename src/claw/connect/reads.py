"""The reads a manifest declares, as the only requests that can be built.

A request is checked here, before a byte leaves: the template must be declared, every
parameter is one path segment, and columns come from the privacy allow-list.
"""

from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, unquote, urlencode

from msgspec import Struct

from claw.connect.manifest import template_parameters
from claw.ports.connector_errors import ConnectorBug
from claw.ports.manifest import DeclaredRead, Manifest

_COLUMNS = "columns"
_QUERY_SAFE = "(),:-._~"


class Target(Struct, frozen=True, kw_only=True):
    """A request that may be sent: what was declared, and the path and query below the origin."""

    read: DeclaredRead
    path_and_query: str


class DeclaredReads:
    """Builds targets from templates, and recognises paths that a redirect names."""

    def __init__(self, manifest: Manifest) -> None:
        self._by_template = {read.template: read for read in manifest.reads if read.method == "GET"}

    def target(
        self, template: str, path: Mapping[str, str | int], query: Mapping[str, str]
    ) -> Target:
        """Fill a declared template.

        Raises:
            ConnectorBug: undeclared, parameters that do not fit, or a column not allowed.
        """
        read = self._by_template.get(template)
        if read is None:
            raise ConnectorBug(f"GET {template} is not declared in the manifest")
        if set(template_parameters(template)) != set(path):
            raise ConnectorBug(f"{template} was given the parameters {sorted(path)}")
        _check_columns(read, query)
        filled = template
        for name, value in path.items():
            filled = filled.replace(f"{{{name}}}", _segment(template, name, str(value)))
        encoded = urlencode(query, safe=_QUERY_SAFE, quote_via=quote)
        return Target(read=read, path_and_query=f"{filled}?{encoded}" if encoded else filled)

    def redirected(self, path: str, query: str) -> Target | None:
        """The target that a redirect within the origin names, None where it is undeclared."""
        for template, read in self._by_template.items():
            if not _matches(template, path):
                continue
            try:
                _check_columns(read, dict(parse_qsl(query, keep_blank_values=True)))
            except ConnectorBug:
                return None
            return Target(read=read, path_and_query=f"{path}?{query}" if query else path)
        return None


def scope_of(read: DeclaredRead) -> str:
    """What a read is about, for a person: its declared scope, else the template's resource.

    ``/v1/companies/{company}/customers/people/{id}`` is about ``customers/people``.
    """
    if read.scope is not None:
        return read.scope
    segments = [segment for segment in read.template.split("/") if segment]
    parameters = [index for index, segment in enumerate(segments) if segment.startswith("{")]
    after = segments[parameters[0] + 1 :] if parameters else []
    words = [segment for segment in after if not segment.startswith("{")]
    plain = [segment for segment in segments if not segment.startswith("{")]
    return "/".join(words) or plain[-1]


def _check_columns(read: DeclaredRead, query: Mapping[str, str]) -> None:
    named = [name for name in query if name.strip().lower() == _COLUMNS]
    if not read.columns:
        if named:
            raise ConnectorBug(f"{read.template} declares no columns")
        return
    if named != [_COLUMNS]:
        raise ConnectorBug(f"{read.template} must be asked for declared columns by name")
    asked = query[_COLUMNS].split(",")
    undeclared = [column for column in asked if column not in read.columns]
    if undeclared:
        raise ConnectorBug(f"{read.template} does not declare the columns {undeclared}")


def _segment(template: str, name: str, value: str) -> str:
    if value in ("", ".", ".."):
        raise ConnectorBug(f"{template} cannot be filled: {name} is {value!r}")
    try:
        return quote(value, safe="")
    except UnicodeEncodeError:
        raise ConnectorBug(f"{template} cannot be filled: {name} is not text") from None


def _matches(template: str, path: str) -> bool:
    ours, theirs = template.split("/"), path.split("/")
    return len(ours) == len(theirs) and all(
        (bool(their) and unquote(their) not in (".", "..") and "/" not in unquote(their))
        if our.startswith("{")
        else our == their
        for our, their in zip(ours, theirs, strict=True)
    )
