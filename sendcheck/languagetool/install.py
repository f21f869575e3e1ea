"""``sendcheck languagetool install``: the library's own download, or the jars from Maven Central by the system's Maven, each one checked."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from sendcheck.errors import SendcheckError
from sendcheck.languagetool.places import EXTRA, JAR, VERSION

#: What the library downloads by itself: its own newest, whose checksum it carries.
DOWNLOADED = "6.8"
_GROUP, _ARTIFACT = "org.languagetool", "languagetool-server"
_POM = """<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>sendcheck</groupId><artifactId>languagetool</artifactId><version>1</version>
<dependencies><dependency><groupId>{group}</groupId><artifactId>{artifact}</artifactId><version>{version}</version></dependency></dependencies>
</project>
"""
_LINE = 70
_TOLD = 300


class InstallError(SendcheckError):
    """LanguageTool could not be installed; nothing was changed."""


@cache
def pinned() -> dict[str, str]:
    """File name to SHA-256 of every jar of the release, as they were when it was tested."""
    text = (Path(__file__).parent / f"jars-{VERSION}.sha256").read_text("utf-8")
    return {name: digest for digest, name in (line.split() for line in text.splitlines() if line and not line.startswith("#"))}


def need_extra() -> None:
    """Raise InstallError without the library that runs LanguageTool."""
    if find_spec(EXTRA) is None:
        raise InstallError("LanguageTool is run through language-tool-python, which is not installed: pip install 'sendcheck[grammar]'")


def from_maven(folder: Path, progress: Callable[[int, int], None]) -> Path:
    """Install from Maven Central below *folder*; the folder made. ``progress`` hears (jars fetched, jars in all). Raises InstallError."""
    program = shutil.which("mvn")
    if program is None:
        raise InstallError("there is no Maven (mvn) on PATH: install your system's package of it (Debian: maven), or leave --from-maven out")
    with _room(folder) as room:
        (room / "pom.xml").write_text(_POM.format(group=_GROUP, artifact=_ARTIFACT, version=VERSION), "utf-8")
        made = room / f"LanguageTool-{VERSION}"
        goal = ["dependency:copy-dependencies", f"-DoutputDirectory={made / 'libs'}", "-DincludeScope=runtime"]
        _maven([program, "--batch-mode", "--strict-checksums", *goal], room, progress)
        verify(made / "libs")
        start_jar(made)
        return _moved(made, folder / made.name)


def _maven(words: list[str], room: Path, progress: Callable[[int, int], None]) -> None:
    total, seen = len(pinned()), 0
    faults: list[str] = []
    with subprocess.Popen(words, cwd=room, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace") as run:
        assert run.stdout is not None
        for line in run.stdout:
            if ".jar" in line and ("Downloaded" in line or "Copying" in line):
                seen += "Copying" in line
                progress(min(seen, total), total)
            elif "ERROR" in line and len(faults) < 3:
                faults.append(line.split("]", 1)[-1].strip())
    if run.returncode:
        told = next((f for f in faults if f), "it says nothing more")
        raise InstallError(f"Maven could not fetch LanguageTool {VERSION} (exit {run.returncode}): {told[:_TOLD]}")


def verify(libs: Path) -> None:
    """Raise InstallError unless the folder holds exactly the pinned jars."""
    wanted = pinned()
    found = {p.name for p in libs.glob("*.jar")} if libs.is_dir() else set()
    for name in sorted(wanted.keys() - found):
        raise InstallError(f"{name} is missing from what Maven fetched: LanguageTool would not start")
    for name in sorted(found - wanted.keys()):
        raise InstallError(f"Maven fetched {name}, which LanguageTool {VERSION} had not when it was tested: nothing was installed")
    for name, digest in wanted.items():
        with (libs / name).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != digest:
                raise InstallError(f"{name} is not the file it was when it was tested (its SHA-256 differs): nothing was installed")


def start_jar(made: Path) -> None:
    """The jar that language-tool-python starts: nothing but a manifest that names the others (JAR File Specification, *Class-Path*)."""
    value = "Class-Path: " + " ".join(f"libs/{p.name}" for p in sorted((made / "libs").glob("*.jar")))
    lines = [value[:_LINE], *(f" {value[i : i + _LINE - 1]}" for i in range(_LINE, len(value), _LINE - 1))]
    with zipfile.ZipFile(made / JAR, "w") as jar:
        jar.writestr("META-INF/MANIFEST.MF", "\r\n".join(["Manifest-Version: 1.0", *lines, "", ""]))


def downloaded(folder: Path, version: str = DOWNLOADED) -> Path:
    """The library's own download, below *folder*; the folder made. Raises InstallError."""
    with _room(folder) as room:
        words = [sys.executable, "-P", "-m", "sendcheck.languagetool.worker", "download", version, str(room)]
        run = subprocess.run(words, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace", check=False)
        made = next((p for p in room.glob("LanguageTool-*") if p.is_dir()), None)
        if run.returncode or made is None:
            told = next((line for line in reversed(run.stderr.splitlines()) if line.strip()), "it says nothing more")
            raise InstallError(f"LanguageTool {version} could not be downloaded: {told.strip()[:_TOLD]}")
        return _moved(made, folder / made.name)


@contextlib.contextmanager
def _room(folder: Path) -> Iterator[Path]:
    """A folder to work in, on the file system where the result will lie; gone afterwards."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".installing-", dir=folder) as made:
            yield Path(made)
    except OSError as error:
        raise InstallError(f"cannot write to {error.filename or folder}: {error.strerror}") from error


def _moved(made: Path, target: Path) -> Path:
    """Put the finished folder in its place, at once; what lay there before goes."""
    old = target.with_name(f".old-{target.name}-{os.getpid()}")
    if target.exists():
        target.rename(old)
    made.rename(target)
    shutil.rmtree(old, ignore_errors=True)
    return target
