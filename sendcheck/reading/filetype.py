"""What an attached file is by its content, whatever its name: programs, and Office files with macros."""

from __future__ import annotations

from sendcheck.reading.limits import LIMITS
from sendcheck.reading.part import RawPart
from sendcheck.reading.transfer import shortened, transfer_decode

#: PE, ELF, Mach-O (both orders), Windows shortcuts.
_PROGRAMS = (b"MZ", b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"L\x00\x00\x00\x01\x14\x02\x00")
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: A project of Visual Basic for Applications: a member of a zipped Office file, a stream (UTF-16) of an older one.
_VBA_MEMBER, _VBA_STREAM = "vbaproject.bin", "_VBA_PROJECT".encode("utf-16-le")
_HEAD = 400
_MEMBERS = 500


def kind(part: RawPart) -> tuple[str, tuple[str, ...]]:
    """(``program``, ``macros``, ``archive`` or "", names of an archive's files, some hundreds at most). Never raises."""
    try:
        head = transfer_decode(shortened(part, _HEAD))
        if head.startswith(_PROGRAMS):
            return "program", ()
        if head.startswith(_ZIP) and part.end - part.start <= LIMITS.opened_bytes:
            return _zipped(transfer_decode(part))
        if head.startswith(_OLE) and part.end - part.start <= LIMITS.opened_bytes:
            return ("macros", ()) if _VBA_STREAM in transfer_decode(part) else ("", ())
    except Exception:  # a broken archive is none; nothing of it is unpacked
        return "", ()
    return "", ()


def _zipped(data: bytes) -> tuple[str, tuple[str, ...]]:
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = tuple(info.filename for info in archive.infolist()[:_MEMBERS])
    if any(name.lower().endswith(_VBA_MEMBER) for name in names):
        return "macros", ()
    office = any(name == "[Content_Types].xml" for name in names) or "mimetype" in names
    return ("", ()) if office else ("archive", names)
