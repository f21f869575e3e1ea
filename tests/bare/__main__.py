"""``python -m tests.bare [COMMAND]``: a shell's command, or `make demo` and the tests, as on a machine with nothing but Python.

What this machine has beside (mail programs, browsers, databases, dictionaries, compilers, git) is out of sight there: a root of its own holds the files
of the Debian packages that every Debian has, of `make` and of this Python, and a copy of the project. A test whose component is missing has to skip
(tests/conftest.py, `require`), and what the project imports has to come with pip.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

from tests.bare import packages
from tests.bare.root import CACHE, HOME, PASSED_ON, PROJECT, furnish
from tests.namespaces import NAMESPACES, PATH

COMMAND = "make demo && make suite"
#: $0: the root; $1: the Python's folder, or ""; $2: packages installed in it; $3: pip's cache, or "", and $4: its place; the rest: chroot's arguments. As the
#: first process of its namespace a shell takes in whoever is left over, and all of them end with it.
_INSIDE = """set -e
mount --make-rprivate /
mount --rbind /dev "$0/dev"
mount -t proc proc "$0/proc"
if [ -n "$1" ]; then mount --bind -o ro "$1" "$0$1"; mount -t tmpfs none "$0$2"; fi
if [ -n "$3" ]; then mount --bind "$3" "$0$4"; fi
shift 4
exec chroot "$0" "$@"
"""


def main() -> int:
    """Make the root, run the command in it, tell how it went."""
    why = _why_not()
    if why:
        print(f"test-bare was not run: {why}", file=sys.stderr)
        return 1 if os.environ.get("SENDCHECK_REQUIRE") == "all" else 0
    command = " ".join(sys.argv[1:]) or COMMAND
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="bare-") as root:
        furnish(Path(root))
        print(f"test-bare: a root with nothing but Python {sys.version.split()[0]}, made in {time.monotonic() - begun:.0f} s", flush=True)
        code = _run(Path(root), command)
    print(f"test-bare: {time.monotonic() - begun:.0f} s", flush=True)
    if code:
        print(
            f"test-bare: `{command}` failed (exit code {code}) where nothing but Python is installed. A test of what a machine may lack calls `require`\n"
            "(tests/conftest.py); what the project imports is named in pyproject.toml. To look around in there: python3 -m tests.bare bash",
            file=sys.stderr,
        )
    return code


def _why_not() -> str:
    """What this machine lacks to try it, or ""."""
    if not all(map(shutil.which, ("dpkg-query", "unshare", "git"))):
        return "it takes the packages of a Debian or Ubuntu apart, in namespaces, and copies what git knows: dpkg-query, unshare or git is missing"
    if os.geteuid() != 0:
        return "it makes a root of its own, which takes root"
    if subprocess.run([*NAMESPACES, "mount", "--make-rprivate", "/"], capture_output=True, check=False).returncode != 0:
        return "it needs namespaces of its own, and `unshare --mount --pid` is not permitted here (in a container: --privileged)"
    return ""


def _run(root: Path, command: str) -> int:
    """Run a shell's command in the root, in namespaces of its own."""
    prefix = "" if packages.owner(packages.python()) else sys.base_prefix
    installed = sysconfig.get_path("purelib", "posix_prefix", {"base": sys.base_prefix})
    cache = subprocess.run([sys.executable, "-m", "pip", "cache", "dir"], capture_output=True, text=True, check=False).stdout.strip()
    mounts = [str(root), prefix, installed, cache if Path(cache).is_dir() else "", str(CACHE)]
    environ = {name: value for name, value in os.environ.items() if PASSED_ON.fullmatch(name)} | {
        "PATH": PATH,
        "HOME": str(HOME),
        "SENDCHECK_REQUIRE": "extras",
        "SENDCHECK_VALUES": "10",
    }
    shell = ["/usr/bin/env", "-i", *(f"{name}={value}" for name, value in environ.items()), "/bin/sh", "-c", f"cd {PROJECT} && {{ {command}; }}; exit $?"]
    return subprocess.run([*NAMESPACES, "sh", "-c", _INSIDE, *mounts, *shell], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
