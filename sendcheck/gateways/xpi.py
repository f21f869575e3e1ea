"""Packs the Thunderbird extension: `make thunderbird`, and `sendcheck hook install thunderbird`. Same files, same bytes."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

from sendcheck import __version__

FOLDER = Path(__file__).with_name("thunderbird")
EXTENSION = "sendcheck@sendcheck.mail"
_DATE = (2026, 1, 1, 0, 0, 0)


def pack() -> bytes:
    """The extension as an .xpi (a zip), with the version of the program."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(p for p in FOLDER.rglob("*") if p.is_file()):
            data = path.read_bytes()
            if path.name == "manifest.json":
                data = json.dumps({**json.loads(data), "version": __version__}, indent=2).encode()
            entry = zipfile.ZipInfo(path.relative_to(FOLDER).as_posix(), _DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data)
    return out.getvalue()


if __name__ == "__main__":
    import sys

    target = Path(sys.argv[1])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(pack())
    sys.stdout.write(f"{target}\n")
