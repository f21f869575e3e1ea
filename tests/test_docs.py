"""The documentation says what is so: rule pages current, links not dead, the report in the README real, no addresses of machines."""

from __future__ import annotations

import importlib.util
import re
import subprocess
from pathlib import Path

from tests.conftest import ROOT, Run

PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]


def test_rule_pages_are_current() -> None:
    spec = importlib.util.spec_from_file_location("make_rules", ROOT / "docs" / "make_rules.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert (ROOT / "docs" / "rules.md").read_text("utf-8") == module.text(), "run `make docs`"


def test_links_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[\w-]*)?\)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_readme_shows_a_real_report(sendcheck: Run) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    done = sendcheck(
        "check",
        "reply.eml",
        "--parent",
        "complaint.eml",
        "--ignore",
        "audience-widened",
        "--config",
        "../sendcheck.toml",
        cwd=ROOT / "docs" / "examples" / "two-customers",
    )
    for line in done.stdout.splitlines():
        assert ("    " + line).rstrip() in readme, line


def test_every_command_of_the_readme_exists(sendcheck: Run) -> None:
    for page in PAGES:
        for command in set(re.findall(r"(?<![\w-])sendcheck ([a-z][a-z-]+)(?= |`|$|\n)", page.read_text("utf-8"))):
            if command in {"check", "rules", "explain", "init", "config", "allow", "new-check", "sendmail", "hook"}:
                assert sendcheck(command, "--help").returncode == 0


def test_nothing_names_a_machine_or_registry() -> None:
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    for name in files:
        path = Path(ROOT / name)
        if path.suffix in {".dat", ".txt"} and "languages" not in name and "constraints" not in name:
            continue
        text = path.read_text("utf-8", "replace")
        assert not re.search(r"pypi\.org|files\.pythonhosted|deb\.debian\.org|/work/|/root/", text) or name == "tests/test_docs.py", name


def test_constraints_pin_every_dependency() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    pinned = {line.split("==")[0].lower().replace("_", "-") for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()}
    named = [*project["dependencies"], *(n for extra in project["optional-dependencies"].values() for n in extra if not n.startswith("sendcheck["))]
    missing = [n for n in named if re.split(r"[>=<]", n)[0].lower().replace("_", "-") not in pinned]
    assert not missing
    assert "://" not in (ROOT / "constraints.txt").read_text("utf-8")
    dependencies = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
    for name in named:
        assert re.split(r"[>=<]", name)[0] in dependencies
