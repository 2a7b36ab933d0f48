"""The JSON document of every command; ``docs/schema/cli/`` is generated from it."""

from collections.abc import Mapping

import msgspec

from claw.certification.certify import Certificate
from claw.cli.config import ConfigCheck, SettingRow
from claw.cli.connection import ConnectionDocument, SettingsDocument
from claw.cli.connection_check import CheckDocument
from claw.cli.connection_removal import RemovalDocument
from claw.cli.connection_reports import PastReadRow
from claw.cli.connector import ConnectorRow
from claw.cli.db import ServerDocument, StatusDocument
from claw.cli.delivery import DeliveryDocument
from claw.cli.doctor import DoctorDocument
from claw.cli.output import ErrorDocument
from claw.cli.quarantine import QuarantineRow, RetriedRow
from claw.cli.routine_documents import NextDocument, OccurrenceDocument, RoutineDocument
from claw.cli.simulate import SimulatorDocument
from claw.cli.sync import AcceptDocument, RunDocument
from claw.cli.tenant import TenantDocument
from claw.cli.usage import UsageRow
from claw.cli.webhook import WebhookDocument, WebhookRemovedDocument, WebhookSecretDocument
from claw.cli.work import RanDocument
from claw.core.events.event import CloudEvent
from claw.core.summaries.forms import SummaryJson
from claw.engine.keeping_alive import KeptAlive
from claw.engine.lanes.troubles import Trouble
from claw.engine.quality import QualityReport
from claw.engine.retention import Thinned
from claw.engine.snapshots import DiffDocument, SnapshotDocument, VerifyDocument
from claw.engine.summary_replay import VerifiedSummary
from claw.engine.sync import SyncReport
from claw.ports.manifest import Manifest
from claw.ports.migration import MigrationState
from claw.ports.webhook_sender import CallResult
from claw.ports.work import LaneState

DOCUMENTS: Mapping[str, object] = {
    "config-check": ConfigCheck,
    "config-show": list[SettingRow],
    "connection": ConnectionDocument,
    "connection-check": CheckDocument,
    "connection-keep-alive": list[KeptAlive],
    "connection-list": list[ConnectionDocument],
    "connection-quality": QualityReport,
    "connection-remove": RemovalDocument,
    "connection-set": SettingsDocument,
    "connector-certify": Certificate,
    "connection-syncs": list[PastReadRow],
    "connector-list": list[ConnectorRow],
    "connector-show": Manifest,
    "db-migrate": list[MigrationState],
    "db-server": ServerDocument,
    "db-status": StatusDocument,
    "delivery": DeliveryDocument,
    "delivery-list": list[DeliveryDocument],
    "doctor": DoctorDocument,
    "error": ErrorDocument,
    "events": CloudEvent,
    "quarantine-list": list[QuarantineRow],
    "quarantine-retry": list[RetriedRow],
    "routine": RoutineDocument,
    "routine-list": list[RoutineDocument],
    "routine-next": list[NextDocument],
    "routine-run": OccurrenceDocument,
    "routine-runs": list[OccurrenceDocument],
    "simulate": SimulatorDocument,
    "snapshot": SnapshotDocument,
    "snapshot-diff": DiffDocument,
    "snapshot-list": list[SnapshotDocument],
    "snapshot-verify": VerifyDocument,
    "summary": SummaryJson,
    "snapshot-thin": Thinned,
    "summary-verify": VerifiedSummary,
    "sync": SyncReport,
    "sync-accept": AcceptDocument,
    "sync-show": RunDocument,
    "tenant": TenantDocument,
    "tenant-list": list[TenantDocument],
    "usage": list[UsageRow],
    "webhook": WebhookDocument,
    "webhook-list": list[WebhookDocument],
    "webhook-remove": WebhookRemovedDocument,
    "webhook-secret": WebhookSecretDocument,
    "webhook-test": CallResult,
    "work": Trouble,
    "work-list": list[Trouble],
    "work-run": RanDocument,
    "work-stats": list[LaneState],
}


def schema_bytes(name: str) -> bytes:
    """The JSON Schema of one document, as committed."""
    (schema,), components = msgspec.json.schema_components(
        [DOCUMENTS[name]], schema_hook=_any_value, ref_template="#/$defs/{name}"
    )
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "$defs": components,
    }
    return msgspec.json.format(msgspec.json.encode(document, order="sorted"), indent=2) + b"\n"


def _any_value(type_: type) -> dict[str, object]:
    """Extensions hold any JSON value but null; their meaning is the connector's."""
    if type_ is object:
        return {"type": ["string", "integer", "boolean", "array", "object"]}
    raise NotImplementedError(f"{type_.__name__} has no JSON form")
