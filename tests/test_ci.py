"""What machines read: SARIF, JUnit, GitHub, GitLab; redaction and escaping; baseline, --diff; a sample repository failing and mended."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest

from sendcheck.pipeline.baseline import SCHEMA
from tests.conftest import ROOT, Run, clone, require

SAMPLE = ROOT / "docs" / "examples" / "templates"
EVIL = b"""From: Ola <ola@tallmo.no>
To: Kari <kari@nordbank.no>
Subject: {{a}}::error file=x::owned]]>
Date: Mon, 04 May 2026 10:12:00 +0200

Hi Kari,

::error file=evil,line=1::{{owned}}%0A::warning::x <b>&\x0b\x1b[31m{{evil}}

Ola
"""


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A copy of the sample repository with faults."""
    shutil.copytree(SAMPLE / "failing", tmp_path / "repo")
    return tmp_path / "repo"


def git(folder: Path, *arguments: str) -> str:
    require(shutil.which("git") is not None, "git")
    identity = ["-c", "user.name=x", "-c", "user.email=x@tallmo.no", "-c", "init.defaultBranch=main", "-c", "commit.gpgsign=false"]
    return subprocess.run(["git", *identity, *arguments], cwd=folder, capture_output=True, text=True, check=True).stdout


def committed(folder: Path) -> None:
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "x")


def sarif(text: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(text)
    jsonschema.validate(data, json.loads((ROOT / "tests" / "sarif-2.1.0.schema.json").read_text("utf-8")))
    return data


def test_the_sample_repository_fails_in_every_format_and_passes_when_mended(sendcheck: Run, repo: Path) -> None:
    formats = ("text", "json", "sarif", "junit", "gitlab")
    outputs = [argument for kind in formats for argument in ("--format", kind, "--output", f"out.{kind}")]
    done = sendcheck("check", "emails", "locales", "--format", "github", cwd=repo)
    assert done.returncode == 1 and done.stdout.count("::error ") >= 10
    done = sendcheck("check", "emails", "locales", *outputs, cwd=repo)
    assert done.returncode == 1 and done.stdout == ""
    run = sarif((repo / "out.sarif").read_text("utf-8"))["runs"][0]
    results = {(r["ruleId"], r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]) for r in run["results"]}
    assert {("template-variable", "emails/outage.html.j2"), ("template-locales", "locales/nb.yml"), ("template-recipient", "emails/receipt.md")} <= results
    assert len({r["partialFingerprints"]["primaryLocationLineHash"] for r in run["results"]}) == len(run["results"])
    suites = ElementTree.parse(repo / "out.junit").getroot()
    assert int(suites.get("failures", "0")) >= 10 and {s.get("name") for s in suites} >= {"emails/outage.html.j2", "locales/nb.yml"}
    quality = json.loads((repo / "out.gitlab").read_text("utf-8"))
    assert len({q["fingerprint"] for q in quality}) == len(quality) >= 10
    assert all(set(q) == {"description", "check_name", "fingerprint", "severity", "location"} for q in quality)
    assert all(q["severity"] in {"info", "minor", "major", "critical", "blocker"} and not q["location"]["path"].startswith("./") for q in quality)
    assert "mend before it is used" in (repo / "out.text").read_text("utf-8")
    jsonschema.validate(json.loads((repo / "out.json").read_text("utf-8")), json.loads((ROOT / "sendcheck" / "show" / "report.schema.json").read_text("utf-8")))

    shutil.rmtree(repo)
    shutil.copytree(SAMPLE / "mended", repo)
    done = sendcheck("check", "emails", "locales", *outputs, cwd=repo)
    assert done.returncode == 0, (repo / "out.text").read_text("utf-8")
    assert sarif((repo / "out.sarif").read_text("utf-8"))["runs"][0]["results"] == []
    assert ElementTree.parse(repo / "out.junit").getroot().get("failures") == "0"
    assert json.loads((repo / "out.gitlab").read_text("utf-8")) == []
    assert sendcheck("check", "emails", "locales", "--format", "github", cwd=repo).stdout == ""


def test_mail_text_injects_nothing_anywhere(sendcheck: Run, tmp_path: Path) -> None:
    (tmp_path / "evil.eml").write_bytes(EVIL)
    for redact in ("--redact", "--no-redact"):
        done = sendcheck("check", "evil.eml", "--format", "github", redact, cwd=tmp_path)
        lines = done.stdout.splitlines()
        assert lines and all(re.match(r"::(?:error|warning|notice) file=evil\.eml,", line) for line in lines)
        sarif(sendcheck("check", "evil.eml", "--format", "sarif", redact, cwd=tmp_path).stdout)
        ElementTree.fromstring(sendcheck("check", "evil.eml", "--format", "junit", redact, cwd=tmp_path).stdout)
        json.loads(sendcheck("check", "evil.eml", "--format", "gitlab", redact, cwd=tmp_path).stdout)


