"""PostgreSQL without an installation: the binaries come with Claw, the data lies under home.

This folder makes, starts and stops a cluster. It knows files, processes and accounts and
nothing of Claw's tables; it may import ``core.errors``, the role names of ``store`` and the
standard library. The invariant: the server runs exactly as long as somebody uses it or asked
to keep it, listens on a private Unix socket only, and lets nobody in without a password.
"""

from claw.store.embedded.binaries import Binaries
from claw.store.embedded.cluster import Options
from claw.store.embedded.server import EmbeddedServer, ServerStatus, Urls

__all__ = ["Binaries", "EmbeddedServer", "Options", "ServerStatus", "Urls"]
