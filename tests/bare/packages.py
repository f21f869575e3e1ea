"""Which files are those of a machine with nothing but Python: of the packages that every Debian has, and of the Python that runs this."""

from __future__ import annotations

import re
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path

#: Beside the packages that Debian calls required: what `make` and a package registry need.
MORE = ("make", "ca-certificates", "netbase")
#: What a slim image leaves out of every package.
_LEFT_OUT = ("/usr/share/doc/", "/usr/share/man/", "/usr/share/info/", "/usr/share/locale/", "/usr/share/lintian/")
_FIELDS = ("binary:Package", "Package", "Essential", "Priority", "Pre-Depends", "Depends", "Provides", "db:Status-Status")


def python() -> Path:
    """The program that environments are made with, links followed."""
    return Path(getattr(sys, "_base_executable", sys.executable)).resolve()


def owner(path: Path) -> str:
    """The Debian package that a file belongs to, or ""."""
    return _told("dpkg-query", "--search", str(path), fails=True).split(":")[0].strip()


def files() -> set[Path]:
    """All files and links of the packages, and of Python if it came as one; else the system's libraries that it is linked with."""
    package = owner(python())
    wanted = _with_dependencies([*MORE, package, f"{package}-venv"] if package else MORE)
    listed = {Path(line) for line in _told("dpkg-query", "-L", *wanted).splitlines() if line.startswith("/") and not line.startswith(_LEFT_OUT)}
    found = {path for path in listed if path.is_symlink() or path.is_file()}
    if not package:
        found |= _libraries()
    return found | set(_alternatives(found))


def _told(*command: str, fails: bool = False) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=not fails).stdout


def _with_dependencies(more: Iterable[str]) -> list[str]:
    """The packages that every Debian has, *more*, and all that they depend on, of those installed here."""
    needs: dict[str, str] = {}
    called: dict[str, str] = {}
    pending = []
    for line in _told("dpkg-query", "-W", "-f", "\t".join(f"${{{field}}}" for field in _FIELDS) + "\n").splitlines():
        full, name, essential, priority, before, depends, provides, status = line.split("\t")
        if status != "installed":
            continue
        needs[full] = f"{before},{depends}"
        called[name] = full
        for other in _names(provides):
            called.setdefault(other, full)
        if essential == "yes" or priority == "required":
            pending.append(full)
    pending += [called[name] for name in more if name in called]
    found: set[str] = set()
    while pending:
        full = pending.pop()
        if full not in found:
            found.add(full)
            for either in needs[full].split(","):
                pending += [called[name] for name in _names(either.replace("|", ",")) if name in called][:1]
    return sorted(found)


def _names(relations: str) -> Iterator[str]:
    """The names in a field of relations between packages, without versions and architectures."""
    for one in relations.split(","):
        name = re.sub(r"[(:\[].*", "", one).strip()
        if name:
            yield name


def _alternatives(found: set[Path]) -> Iterator[Path]:
    """The links by which Debian calls one of these files by a common name: awk."""
    for path in Path("/usr/bin").iterdir():
        if path.is_symlink() and path.readlink().is_relative_to("/etc/alternatives") and path.resolve() in found:
            yield from (path, path.readlink())


def _libraries() -> set[Path]:
    """The system's libraries that Python and its own modules are linked with; but not those of its windows, which no slim image has."""
    folder = sysconfig.get_path("platstdlib", vars={"platbase": sys.base_prefix, "installed_platbase": sys.base_prefix})
    linked = [python(), *(path for path in Path(folder, "lib-dynload").glob("*.so") if not path.name.startswith("_tkinter"))]
    told = {Path(path) for path in re.findall(r"(?:=> |^\s)(/\S+) \(", _told("ldd", *map(str, linked)), re.M)}
    found = {path for path in told if not path.is_relative_to(sys.base_prefix)}
    return found | {path.parent / path.resolve().name for path in found}
