"""The documentation says what is so: rule pages current, links not dead, the report in the README real, no addresses of machines."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sendcheck.cli.main import COMMANDS
from sendcheck.config.keys import all_keys
from sendcheck.config.load import load_config
from sendcheck.pipeline.registry import load
from tests.conftest import ROOT, Run, clone, require

DOCS = ROOT / "docs"
PAGES = [*ROOT.glob("*.md"), *DOCS.glob("*.md"), *(DOCS / "howto").glob("*.md")]
#: Made when the site is built.
MADE = {"configuration.md", "commands.md"}
CONSOLE = re.compile(r"```console\n(.*?)```", re.S)
WITH_COMMANDS = [page for page in PAGES if CONSOLE.search(page.read_text("utf-8"))]


def test_rule_pages_are_current() -> None:
    spec = importlib.util.spec_from_file_location("make_rules", ROOT / "docs" / "make_rules.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert (ROOT / "docs" / "rules.md").read_text("utf-8") == module.text(), "run `make docs`"


def test_links_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[\w-]*)?\)", page.read_text("utf-8")):
            assert (page.parent / target).exists() or Path(target).name in MADE, f"{page.name}: {target}"


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
            if command in COMMANDS:
                assert sendcheck(command, "--help").returncode == 0


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=lambda p: p.name)
def test_every_command_of_a_page_runs_and_prints_what_it_says(page: Path, tmp_path: Path) -> None:
    """The commands of a page one after the other, in a copy of docs/examples; lines shown below a command must be in what it prints."""
    shutil.copytree(DOCS / "examples", tmp_path / "examples")
    home = tmp_path / "home"
    home.mkdir()
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    env = {**os.environ, "PATH": path, "HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config"), "GIT_CEILING_DIRECTORIES": str(tmp_path), "PYTHONUTF8": "1"}
    shown: list[tuple[str, list[str]]] = []
    for line in "".join(block for block in CONSOLE.findall(page.read_text("utf-8"))).splitlines():
        if line.startswith("$ "):
            shown.append((line[2:], []))
        elif line.strip():
            shown[-1][1].append(line)
    script = "".join(f"printf '\\036'; (exit ${{last:-0}})\n{command}\nlast=$?; printf '\\037%s' $last\n" for command, _lines in shown)
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path / "examples", env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    printed = [part.rpartition("\037") for part in done.stdout.split("\036")[1:]]
    assert len(printed) == len(shown), done.stdout
    for (command, lines), (text, _mark, code) in zip(shown, printed, strict=True):
        require(code != "127", f"a program of `{command}`")
        assert code in {"0", "1", "3", "65"}, (command, code, text)
        for line in lines:
            assert line.rstrip() in text, (command, line, text)


def test_code_blocks_of_the_pages_can_be_read() -> None:
    import tomllib

    import yaml

    for page in PAGES:
        for kind, text in re.findall(r"```(toml|yaml)\n(.*?)```", page.read_text("utf-8"), re.S):
            tomllib.loads(text) if kind == "toml" else yaml.safe_load(text)


def test_the_settings_that_the_pages_show_are_real(tmp_path: Path, home: Path) -> None:
    for page in (DOCS / "howto").glob("*.md"):
        for text in re.findall(r"```toml\n(.*?)```", page.read_text("utf-8"), re.S):
            path = tmp_path / "shown.toml"
            path.write_text(text, "utf-8")
            load_config(load(), explicit=path)


def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", "docs/mkdocs.yml", "-d", str(tmp_path / "site")],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0 and "WARNING" not in done.stderr, done.stderr
    pages = {str(p.relative_to(tmp_path / "site")) for p in (tmp_path / "site").rglob("*.html")}
    assert {"index.html", "tutorial.html", "configuration.html", "commands.html", "quality.html", "benchmarks.html", "rules/cc-leak.html"} <= pages
    assert {f"rules/{slug}.html" for slug, rule in load().rules.items() if rule} <= pages
    for page in (tmp_path / "site").rglob("*.html"):
        text = page.read_text("utf-8")
        loaded = re.findall(r"<(?:script|link|img)\b[^>]*?(?:src|href)=[\"']?(https?://[^\"'> ]+)", text)
        assert not loaded, f"{page.name} loads {loaded} from elsewhere"
        assert "/rules/" not in page.name
    configuration = (tmp_path / "site" / "configuration.html").read_text("utf-8")
    assert all(f"<code>{key}</code>" in configuration for key in all_keys(load()))


def test_nothing_names_a_machine_or_registry() -> None:
    files = subprocess.run(["git", "ls-files"], cwd=clone(), capture_output=True, text=True, check=True).stdout.split()
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
    missing = [n for n in named if re.split(r"[>=<\[]", n)[0].lower().replace("_", "-") not in pinned]
    assert not missing
    assert "://" not in (ROOT / "constraints.txt").read_text("utf-8")
    dependencies = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
    for name in [*project["dependencies"], *project["optional-dependencies"]["templates"], *project["optional-dependencies"]["docs"]]:
        assert re.split(r"[>=<]", name)[0] in dependencies
