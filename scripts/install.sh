#!/bin/sh
# Finds a Python that can build the environment and hands over to install.py.
# PYTHON=/path/to/python chooses one; otherwise the one that .venv was built with, so that
# a choice once made stays, or else the first that fits of those below.
set -u

scripts=$(dirname "$0")
previous=$(sed -n 's/^executable = //p' "$scripts/../.venv/pyvenv.cfg" 2>/dev/null)

probe='import sys
if sys.version_info < (3, 11):
    sys.exit("is Python %d.%d" % sys.version_info[:2])
try:
    import ensurepip, venv
except ImportError:
    sys.exit("lacks the venv and ensurepip modules")'

rejected=''
for candidate in ${PYTHON:-$previous python3 python3.14 python3.13 python3.12 python3.11 python}; do
    command -v "$candidate" >/dev/null 2>&1 || continue
    if reason=$("$candidate" -I -c "$probe" 2>&1); then
        exec "$candidate" -I "$scripts/install.py"
    fi
    # A version manager's shim may exist and still lead nowhere; its last line says why.
    rejected="$rejected
  $candidate: $(printf '%s' "$reason" | tail -n 1)"
done

{
    echo "install: no Python 3.11 or newer that can create a virtual environment."
    if [ -n "$rejected" ]; then echo "Looked at:$rejected"; fi
    echo "Install Python 3.11+ (on Debian and Ubuntu also the package python3-venv),"
    echo "or name one: make install PYTHON=/path/to/python3.12"
} >&2
exit 1
