"""Which configuration files there are: the policy, the user's own, and a project's, found by looking upward from the working folder.

Nobody named a project's file: it came with what was cloned or unpacked, or somebody put it where others work. So the search takes none that another
user owns or others may write (git's “dubious ownership” is the model), none that is a link out of the project, and stops at the repository's root or
the home folder.
"""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from sendcheck.errors import ConfigError, InputError
from sendcheck.reading.ordinary import Unreadable, inside, read_bytes

#: Bytes of a configuration file.
LARGEST = 1_000_000
#: What lies in the root of a repository.
_REPOSITORY = (".git", ".hg", ".jj", ".svn")
_TABLE = re.compile(rb"(?m)^[ \t]*\[\[?[ \t]*tool[ \t]*\.[ \t]*[\"']?sendcheck[\"']?[ \t]*[.\]]")


class Found(NamedTuple):
    """A project's file, if one was taken, and for each that was not, why."""

    path: Path | None = None
    refused: tuple[str, ...] = ()


def user_file() -> Path:
    """The user's configuration file in the platform's folder."""
    from platformdirs import user_config_path

    return user_config_path("sendcheck") / "config.toml"


def policy_places() -> list[Path]:
    """Where a policy may lie: the administrator's, and the one SENDCHECK_POLICY adds (it can only tighten further)."""
    if sys.platform == "win32":
        system = Path(os.environ.get("PROGRAMDATA", r"C:\ProgramData")) / "sendcheck" / "policy.toml"
    else:
        system = Path("/etc/sendcheck/policy.toml")
    extra = os.environ.get("SENDCHECK_POLICY")
    return [system, Path(extra)] if extra else [system]


def policy_files() -> list[Path]:
    """The policies there are. One that is named by SENDCHECK_POLICY has to be there."""
    system, *named = policy_places()
    return [*([system] if system.is_file() else []), *named]


def existing(name: str | None) -> Path | None:
    """A configuration file that was named; ConfigError if it is not there."""
    if name is None:
        return None
    path = Path(name)
    if not path.is_file():
        raise ConfigError(f"no such configuration file: {name}")
    return path


def working_folder() -> Path:
    """Where the command was started. Raises InputError if that is gone."""
    try:
        return Path.cwd()
    except OSError as error:
        raise InputError("the working folder no longer exists: change to one that does, and run the command again") from error


def project_of(folder: Path) -> Path:
    """The root of the repository that a folder lies in, else the folder itself. A home folder that is kept in one makes no project of all that lies there."""
    root = next((f for f in _upward(folder) if _is_root(f)), folder)
    return folder if _is_home(root) else root


def nearest_file(start: Path) -> Path | None:
    """The nearest project's file that may be taken."""
    return search(start).path


def search(start: Path) -> Found:
    """The nearest ``sendcheck.toml``, or ``pyproject.toml`` with a ``[tool.sendcheck]``, upward from *start*."""
    refused: list[str] = []
    for folder in _upward(start):
        for name in ("sendcheck.toml", "pyproject.toml"):
            path = folder / name
            if not os.path.lexists(path) or (name == "pyproject.toml" and not _has_table(path)):
                continue
            why = why_not(path)
            if not why:
                return Found(path, tuple(refused))
            refused.append(f"{path} is not used: {why}")
    return Found(None, tuple(refused))


def _upward(start: Path) -> Iterator[Path]:
    """Folders to look in, the nearest first."""
    for folder in (start, *start.parents):
        yield folder
        if _is_root(folder) or _is_home(folder):
            return


def _is_home(folder: Path) -> bool:
    return os.path.realpath(folder) == os.path.realpath(os.path.expanduser("~"))  # noqa: PTH111 (raises nothing where there is no home)


def _is_root(folder: Path) -> bool:
    return any(os.path.lexists(folder / name) for name in _REPOSITORY)


def _has_table(path: Path) -> bool:
    try:
        return _TABLE.search(read_bytes(path, LARGEST)) is not None
    except Unreadable:
        return False  # what it is to others is theirs to say


def why_not(path: Path) -> str:
    """Why a file that was found is not taken, and what to do; "" if it may be. Nothing of it is read."""
    try:
        there, found = path.lstat(), path.stat()
    except OSError:
        return "it is a link that leads nowhere, or in a circle"
    if not stat.S_ISREG(found.st_mode):
        return "it is no ordinary file"
    if stat.S_ISLNK(there.st_mode) and not inside(path, project_of(path.parent)):
        return f"it is a link that leads out of {project_of(path.parent)}. If you mean the file behind it, name that one: --config FILE"
    if not hasattr(os, "getuid"):
        return ""
    owner = next((s.st_uid for s in (there, found) if s.st_uid not in _own_ids()), None)
    if owner is not None:
        return f"it belongs to {_name(owner)}, who could have put anything into it. If you trust it, make it yours (chown), or name it: --config FILE"
    if _others_write(found):
        return f"others may write to it. If you trust what it says: chmod go-w {path}"
    return ""


def _own_ids() -> set[int]:
    """The user, and whoever became root by sudo."""
    me = os.getuid()
    sudo = os.environ.get("SUDO_UID", "") if me == 0 else ""
    return {me, int(sudo)} if sudo.isascii() and sudo.isdigit() else {me}


def _name(uid: int) -> str:
    import pwd

    try:
        return f"another user ({pwd.getpwuid(uid).pw_name})"
    except KeyError:
        return f"another user (number {uid})"


def _others_write(found: os.stat_result) -> bool:
    """Whether anybody but its owner may write to a file. A group of the owner's own (umask 002) is nobody else."""
    if found.st_mode & 0o002:
        return True
    if not found.st_mode & 0o020:
        return False
    import grp
    import pwd

    try:
        owner, group = pwd.getpwuid(found.st_uid), grp.getgrgid(found.st_gid)
    except KeyError:
        return True
    return not (owner.pw_gid == found.st_gid and group.gr_name == owner.pw_name and set(group.gr_mem) <= {owner.pw_name})