def test_words_of_real_mail_stay_out_of_what_is_uploaded(sendcheck: Run, tmp_path: Path) -> None:
    (tmp_path / "evil.eml").write_bytes(EVIL)
    (tmp_path / "a.j2").write_text("Hi {{ name }}, see [INSERT DATE].\n")
    for kind in ("sarif", "junit", "github", "gitlab"):
        text = sendcheck("check", "evil.eml", "a.j2", "--format", kind, cwd=tmp_path).stdout
        assert "{{" not in text and "placeholder-left" in text
        assert "INSERT DATE" in text, "a template is no real mail"
        assert "{{a}}" in sendcheck("check", "evil.eml", "--format", kind, "--no-redact", cwd=tmp_path).stdout
        assert "INSERT DATE" not in sendcheck("check", "a.j2", "--format", kind, "--redact", cwd=tmp_path).stdout


def test_a_rule_that_was_required_and_did_not_run_is_told_everywhere(sendcheck: Run, tmp_path: Path, good: Path) -> None:
    for kind in ("sarif", "junit", "github", "gitlab"):
        done = sendcheck("check", str(good), "--select", "question-unanswered", "--format", kind)
        assert done.returncode == 3 and "question-unanswered" in done.stdout
        if kind == "sarif":
            assert sarif(done.stdout)["runs"][0]["invocations"][0]["executionSuccessful"] is False


# -- baseline ------------------------------------------------------------------


def test_a_baseline_lets_old_findings_be_and_stops_new_ones(sendcheck: Run, repo: Path) -> None:
    done = sendcheck("baseline", "emails", "locales", cwd=repo)
    assert done.returncode == 0 and "wrote" in done.stdout and "baseline = " in done.stdout
    path = repo / ".sendcheck-baseline.json"
    first = path.read_bytes()
    assert b"frist_name" not in first and b"dropped" not in first, "a baseline holds no text"
    done = sendcheck("check", "emails", "locales", "--baseline", path.name, cwd=repo)
    assert done.returncode == 0 and "known when the baseline was written" in done.stdout
    outage = repo / "emails" / "outage.html.j2"
    outage.write_text("\n\n" + outage.read_text("utf-8").replace("<p>Hi", "<p>We guarantee it.</p>\n<p>Hi"))
    done = sendcheck("check", "emails", "locales", "--baseline", path.name, "--format", "json", cwd=repo)
    assert done.returncode == 1
    assert {f["rule"] for m in json.loads(done.stdout)["mails"] for f in m["findings"]} >= {"promise-absolute"}
    (repo / "emails" / "receipt.md").write_text("Thank you, {{name}}!\n")
    done = sendcheck("check", "emails", "--baseline", path.name, cwd=repo)
    assert "are gone: write it anew" in done.stderr
    assert sendcheck("baseline", "emails", "locales", cwd=repo).returncode == 0
    again = path.read_bytes()
    assert sendcheck("baseline", "emails", "locales", "--jobs", "2", cwd=repo).returncode == 0
    assert path.read_bytes() == again != first


def test_the_same_fault_once_more_is_new(sendcheck: Run, tmp_path: Path) -> None:
    (tmp_path / "a.j2").write_text("Hi {{ name }}, see [INSERT DATE].\n")
    sendcheck("baseline", "a.j2", cwd=tmp_path)
    (tmp_path / "a.j2").write_text("Hi {{ name }}, see [INSERT DATE].\n\nAnd see [INSERT DATE].\n")
    assert sendcheck("check", "a.j2", "--baseline", ".sendcheck-baseline.json", cwd=tmp_path).returncode == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "not valid JSON"), ("[]", "no baseline of sendcheck"), ('{"schema": 99, "sendcheck": "9.1", "files": {}}', "another version (schema 99, by sendcheck 9.1"),
        (f'{{"schema": {SCHEMA}, "files": {{"a.j2": 3}}}}', "no table of findings"), (f'{{"schema": {SCHEMA}, "files": {{"a.j2": {{"x": {{}}}}}}}}', "lacks its rule"),
        (None, "there is no baseline"),
    ],
)  # fmt: skip
def test_a_baseline_that_cannot_be_used_is_named_and_the_files_still_run(sendcheck: Run, tmp_path: Path, content: str | None, said: str) -> None:
    (tmp_path / "a.j2").write_text("Hi {{ name }}, see [INSERT DATE].\n")
    if content is not None:
        (tmp_path / "known.json").write_text(content)
    done = sendcheck("check", "a.j2", "--baseline", "known.json", cwd=tmp_path)
    assert done.returncode == 2 and said in done.stderr and "Traceback" not in done.stderr
    assert "placeholder-left" in done.stdout


