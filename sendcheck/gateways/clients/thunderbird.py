"""Thunderbird: a native-messaging manifest that names our host, and the extension as a file that the user adds once (nobody else may)."""

from __future__ import annotations

import json
import sys
from configparser import ConfigParser
from configparser import Error as ConfigParserError
from pathlib import Path

from sendcheck.gateways.clients.base import HookError, Status, program
from sendcheck.gateways.xpi import EXTENSION, pack

HOST = "sendcheck"


class Thunderbird:
    """The manifest, and where the extension is packed to."""

    name = "thunderbird"

    def _manifest(self, where: Path | None) -> Path:
        if where is not None:
            return where / f"{HOST}.json"
        if sys.platform == "darwin":  # the folder in the user's Library is not looked at
            return Path("/Library/Application Support/Mozilla/NativeMessagingHosts") / f"{HOST}.json"
        if sys.platform == "win32":
            raise HookError("not on Windows yet: its native messaging hosts are named in the registry")
        return Path.home() / ".mozilla" / "native-messaging-hosts" / f"{HOST}.json"

    def _xpi(self) -> Path:
        from platformdirs import user_data_path

        return user_data_path("sendcheck") / "sendcheck.xpi"

    def install(self, where: Path | None = None) -> Status:
        """Write manifest and extension. Raises HookError."""
        path = self._manifest(where)
        words = program("sendcheck-native-host")
        if len(words) != 1:
            raise HookError("the program sendcheck-native-host is not installed beside this one: install sendcheck anew")
        manifest = {
            "name": HOST,
            "description": "sendcheck checks mail before it is sent",
            "path": words[0],
            "type": "stdio",
            "allowed_extensions": [EXTENSION],
        }
        try:
            for folder in (path.parent, self._xpi().parent):
                folder.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(manifest, indent=2) + "\n", "utf-8")
            self._xpi().write_bytes(pack())
        except OSError as error:
            raise HookError(f"cannot write {error.filename or path}: {error.strerror}") from error
        return self.status(where)

    def uninstall(self, where: Path | None = None) -> Status:
        """Take both away. Raises HookError."""
        try:
            for path in (self._manifest(where), self._xpi()):
                path.unlink(missing_ok=True)
        except OSError as error:
            raise HookError(f"cannot remove {error.filename}: {error.strerror}") from error
        return self.status(where)

    def status(self, where: Path | None = None) -> Status:
        """Whether the manifest names a program that is there, and whether a profile has the extension."""
        try:
            path = self._manifest(where)
        except HookError as error:
            return Status(self.name, None, False, str(error))
        try:
            host = Path(json.loads(path.read_text("utf-8"))["path"])
        except (OSError, ValueError, KeyError, TypeError):
            left = self._added()
            return Status(self.name, path, False, "the extension is still in Thunderbird: remove it there, or it stops every mail" if left else "")
        if not host.is_file():
            return Status(self.name, path, True, f"{host} is gone: install again")
        if self._added():
            return Status(self.name, path, True)
        return Status(
            self.name, path, True, f"now add the extension in Thunderbird: Add-ons and Themes, the cog wheel, Install Add-on From File, {self._xpi()}"
        )

    def _added(self) -> bool:
        """Whether the extension is active in a profile."""
        base = Path.home() / ".thunderbird"
        listed = ConfigParser(interpolation=None)
        try:
            listed.read(base / "profiles.ini", "utf-8")
        except (ConfigParserError, UnicodeDecodeError):
            return False
        for section in listed.sections():
            if "path" not in listed[section]:
                continue
            try:
                found = json.loads((base / listed[section]["path"] / "extensions.json").read_text("utf-8"))
            except (OSError, ValueError):
                continue
            if any(addon.get("id") == EXTENSION and addon.get("active") for addon in found.get("addons", [])):
                return True
        return False


CLIENT = Thunderbird()
