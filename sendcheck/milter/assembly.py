"""What an MTA tells of a mail, piece by piece, as the bytes that will go out (milter protocol: headers one by one, then the body in chunks)."""

from __future__ import annotations


class Assembly:
    """One mail as it comes. ``limit``: bytes that are kept; what comes beyond is counted only, and the mail is *cut*.

    Postfix gives a header's value with the blank before it (SMFIP_HDR_LEADSPC) and folded lines with bare LF; what goes out has CRLF.
    """

    def __init__(self, limit: int) -> None:
        self._pieces: list[bytes] = []
        self._limit = limit
        self._in_body = False
        self.size = 0
        self.cut = False
        self._names: dict[str, int] = {}

    def header(self, name: bytes, value: bytes) -> None:
        """The next header field."""
        folded = value.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        self._keep(name + b":" + folded + b"\r\n")
        lower = name.decode("ascii", "replace").strip().lower()
        self._names[lower] = self._names.get(lower, 0) + 1

    def count(self, name: str) -> int:
        """How many fields of that name there are."""
        return self._names.get(name.lower(), 0)

    def end_of_headers(self) -> None:
        """The empty line."""
        if not self._in_body:
            self._in_body = True
            self._keep(b"\r\n")

    def body(self, chunk: bytes) -> None:
        """The next piece of the body."""
        self.end_of_headers()
        self._keep(chunk)

    def raw(self) -> bytes:
        """The mail."""
        self.end_of_headers()
        return b"".join(self._pieces)

    def _keep(self, piece: bytes) -> None:
        room = self._limit - self.size
        if room < len(piece):
            self.cut = True
            piece = piece[: max(0, room)]
        if piece:
            self._pieces.append(piece)
            self.size += len(piece)
