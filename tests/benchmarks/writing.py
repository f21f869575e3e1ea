"""Spelling's suggestions beside Hunspell's own, and a mail with faults of grammar, cold, warm and through the daemon. Called by ``make bench``."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sendcheck.languagetool.places import installed, why_not
from sendcheck.testing import build
from sendcheck.understanding.dictionaries import speller
from sendcheck.understanding.suggestions import _suggestions, suggestions

WORDS = ("definately", "recieve", "accomodate", "tommorow", "seperate", "goverment", "occured", "untill", "wich", "beleive")
OWN = """Hi Kari,

Their is a small change in the plan, and it effects the dates. I has sent you the new one on Monday, and you and me is both on the list.
We could of finished it sooner, but we have not had a answer. Please let me know if you are able come at noon, and bring the paper.

Kind regards,
Ola
"""


@contextmanager
def _home() -> Iterator[dict[str, str]]:
    """A runtime, data and configuration folder of its own, so that nobody's daemon or keeper is asked."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "run").mkdir(mode=0o700)
        found = installed()
        config = home / "config" / "sendcheck" / "config.toml"
        config.parent.mkdir(parents=True)
        config.write_text(f'history = "off"\nallow-reserved-domains = true\n[languagetool]\nfolder = "{found}"\n')
        names = {"XDG_RUNTIME_DIR": "run", "XDG_CONFIG_HOME": "config", "XDG_DATA_HOME": "data", "XDG_STATE_HOME": "state"}
        yield {**os.environ, **{name: str(home / inner) for name, inner in names.items()}, "SENDCHECK_DAEMON": "off"}


def _timed(words: list[str], env: dict[str, str], times: int) -> float:
    found = []
    for _ in range(times):
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-P", "-m", "sendcheck", *words], env=env, capture_output=True, check=False)
        found.append(time.perf_counter() - begun)
        time.sleep(0.3)
    return statistics.median(found)


def main() -> None:
    """Print both."""
    judge = speller("en")
    assert judge is not None
    for word in WORDS:  # the lists are loaded, and what was found is forgotten again
        suggestions(word, judge)
    _suggestions.cache_clear()
    begun = time.perf_counter()
    for word in WORDS:
        suggestions(word, judge)
    ours = (time.perf_counter() - begun) / len(WORDS)
    begun = time.perf_counter()
    for word in WORDS:
        judge.engines[0].suggest(word)
    theirs = (time.perf_counter() - begun) / len(WORDS)
    print(f"{'a suggestion':<44}{1000 * ours:8.2f} ms {theirs / ours:6.0f} x faster than Hunspell's ({1000 * theirs:.0f} ms)")
    lacking = why_not(None, "")
    if lacking:
        print(f"no measure of grammar: {lacking}")
        return
    with _home() as env:
        mail = Path(env["XDG_DATA_HOME"]).parent / "m.eml"
        mail.write_bytes(build({"own": OWN}))
        check = ["check", str(mail)]
        without = _timed([*check, "--ignore", "grammar"], env, 3)
        cold = _timed(check, env, 2)
        print(f"{'a mail with faults, cold, grammar off':<44}{without:8.3f} s")
        print(f"{'  grammar on, nothing warm':<44}{cold:8.3f} s  {cold / without:6.1f} x grammar off")
        try:
            _timed(["languagetool", "start"], env, 1)
            warm = _timed(check, env, 3)
            print(f"{'  LanguageTool warm':<44}{warm:8.3f} s  {warm / without:6.1f} x grammar off")
            asking = {**env, "SENDCHECK_DAEMON": "use"}
            _timed(["daemon", "start"], asking, 1)
            _timed(check, asking, 3)
            off, on = _timed([*check, "--ignore", "grammar"], asking, 9), _timed(check, asking, 9)
            print(f"{'  through the daemon, grammar off':<44}{off:8.3f} s")
            print(f"{'  through the daemon, grammar on':<44}{on:8.3f} s  {on / off:6.1f} x grammar off")
        finally:
            _timed(["daemon", "stop"], env, 1)
            _timed(["languagetool", "stop"], env, 1)


if __name__ == "__main__":
    main()
