"""Which pieces of the base's vocabulary are kept: those that English and Norwegian text is made of, and none that tells of an address, a link or a number."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from tokenizers import Tokenizer

from sendcheck.acts.windows import stand_ins

Pieces = Sequence[tuple[str, float]]
#: Never a number, an address or a link: stand-ins take their place (:func:`sendcheck.acts.windows.stand_ins`).
BARRED = re.compile(r"[1-9]|00|.@|@.|(?i:https?|://|www.|\.com|\.no|\.org|\.net)")
#: Letters of these languages and of names of their neighbours, and marks.
_LATIN = re.compile(r"▁?[\u0021-\u024f\u2010-\u2026€™−]*")
_SPECIAL = 4


def kept(pieces: Pieces, tokenizer: Tokenizer, texts: Iterable[str], most: int) -> list[int]:
    """The numbers of the pieces that stay, ascending: the first four, all that ``texts`` need, single letters, and the likeliest others in Latin letters."""
    counts: Counter[int] = Counter()
    for text in texts:
        counts.update(tokenizer.encode(stand_ins(text)[0]).ids)
    chosen = set(range(_SPECIAL)) | {number for number in counts if not BARRED.search(pieces[number][0])}
    others = [n for n, (piece, _) in enumerate(pieces) if n not in chosen and _LATIN.fullmatch(piece) and not BARRED.search(piece)]
    chosen |= {n for n in others if len(pieces[n][0].removeprefix("▁")) <= 1}
    for number in sorted(others, key=lambda n: -pieces[n][1]):
        if len(chosen) >= most:
            break
        chosen.add(number)
    return sorted(chosen)
