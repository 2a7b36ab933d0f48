"""Reading sources into canonical records.

``service`` runs it; ``plan`` cuts the window into slices, ``source`` opens and proves a
connection, ``reading`` reads one slice whole, ``bundles`` maps it, ``absence`` decides
what a complete read says is gone, ``applying`` makes the slice visible in one
transaction, ``report`` counts. The invariant: a read that is not complete removes,
cancels and empties nothing.
"""

from claw.engine.sync.report import ConnectionReport, StreamReport, SyncReport, SyncWarning
from claw.engine.sync.service import SyncService

__all__ = ["ConnectionReport", "StreamReport", "SyncReport", "SyncService", "SyncWarning"]
