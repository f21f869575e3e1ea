"""Refreshes the lists of others that sendcheck ships: ``python -m sendcheck.training.lists`` (``make lists``). Never imported at run time.

Both come as packages through pip, the one way out: the public suffix list in ``publicsuffixlist``, Unicode's table of confusable characters
(UTS #39) in ``confusable_homoglyphs``.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

_DATA = Path(__file__).parent.parent / "data"
_PACKAGES = {"publicsuffixlist": "public_suffix_list.dat", "confusable_homoglyphs": "confusables.json"}
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-.")
_HEAD = """\
# Characters that look like a letter, digit, dot or hyphen of ASCII: the character, a tab, what it looks like.
# From Unicode's confusables.txt (UTS #39), Unicode Licence v3, by way of confusable_homoglyphs (MIT). Made by `make lists`.
"""


def _member(package: str, name: str, folder: Path) -> str:
    """A file of a package's newest wheel."""
    subprocess.run([sys.executable, "-m", "pip", "--quiet", "download", "--no-deps", "--only-binary=:all:", "-d", str(folder), package], check=True)
    wheel = next(folder.glob(f"{package}-*.whl"))
    with zipfile.ZipFile(wheel) as packed:
        return packed.read(next(n for n in packed.namelist() if n.rpartition("/")[2] == name)).decode("utf-8")


def confusables(table: dict[str, list[dict[str, str]]]) -> dict[str, str]:
    """Non-ASCII characters (lower case) by the one ASCII character that they look like."""
    found: dict[str, str] = {}
    for char, like in table.items():
        folded = char.casefold()
        if len(folded) != 1 or folded.isascii():
            continue
        plain = sorted({entry["c"].casefold() for entry in like} & _PLAIN, key=lambda c: (not c.isalpha(), c))
        if plain:
            found.setdefault(folded, plain[0])
    return found


def main() -> int:
    """Fetch both lists and write what has changed."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        suffixes = _member("publicsuffixlist", _PACKAGES["publicsuffixlist"], folder)
        table = confusables(json.loads(_member("confusable_homoglyphs", _PACKAGES["confusable_homoglyphs"], folder)))
    if "===BEGIN ICANN DOMAINS===" not in suffixes or suffixes.count("\n") < 5_000:
        print("the public suffix list that came is not whole; nothing was changed", file=sys.stderr)
        return 1
    texts = {"public_suffix_list.dat": suffixes, "confusables.txt": _HEAD + "".join(f"{c}\t{p}\n" for c, p in sorted(table.items()))}
    for name, text in texts.items():
        old = (_DATA / name).read_text("utf-8") if (_DATA / name).is_file() else ""
        (_DATA / name).write_text(text, "utf-8")
        print(f"{name}: {text.count(chr(10)):,} lines, {'as before' if text == old else f'{old.count(chr(10)):,} before'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
