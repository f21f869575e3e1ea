"""What lies in a folder that somebody wants checked: files in order, and a count of everything that is passed over."""

from __future__ import annotations

import os
import re
import stat
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from sendcheck.errors import InputError
from sendcheck.reading.ignoring import Layers, entered, why

_MAIL_SUFFIXES = {".eml", ".mbox", ".mbx", ".patch", ".mail"}
#: Endings of what may hold mail, but not in a form that is read here.
CLOSED = {
    *(".gz", ".bz2", ".xz", ".zst", ".lz4", ".zip", ".7z", ".rar", ".tar", ".tgz", ".tbz2", ".txz"),
    *(".msg", ".oft", ".pst", ".ost", ".olm", ".dbx", ".emlx", ".mht", ".mhtml", ".p7m", ".tnef", ".gpg", ".pgp"),
}
#: Where version control keeps its own; nobody means to check that.
_OWN = re.compile(r"\.(?:git.*|hg.*|svn|jj|bzr)|\.sendcheck.*|sendcheck\.toml")
_SPECIAL = ((stat.S_ISFIFO, "FIFO"), (stat.S_ISSOCK, "socket"), (stat.S_ISCHR, "device"), (stat.S_ISBLK, "device"))
_HEADERS = {b"from", b"to", b"subject", b"date", b"message-id", b"received", b"mime-version", b"return-path"}


def files_below(top: Path, layers: Layers | None, skipped: Counter[str]) -> Iterator[Path | InputError]:
    """Files below a folder in order of their names. Links to folders are not followed, so that no circle is walked; ``layers``: None to ignore nothing.

    A folder that cannot be read is an error in its place; what else is passed over is counted in ``skipped``.
    """
    open_folders: list[tuple[str, str, Layers | None]] = [(str(top), os.path.abspath(top), layers)]  # noqa: PTH100
    while open_folders:
        folder, absolute, ignoring = open_folders.pop()
        ignoring = None if ignoring is None else entered(ignoring, absolute)
        try:
            with os.scandir(folder) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            yield InputError(f"cannot read the folder {folder}: {error.strerror or error}; nothing in it was checked")
            continue
        inside = []
        maildir = bool({"cur", "new"} & set(Path(folder).relative_to(top).parts))
        for entry in entries:
            is_folder = entry.is_dir(follow_symlinks=False)
            passed = _passed_over(entry, is_folder, maildir) or ("" if ignoring is None else why(ignoring, os.path.join(absolute, entry.name), is_folder))  # noqa: PTH118
            if passed:
                if not _OWN.fullmatch(entry.name):
                    skipped[passed] += 1
            elif is_folder:
                inside.append((entry.path, os.path.join(absolute, entry.name), ignoring))  # noqa: PTH118
            else:
                yield Path(entry.path)
        open_folders += reversed(inside)


def _passed_over(entry: os.DirEntry[str], is_folder: bool, maildir: bool) -> str:
    """Why an entry of a folder is not looked at, whatever it holds; "" if it is."""
    hidden = entry.name.startswith(".")
    if is_folder:
        if entry.name == "node_modules":
            return "node_modules"
        return "hidden" if hidden and not maildir and not _holds_maildir(Path(entry.path)) else ""
    if hidden:
        return "hidden"
    if entry.is_symlink() and Path(entry.path).is_dir():
        return "linked folder"
    if Path(entry.path).parent.name == "tmp" and (Path(entry.path).parent.parent / "cur").is_dir():
        return "on the way into a Maildir"
    return ""


def _holds_maildir(path: Path) -> bool:
    """Whether a hidden folder is one of a Maildir++ (``.Sent/cur``)."""
    return (path / "cur").is_dir() or (path / "new").is_dir()


def is_mail(file: Path) -> bool:
    """Whether a file of a folder is mail: by its ending, by where it lies, or by how it begins."""
    in_maildir = file.parent.name in {"cur", "new"}
    return in_maildir or file.suffix.lower() in _MAIL_SUFFIXES or (not _known_other(file) and _looks_like_mail(file))


def kind_of(file: Path) -> str:
    """What a file of a folder is that is no mail and no template, as it is counted."""
    try:
        mode = file.stat().st_mode
    except FileNotFoundError:
        return "dangling link"
    except OSError:
        return "unreadable"
    special = next((name for test, name in _SPECIAL if test(mode)), "")
    if special:
        return special
    if _known_other(file) or file.suffix.lower() in CLOSED:
        return file.suffix.lower()
    return "not mail" if os.access(file, os.R_OK) else "unreadable"


def _known_other(file: Path) -> bool:
    return bool(re.fullmatch(r"\.[A-Za-z][A-Za-z0-9]{0,7}", file.suffix)) and file.suffix.lower() != ".txt"


def _looks_like_mail(file: Path) -> bool:
    """Whether a file without a telling name begins like a mail: header fields that mails have."""
    try:
        if not stat.S_ISREG(file.stat().st_mode):
            return False
        with file.open("rb") as opened:
            head = opened.read(4096)
    except OSError:
        return False
    names = {m.group(1).lower() for m in re.finditer(rb"(?m)^([A-Za-z-]+):", head.replace(b"\r\n", b"\n").split(b"\n\n")[0])}
    return len(names & _HEADERS) >= 2
