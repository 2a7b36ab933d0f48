"""The kit connectors are written with.

This package's top level is the contract itself, re-exported so that an author has one
place to import from. The rooms beside it are imported by name: ``manifest`` and
``settings`` check what a connector declares and what a connection is given, ``catalog``
finds installed connectors, ``transport`` is the only way to a vendor's API, ``auth``
proves there who a connection is, ``text``, ``parts`` and ``wall_time`` are the rules of
reading that every connector shares.

May import ``claw.ports``, ``claw.core.model``, ``claw.core.time`` and
``claw.core.phones``, never the engine, the store or a connector. Importing this package
loads no HTTP library, so that listing connectors stays quick. It guards one invariant:
a connector reaches nothing but what its manifest declares.
"""

from claw.core.model.flags import Flag
from claw.core.model.reference import Ref, key_of, make_ref, source_id
from claw.ports.connector import (
    Absent,
    Account,
    Bundle,
    CheckReport,
    Connector,
    Context,
    Covered,
    Hints,
    Http,
    Log,
    MapEnv,
    Mapped,
    MapResult,
    Missing,
    MissingCode,
    Mode,
    NoHints,
    Order,
    Page,
    Part,
    Proof,
    PullsHints,
    Quarantined,
    Raw,
    ReadEvent,
    ReadRequest,
    Removal,
    Response,
    Skipped,
    Slice,
    StandingWarning,
    StreamSpec,
)
from claw.ports.connector_errors import (
    AuthExpired,
    AuthRevoked,
    ConfigInvalid,
    ConnectorBug,
    ConnectorError,
    Forbidden,
    PlanRequired,
    RateLimited,
    Recovery,
    Refused,
    SourceChanged,
    StaleSource,
    TornRead,
    Transient,
)
from claw.ports.manifest import Manifest

__all__ = [
    "Absent",
    "Account",
    "AuthExpired",
    "AuthRevoked",
    "Bundle",
    "CheckReport",
    "ConfigInvalid",
    "Connector",
    "ConnectorBug",
    "ConnectorError",
    "Context",
    "Covered",
    "Flag",
    "Forbidden",
    "Hints",
    "Http",
    "Log",
    "Manifest",
    "MapEnv",
    "MapResult",
    "Mapped",
    "Missing",
    "MissingCode",
    "Mode",
    "NoHints",
    "Order",
    "Page",
    "Part",
    "PlanRequired",
    "Proof",
    "PullsHints",
    "Quarantined",
    "RateLimited",
    "Raw",
    "ReadEvent",
    "ReadRequest",
    "Recovery",
    "Ref",
    "Refused",
    "Removal",
    "Response",
    "Skipped",
    "Slice",
    "SourceChanged",
    "StaleSource",
    "StandingWarning",
    "StreamSpec",
    "TornRead",
    "Transient",
    "key_of",
    "make_ref",
    "source_id",
]
