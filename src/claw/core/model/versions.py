"""The versions of the schedule schema, and the way from an older one to the newest.

Stored bytes are never rewritten: their name is the hash of what was true when they were
written. Whoever reads them gets them in the newest version instead, so that nothing
downstream knows there ever was another. The registry is passed explicitly.
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import msgspec
from msgspec import Struct

from claw.core.errors import InstallationBroken, InternalError
from claw.core.model.canonical import canonical_bytes
from claw.core.model.normalise import decode_record
from claw.core.model.records import SCHEMA, Record

PlainRecord: TypeAlias = dict[str, object]
"""A record as decoded JSON: what an upcaster reads and returns."""


class SchemaVersion(Struct, frozen=True, kw_only=True):
    """One version: how to read it, and how to make it of a record of the version before.

    ``decode`` raises msgspec.ValidationError for bytes that are no record of the version.
    ``upcast`` is a pure function of one record; only the first version has none.
    """

    name: str
    decode: Callable[[bytes], Record]
    upcast: Callable[[PlainRecord], PlainRecord] | None = None


class SchemaVersions:
    """The versions this engine can read, oldest first."""

    def __init__(self, versions: Sequence[SchemaVersion]) -> None:
        names = [version.name for version in versions]
        if not versions or len(set(names)) < len(names):
            raise InternalError(f"schema versions must differ: {names}", code="schema_versions")
        if any((version.upcast is None) != (n == 0) for n, version in enumerate(versions)):
            raise InternalError(
                "every schema version but the first needs an upcaster", code="schema_versions"
            )
        self._versions = tuple(versions)

    @property
    def newest(self) -> str:
        """The version that records are read as."""
        return self._versions[-1].name

    def upcast(self, schema: str, canonical: bytes) -> bytes:
        """A record's canonical bytes in the newest version; of the newest, the same bytes.

        Raises:
            InstallationBroken: when a newer engine wrote the record.
            NotCanonical: when an upcaster leaves the canonical profile.
        """
        if schema == self.newest:
            return canonical
        names = [version.name for version in self._versions]
        if schema not in names:
            raise InstallationBroken(
                f"this engine cannot read {schema}, only {', '.join(names)}",
                code="schema_unknown",
                hint="upgrade to the version of Claw that wrote it, or a later one",
            )
        steps = self._versions[names.index(schema) + 1 :]
        record = msgspec.json.decode(canonical, type=PlainRecord)
        for version in steps:
            if version.upcast is not None:
                record = version.upcast(record)
        return canonical_bytes(record)

    def read(self, schema: str, canonical: bytes) -> Record:
        """A stored record as a value of the newest version.

        Raises:
            InstallationBroken: when a newer engine wrote the record.
            msgspec.ValidationError: when the bytes are no record of that schema.
        """
        return self.reader(schema)(canonical)

    def reader(self, schema: str) -> Callable[[bytes], Record]:
        """:meth:`read` for the records of one schema, of which there are many."""
        decode = self._versions[-1].decode
        if schema == self.newest:
            return decode
        return lambda canonical: decode(self.upcast(schema, canonical))


def released_versions() -> SchemaVersions:
    """The versions that were ever released; the composition root hands them out."""
    return SchemaVersions([SchemaVersion(name=SCHEMA, decode=decode_record)])
