"""A root folder for chroot that holds a machine with nothing but Python, and the project."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.bare import packages

_HERE = Path(__file__).parents[2]
HOME = Path("/home/newcomer")
#: Where the project lies in the root.
PROJECT = HOME / "sendcheck"
#: Where pip keeps what it has fetched, in the root.
CACHE = HOME / ".cache/pip"
#: Of the environment: how pip reaches its registry, and how many processes run tests. Nothing else.
PASSED_ON = re.compile(r"PIP_\w+|SSL_CERT_\w+|REQUESTS_CA_BUNDLE|\w+_proxy|\w+_PROXY|JOBS|CI")
#: What no package owns: how registries are reached.
_WAYS = ("/etc/hosts", "/etc/resolv.conf", "/etc/ld.so.conf", "/etc/pip.conf", "/etc/ssl/certs")
_FOLDERS = ("dev", "proc", "sys", "run", "tmp", "usr/bin", "usr/sbin", "usr/lib", "usr/local/bin", "var/tmp", "var/log")


def furnish(root: Path) -> None:
    """Fill an empty folder."""
    for link in (Path("/", name) for name in ("bin", "sbin", "lib", "lib32", "lib64", "libx32")):
        if link.is_symlink():
            (root / link.name).symlink_to(link.readlink())
            inside(root, Path("/usr", link.name)).mkdir(parents=True)
    for folder in (*map(Path, _FOLDERS), CACHE, Path(sys.base_prefix)):
        inside(root, folder).mkdir(parents=True, exist_ok=True)
    for folder in ("tmp", "var/tmp"):
        (root / folder).chmod(0o1777)
    root.chmod(0o755)
    _copy(packages.files() | set(_ways()), root)
    for name in ("passwd", "group"):
        shutil.copy(f"/usr/share/base-passwd/{name}.master", root / "etc" / name)
    (root / "etc" / "shadow").touch(0o640)
    subprocess.run(["ldconfig", "-r", root], check=True)
    for name in ("python3", f"python3.{sys.version_info.minor}"):
        (root / "usr/local/bin" / name).symlink_to(packages.python())
    _copy_project(inside(root, PROJECT))


def inside(root: Path, path: Path) -> Path:
    """Where a path of the root lies outside of it."""
    return root / str(path).lstrip("/")


def _ways() -> Iterator[Path]:
    """Names of hosts, certificates, pip's settings; whatever of them is a link, with what it leads to."""
    named = [value for name, value in os.environ.items() if PASSED_ON.fullmatch(name) and value.startswith("/")]
    for start in map(Path, (*_WAYS, *named)):
        for path in start.iterdir() if start.is_dir() else (start,):
            if path.is_file():
                yield from (path, path.resolve())


def _copy(paths: Iterable[Path], root: Path) -> None:
    """Copy files and links as they are, through tar: thousands in a second."""
    listed = "\0".join(sorted(str(path).lstrip("/") for path in paths))
    pack, unpack = ["tar", "-C", "/", "--no-recursion", "--null", "-T", "-", "-cf", "-"], ["tar", "-C", str(root), "-xpf", "-"]
    with subprocess.Popen(pack, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as packing, subprocess.Popen(unpack, stdin=packing.stdout) as unpacking:
        assert packing.stdin is not None
        packing.stdin.write(listed.encode())
        packing.stdin.close()
    if packing.returncode or unpacking.returncode:
        raise SystemExit("test-bare: the files of this machine's packages could not be copied")


def _copy_project(place: Path) -> None:
    """The project as it would be committed: what git knows or would take."""
    listed = subprocess.run(["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=_HERE, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if (_HERE / name).is_file():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(_HERE / name, place / name, follow_symlinks=False)
