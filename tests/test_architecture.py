"""The flow runs one way: who may import whom, and what a plain check loads."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGE = ROOT / "sendcheck"
CHECKS = ROOT / "checks"
#: layer -> layers it may import besides itself
ALLOWED = {
    "data": set(),
    "acts": {"errors"},
    "errors": set(),
    "streams": set(),
    "escapes": set(),
    "reading": {"data", "errors"},
    "understanding": {"acts", "data", "reading"},
    "config": {"data", "errors", "pipeline", "reading"},
    "mailstore": {"errors", "reading"},
    "history": {"data", "errors", "mailstore", "reading", "understanding"},
    "languagetool": {"daemon", "errors", "understanding"},
    "pipeline": {"acts", "data", "errors", "reading", "understanding", "config", "mailstore", "history", "languagetool"},
    "show": {"escapes", "pipeline", "understanding"},
    "checkapi": {"data", "pipeline", "reading", "understanding"},
    "testing": {"config", "history", "pipeline", "reading", "understanding"},
    "api": {"config", "errors", "pipeline", "reading"},
    "daemon": {"errors", "streams"},
    "milter": {"config", "daemon", "errors", "escapes", "history", "pipeline", "reading", "understanding"},
    "gateways": {"config", "daemon", "errors", "escapes", "history", "pipeline", "reading", "show", "streams"},
    "cli": {
        *("config", "daemon", "data", "errors", "escapes", "gateways", "history", "languagetool", "milter", "pipeline", "reading", "show", "streams"),
        *("acts", "understanding"),
    },
    "entry": {"cli", "daemon", "gateways", "streams"},
}


def imports(path: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append("." * node.level + node.module)
    return found


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: str(p.relative_to(ROOT)))
def test_layers(path: Path) -> None:
    parts = path.relative_to(PACKAGE).parts
    layer = parts[0].removesuffix(".py")
    for name in imports(path):
        assert not name.startswith(("sendcheck_checks", "checks")), f"{path} imports a check"
        if name.startswith("sendcheck.") and layer in ALLOWED:
            target = name.split(".")[1]
            assert target == layer or target in ALLOWED[layer], f"{layer} must not import {target} ({path})"


@pytest.mark.parametrize("path", sorted(CHECKS.rglob("*.py")), ids=lambda p: str(p.relative_to(ROOT)))
def test_checks_keep_to_themselves(path: Path) -> None:
    text = path.read_text("utf-8")
    for name in imports(path):
        assert not name.startswith("sendcheck_checks") and not name.startswith(".."), f"{path}: checks never import each other"
        if name.startswith("sendcheck."):
            assert name.split(".")[1] in {"checkapi", "understanding", "reading"}, f"{path} imports {name}"
        assert name.split(".")[0] not in {"socket", "subprocess", "requests", "urllib.request", "http"}, f"{path}: a check has no network"
    assert "print(" not in text and "open(" not in text, f"{path}: a check never prints and never reads files"


def test_no_second_package_named_checks() -> None:
    done = subprocess.run([sys.executable, "-P", "-c", "import checks"], cwd="/", capture_output=True, check=False)
    assert b"No module named 'checks'" in done.stderr


def loaded(*arguments: str) -> set[str]:
    code = "import sys; from sendcheck.entry import main\ntry:\n    main()\nexcept SystemExit:\n    pass\nsys.stderr.write('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-P", "-c", code, *arguments], capture_output=True, text=True, check=False)
    return set(done.stderr.splitlines())


def test_help_and_a_plain_check_load_no_spacy(good: Path, home: Path) -> None:
    for arguments in (["--help"], ["check", str(good)]):
        assert not {m for m in loaded(*arguments) if m.split(".")[0] in {"spacy", "thinc", "numpy", "torch"}}


def test_help_loads_no_command(home: Path) -> None:
    mine = {m for m in loaded("--help") if m.startswith("sendcheck")}
    assert mine == {"sendcheck", "sendcheck.cli", "sendcheck.cli.groups", "sendcheck.cli.main", "sendcheck.entry", "sendcheck.errors", "sendcheck.streams"}


def test_the_modules_of_a_plain_check_are_pinned(good: Path, home: Path) -> None:
    """A new import in the way of every single check is a decision: change the list with it."""
    stdlib = set(sys.stdlib_module_names) | {"__main__", "__mp_main__"}
    mine = sorted(
        m
        for m in loaded("check", str(good))
        if m.split(".")[0] not in stdlib and not m.startswith(("_", "__editable__", "distutils-precedence")) and not m.endswith("__mypyc")
    )
    pinned = (ROOT / "tests" / "plain_check_modules.txt").read_text("utf-8").split()
    assert mine == pinned, "set in tests/plain_check_modules.txt"
