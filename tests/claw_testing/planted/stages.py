"""Faults of the stage, and of what the manifest says of removal."""

from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from claw.connect import Bundle, Manifest, MapEnv, Mapped, MapResult
from claw.connect.simulator import LoggedRequest
from claw.core.model.records import Appointment
from claw.ports.manifest import DeclaredRead
from claw_testing.planted.plant import Plant
from claw_testing.sample_connector.connector import MANIFEST, SnipsConnector
from claw_testing.sample_connector.subject import SalonStage, SnipsSubject


class _Declares(SnipsConnector):
    def __init__(self, manifest: Manifest) -> None:
        self._manifest = manifest

    @property
    def manifest(self) -> Manifest:
        return self._manifest


class _TakesCancelledForBooked(_Declares):
    def map(self, bundle: Bundle, env: MapEnv) -> MapResult:
        result = super().map(bundle, env)
        if not isinstance(result, Mapped) or not isinstance(result.records[0], Appointment):
            return result
        first, *others = result.records
        return Mapped(records=(replace(first, status="confirmed"), *others))


class _Mute(SalonStage):
    """Loses what is written into a booking."""

    def book(self, start: datetime, minutes: int, *, text: str = "") -> str:
        return super().book(start, minutes)


class _Unneeding(SalonStage):
    """Says that it needs a read and arranges nothing."""

    def need(self, template: str) -> None:
        pass


class _CountsTwice(SalonStage):
    """Counts every request as two, as a vendor may that weighs them; it refuses none."""

    @property
    def log(self) -> Sequence[LoggedRequest]:
        return [entry for entry in super().log for _ in range(2)]


class _On(SnipsSubject):
    """A connector on a stage of another kind."""

    def __init__(self, connector: SnipsConnector, stage: type[SalonStage]) -> None:
        super().__init__(connector)
        self._stage = stage

    def on_stage(self, stage: SalonStage) -> SalonStage:
        return self._stage(stage.salon, stage.studio)


_UNUSED = replace(MANIFEST, reads=(*MANIFEST.reads, DeclaredRead(template="/v1/rooms")))
_FLAGGED = replace(MANIFEST, streams=(replace(MANIFEST.streams[0], removal="flag"),))

STAGES = (
    Plant(
        name="is counted in another way than it counts itself",
        subject=_On(SnipsConnector(), _CountsTwice),
        red=frozenset({"C13"}),
        looked_at=("C01", "C13"),
    ),
    Plant(
        name="stands on a stage that loses its text",
        subject=_On(SnipsConnector(), _Mute),
        red=frozenset({"C19"}),
        looked_at=("C19",),
    ),
    Plant(
        name="stands on a stage that arranges nothing",
        subject=_On(_Declares(_UNUSED), _Unneeding),
        red=frozenset({"C01"}),
        looked_at=("C01",),
    ),
    Plant(
        name="says that removal shows as a flag and does not read it",
        subject=SnipsSubject(_TakesCancelledForBooked(_FLAGGED)),
        red=frozenset({"C01"}),
        looked_at=("C01",),
    ),
)
