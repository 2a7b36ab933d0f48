"""Stops the server when the last process that uses it has ended, even by ``kill -9``.

Run as a script of its own, with the standard library alone. Every user of the server holds
a shared lock on the users file, which the kernel drops when the process dies. The custodian
waits for that file to be free: then nobody is left, and it stops the server unless the
``keep`` file says otherwise. There is no list of pids that could be stale or reused.

Arguments: users file, keep file, descriptor of the locked custodian file, uid, gid (-1:
as ourselves), then the command that stops the server.
"""

import fcntl
import os
import subprocess
import sys


def main(arguments: list[str]) -> int:
    """Wait for the last user in a process of its own, then stop the server."""
    users_path, keep_path, own_lock, uid, gid, *stop_command = arguments
    if os.fork():
        return 0  # The starter waits for this one only; the child outlives it.
    users = os.open(users_path, os.O_RDWR | os.O_CLOEXEC)
    fcntl.flock(users, fcntl.LOCK_EX)
    if not os.path.exists(keep_path):
        ourselves = uid == "-1"
        subprocess.run(
            stop_command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            check=False,
            user=None if ourselves else int(uid),
            group=None if ourselves else int(gid),
            extra_groups=None if ourselves else [],
        )
    # In this order: whoever gets the users file next must see that we are gone.
    os.close(int(own_lock))
    os.close(users)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
