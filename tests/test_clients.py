"""Real clients (git send-email, mutt, neomutt) against a loopback SMTP sink: a good mail arrives, a bad one does not."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT, require
from tests.sink import BODY, SENDCHECK, Sink, msmtp, run, sink, wait

__all__ = ["sink"]


# -- git send-email ----------------------------------------------------------


@pytest.fixture
def repository(home: Path, tmp_path: Path) -> Path:
    require(shutil.which("git") is not None, "git")
    require(subprocess.run(["git", "send-email", "--dump-aliases"], capture_output=True, check=False).returncode == 0, "git-email")
    folder = tmp_path / "repo"
    folder.mkdir()
    for command in (
        ["init", "-q"],
        ["config", "user.name", "Ola Nordmann"],
        ["config", "user.email", "ola@tallmo.no"],
        ["config", "sendemail.confirm", "never"],
    ):
        assert run("git", *command, cwd=folder).returncode == 0
    (folder / "a.txt").write_text("one\n")
    run("git", "add", "a.txt", cwd=folder)
    run("git", "commit", "-qm", "First", cwd=folder)
    return folder


def commit_patch(repository: Path, message: str) -> str:
    (repository / "a.txt").write_text(message + "\n{{ template }} the the\n")
    run("git", "commit", "-qam", message, cwd=repository)
    done = run("git", "format-patch", "-1", "-o", "out", cwd=repository)
    return done.stdout.strip()


def send_email(repository: Path, sink: Sink, patch: str, *more: str) -> subprocess.CompletedProcess[str]:
    return run(
        "git", "send-email", "--smtp-server=127.0.0.1", f"--smtp-server-port={sink.port}", "--to=kari.holm@nordbank.no", "--bcc=archive@tallmo.no", *more, patch,
        cwd=repository,
    )  # fmt: skip


def test_git_hook_passes_a_good_patch_and_vetoes_a_bad_one(repository: Path, sink: Sink) -> None:
    done = run(SENDCHECK, "hook", "install", "git", cwd=repository)
    assert "installed" in done.stdout, done
    good = commit_patch(repository, "Mend the greeting")
    done = send_email(repository, sink, good)
    assert done.returncode == 0, done.stdout + done.stderr
    recipients, content = sink.mails[0]
    assert set(recipients) >= {"kari.holm@nordbank.no", "archive@tallmo.no"}
    assert b"archive@tallmo.no" not in content, "Bcc stands in the envelope only"
    assert content.split(b"\n\n", 1)[1].rstrip() == (repository / good).read_bytes().split(b"\n\n", 1)[1].rstrip()
    bad = commit_patch(repository, "Mend the greeting\n\nDear [NAVN], this is for you.")
    done = send_email(repository, sink, bad)
    assert done.returncode != 0
    assert "placeholder-left" in done.stdout + done.stderr and "[NAVN]" in done.stdout + done.stderr
    assert "sendemail-validate" in done.stdout + done.stderr
    assert len(sink.mails) == 1


def test_git_through_the_shim(repository: Path, sink: Sink, tmp_path: Path) -> None:
    """As sendmail command, git's own bytes go through unchanged and recipients given on the command line are seen."""
    require(shutil.which("msmtp") is not None, "msmtp")
    before, after = tmp_path / "before", tmp_path / "after"
    mta = tmp_path / "mta"
    mta.write_text(f'#!/bin/sh\ntee "{after}" | exec {" ".join(msmtp(sink, tmp_path))} "$@"\n')
    wrapper = tmp_path / "wrapper"
    wrapper.write_text(f'#!/bin/sh\ntee "{before}" | {SENDCHECK} sendmail --mta {mta} "$@"\n')
    for script in (mta, wrapper):
        script.chmod(0o755)
    good = commit_patch(repository, "Mend the greeting")
    done = run("git", "send-email", f"--sendmail-cmd={wrapper}", "--to=kari.holm@nordbank.no", "--bcc=archive@tallmo.no", good, cwd=repository)
    assert done.returncode == 0, done.stdout + done.stderr
    assert before.read_bytes() == after.read_bytes()
    assert len(sink.mails) == 1 and set(sink.mails[0][0]) >= {"archive@tallmo.no"}
    done = run("git", "send-email", f"--sendmail-cmd={wrapper}", "--to=kari.holm@nordbank.no", "--cc=per@fjord.no", good, cwd=repository)
    assert done.returncode != 0
    assert "cc-leak" in done.stdout + done.stderr
    assert len(sink.mails) == 1