# -- --diff --------------------------------------------------------------------


def test_only_what_has_changed(sendcheck: Run, repo: Path) -> None:
    committed(repo)
    done = sendcheck("check", ".", "--diff", "HEAD", cwd=repo)
    assert done.returncode == 0 and "nothing to check has changed since HEAD" in done.stderr
    receipt = repo / "emails" / "receipt.md"
    receipt.write_text(receipt.read_text("utf-8").replace("# Thank you", "# Thank you very very much"))
    (repo / "emails" / "new æøå.md").write_text("Hi {{name}}, see [INSERT DATE].\n")
    done = sendcheck("check", ".", "--diff", "HEAD", "--format", "json", cwd=repo)
    found = {(m["source"], f["rule"]) for m in json.loads(done.stdout)["mails"] for f in m["findings"]}
    assert done.returncode == 1
    assert ("emails/new æøå.md", "placeholder-left") in found
    assert not any(rule in {"spelling", "template-fixed-date", "template-recipient"} for _source, rule in found)
    assert {source for source, _rule in found} <= {"emails/new æøå.md", "emails/receipt.md"}
    assert "on lines that have not changed" in done.stderr
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", "y")
    assert sendcheck("check", ".", "--diff", "HEAD~1", cwd=repo / "emails").returncode == 1


@pytest.mark.parametrize("reference", ["nowhere", "--output=x", "HEAD:x"])
def test_a_revision_that_is_none(sendcheck: Run, repo: Path, reference: str) -> None:
    committed(repo)
    done = sendcheck("check", ".", f"--diff={reference}", cwd=repo)
    assert done.returncode == 2 and "--diff" in done.stderr and "Traceback" not in done.stderr


def test_no_repository(sendcheck: Run, tmp_path: Path) -> None:
    done = sendcheck("check", ".", "--diff", "HEAD", cwd=tmp_path, GIT_CEILING_DIRECTORIES=str(tmp_path.parent))
    assert done.returncode == 2 and "needs a Git repository" in done.stderr


# -- what others run -----------------------------------------------------------


def test_the_composite_action_passes_inputs_by_environment() -> None:
    import yaml

    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    assert action["runs"]["using"] == "composite" and {"name", "description"} <= set(action)
    for step in action["runs"]["steps"]:
        if "run" in step:
            assert step["shell"] and "${{" not in step["run"], "inputs in a script are an injection"
    assert all(entry.get("description") for entry in action["inputs"].values())


def test_the_action_runs(repo: Path, tmp_path: Path) -> None:
    """The script of the composite action, as a runner would start it, with sendcheck installed."""
    import os
    import sys

    import yaml

    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    step = next(s for s in action["runs"]["steps"] if s.get("id") == "check")
    values = {name: str(entry.get("default", "")) for name, entry in action["inputs"].items()} | {"paths": "emails locales", "sarif": "out.sarif"}
    env = {key: re.sub(r"\$\{\{ *inputs\.([\w-]+) *\}\}", lambda m: values[m.group(1)], value) for key, value in step["env"].items() if "inputs." in value}
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", step["run"]], cwd=repo, env={**os.environ, **env, "PATH": path, "HOME": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr
    assert "::error file=emails/outage.html.j2" in done.stdout
    sarif((repo / "out.sarif").read_text("utf-8"))


@pytest.mark.install
def test_pre_commit_runs_the_hook(repo: Path, tmp_path: Path) -> None:
    """`pre-commit try-repo` on a clone of this repository: it makes an environment, and the hook stops the commit."""
    import os
    import sys

    source = tmp_path / "sendcheck"
    subprocess.run(["git", "clone", "-q", str(clone()), str(source)], check=True)
    changed = subprocess.run(["git", "diff", "HEAD"], cwd=ROOT, capture_output=True, check=True).stdout
    if changed:
        subprocess.run(["git", "apply", "--whitespace=nowarn", "-"], input=changed, cwd=source, check=True)
        git(source, "commit", "-qam", "working tree")
    committed(repo)
    command = [sys.executable, "-m", "pre_commit"]
    env = {**os.environ, "PRE_COMMIT_HOME": str(tmp_path / "cache"), "HOME": str(tmp_path)}
    manifest = subprocess.run([*command, "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml")], env=env, capture_output=True, text=True, check=False)
    assert manifest.returncode == 0, manifest.stdout + manifest.stderr
    done = subprocess.run(
        [*command, "try-repo", str(source), "sendcheck-templates", "--all-files", "--verbose"], cwd=repo, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "template-variable" in done.stdout and "emails/outage.html.j2" in done.stdout
