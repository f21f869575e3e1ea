"""What client and daemon share: where the socket lies, who is at its other end, and how a message looks.

A message is the length of its head (4 bytes, network order), the head (JSON), and as many further bytes as the
lengths in the head's ``blobs`` add up to. Imported by every ``sendcheck check`` that a daemon may serve: standard library only,
and of that little.
"""

from __future__ import annotations

import json
import os
import socket
import stat
import struct
import sys

from sendcheck import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

#: Raised by one whenever messages change their shape.
PROTOCOL = 1
#: Bytes of a head; what is larger comes from no client of ours.
_LONGEST_HEAD = 16 * 1024 * 1024
#: Bytes of all blobs of a message: a mail is read up to 50 MB, and a thread has several.
_LONGEST_BLOBS = 512 * 1024 * 1024
#: A socket's path is short (sun_path in unix(7): 108 bytes on Linux, 104 on macOS).
_LONGEST_PATH = 103


class WireError(Exception):
    """The other end is not what it should be, or does not speak as it should."""


def socket_path() -> str:
    """Where the daemon listens: SENDCHECK_SOCKET, else in the user's runtime folder, else in a private folder under /tmp."""
    named = os.environ.get("SENDCHECK_SOCKET")
    if named:
        return named
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime:
        return os.path.join(runtime, "sendcheck", "daemon.sock")
    return f"/tmp/sendcheck-{os.getuid()}/daemon.sock" if hasattr(os, "getuid") else ""


def lock_path() -> str:
    """What a daemon locks for as long as it lives, beside its socket."""
    return f"{socket_path()}.lock"


def why_impossible(path: str) -> str:
    """Why there can be no socket at *path*, or ""."""
    if not path or not hasattr(socket, "AF_UNIX"):
        return "this system has no Unix sockets"
    if len(os.fsencode(path)) > _LONGEST_PATH:
        return f"the path is too long for a socket ({path}): name a shorter one in SENDCHECK_SOCKET"
    return ""


def why_unsafe(path: str) -> str:
    """Why a socket at *path* must not be trusted, or "": its folder has to be the user's own and closed to everybody else."""
    if why_impossible(path):
        return why_impossible(path)
    folder = os.path.dirname(path) or "."
    try:
        found = os.lstat(folder)
    except OSError:
        return f"there is no folder {folder}"
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        return f"{folder} is not a folder of yours"
    if found.st_mode & 0o077:
        return f"{folder} is open to others: chmod 700 {folder}"
    return ""


def peer_uid(connection: socket.socket) -> int:
    """The user at the other end of a Unix socket (SO_PEERCRED on Linux, LOCAL_PEERCRED on macOS and the BSDs). Raises WireError."""
    try:
        if hasattr(socket, "SO_PEERCRED"):
            _pid, uid, _gid = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
            return int(uid)
        found = connection.getsockopt(0, 1, 76)  # SOL_LOCAL, LOCAL_PEERCRED: struct xucred
        return int(struct.unpack_from("II", found)[1])
    except (OSError, struct.error) as error:
        raise WireError("it cannot be told who is at the other end of the socket") from error


def check_peer(connection: socket.socket) -> None:
    """Raise WireError unless the other end is the same user."""
    uid = peer_uid(connection)
    if uid != os.getuid():
        raise WireError(f"the other end of the socket belongs to user {uid}")


def identity() -> dict[str, Any]:
    """What has to be the same at both ends for an answer to be what the caller's own process would give."""
    try:
        space = os.readlink("/proc/self/ns/mnt")
    except OSError:
        space = ""
    return {
        "protocol": PROTOCOL,
        "version": __version__,
        "package": os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
        "prefix": sys.prefix,
        "python": sys.version,
        "mounts": space,
        "dictionaries": os.environ.get("DICPATH", ""),
    }


def send(connection: socket.socket, head: dict[str, Any], blobs: Sequence[bytes] = ()) -> None:
    """Send one message. Raises OSError."""
    told = json.dumps({**head, "blobs": [len(b) for b in blobs]}).encode()
    connection.sendall(b"".join((struct.pack("!I", len(told)), told, *blobs)))


def receive(connection: socket.socket) -> tuple[dict[str, Any], list[bytes]]:
    """The next message. Raises WireError for what is none, EOFError where the other end is gone, OSError (TimeoutError too)."""
    (length,) = struct.unpack("!I", _exactly(connection, 4))
    if length > _LONGEST_HEAD:
        raise WireError("a message's head is too long")
    head, sizes = _head(_exactly(connection, length))
    return head, [_exactly(connection, n) for n in sizes]


class Decoder:
    """Messages out of bytes that come in any pieces, for who must not wait for the rest of one."""

    def __init__(self) -> None:
        self._data = bytearray()

    def feed(self, data: bytes) -> list[tuple[dict[str, Any], list[bytes]]]:
        """The messages that are whole by now. Raises WireError for what is none; nothing after that is read."""
        self._data += data
        found = []
        while len(self._data) >= 4:
            (length,) = struct.unpack_from("!I", self._data)
            if length > _LONGEST_HEAD:
                raise WireError("a message's head is too long")
            if len(self._data) < 4 + length:
                break
            head, sizes = _head(bytes(self._data[4 : 4 + length]))
            begin = 4 + length
            if len(self._data) < begin + sum(sizes):
                break
            blobs = []
            for size in sizes:
                blobs.append(bytes(self._data[begin : begin + size]))
                begin += size
            del self._data[:begin]
            found.append((head, blobs))
        return found


def _head(data: bytes) -> tuple[dict[str, Any], list[int]]:
    """A head, and the sizes of the blobs behind it. Raises WireError."""
    try:
        head = json.loads(data)
        sizes = [int(n) for n in head.get("blobs", [])]
    except (ValueError, AttributeError, TypeError, OverflowError, RecursionError) as error:
        raise WireError("a message that is none") from error
    if any(n < 0 for n in sizes) or sum(sizes) > _LONGEST_BLOBS:
        raise WireError("a message is too long")
    return head, sizes


def _exactly(connection: socket.socket, count: int) -> bytes:
    pieces = []
    while count:
        piece = connection.recv(min(count, 1 << 20))
        if not piece:
            raise EOFError("the other end is gone")
        pieces.append(piece)
        count -= len(piece)
    return b"".join(pieces)
