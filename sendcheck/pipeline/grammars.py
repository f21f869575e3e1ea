"""The grammar checker that a configuration names. Nothing of it is imported before a text is to be read."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit, urlunsplit

from sendcheck.config.config import Config
from sendcheck.config.values import is_loopback, languagetool_host
from sendcheck.languagetool.hooks import KEEP
from sendcheck.understanding.proofreading import Fault

if TYPE_CHECKING:
    from sendcheck.languagetool.client import LanguageTool
    from sendcheck.languagetool.places import Settings


def settings_of(config: Config) -> tuple[Settings, Path | None]:
    """What a keeper is started with under a configuration, and the folder that it names."""
    from sendcheck.languagetool.places import Settings, installed

    folder = Path(str(config["languagetool.folder"])).expanduser() if config["languagetool.folder"] else None
    url = server_url(str(config["languagetool.url"]))
    where = "" if url else str(installed(folder) or "")
    memory, idle, deadline = int(config["languagetool.memory"]), int(config["languagetool.idle"]), float(config["languagetool.deadline"])
    return Settings(where, url, memory, idle, deadline), folder


def server_url(url: str) -> str:
    """The root of a LanguageTool server, ending in a slash; localhost by its number, so that no name is looked up."""
    if not url:
        return ""
    parts = urlsplit(url)
    path = parts.path.rstrip("/").removesuffix("/check").removesuffix("/v2")
    netloc = parts.netloc.lower().replace("localhost", "127.0.0.1", 1) if parts.hostname == "localhost" else parts.netloc
    return urlunsplit((parts.scheme, netloc, f"{path}/", "", ""))


def remote_server(config: Config) -> str:
    """The other machine that texts go to, "" if they stay on this one."""
    host = languagetool_host(str(config["languagetool.url"]))
    return "" if not host or is_loopback(host) else host


class Configured(NamedTuple):
    """LanguageTool as a configuration names it."""

    config: Config

    @property
    def why_not(self) -> str:
        """Why it cannot be asked, and what to do; "" if it can."""
        return self._tool.why_not

    def faults(self, text: str, language: str) -> tuple[Fault, ...]:
        """The faults of a text. Raises CannotProofread."""
        return self._tool.faults(text, language)

    @property
    def _tool(self) -> LanguageTool:
        from sendcheck.languagetool.client import LanguageTool

        settings, folder = settings_of(self.config)
        return LanguageTool(settings, folder, _may_stay(self.config))


def _may_stay(config: Config) -> bool:
    """Whether LanguageTool, once started, may wait for the next mail: wherever the daemon may."""
    if os.environ.get(KEEP):
        return True
    mode = os.environ.get("SENDCHECK_DAEMON") or config["daemon"]
    return mode == "auto" and not os.environ.get("CI") and sys.stderr is not None and sys.stderr.isatty()
