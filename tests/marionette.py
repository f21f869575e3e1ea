"""Just enough of Marionette, Mozilla's remote control of its own programs: a length, a colon and JSON, each way (marionette protocol 3).

The package marionette_driver would do, but draws in a dozen others, one of which needs a module that Python 3.13 has no more.
"""

from __future__ import annotations

import json
import socket
from typing import Any


class Marionette:
    """A session with a program that listens on a port of this machine."""

    def __init__(self, port: int) -> None:
        self._connection = socket.create_connection(("127.0.0.1", port), 90)
        self._number = 0
        hello = self._receive()
        assert hello["marionetteProtocol"] == 3, hello
        self.ask("WebDriver:NewSession", {"capabilities": {"alwaysMatch": {"timeouts": {"script": 60_000}}}})
        self.ask("Marionette:SetContext", {"value": "chrome"})

    def ask(self, command: str, parameters: dict[str, Any]) -> Any:
        """The result of a command; AssertionError with what went wrong."""
        self._number += 1
        data = json.dumps([0, self._number, command, parameters]).encode()
        self._connection.sendall(str(len(data)).encode() + b":" + data)
        _kind, number, error, result = self._receive()
        assert number == self._number and error is None, error
        return result.get("value") if isinstance(result, dict) and result.keys() == {"value"} else result

    def script(self, code: str, *arguments: object) -> Any:
        """What an asynchronous function's body returns, run in the program itself; ``args`` holds the arguments."""
        wrapped = (
            "const resolve = arguments[arguments.length - 1]; (async (...args) => {"
            + code
            + "})(...arguments).then(resolve, e => resolve('ERROR ' + e + e.stack));"
        )
        return self.ask("WebDriver:ExecuteAsyncScript", {"script": wrapped, "args": list(arguments)})

    def install(self, path: str) -> str:
        """Install an add-on for this session; its id."""
        return str(self.ask("Addon:Install", {"path": path, "temporary": True}))

    def close(self) -> None:
        self._connection.close()

    def _receive(self) -> Any:
        length = b""
        while not length.endswith(b":"):
            piece = self._connection.recv(1)
            assert piece, "the program is gone"
            length += piece
        data = b""
        while len(data) < int(length[:-1]):
            data += self._connection.recv(65536)
        return json.loads(data)
