"""Checks every example mail with the real command and prints what a user would see: `make demo`."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).parent


def main() -> int:
    """Run the examples; exit code 1 if one gives other findings than ``expected.toml`` declares."""
    wrong = 0
    colour = ["--color"] if sys.stdout.isatty() else []
    for example in tomllib.loads((HERE / "expected.toml").read_text("utf-8"))["example"]:
        command = ["sendcheck", "check", example["mail"], *(["--parent", example["parent"]] if "parent" in example else [])]
        folder = example.get("folder", "")
        shown = f"(cd {folder} && {' '.join(command)})" if folder else " ".join(command)
        print(f"── {example['title']}\n$ {shown}", flush=True)
        done = subprocess.run([sys.executable, "-m", *command, *colour], cwd=HERE / folder, check=False)
        expected = 1 if example["findings"] else 0
        if done.returncode != expected:
            print(f"!! exit code {done.returncode}, expected {expected}")
            wrong = 1
        print(flush=True)
    print("Check a mail of your own:      .venv/bin/sendcheck check draft.eml")
    print("Check a template repository:   (cd docs/examples/templates/failing && ../../../../.venv/bin/sendcheck check .)")
    print("What a rule means:             .venv/bin/sendcheck explain cc-leak")
    print("What was asked and answered:   .venv/bin/sendcheck check reply.eml --parent complaint.eml --explain-answers")
    print("Before git, mutt or neomutt:   .venv/bin/sendcheck hook install git")
    return wrong


if __name__ == "__main__":
    sys.exit(main())
