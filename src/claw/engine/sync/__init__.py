"""Reading sources into canonical records.

``service`` runs it; ``connection_run`` takes one connection through its streams; ``plan``
cuts the window into slices, ``source`` opens and proves a connection, ``reading`` reads one
slice whole, ``bundles`` maps it, ``checking`` refuses what may not be stored, ``absence``
decides what a complete read says is gone, ``remap`` finds what changed with a linked
object, ``slices`` and ``applying`` make a slice visible in one transaction, ``verdict`` and
``report`` say what became of it. May import core and ports. The invariant: a read that is
not complete removes, cancels and empties nothing.
"""

from claw.engine.sync.report import ConnectionReport, StreamReport, SyncReport, SyncWarning
from claw.engine.sync.service import SyncService

__all__ = ["ConnectionReport", "StreamReport", "SyncReport", "SyncService", "SyncWarning"]
