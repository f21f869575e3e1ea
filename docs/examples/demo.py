"""Checks every example mail with the real command and prints what a user would see: `make demo`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

HERE = Path(__file__).parent


def main() -> int:
    """Run the examples; exit code 1 if one gives other findings than ``expected.toml`` declares."""
    wrong = 0
    data = tempfile.mkdtemp()  # the history of the examples is not the user's
    environ = {**os.environ, "XDG_DATA_HOME": data, "SENDCHECK_DAEMON": "off"}
    colour = ["--color"] if sys.stdout.isatty() else []
    for example in tomllib.loads((HERE / "expected.toml").read_text("utf-8"))["example"]:
        command = ["sendcheck", "check", example["mail"], *(["--parent", example["parent"]] if "parent" in example else [])]
        folder = example.get("folder", "")
        if "history" in example:
            learn = ["sendcheck", "learn", example["history"]]
            print(f"── {example['before']}\n$ {' '.join(learn)}", flush=True)
            subprocess.run([sys.executable, "-m", *learn], cwd=HERE, env=environ, check=False)
            print(flush=True)
        shown = f"(cd {folder} && {' '.join(command)})" if folder else " ".join(command)
        print(f"── {example['title']}\n$ {shown}", flush=True)
        done = subprocess.run([sys.executable, "-m", *command, *colour], cwd=HERE / folder, env=environ, check=False)
        expected = example.get("exit", 1 if example["findings"] else 0)
        if done.returncode != expected:
            print(f"!! exit code {done.returncode}, expected {expected}")
            wrong = 1
        print(flush=True)
    shutil.rmtree(data, ignore_errors=True)
    print("Check a mail of your own:      .venv/bin/sendcheck check draft.eml")
    print("Check a template repository:   (cd docs/examples/templates/failing && ../../../../.venv/bin/sendcheck check .)")
    print("What a rule means:             .venv/bin/sendcheck explain cc-leak")
    print("What was asked and answered:   .venv/bin/sendcheck check reply.eml --parent complaint.eml --explain-answers")
    print("Learn who you write to:        .venv/bin/sendcheck learn ~/Maildir")
    print("Grammar in English (Java 17):  make languagetool   (or: pip install 'sendcheck[grammar]', then sendcheck languagetool install)")
    print("In your mail program:          .venv/bin/sendcheck hook install thunderbird   (git, mutt, neomutt, aerc, emacs, s-nail)")
    print("Paste or drop a draft:         .venv/bin/sendcheck serve")
    return wrong


if __name__ == "__main__":
    sys.exit(main())
