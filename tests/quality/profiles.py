"""Profile recognition on labelled mails of our own, and on TweetSumm's dialogues: ``python -m tests.quality.profiles [--unseen]`` prints what is wrong."""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from sendcheck.understanding.language import languages_of
from sendcheck.understanding.profile import admission, complaint
from sendcheck.understanding.prose import Prose
from tests.quality.corpora import unpacked
from tests.quality.labelled import Score

FOLDER = Path(__file__).parent / "profiles"


def lines() -> Iterator[tuple[str, str, bool, str, bool]]:
    """(kind, language, label, text, whether it may be looked at)."""
    for path in sorted(FOLDER.glob("*.txt")):
        kind, language, _ = path.name.split(".")
        for row in path.read_text("utf-8").splitlines():
            if row[:2] in {"+ ", "- "}:
                text = row[2:].replace("\\n", "\n")
                yield kind, language, row[0] == "+", text, hashlib.sha256(text.encode()).digest()[0] % 2 == 0


def recognised(kind: str, text: str) -> bool:
    """Whether the text is taken for one."""
    prose = Prose([text], languages_of([text]), side="them" if kind == "complaint" else "us")
    return bool(complaint(prose) if kind == "complaint" else admission(prose))


def scores() -> dict[tuple[str, str, bool], Score]:
    """(kind, language, seen) to its score."""
    found: dict[tuple[str, str, bool], Score] = {}
    for kind, language, label, text, seen in lines():
        score = found.setdefault((kind, language, seen), Score())
        fired = recognised(kind, text)
        score.hit += label and fired
        score.missed += label and not fired
        score.false += fired and not label
        score.quiet += not fired and not label
    return found


def dialogues() -> dict[tuple[str, bool], tuple[int, int]]:
    """TweetSumm's opening turns: (their own label, with bad feelings) to (taken for a complaint, all). Tweets to a company's name address it."""
    found: dict[tuple[str, bool], tuple[int, int]] = {}
    for row in (unpacked("derived") / "tweetsumm_dev.jsonl").read_text("utf-8").splitlines():
        data = json.loads(row)
        said = []
        for who, text in data["turns"]:
            if who != "Customer":
                break
            said.append(re.sub(r"@\w+|https?://\S+", "", text).strip())
        key = (str(data.get("type")), bool(data["is_negative"]))
        taken, total = found.get(key, (0, 0))
        found[key] = (taken + bool(complaint(Prose(["To you:\n\n" + "\n".join(said)], ("en",), side="them"))), total + 1)
    return found


def main() -> None:
    """Print what is wrong, and the counts."""
    wanted = "--unseen" not in sys.argv
    for kind, language, label, text, seen in lines():
        if seen is wanted and recognised(kind, text) is not label:
            print("missed" if label else "FALSE ", f"{kind}.{language}", text.replace("\n", " / "))
    for key, score in sorted(scores().items()):
        print(*key, f"recall {score.hit}/{score.hit + score.missed}, false {score.false}/{score.false + score.quiet}")
    for name, (taken, total) in sorted(dialogues().items()):
        print("TweetSumm", *name, f"{taken}/{total}")


if __name__ == "__main__":
    main()
