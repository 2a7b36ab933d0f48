"""Connectors that each have one fault, and the checks of the suite that must notice it.

Everything here is the sample connector but for one thing. ``maps`` holds faults of the
mapper, ``reads`` of reading, ``trouble`` of what is made of trouble, ``leaks`` of
discretion, ``declares`` of the manifest, ``records`` of the fixtures, ``stages`` of the stage.
"""

from claw_testing.planted.declares import DECLARES
from claw_testing.planted.leaks import LEAKS
from claw_testing.planted.maps import MAPS
from claw_testing.planted.plant import Plant
from claw_testing.planted.reads import READS
from claw_testing.planted.records import RECORDS
from claw_testing.planted.stages import STAGES
from claw_testing.planted.trouble import TROUBLE

PLANTS: tuple[Plant, ...] = (*DECLARES, *MAPS, *READS, *TROUBLE, *LEAKS, *RECORDS, *STAGES)
"""Every planted fault."""

__all__ = ["PLANTS", "Plant"]
