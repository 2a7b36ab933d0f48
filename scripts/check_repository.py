"""Looks for what must not be committed: package hosts, machine paths, secrets, big files.

Locks and docs name a package, never where it comes from, so that the project installs
from whichever index a machine is set up with.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

LARGEST_BYTES = 1_000_000

# Written so that this file passes its own check.
FORBIDDEN = {
    "names a package host": re.compile(
        r"pypi\.org|python[h]osted|registry\.npmjs|npmjs\.(?:org|com)|deb\.debian"
    ),
    "installs from elsewhere": re.compile(r"^(?:--(?:extra-)?index-url|--find-links)\b", re.M),
    "holds a path of one machine": re.compile(
        r"(?<![\w.-])/(?:home|Users|root)/(?!app\b)[a-z.][\w.-]*" + "/"
    ),
    "holds a private key": re.compile("-----BEGIN (?:[A-Z]+ )?PRIVATE " + "KEY-----"),
    "was merged with its conflicts": re.compile(r"^<{7} |^>{7} ", re.M),
}


def main() -> int:
    """Check every file that is or would be committed; return 1 where one is at fault."""
    problems = [problem for path in tracked(ROOT) for problem in faults(path, ROOT)]
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def tracked(root: Path) -> list[Path]:
    """Files that git knows or would add."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    paths = (root / name for name in listing.split("\0") if name)
    return [path for path in paths if path.is_file()]


def faults(path: Path, root: Path) -> list[str]:
    """What is wrong with one file, as lines that name it."""
    name = path.relative_to(root)
    content = path.read_bytes()
    found = [f"{name}: larger than {LARGEST_BYTES} bytes"] if len(content) > LARGEST_BYTES else []
    if b"\0" not in content:
        text = content.decode("utf-8", errors="replace")
        for fault, pattern in FORBIDDEN.items():
            if match := pattern.search(text):
                line = text.count("\n", 0, match.start()) + 1
                found.append(f"{name}:{line}: {fault}")
    return found


if __name__ == "__main__":
    sys.exit(main())
