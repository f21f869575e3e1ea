"""Where LanguageTool lies, which one is taken, and where its keeper listens. Imports next to nothing: every check may ask."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sys
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path

from sendcheck import __version__
from sendcheck.daemon import wire

#: The release that ``install --from-maven`` fetches; its jars are pinned in ``jars-6.7.sha256``.
VERSION = "6.7"
#: What a folder must hold to be one of LanguageTool (as language-tool-python looks for it).
JAR = "languagetool-server.jar"
EXTRA = "language_tool_python"
#: Names of folders as language-tool-python knows them: a release, or the day of a snapshot.
_NAME = re.compile(r"LanguageTool-(\d+\.\d+|\d{8})$")
_INSTALL = "sendcheck languagetool install (or --from-maven)"


@dataclass(frozen=True, slots=True)
class Settings:
    """What a keeper is started with. ``folder``: where LanguageTool lies ("" with a server of the user's own); ``url``: that server;
    ``memory``: MB of Java's heap; ``idle``: minutes without a text after which it leaves, 0 for never; ``deadline``: seconds for a mail's text.
    """

    folder: str = ""
    url: str = ""
    memory: int = 512
    idle: int = 30
    deadline: float = 5.0

    def wire(self) -> str:
        """As one word of a command line."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def unwired(cls, word: str) -> Settings:
        """What :meth:`wire` made."""
        return cls(**json.loads(word))


def data_folder() -> Path:
    """Where ``install`` puts LanguageTool, and where it is looked for first."""
    from platformdirs import user_data_path

    return user_data_path("sendcheck") / "languagetool"


def installed(folder: Path | None = None) -> Path | None:
    """The newest LanguageTool below *folder* (or *folder* itself), else in sendcheck's own, else where language-tool-python keeps its downloads."""
    folders = [folder] if folder is not None else [data_folder(), Path.home() / ".cache" / "language_tool_python"]
    for place in folders:
        try:
            if (place / JAR).is_file() and _NAME.search(place.name):
                return place
            found = [p for p in place.iterdir() if _NAME.search(p.name) and (p / JAR).is_file()]
        except OSError:
            continue
        if found:
            return max(found, key=lambda p: _version(p.name))
    return None


def _version(name: str) -> tuple[int, ...]:
    match = _NAME.search(name)
    return tuple(int(n) for n in match.group(1).split(".")) if match else ()


def why_not(folder: Path | None, url: str) -> str:
    """Why LanguageTool cannot be asked on this machine, and what to do; "" if it can."""
    if find_spec(EXTRA) is None:
        return "the extra “grammar” is not installed (pip install 'sendcheck[grammar]')"
    if url:
        return wire.why_impossible(wire.socket_path())
    if installed(folder) is None:
        where = f" in {folder}, which “languagetool.folder” names" if folder is not None else ""
        return f"LanguageTool is not installed{where}: {_INSTALL}"
    if shutil.which("java") is None:
        return "LanguageTool needs Java 17 or newer, and there is no java on PATH: install your system's package of it (Debian: default-jre-headless)"
    return wire.why_impossible(wire.socket_path())


def keeper_socket(settings: Settings, owner: int = 0) -> Path:
    """Where the keeper with these settings listens; ``owner``: the process whose own it is, 0 for the user's."""
    told = json.dumps([__version__, wire.PROTOCOL, sys.prefix, settings.wire()])
    mark = hashlib.sha256(told.encode()).hexdigest()[:10]
    return Path(wire.socket_path()).parent / f"lt-{mark}{f'-{owner}' if owner else ''}.sock"


def keeper_sockets() -> list[Path]:
    """Every keeper's socket of this user, whatever it was started with."""
    try:
        return sorted(Path(wire.socket_path()).parent.glob("lt-*.sock"))
    except OSError:
        return []


def environment() -> dict[str, str]:
    """The environment of a keeper: without proxies, so that nothing can send a text through one, whatever the user's environment names."""
    kept = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
    return {**kept, "NO_PROXY": "*", "no_proxy": "*", "NETRC": os.devnull}
