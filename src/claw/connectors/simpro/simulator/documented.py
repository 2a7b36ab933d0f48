"""The vendor's documented reads: which paths exist, which fields they answer with."""

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

import msgspec

API = "/api/v1.0"
COMPANY = "/api/v1.0/companies/{companyID}"

OBSERVED = {"Project": "object|null?"}
"""Seen on live schedule rows by two integrators, absent from the document."""

PRIVATE = frozenset(
    {"Banking", "PayRates", "DateOfBirth", "EmergencyContact", "MaskedSSN", "Rates", "Totals"}
)
"""Fields a reader of schedules has no business with; asking for one is recorded."""


class _Read(msgspec.Struct, frozen=True):
    collection: bool
    query: list[str]
    fields: dict[str, str]


class _Document(msgspec.Struct, frozen=True):
    reads: dict[str, _Read]
    writes: list[str]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One documented GET. ``fields`` maps dotted field paths to documented types."""

    template: str
    pattern: re.Pattern[str]
    collection: bool
    query: tuple[str, ...]
    fields: dict[str, str]

    @property
    def resource(self) -> str:
        """The path below the company without ids, such as ``setup/zones``."""
        below = self.template.removeprefix(COMPANY).removeprefix(API)
        parts = [part for part in below.split("/") if part and not part.startswith("{")]
        return "/".join(parts) or "companies"

    @property
    def paged(self) -> bool:
        """Whether ``page`` and ``pageSize`` are documented for it."""
        return "page" in self.query

    @property
    def columns(self) -> tuple[str, ...]:
        """The fields of the first level, in documented order."""
        return tuple(name for name in self.fields if "." not in name)


@cache
def document() -> _Document:
    """The packaged document."""
    data = resources.files(__package__ or "").joinpath("documented.json").read_bytes()
    return msgspec.json.decode(data, type=_Document)


@cache
def endpoints() -> tuple[Endpoint, ...]:
    """Every documented GET, literal paths before parameters."""
    found: list[Endpoint] = []
    for template, read in document().reads.items():
        pattern = re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[0-9]+)", re.escape(template)))
        fields = dict(read.fields)
        if template.startswith(f"{COMPANY}/schedules/"):
            fields |= OBSERVED
        query = tuple(read.query)
        found.append(Endpoint(template, pattern, read.collection, query, fields))
    return tuple(sorted(found, key=lambda endpoint: endpoint.template.count("{")))


def find_endpoint(path: str) -> tuple[Endpoint, dict[str, int]] | None:
    """The documented GET that ``path`` names, with the ids in it."""
    for endpoint in endpoints():
        matched = endpoint.pattern.fullmatch(path)
        if matched:
            return endpoint, {name: int(value) for name, value in matched.groupdict().items()}
    return None


@cache
def item_of(template: str) -> Endpoint | None:
    """The item endpoint that belongs to the collection ``template``."""
    found = [
        endpoint
        for endpoint in endpoints()
        if re.fullmatch(re.escape(template) + r"\{\w+\}", endpoint.template)
    ]
    return found[0] if found else None


@cache
def all_fields(template: str) -> dict[str, str]:
    """Fields that ``columns`` and filters may name: the list's own and its item's."""
    own = next(endpoint for endpoint in endpoints() if endpoint.template == template)
    item = item_of(template) if own.collection else None
    if template == f"{COMPANY}/customers/":
        return own.fields
    return {**own.fields, **(item.fields if item else {})}


def is_known_write(method: str, path: str) -> bool:
    """Whether the vendor documents this write, so that the violation can name it."""
    for write in document().writes:
        verb, _, template = write.partition(" ")
        pattern = re.sub(r"\\\{(\w+)\\\}", "[0-9]+", re.escape(template))
        if verb == method and re.fullmatch(pattern, path):
            return True
    return False


def blank(fields: dict[str, str], prefix: str = "") -> dict[str, object]:
    """A row with nothing in it: ``""``, 0, false, null or an empty list, as documented.

    Inside an object, what may be absent and not null is absent.
    """
    row: dict[str, object] = {}
    for path, kind in fields.items():
        if not path.startswith(prefix) or "." in path[len(prefix) :]:
            continue
        if prefix and kind.endswith("?") and "|null" not in kind:
            continue
        name, bare = path[len(prefix) :], kind.rstrip("?")
        if "|null" in bare:
            row[name] = None
        elif bare.startswith("["):
            row[name] = []
        elif bare == "object":
            row[name] = blank(fields, f"{path}.")
        else:
            row[name] = {"integer": 0, "number": 0, "boolean": False}.get(bare, "")
    return row
