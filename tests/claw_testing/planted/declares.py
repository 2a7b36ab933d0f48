"""Faults of the manifest: it says more, or less, or other than the code does."""

from msgspec.structs import replace

from claw.connect import Connector, Manifest
from claw.ports.manifest import DeclaredRead
from claw_testing.planted.plant import DECLARING, Plant
from claw_testing.sample_connector.connector import MANIFEST, SnipsConnector
from claw_testing.sample_connector.subject import SnipsSubject


class _Declares(SnipsConnector):
    def __init__(self, manifest: Manifest) -> None:
        self._manifest = manifest

    @property
    def manifest(self) -> Manifest:
        return self._manifest


def _declares(name: str, manifest: Manifest, red: str) -> Plant:
    connector: Connector = _Declares(manifest)
    return Plant(
        name=name,
        subject=SnipsSubject(connector),
        red=frozenset(red.split()),
        looked_at=DECLARING,
    )


_STREAM = MANIFEST.streams[0]
_CLIENTS = next(read for read in MANIFEST.reads if "clients" in read.template)


def _reads(*, but: DeclaredRead, with_: DeclaredRead) -> Manifest:
    kept = tuple(with_ if read is but else read for read in MANIFEST.reads)
    return replace(MANIFEST, reads=kept)


DECLARES = (
    _declares(
        "declares a read that nothing uses",
        replace(MANIFEST, reads=(*MANIFEST.reads, DeclaredRead(template="/v1/rooms"))),
        "C01",
    ),
    _declares(
        "allows a column that nothing asks for",
        _reads(but=_CLIENTS, with_=replace(_CLIENTS, columns=(*_CLIENTS.columns, "birthday"))),
        "C01",
    ),
    _declares(
        "declares a mode that it cannot read by",
        replace(MANIFEST, streams=(replace(_STREAM, modes=("window", "by_id", "since")),)),
        "C01",
    ),
    _declares(
        "declares no reading by id and reads by id",
        replace(MANIFEST, streams=(replace(_STREAM, modes=("window",)),)),
        "C01",
    ),
    _declares(
        "declares a type of record that it never gives",
        replace(MANIFEST, streams=(replace(_STREAM, produces=(*_STREAM.produces, "shift")),)),
        "C01",
    ),
    _declares(
        "gives a type of record that it does not declare",
        replace(MANIFEST, streams=(replace(_STREAM, produces=("appointment", "customer")),)),
        "C01",
    ),
    _declares(
        "names a version of the contract that there is not",
        replace(MANIFEST, contract="claw.connector/9"),
        "C01",
    ),
    _declares(
        "states ten times the vendor's limit",
        replace(MANIFEST, limit=replace(MANIFEST.limit, requests=50)),
        "C01 C13",
    ),
    _declares(
        "declares webhooks that the contract does not have",
        replace(MANIFEST, capabilities={**MANIFEST.capabilities, "webhooks": "yes"}),
        "C15",
    ),
    _declares(
        "declares commands that the contract does not have",
        replace(MANIFEST, capabilities={**MANIFEST.capabilities, "commands": "reschedule"}),
        "C20",
    ),
)
