"""Installing sendcheck in other programs: text between markers, idempotent, everything else kept."""

from __future__ import annotations

import os
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sendcheck.errors import SendcheckError

_BEGIN, _END = ">>> sendcheck >>>", "<<< sendcheck <<<"


class HookError(SendcheckError):
    """A hook cannot be installed or removed as things are."""


@dataclass(frozen=True, slots=True)
class Status:
    """Where a client's hook lies and whether it is in force; ``remark`` says what may keep it from working, or what is left to do."""

    client: str
    path: Path | None
    installed: bool
    remark: str = ""


class Client(Protocol):
    """A program that sendcheck can be installed in."""

    name: str

    def install(self, where: Path | None = None) -> Status:
        """Put the hook in, or refresh it; what else stands there is kept. Raises HookError."""
        ...

    def uninstall(self, where: Path | None = None) -> Status:
        """Take the hook out; nothing else is touched. Raises HookError."""
        ...

    def status(self, where: Path | None = None) -> Status:
        """Whether the hook is in, and what may keep it from working. Raises nothing."""
        ...


def program(name: str = "sendcheck") -> list[str]:
    """The command that runs this installation's program of that name from anywhere."""
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.is_file() else shutil.which(name)
    if found:
        return [found]
    return [sys.executable, "-m", "sendcheck", *([] if name == "sendcheck" else [name.removeprefix("sendcheck-")])]


def config_home() -> Path:
    """The folder of the user's configuration files (XDG Base Directory Specification)."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")


class TextClient:
    """A client that is set up by a text file: our lines stand between two comments."""

    name: str = ""
    comment: str = "#"
    executable: bool = False
    #: Text that is left when only what we made is left: the file goes then.
    bare: tuple[str, ...] = ("",)

    def places(self) -> list[Path]:
        """Where the file may lie; the first that exists counts, else the first."""
        raise NotImplementedError

    def put_in(self, text: str, path: Path) -> str:
        """The file's text with our lines. Raises HookError if that cannot be."""
        raise NotImplementedError

    def remark(self, text: str, path: Path) -> str:
        """What may keep the installed hook from working, or ""."""
        return ""

    def target(self, where: Path | None) -> Path:
        """The file. Raises HookError if it cannot be told."""
        if where is not None:
            return where
        places = self.places()
        return next((p for p in places if p.is_file()), places[0])

    def block(self, *lines: str) -> str:
        """Our lines between their markers."""
        return "".join(f"{line}\n" for line in (f"{self.comment} {_BEGIN}", *lines, f"{self.comment} {_END}"))

    @property
    def _found(self) -> re.Pattern[str]:
        return re.compile(rf"^{re.escape(self.comment)} {re.escape(_BEGIN)}\n(?P<inside>.*?)^{re.escape(self.comment)} {re.escape(_END)}\n?", re.S | re.M)

    def take_out(self, text: str) -> str:
        """The file's text without our lines."""
        return self._found.sub("", text)

    def install(self, where: Path | None = None) -> Status:
        """Put the hook in, or refresh it; what else stands in the file is kept. Raises HookError."""
        path = self.target(where)
        old = _read(path)
        new = self.put_in(self.take_out(old), path)
        if new != old or (self.executable and not os.access(path, os.X_OK)):
            _write(path, new, executable=self.executable)
        return self.status(where)

    def uninstall(self, where: Path | None = None) -> Status:
        """Take the hook out; a file that held nothing else goes too. Raises HookError."""
        path = self.target(where)
        old = _read(path)
        new = self.take_out(old)
        if new != old:
            if new.strip() in self.bare:
                path.unlink()
            else:
                _write(path, new, executable=self.executable)
        return self.status(where)

    def status(self, where: Path | None = None) -> Status:
        """Whether the hook is in, and what may keep it from working."""
        try:
            path = self.target(where)
            text = _read(path)
        except HookError as error:
            return Status(self.name, None, False, str(error))
        installed = bool(self._found.search(text))
        return Status(self.name, path, installed, self.remark(text, path) if installed else "")

    def after(self, text: str) -> str:
        """What stands below our lines."""
        found = list(self._found.finditer(text))
        return text[found[-1].end() :] if found else ""


def appended(text: str, block: str) -> str:
    """A block at the end of a text, on a line of its own."""
    return text + ("" if not text or text.endswith("\n") else "\n") + block


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8", "surrogateescape") if path.exists() else ""
    except OSError as error:
        raise HookError(f"cannot read {path}: {error.strerror}") from error


def _write(path: Path, text: str, *, executable: bool) -> None:
    """Replace the file in one step, keeping its mode; a symbolic link stays one."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        real = path.resolve()
        mode = real.stat().st_mode & 0o7777 if real.exists() else 0o644
        fresh = real.with_name(real.name + ".sendcheck-new")
        fresh.write_bytes(text.encode("utf-8", "surrogateescape"))
        fresh.chmod(mode | 0o111 if executable else mode)
        fresh.replace(real)
    except OSError as error:
        raise HookError(f"cannot write {path}: {error.strerror}") from error
