"""Run as a program by test_growth.py: every regular expression of ours over texts that grow, in a process that may hang and be killed.

Prints a line of JSON for each that takes more than a few times as long for eight times as much: [where, pattern, unit, seconds, ratio].
"""

from __future__ import annotations

import importlib
import json
import multiprocessing
import pkgutil
import re
import sys
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from sendcheck.data import patterns

ROOT = Path(__file__).parents[1]
UNITS = (" ", "\n", "\t", "a", "0", "-", ".", ",", "<", "(", '"', "'", "/", "a ", "a-", "1.", "0 ", "a@", "{{", "> ", "=\n", "the ")
SMALL, LARGE = 1_000, 8_000
#: Linear is 8 times; quadratic 64.
RATIO, WORTH, HANGS = 24, 0.03, 5.0
_SKIPPED = ("milter.front", "languagetool.worker", "__main__", "training")
_compile = re.compile
made_by: dict[Any, str] = {}
found: dict[tuple[Any, int], tuple[re.Pattern[Any], str]] = {}


def _writer() -> str:
    """The file of ours that asks for a pattern, past those that only make them; "" if none does."""
    frame = sys._getframe(2)
    while frame is not None and frame.f_code.co_filename.endswith(("/re/__init__.py", "data/patterns.py", "data/__init__.py", "growth.py")):
        frame = frame.f_back  # type: ignore[assignment]
    name = frame.f_code.co_filename if frame is not None else ""
    return f"{Path(name).relative_to(ROOT)}" if name.startswith(str(ROOT)) and "/.venv/" not in name else ""


def _noted(pattern: Any, flags: int = 0) -> re.Pattern[Any]:
    made = _compile(pattern, flags)
    where = made_by.get(pattern) or _writer()
    if where:
        found.setdefault((made.pattern, made.flags), (made, where))
    return made


def _remembered(init: Any) -> Any:
    """A pattern that is compiled late belongs to who made it, not to whoever met it first."""

    def wrapped(self: Any, *arguments: Any, **options: Any) -> None:
        init(self, *arguments, **options)
        made_by.setdefault(self.pattern, _writer())

    return wrapped


def collect() -> None:
    """Import everything, and check the mails that came along, so that what is compiled on first use is."""
    re.compile = _noted  # type: ignore[assignment]
    patterns.Lazy.__init__ = _remembered(patterns.Lazy.__init__)  # type: ignore[method-assign]
    import sendcheck_checks

    import sendcheck

    for package in (sendcheck, sendcheck_checks):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not any(part in module.name for part in _SKIPPED):
                importlib.import_module(module.name)
    from sendcheck.config.load import load_config
    from sendcheck.pipeline.registry import load
    from sendcheck.pipeline.rehearsal import warm_up

    config = load_config(load(), isolated=True)
    config.severities["grammar"] = "off"
    warm_up(load(), config)
    re.compile = _compile


def _text(pattern: Any, unit: str, size: int) -> Any:
    text = (unit * (size // len(unit) + 1))[:size] + "!"
    return text.encode() if isinstance(pattern, bytes) else text


def _seconds(run: Any, text: Any) -> float:
    begun = time.process_time()  # not what other processes take meanwhile
    run(text)
    return time.process_time() - begun


def _too_much(small: float, large: float) -> bool:
    return large > WORTH and large / small > RATIO


def measure(items: list[tuple[int, str]], told: Connection) -> None:
    """Each (number, method) with each unit; says what it is at, and what grows too fast."""
    every = list(found.values())
    for number, method in items:
        made, _where = every[number]
        run = getattr(made, method)
        for unit in UNITS:
            told.send(("at", number, method, unit))
            small = _seconds(run, _text(made.pattern, unit, SMALL))
            if small * 64 < WORTH:
                continue
            small = min(small, _seconds(run, _text(made.pattern, unit, SMALL)))  # the first may have compiled it
            large = _seconds(run, _text(made.pattern, unit, LARGE))
            if not _too_much(small, large):
                continue
            large = min(large, _seconds(run, _text(made.pattern, unit, LARGE)))
            small = min(small, _seconds(run, _text(made.pattern, unit, SMALL)))
            if _too_much(small, large):
                told.send(("bad", number, method, unit, large, large / small))
                break
    told.send(("done",))


def main() -> None:
    """``growth.py search FILE…`` tries all but those of these files with search; ``growth.py match FILE…`` those of these files with match."""
    collect()
    method, *files = sys.argv[1:]
    todo = [(number, method) for number, (_made, where) in enumerate(found.values()) if (where in files) == (method == "match")]
    every = list(found.values())
    print(json.dumps(["patterns", len(todo)]), flush=True)
    while todo:
        ours, theirs = multiprocessing.Pipe()
        process = multiprocessing.get_context("fork").Process(target=measure, args=(todo, theirs))
        process.start()
        theirs.close()
        at: Any = None
        while True:
            said = ours.recv() if ours.poll(HANGS) else ("hangs",)
            if said[0] == "at":
                at = said
            elif said[0] == "bad":
                print(json.dumps([every[said[1]][1], str(every[said[1]][0].pattern), said[3], said[4], said[5]]), flush=True)
            elif said[0] == "done":
                todo = []
                break
            else:
                process.kill()
                print(json.dumps([every[at[1]][1], str(every[at[1]][0].pattern), at[3], HANGS, None]), flush=True)
                todo = todo[todo.index((at[1], at[2])) + 1 :]
                break
        process.join()


if __name__ == "__main__":
    main()