def test_git_hook_keeps_what_was_there(repository: Path) -> None:
    hook = repository / ".git" / "hooks" / "sendemail-validate"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho mine\n")
    hook.chmod(0o755)
    for _ in range(2):
        assert run(SENDCHECK, "hook", "install", "git", cwd=repository).returncode == 0
    text = hook.read_text()
    assert text.count(">>> sendcheck") == 1 and text.startswith("#!/bin/sh\n") and text.endswith("echo mine\n")
    assert " installed" in run(SENDCHECK, "hook", "status", "git", cwd=repository).stdout
    assert run(SENDCHECK, "hook", "uninstall", "git", cwd=repository).returncode == 0
    assert hook.read_text() == "#!/bin/sh\necho mine\n"
    hook.write_text("#!/usr/bin/perl\nprint 1;\n")
    done = run(SENDCHECK, "hook", "install", "git", cwd=repository)
    assert done.returncode == 2 and "no shell script" in done.stderr
    hook.unlink()
    run(SENDCHECK, "hook", "install", "git", cwd=repository)
    run(SENDCHECK, "hook", "uninstall", "git", cwd=repository)
    assert not hook.exists()
    assert "not in a git repository" in run(SENDCHECK, "hook", "install", "git", cwd=repository.parent).stderr


def test_newer_git_gives_the_headers_too(repository: Path, tmp_path: Path) -> None:
    """From git 2.41 on a second file holds the headers: recipients are checked, and lines stay those of the patch."""
    patch = repository / commit_patch(repository, "Mend it\n\nDear [NAVN], for you.")
    headers = tmp_path / "headers"
    headers.write_text("From: Ola <ola@tallmo.no>\nTo: kari.holm@nordbank.no\nCc: per@fjord.no\nSubject: [PATCH] Mend it\n")
    done = run(SENDCHECK, "hook", "run", "git", str(patch), str(headers), cwd=repository)
    assert done.returncode == 1
    assert "cc-leak" in done.stderr
    line = patch.read_text().split("\n").index("Dear [NAVN], for you.") + 1
    assert f"line {line}," in done.stderr


# -- mutt and neomutt --------------------------------------------------------


@pytest.mark.parametrize("client", ["mutt", "neomutt"])
def test_mutt(client: str, home: Path, tmp_path: Path, sink: Sink) -> None:
    require(shutil.which(client) is not None, client)
    require(shutil.which("msmtp") is not None, "msmtp")
    rc = tmp_path / "rc"
    seen = tmp_path / "seen"
    mta = tmp_path / "mta"
    mta.write_text(f'#!/bin/sh\ntee "{seen}" | exec {" ".join(msmtp(sink, tmp_path))} "$@"\n')
    mta.chmod(0o755)
    rc.write_text(f'set from="ola@tallmo.no"\nset realname="Ola Nordmann"\nset use_from\nset copy=no\nset sendmail="{mta} -oi"\n')
    kept = rc.read_text()
    done = run(SENDCHECK, "hook", "install", client, "--path", str(rc), cwd=tmp_path)
    assert " installed" in done.stdout, done
    assert rc.read_text().startswith(kept) and f"--mta {mta} --mta-arg=-oi" in rc.read_text()

    def send(body: str, *more: str) -> subprocess.CompletedProcess[str]:
        return run(
            client,
            "-F",
            str(rc),
            "-s",
            "The plan",
            "-b",
            "hidden@tallmo.no",
            *more,
            "--",
            "Kari Holm <kari.holm@nordbank.no>",
            cwd=tmp_path,
            stdin=body,
            TERM="dumb",
        )

    done = send(BODY)
    assert done.returncode == 0, done.stdout + done.stderr
    assert wait(lambda: len(sink.mails) == 1)
    recipients, content = sink.mails[0]
    assert set(recipients) == {"kari.holm@nordbank.no", "hidden@tallmo.no"}
    assert b"hidden@tallmo.no" not in content
    assert content == seen.read_bytes(), "byte for byte what the client made"
    assert BODY.encode() in content

    done = send(BODY.replace("Hi Kari", "Hi {{first_name}}"))
    assert done.returncode != 0
    assert "65" in done.stdout + done.stderr
    assert "{{first_name}}" in done.stdout + done.stderr, "the user sees why"
    done = send(BODY, "-c", "per@fjord.no")
    assert done.returncode != 0
    assert len(sink.mails) == 1, "a bad mail does not arrive"

    run(SENDCHECK, "hook", "install", client, "--path", str(rc), cwd=tmp_path)
    assert rc.read_text().count(">>> sendcheck") == 1
    run(SENDCHECK, "hook", "uninstall", client, "--path", str(rc), cwd=tmp_path)
    assert rc.read_text() == kept


def test_mutt_status_warns_of_a_bypass(home: Path, tmp_path: Path) -> None:
    rc = tmp_path / "rc"
    rc.write_text("")
    run(SENDCHECK, "hook", "install", "mutt", "--path", str(rc), cwd=tmp_path)
    rc.write_text(rc.read_text() + 'set smtp_url="smtp://x"\n')
    assert "bypasses" in run(SENDCHECK, "hook", "status", "mutt", "--path", str(rc), cwd=tmp_path).stdout


def test_pre_commit_hooks_file() -> None:
    import yaml

    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert hooks[0]["id"] == "sendcheck" and hooks[0]["entry"].startswith("sendcheck check")
    assert re.compile(hooks[0]["files"]).search("templates/welcome.eml")
