"""Installing sendcheck in other programs: text between markers, idempotent, everything else kept."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from sendcheck.errors import SendcheckError

BEGIN = "# >>> sendcheck >>>"
END = "# <<< sendcheck <<<"
_BLOCK = re.compile(rf"^{re.escape(BEGIN)}\n.*?^{re.escape(END)}\n?", re.S | re.M)
CLIENTS = ("git", "mutt", "neomutt")


class HookError(SendcheckError):
    """A hook cannot be installed or removed as things are."""


@dataclass(frozen=True, slots=True)
class Status:
    """Where a client's hook lies and whether it is in force; ``remark`` says what may keep it from working."""

    client: str
    path: Path | None
    installed: bool
    remark: str = ""


def program() -> list[str]:
    """The command that runs this sendcheck from anywhere."""
    beside = Path(sys.executable).parent / "sendcheck"
    found = str(beside) if beside.is_file() else shutil.which("sendcheck")
    return [found] if found else [sys.executable, "-m", "sendcheck"]


def target(client: str, where: Path | None) -> Path:
    """The file that a client's hook goes into. Raises HookError if it cannot be told."""
    if where is not None and client != "git":
        return where
    if client == "git":
        return _git_hook(where or Path.cwd())
    home = Path.home()
    config = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    places = {
        "mutt": [home / ".muttrc", home / ".mutt" / "muttrc", config / "mutt" / "muttrc"],
        "neomutt": [config / "neomutt" / "neomuttrc", home / ".neomuttrc", home / ".neomutt" / "neomuttrc", config / "neomutt" / "muttrc"],
    }[client]
    return next((p for p in places if p.is_file()), places[0])


def _git_hook(repository: Path) -> Path:
    try:
        done = subprocess.run(
            ["git", "-C", str(repository), "rev-parse", "--git-path", "hooks/sendemail-validate"], capture_output=True, text=True, check=False
        )
    except OSError as error:
        raise HookError("git is not installed") from error
    if done.returncode != 0:
        raise HookError(f"{repository} is not in a git repository: run this inside one, or name it with --path")
    path = Path(done.stdout.strip())
    return path if path.is_absolute() else (repository / path).resolve()


def install(client: str, where: Path | None = None) -> Status:
    """Put the hook in, or refresh it. What else stands in the file is kept."""
    path = target(client, where)
    old = _read(path)
    without = _BLOCK.sub("", old)
    if client == "git":
        new = _with_git_block(path, without)
    else:
        mta = _current_sendmail(without)
        new = (without + ("" if not without or without.endswith("\n") else "\n")) + _mutt_block(mta)
    if new != old:
        _write(path, new, executable=client == "git")
    return status(client, where)


def uninstall(client: str, where: Path | None = None) -> Status:
    """Take the hook out; a file that held nothing else goes too."""
    path = target(client, where)
    old = _read(path)
    new = _BLOCK.sub("", old)
    if new != old:
        if not new.strip() or new.strip() == "#!/bin/sh":
            path.unlink()
        else:
            _write(path, new, executable=client == "git")
    return status(client, where)


def status(client: str, where: Path | None = None) -> Status:
    """Whether the hook is in, and what may keep it from working."""
    try:
        path = target(client, where)
    except HookError as error:
        return Status(client, None, False, str(error))
    text = _read(path)
    installed = bool(_BLOCK.search(text))
    remark = ""
    if installed and client == "git" and not os.access(path, os.X_OK):
        remark = "the hook is not executable: git skips it (chmod +x)"
    elif installed and client != "git":
        after = text[text.index(END) :]
        if re.search(r"(?m)^\s*set\s+(?:sendmail|smtp_url)\s*=", after):
            remark = "a later line sets sendmail or smtp_url and bypasses sendcheck: move it above the block"
    return Status(client, path, installed, remark)


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", errors="surrogateescape") if path.exists() else ""
    except OSError as error:
        raise HookError(f"cannot read {path}: {error.strerror}") from error


def _write(path: Path, text: str, *, executable: bool) -> None:
    """Replace the file in one step, keeping its mode."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        real = path.resolve()
        mode = real.stat().st_mode & 0o7777 if real.exists() else 0o644
        fresh = real.with_name(real.name + ".sendcheck-new")
        fresh.write_text(text, "utf-8", errors="surrogateescape")
        fresh.chmod(mode | 0o111 if executable else mode)
        fresh.replace(real)
    except OSError as error:
        raise HookError(f"cannot write {path}: {error.strerror}") from error


def _with_git_block(path: Path, without: str) -> str:
    command = " ".join(shlex.quote(word) for word in program())
    block = f'{BEGIN}\n{command} hook run git "$@" || exit $?\n{END}\n'
    if not without.strip():
        return "#!/bin/sh\n" + block
    first, newline, rest = without.partition("\n")
    if not first.startswith("#!") or not re.search(r"\b(?:ba|da|k|z)?sh\b", first):
        raise HookError(f'{path} is there already and is no shell script: call “{command} hook run git "$@"” from it yourself')
    return first + (newline or "\n") + block + rest


def _current_sendmail(text: str) -> list[str]:
    """The sendmail command a muttrc sets so far, as words; empty for mutt's default."""
    found = re.findall(r"""(?m)^\s*set\s+sendmail\s*=\s*(?:"([^"\n]*)"|'([^'\n]*)'|(\S+))""", text)
    value = next((v for v in found[-1] if v), "") if found else ""
    return value.split()


def _mutt_block(mta: list[str]) -> str:
    """mutt splits the command at blanks without quoting, so every word is an argument of its own."""
    words = [*program(), "sendmail"]
    if mta:
        words += ["--mta", mta[0], *(f"--mta-arg={a}" for a in mta[1:])]
    else:
        words += ["-oem", "-oi"]
    if any(" " in w for w in words):
        raise HookError("mutt cannot run a program whose path holds a blank: install sendcheck in another folder")
    return f'{BEGIN}\nset sendmail="{" ".join(words)}"\nset sendmail_wait=0\nunset smtp_url\n{END}\n'
