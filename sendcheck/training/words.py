"""Frequent words of a language, the most frequent first: what a slip was probably meant to be. Made from the package wordfreq (``make words``).

wordfreq's data is CC BY-SA 4.0 (Speer 2022, doi:10.5281/zenodo.7199437). English words are kept if the dictionary that sendcheck ships has them; of Norwegian
ones the dictionary on the user's machine has the last word, since it is not ours to ship.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

MOST = {"en": 45_000, "nb": 45_000}
_WORD = re.compile(r"[a-zæøåéèêòóôüöä]{2,24}(?:'[a-z]{1,2})?")


def main(folder: Path) -> None:
    """Write ``<language>/words/frequent.txt`` below *folder*."""
    from wordfreq import top_n_list  # type: ignore[import-not-found]

    from sendcheck.understanding.dictionaries import speller

    for language, most in MOST.items():
        judge = speller("en") if language == "en" else None
        found = (w for w in top_n_list(language, 400_000) if _WORD.fullmatch(w))
        kept = [w for w in found if judge is None or judge.knows(w) or judge.spelt(w.capitalize())]
        path = folder / language / "words" / "frequent.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join(kept[:most]) + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1] / "languages")
