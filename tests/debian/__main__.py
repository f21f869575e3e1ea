"""Follow a part of a page of the manual in a copy of this machine, then run a command there, without network: :func:`follow`.

The copy is an overlay over this machine's root, kept in memory, in namespaces of its own (mounts, processes, after the first block of commands
the network too): what is installed, configured and started in it is gone afterwards. It differs from a Debian only in its `systemctl`
(tests/debian/systemctl.py), since nothing there is process 1.

A block of the page is a file's content, where the paragraph above it names a file in /etc, else a shell's commands.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.namespaces import NAMESPACES, PATH

_HERE = Path(__file__).parents[2]
#: $0: an empty folder; $1: a folder of files for /tmp; $2: the project, which may lie below /tmp itself; the rest: chroot's arguments.
_ENTER = """set -e
mount --make-rprivate /
mount -t tmpfs none "$0"
mkdir "$0/upper" "$0/work" "$0/top"
mount -t overlay overlay -o "lowerdir=/,upperdir=$0/upper,workdir=$0/work" "$0/top"
mount --rbind /dev "$0/top/dev"
mount -t proc proc "$0/top/proc"
mount -t tmpfs none "$0/top/run"
mount -t tmpfs none "$0/top/tmp"
for file in "$1"/*; do cp "$file" "$0/top/tmp/"; done
[ -e "$0/top$2" ] || { mkdir -p "$0/top$2"; mount --bind -o ro "$2" "$0/top$2"; }
shift 2
exec chroot "$0/top" "$@"
"""


class Block(NamedTuple):
    """An indented block of the page: ``file`` that it belongs into, or "" for commands."""

    file: str
    text: str


def blocks(page: str) -> Iterator[Block]:
    """The blocks of a page, in order."""
    for paragraphs, block in re.findall(r"((?:^(?! {4}).*\n)+)((?:^(?: {4}.*)?\n)*^ {4}.*\n)", page, re.M):
        above = [part for part in re.split(r"\n\s*\n", paragraphs) if part.strip()][-1]
        named = re.findall(r"`(/etc/[\w./-]+)`", above)
        yield Block(named[-1] if named else "", re.sub(r"^ {4}", "", block, flags=re.M).strip("\n") + "\n")


def why_not() -> str:
    """What this machine lacks, or ""."""
    if os.geteuid() != 0:
        return "root"
    if not Path("/etc/debian_version").exists() or not all(map(shutil.which, ("postfix", "debconf-set-selections", "adduser", "setpriv"))):
        return "Debian's Postfix"
    with tempfile.TemporaryDirectory() as place, tempfile.TemporaryDirectory() as nothing:
        Path(nothing, "x").touch()
        tried = subprocess.run([*NAMESPACES, "sh", "-c", _ENTER, place, nothing, str(_HERE), "true"], capture_output=True, check=False)
    return "" if tried.returncode == 0 else "overlays in namespaces of its own"


def follow(page: Path, heading: str, *command: str, files: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Follow what stands below a heading, then run the command. ``files``: a folder whose files lie in /tmp there."""
    inner = [sys.executable, "-m", "tests.debian", "prepare", str(page), heading, *command]
    with tempfile.TemporaryDirectory() as place:
        return subprocess.run(
            [*NAMESPACES, "sh", "-c", _ENTER, place, str(files), str(_HERE), "/usr/bin/env", f"--chdir={_HERE}", *inner],
            env={**{k: v for k, v in os.environ.items() if not k.startswith("SENDCHECK_")}, "PATH": PATH, **environ},
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )


def _prepare() -> None:
    """What Debian's installer asks about Postfix, no service started by packages, no questions by apt, and a systemctl."""
    Path("/usr/sbin/policy-rc.d").write_text("#!/bin/sh\nexit 101\n")
    Path("/etc/apt/apt.conf.d/99yes").write_text('APT::Get::Assume-Yes "true";\n')
    Path("/usr/local/bin/systemctl").write_text(f'#!/bin/sh\nPYTHONPATH={_HERE} exec {sys.executable} -P -m tests.debian.systemctl "$@"\n')
    for name in ("/usr/sbin/policy-rc.d", "/usr/local/bin/systemctl"):
        Path(name).chmod(0o755)
    for name in ("main.cf", "master.cf"):
        Path("/etc/postfix", name).unlink(missing_ok=True)
    shutil.copy("/usr/share/postfix/master.cf.dist", "/etc/postfix/master.cf")
    asked = "postfix postfix/main_mailer_type select Internet Site\npostfix postfix/mailname string acme.example\n"
    _run("debconf-set-selections", told=asked)
    _run("dpkg-reconfigure -f noninteractive postfix")


def _run(command: str, told: str = "") -> None:
    print(f"+ {command}", flush=True)
    done = subprocess.run(["sh", "-e", "-c", command], cwd="/", input=told, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    print(done.stdout, end="", flush=True)
    if done.returncode:
        sys.exit(f"the page's command failed ({done.returncode}): {command}")


def _do(block: Block) -> None:
    if not block.file:
        for line in block.text.splitlines():
            _run(line)
        return
    with Path(block.file).open("a", encoding="utf-8") as file:
        file.write(block.text)


def main() -> None:
    """First, with the network: prepare, and the first block, which installs. Then, without: the others, and the command."""
    step, page, heading, *command = sys.argv[1:]
    text = Path(page).read_text("utf-8")
    section = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    assert section is not None, f"{page} has no part “{heading}”"
    first, *rest = blocks(section.group(1))
    if step == "prepare":
        _prepare()
        _do(first)
        again = [sys.executable, "-m", "tests.debian", "go-on", page, heading, *command]
        os.execvp("unshare", ["unshare", "-n", sys.executable, "-P", str(_HERE / "tests" / "loopback.py"), *again])
    for block in rest:
        _do(block)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
