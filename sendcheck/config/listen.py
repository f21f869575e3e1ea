"""Where a milter listens, as libmilter writes it (smfi_setconn(3)): ``unix:PATH`` or ``inet:PORT@ADDRESS``."""

from __future__ import annotations


def parsed(text: str) -> tuple[str, str, str, int]:
    """(kind, path, address, port); kind "unix", "inet", or "" for what is none."""
    kind, _, rest = text.partition(":")
    if kind in {"unix", "local"} and rest.startswith("/"):
        return "unix", rest, "", 0
    port, _, address = rest.partition("@")
    if kind in {"inet", "inet6"} and port.isdigit() and 0 < int(port) < 65536 and address:
        return "inet", "", address.strip("[]"), int(port)
    return "", "", "", 0


def answers(text: str) -> bool:
    """Whether somebody listens there."""
    import socket

    kind, path, address, port = parsed(text)
    try:
        if kind == "unix":
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
                probe.connect(path)
        else:
            socket.create_connection((address, port), 1.0).close()
    except OSError:
        return False
    return True
