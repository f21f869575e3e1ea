"""``unshare -n python tests/loopback.py COMMAND…``: bring up the loopback of the network namespace just made, then be the command. Without iproute2."""

from __future__ import annotations

import fcntl
import os
import socket
import struct
import sys

#: linux/sockios.h, net/if.h
_SET_FLAGS, _UP = 0x8914, 0x1


def main() -> None:
    """Does not return."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sh22x", b"lo", _UP))
    os.execvp(sys.argv[1], sys.argv[1:])


if __name__ == "__main__":
    main()
