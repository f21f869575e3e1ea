"""Whose words a configuration may obey: every key tried in a project's file, the user's and one that is named; what a project must not reach."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sendcheck.config.config import Config
from sendcheck.config.example import example_toml, toml_value, whose
from sendcheck.config.keys import OPEN_TABLES, TABLE_LISTS, Key, all_keys, origin_of
from sendcheck.config.load import load_config
from sendcheck.errors import ConfigError
from sendcheck.pipeline.contract import Option, Origin
from sendcheck.pipeline.registry import load
from tests.conftest import GOOD, ROOT, Run
from tests.test_config import write

KEYS = all_keys(load())
SECRET = "hunter2"
#: Values of keys whose kind alone does not tell what they can be.
SAMPLES: dict[str, Any] = {
    "required": ["cc-leak"],
    "languages": ["en"],
    "languagetool.url": "http://127.0.0.1:8081",
    "milter.socket": "unix:/run/other.sock",
    "milter.socket-mode": "0600",
    "milter.tag-header": "X-Ours",
    "history-keep": "90d",
}
BY_KIND: dict[str, Callable[[Key, Path], Any]] = {
    "str": lambda _key, _place: "words",
    "bool": lambda key, _place: not key.default,
    "int": lambda key, _place: key.default + 1,
    "seconds": lambda key, _place: key.default + 1,
    "list": lambda _key, _place: ["other.example"],
    "entries": lambda _key, _place: ["other.example"],
    "patterns": lambda _key, _place: ["ACME-[0-9]+"],
    "pairs": lambda _key, _place: [["a.example", "b.example"]],
    "identities": lambda _key, _place: {"me@tallmo.no": ["nordbank.no"]},
    "choice": lambda key, _place: next(c for c in key.choices if c != key.default),
    "path": lambda _key, _place: "within",
    "pipeline": lambda _key, place: str(place),
    "program": lambda _key, _place: ["/bin/true"],
}


def toml(dotted: str, value: Any) -> str:
    table, _, name = dotted.rpartition(".")
    return (f"[{table}]\n" if table else "") + f"{name} = {toml_value(value)}\n"


@pytest.fixture
def project(tmp_path: Path, home: Path) -> Path:
    """A cloned repository, with secrets beside it and in the home folder."""
    folder = tmp_path / "clone"
    (folder / ".git").mkdir(parents=True)
    write(tmp_path / "secrets.txt", f"{SECRET}\n")
    return folder


def of_project(folder: Path, text: str) -> Config:
    write(folder / "sendcheck.toml", text)
    return load_config(load(), start=folder)


def own_file(home: Path) -> Path:
    return home / ".config" / "sendcheck" / "config.toml"


# -- every key ------------------------------------------------------------------


@pytest.mark.parametrize("name", KEYS)
def test_every_key_counts_where_its_origin_says(name: str, project: Path, home: Path) -> None:
    key = KEYS[name]
    pipeline = project.parent / "pipeline"
    write(pipeline / "meta.json", "{}")
    value = SAMPLES.get(name, BY_KIND[key.kind](key, pipeline))
    text = toml(name, value)
    config = of_project(project, text)
    if key.origin is Origin.PROJECT:
        assert config[name] != key.default and config.origins[name].startswith(f"{project}/sendcheck.toml:") and not config.notices
    else:
        assert config[name] == key.default and name not in config.origins
        (notice,) = config.notices
        line = text.count("\n")
        assert notice.startswith(f"{project}/sendcheck.toml:{line}: “{name}”") and f"sendcheck config --move {name}" in notice
    (project / "sendcheck.toml").unlink()
    other = write(project.parent / "named.toml", text)
    assert load_config(load(), explicit=other, start=project)[name] != key.default
    own = write(own_file(home), text)
    config = load_config(load(), start=project)
    assert config[name] != key.default and config.origins[name].startswith(str(own)) and not config.notices


TABLES = {
    "organisations": '[organisations]\n"Nord Bank" = ["nordbank.example"]\n',
    "rules": '[rules]\nsecret = "off"\n',
    "suppress": '[[suppress]]\nrule = "cc-leak"\nreason = "agreed"\n',
    "templates": '[[templates]]\nglob = "*.txt"\n',
    "actions": '[[actions]]\naction = "warn"\n',
}


def test_every_table_counts_where_its_origin_says(project: Path, home: Path) -> None:
    assert set(TABLES) == {*OPEN_TABLES, *TABLE_LISTS}

    def held(config: Config) -> dict[str, object]:
        return {
            "organisations": config.organisations, "rules": config.severities, "suppress": config.suppressions, "templates": config.templates,
            "actions": config.actions,
        }  # fmt: skip

    for name, text in TABLES.items():
        config = of_project(project, text)
        assert bool(held(config)[name]) is (origin_of(name, KEYS) is Origin.PROJECT) is not bool(config.notices)
    (project / "sendcheck.toml").unlink()
    write(own_file(home), "".join(TABLES.values()))
    assert all(held(load_config(load(), start=project)).values())


def test_the_threat_model_says_the_same() -> None:
    text = (ROOT / "docs" / "threat-model.md").read_text("utf-8")
    told: dict[str, set[str]] = {"any file": set(), "own file": set()}
    for names, origin in re.findall(r"(?m)^\| (`[^|]+) \| (any file|own file) \|", text):
        for name in re.findall(r"`([^`]+)`", names):
            found = {k for k in (*KEYS, *OPEN_TABLES, *TABLE_LISTS) if re.fullmatch(re.escape(name).replace(r"\*", r"[a-z.-]+"), k)}
            assert found, f"{name} is no key"
            told[origin] |= found
    everything = {*KEYS, *OPEN_TABLES, *TABLE_LISTS}
    assert told["any file"] == {name for name in everything if origin_of(name, KEYS) is Origin.PROJECT}
    assert told["own file"] == {name for name in everything if origin_of(name, KEYS) is Origin.USER}


def test_the_example_marks_each_key() -> None:
    blocks = example_toml(load()).split("\n\n")
    for name, key in KEYS.items():
        line = f"{name.rpartition('.')[2]} = {toml_value(key.default)}"
        assert any(line in block.splitlines() and whose(key.origin) in block for block in blocks), name


def test_an_option_that_says_nothing_is_the_users_where_it_could_name_something() -> None:
    def origin(kind: str, network: bool = False, said: Origin | None = None) -> Origin:
        return Option("key", kind, None, "help", network, said).settable

    assert {origin(kind) for kind in ("bool", "int", "seconds", "choice", "patterns")} == {Origin.PROJECT}
    assert {origin(kind) for kind in ("str", "list", "entries", "path", "pairs", "identities", "program", "pipeline")} == {Origin.USER}
    assert origin("list", said=Origin.PROJECT) is Origin.PROJECT
    assert origin("bool", network=True, said=Origin.PROJECT) is Origin.USER


def test_what_says_no_more_than_what_is_in_force_is_not_told(project: Path, home: Path) -> None:
    assert not of_project(project, (ROOT / "config.example.toml").read_text("utf-8")).notices
    write(own_file(home), 'daemon = "use"\n')
    assert not of_project(project, 'daemon = "use"\n').notices
    assert len(of_project(project, 'daemon = "auto"\n').notices) == 1


def test_a_project_is_not_told_of_what_policy_fixes(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENDCHECK_POLICY", str(write(project.parent / "policy.toml", 'locked = ["deadline"]\ndeadline = 5\n')))
    config = of_project(project, "deadline = 600\n")
    assert config["deadline"] == 5 and not config.notices


# -- files outside the project --------------------------------------------------

ENTRIES = [name for name, key in KEYS.items() if key.kind == "entries" and key.origin is Origin.PROJECT]


def outside(project: Path) -> dict[str, str]:
    """Ways to name what is not the project's, each by a name in the project's file."""
    secrets = project.parent / "secrets.txt"
    (project / "link.txt").symlink_to(secrets)
    (project / "folder").symlink_to(project.parent)
    (project / "inner").mkdir()
    (project / "inner" / "link.txt").symlink_to("../../secrets.txt")
    return {
        "up": "../secrets.txt",
        "up again": "inner/../../secrets.txt",
        "absolute": str(secrets),
        "a link": "link.txt",
        "a link's folder": "folder/secrets.txt",
        "a relative link": "inner/link.txt",
        "a system file": "/etc/shadow",
        "another process": "/proc/self/environ",
    }


@pytest.mark.parametrize("name", ENTRIES)
def test_no_list_outside_the_project_is_read(name: str, project: Path) -> None:
    for path in outside(project).values():
        with pytest.raises(ConfigError) as caught:
            of_project(project, toml(name, [f"file:{path}"]))
        assert "is not inside" in str(caught.value) and "sendcheck.toml:1" in str(caught.value) and SECRET not in str(caught.value)
    write(project / "lists" / "inside.txt", "other.example\n")
    (project / "here.txt").symlink_to("lists/inside.txt")
    for path in ("lists/inside.txt", "lists/../lists/inside.txt", "here.txt", str(project / "lists" / "inside.txt")):
        assert of_project(project, toml(name, [f"file:{path}"]))[name] == ["other.example"]


@pytest.mark.parametrize("line", ['data = "{}"', 'context = "file:{}"', 'roots = ["{}"]'])
def test_no_data_context_or_root_outside_the_project(line: str, project: Path) -> None:
    for path in outside(project).values():
        with pytest.raises(ConfigError) as caught:
            of_project(project, "[[templates]]\nglob = '*.txt'\n" + line.format(path) + "\n")
        assert "is not inside" in str(caught.value) and ":3: " in str(caught.value) and SECRET not in str(caught.value)


@pytest.mark.parametrize("pattern", ["../*.json", "/etc/*", "*/../../*.json", "**/../../*.json", "folder/*.txt", "inner/*.txt", "**/*.txt", "[", "**x/*"])
def test_no_pattern_of_data_leads_outside(pattern: str, project: Path) -> None:
    outside(project)
    with pytest.raises(ConfigError) as caught:
        of_project(project, f"[[templates]]\nglob = '*.txt'\ndata = '{pattern}'\n")
    assert ":3: " in str(caught.value) and SECRET not in str(caught.value)


def test_the_user_may_name_any_file(project: Path, home: Path) -> None:
    write(own_file(home), f'block = ["file:{project.parent}/secrets.txt"]\nmailstore = "mail"\n[sendmail]\nmta = ["bin/send", "-t"]\n')
    config = load_config(load(), start=project)
    assert config["block"] == [SECRET]
    assert config["mailstore"] == str(own_file(home).parent / "mail"), "a relative path is no matter of where a check is run"
    assert config["sendmail.mta"] == [str(own_file(home).parent / "bin" / "send"), "-t"]
    write(own_file(home), f'[[templates]]\nglob = "*.txt"\ndata = "{project.parent}/sec*.json"\n')
    write(project.parent / "secret.json", "{}")
    assert load_config(load(), start=project).templates


def test_a_baseline_lies_in_the_project(sendcheck: Run, project: Path) -> None:
    write(project / "emails" / "a.j2", "Hi {{ name }}, see [INSERT DATE].\n")
    for path in ("../secrets.txt", str(project.parent / "secrets.txt")):
        write(project / "sendcheck.toml", toml("baseline", path))
        for command in ("baseline", "check"):
            done = sendcheck(command, "emails", cwd=project)
            assert done.returncode == 2 and "is not inside" in done.stderr and SECRET not in done.stderr
    assert (project.parent / "secrets.txt").read_text() == f"{SECRET}\n"
    write(project / "sendcheck.toml", toml("baseline", "known.json"))
    assert "to known.json" in sendcheck("baseline", "emails", cwd=project).stdout
    done = sendcheck("check", "emails", cwd=project)
    assert done.returncode == 0 and "known when the baseline was written" in done.stdout


def test_links_of_templates_lead_nowhere_outside(sendcheck: Run, project: Path) -> None:
    emails = project / "emails"
    write(project.parent / "secret.json", f'{{"first_name": "{SECRET} [INSERT DATE]"}}')
    write(project.parent / "secret.html", f"<p>{SECRET} TODO write this, lorem ipsum dolor sit amet.</p>")
    write(emails / "a.html.j2", "<p>Hi {{ first_name }},</p>{% include 'part.html' %}<p>Thanks for your order.</p>")
    (emails / "a.data.json").symlink_to("../../secret.json")
    (emails / "part.html").symlink_to("../../secret.html")
    (emails / "b.html.j2").symlink_to("../../secret.html")
    write(emails / "real.html", "<p>Thanks for your order.</p>")
    (emails / "c.html.j2").symlink_to("real.html")
    write(project / "sendcheck.toml", '[[templates]]\nglob = "emails/*.txt"\n')
    (emails / "d.txt").symlink_to("../../secrets.txt")
    done = sendcheck("check", "emails", "--format", "json", "--show", "note", cwd=project)
    assert SECRET not in done.stdout + done.stderr
    assert done.returncode == 2
    assert {line.split()[1] for line in done.stderr.splitlines() if "leads out of" in line} == {"emails/b.html.j2", "emails/d.txt"}
    assert '"source": "emails/c.html.j2"' in done.stdout


# -- odd files ------------------------------------------------------------------


def odd(folder: Path) -> dict[str, Path]:
    """Files that are none, or never end."""
    os.mkfifo(folder / "fifo")
    (folder / "circle").symlink_to("circle")
    (folder / "nowhere").symlink_to("gone")
    (folder / "a folder").mkdir()
    (folder / "latin.txt").write_bytes(b"caf\xe9\n")
    with (folder / "huge.txt").open("wb") as file:
        file.truncate(200_000_000)
    return {name: folder / name for name in ("fifo", "circle", "nowhere", "a folder", "latin.txt", "huge.txt")} | {
        "zero": Path("/dev/zero"), "tty": Path("/dev/tty"), "stdin": Path("/dev/stdin"),
    }  # fmt: skip


def test_odd_lists_are_refused_in_any_file(sendcheck: Run, good: Path, project: Path) -> None:
    for path in odd(project).values():
        named = write(project.parent / "named.toml", toml("block", [f"file:{path}"]))
        with pytest.raises(ConfigError, match=re.escape(f"named.toml:1: the list {path}")):
            load_config(load(), explicit=named)
        if path.parent == project and path.name != "circle":
            with pytest.raises(ConfigError, match="cannot be read"):
                of_project(project, toml("block", [f"file:{path.name}"]))
    done = sendcheck("check", good, cwd=project)
    assert done.returncode == 2 and done.stderr.count("\n") == 1 and "Traceback" not in done.stderr


def test_odd_data_is_refused(project: Path) -> None:
    paths = odd(project)
    write(project / "deep.json", '{"a":' * 3000 + "1" + "}" * 3000)
    write(project / "deep.yaml", "a: " + "[" * 5000 + "]" * 5000)
    write(project / "circle.yaml", "a: &a\n  b: *a\n")
    laughs = [f"{n}: &{n} [{', '.join(['*' + before] * 9)}]\n" for before, n in zip("abcdefgh", "bcdefghi", strict=True)]
    write(project / "laughs.yaml", "".join(["a: &a [1,1,1,1,1,1,1,1,1]\n", *laughs]))
    for name in ("deep.json", "deep.yaml", "circle.yaml", "laughs.yaml", *(n for n, p in paths.items() if p.parent == project and n != "circle")):
        with pytest.raises(ConfigError, match="cannot be used"):
            of_project(project, f"[[templates]]\nglob = '*.txt'\ncontext = 'file:{name}'\n")


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "[" * 20_000 + "]" * 20_000,
        "crowd-limit = " + "[" * 200 + "]" * 200,
        "crowd-limit = " + "{a=" * 5_000 + "1" + "}" * 5_000,
        "fail-on" + ".a" * 20_000 + " = 1",
        "[" + ".".join("a" * 20_000) + "]",
        "[organisations" + ".a" * 3_000 + "]\nb = 1",
        "[[templates]]\nglob = '*.txt'\ncontext" + ".a" * 1_000 + " = 'text'",
        "crowd-limit = " + "9" * 10_000,
        "crowd-limit = 1e999",
        "deadline = inf",
        "deadline = nan",
        "[[suppress]]\nrule = 'cc-leak'\nreason = 'x'\nuntil = 2027-02-31",
        "[[suppress]]\nrule = 'cc-leak'\nreason = 'x'\nuntil = 99999-01-01",
        "[[suppress]]\nrule = 'cc-leak'\nreason = 'x'\nuntil = 12:00:00",
        "[[suppress]]\nrule = 'cc-leak'\nreason = 'x'\nuntil = 2027-01-01T00:00:00+99:99",
        "[[suppress]]\nrule = 'cc-leak'\nreason = 'x'\nuntil = '0000-00-00'",
        "words = ['file:\\u0000']",
        "words = ['\x00']",
        "words = ['file:" + "x" * 10_000 + "']",
        "[[templates]]\nglob = '" + "*" * 100_000 + "'\ndata = ''",
        "#" * 2_000_000,
    ],
    ids=range(21),
)
def test_bombs_end_in_a_sentence(project: Path, text: str) -> None:
    with pytest.raises(ConfigError, match=r"\.toml"):
        load_config(load(), explicit=write(project / "named.toml", text))
    if not text.startswith("deadline"):
        with pytest.raises(ConfigError, match=r"\.toml"):
            of_project(project, text)


def test_many_names_cost_no_more_than_they_are(project: Path) -> None:
    """A line is looked up once for all keys of a file."""
    many = 12_000
    config = of_project(project, "[organisations]\n" + "".join(f'o{n} = ["o{n}.example"]\n' for n in range(many)))
    assert config.origins[f"organisations.o{many - 1}"].endswith(f":{many + 1}")


def test_a_working_folder_that_is_gone(sendcheck: Run, tmp_path: Path, good: Path) -> None:
    import subprocess
    import sys

    for words in (
        ["check", str(good)],
        ["check", "-"],
        ["config"],
        ["baseline", "x"],
        ["init"],
        ["learn", "x"],
        ["history", "show"],
        ["hook", "run", "git", str(good)],
        ["fix", str(good)],
    ):
        folder = tmp_path / "vanishes"
        folder.mkdir()
        script = 'rmdir "$PWD"; exec "$@"'
        done = subprocess.run(
            ["sh", "-c", script, "sh", sys.executable, "-P", "-m", "sendcheck", *words], cwd=folder, input=GOOD, capture_output=True, check=False
        )
        assert done.returncode == 2 and done.stderr.decode().strip().startswith("sendcheck: the working folder no longer exists"), (words, done)


# -- which files are taken --------------------------------------------------------


def taken(folder: Path) -> Config:
    return load_config(load(), start=folder)


def test_the_search_stops_at_the_repository(project: Path) -> None:
    write(project.parent / "sendcheck.toml", "crowd-limit = 3\n")
    (project / "sub").mkdir()
    assert taken(project / "sub")["crowd-limit"] == 10
    write(project / "sendcheck.toml", "crowd-limit = 4\n")
    assert taken(project / "sub")["crowd-limit"] == 4
    (project / "sendcheck.toml").unlink()
    (project / ".git").rmdir()
    assert taken(project / "sub")["crowd-limit"] == 3
    write(project / ".git", "gitdir: elsewhere\n")  # a worktree, or a submodule
    assert taken(project / "sub")["crowd-limit"] == 10


def test_the_search_stops_at_the_home_folder(home: Path) -> None:
    (home / "work").mkdir()
    write(home.parent / "sendcheck.toml", "crowd-limit = 3\n")
    assert taken(home / "work")["crowd-limit"] == 10
    write(home / "sendcheck.toml", "crowd-limit = 4\n")
    assert taken(home / "work")["crowd-limit"] == 4


@pytest.mark.parametrize("name", ["sendcheck.toml", "pyproject.toml"])
def test_another_users_file_is_not_taken(name: str, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "[tool.sendcheck]\ncrowd-limit = 3\n" if name == "pyproject.toml" else "crowd-limit = 3\n"
    path = write(project / name, text)
    assert taken(project)["crowd-limit"] == 3
    if os.getuid() == 0:
        os.chown(path, 12345, -1)
    else:
        monkeypatch.setattr(os, "getuid", lambda: 12345)
    config = taken(project)
    assert config["crowd-limit"] == 10
    assert f"{path} is not used: it belongs to another user" in config.notices[0] and "--config" in config.notices[0]
    assert load_config(load(), explicit=path)["crowd-limit"] == 3, "who names it vouches for it"


def test_root_by_sudo_is_who_they_were(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(project / "sendcheck.toml", "crowd-limit = 3\n")
    mine = path.stat().st_uid
    if mine == 0:
        os.chown(path, 12345, -1)
        mine = 12345
    monkeypatch.setattr(os, "getuid", lambda: 0)
    monkeypatch.setenv("SUDO_UID", str(mine))
    assert taken(project)["crowd-limit"] == 3
    monkeypatch.setenv("SUDO_UID", str(mine + 1))
    assert taken(project)["crowd-limit"] == 10


@pytest.mark.parametrize(("mode", "used"), [(0o644, True), (0o600, True), (0o444, True), (0o646, False), (0o666, False), (0o602, False)])
def test_a_file_that_others_may_write_is_not_taken(mode: int, used: bool, project: Path) -> None:
    path = write(project / "sendcheck.toml", "crowd-limit = 3\n")
    path.chmod(mode)
    config = taken(project)
    assert (config["crowd-limit"] == 3) is used
    assert used or (f"{path} is not used: others may write to it" in config.notices[0] and "chmod go-w" in config.notices[0])


def test_a_group_counts_as_others_unless_it_is_the_owners_alone(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import grp
    import pwd

    path = write(project / "sendcheck.toml", "crowd-limit = 3\n")
    path.chmod(0o664)
    found = path.stat()
    owner = pwd.struct_passwd(("kari", "x", found.st_uid, found.st_gid, "", "/", "/bin/sh"))
    monkeypatch.setattr(pwd, "getpwuid", lambda _uid: owner)
    for name, members, used in (("kari", [], True), ("kari", ["kari"], True), ("kari", ["kari", "mallory"], False), ("staff", [], False)):
        monkeypatch.setattr(grp, "getgrgid", lambda _gid, name=name, members=members: grp.struct_group((name, "x", found.st_gid, members)))
        assert (taken(project)["crowd-limit"] == 3) is used, (name, members)


def test_a_file_further_up_stands_in_for_one_that_is_not_taken(project: Path) -> None:
    write(project / "sendcheck.toml", "crowd-limit = 4\n")
    write(project / "sub" / "sendcheck.toml", "crowd-limit = 3\n").chmod(0o666)
    config = taken(project / "sub")
    assert config["crowd-limit"] == 4 and len(config.notices) == 1


def test_a_file_that_is_a_link_out_of_the_project_is_neither_read_nor_quoted(sendcheck: Run, good: Path, project: Path) -> None:
    netrc = write(project.parent / "netrc", f"machine mail.tallmo.no login kari password {SECRET}\n")
    path = project / "sendcheck.toml"
    for target in (netrc, "../netrc", "/etc/shadow", "/proc/self/environ"):
        path.symlink_to(target)
        (notice,) = taken(project).notices
        assert f"{path} is not used: it is a link that leads out of {project}" in notice
        path.unlink()
    before = netrc.read_text()
    path.symlink_to(netrc)
    for command in (("config",), ("check", good, "--format", "json")):
        done = sendcheck(*command, cwd=project)
        assert done.returncode == 0 and f"{path} is not used" in done.stderr + done.stdout
        assert SECRET not in done.stdout + done.stderr and "machine" not in done.stdout + done.stderr
    assert sendcheck("allow", "0" * 64, "--reason", "x", cwd=project).returncode == 0
    assert netrc.read_text() == before, "nor written to"


def test_links_inside_a_repository_are_followed(project: Path) -> None:
    write(project / "config" / "sendcheck.toml", "crowd-limit = 3\n")
    (project / "emails").mkdir()
    (project / "emails" / "sendcheck.toml").symlink_to("../config/sendcheck.toml")
    assert taken(project / "emails")["crowd-limit"] == 3


def test_a_home_folder_that_is_a_repository_is_no_project(home: Path) -> None:
    (home / ".git").mkdir()
    write(home / ".netrc.toml", f'password = "{SECRET}"\n')
    (home / "unpacked").mkdir()
    (home / "unpacked" / "sendcheck.toml").symlink_to("../.netrc.toml")
    config = taken(home / "unpacked")
    assert "leads out" in config.notices[0]


def test_what_is_no_file_is_not_taken(project: Path) -> None:
    path = project / "sendcheck.toml"
    for make, said in (
        (lambda: os.mkfifo(path), "no ordinary file"),
        (path.mkdir, "no ordinary file"),
        (lambda: path.symlink_to("gone"), "leads nowhere"),
        (lambda: path.symlink_to("sendcheck.toml"), "circle"),
        (lambda: path.symlink_to("/dev/zero"), "no ordinary file"),
    ):
        make()
        assert said in taken(project).notices[0]
        path.rmdir() if path.is_dir() else path.unlink()


def test_a_pyproject_without_a_table_is_no_matter_of_ours(project: Path) -> None:
    path = write(project / "pyproject.toml", "[project]\nname = 'x'\n")
    path.chmod(0o666)
    assert not taken(project).notices
    path.unlink()
    os.mkfifo(path)
    assert not taken(project).notices
    path.unlink()
    path.write_bytes(b"# caf\xe9\n[project]\n")
    assert not taken(project).notices


@pytest.mark.parametrize(
    "text", ["[tool.sendcheck]\ncrowd-limit = 3\n", '[ tool . "sendcheck" ]\ncrowd-limit = 3\n', "  [tool.sendcheck]\n  crowd-limit = 3\n"]
)
def test_pyproject_has_the_table_in_any_spelling(text: str, project: Path) -> None:
    write(project / "pyproject.toml", text)
    assert taken(project)["crowd-limit"] == 3


def test_exceptions_alone_make_a_table(project: Path) -> None:
    write(project / "pyproject.toml", '[[tool.sendcheck.suppress]]\nrule = "cc-leak"\nreason = "agreed"\n')
    assert len(taken(project).suppressions) == 1


def test_a_pyproject_that_is_not_laid_out_as_one(project: Path) -> None:
    write(project / "pyproject.toml", "[[tool.sendcheck]]\nx = 1\n")
    with pytest.raises(ConfigError, match="is a table"):
        taken(project)


# -- what is told -----------------------------------------------------------------

HOSTILE = f"""\
crowd-limit = 3
daemon = "off"
history = "postgresql://evil@evil.example/x"
mailstore = "/var/mail"
own-accounts = ["file:/etc/shadow"]
deadline = 86400

[languagetool]
folder = "lt"
url = "http://evil.example:8081"
allow-remote = true

[recipients]
dns = true

[language.en]
model = "evil_model"

[sendmail]
mta = ["./evil"]

[identities]
"me@evil.example" = []

[[actions]]
action = "warn"

[[suppress]]
rule = "cc-leak"
reason = "\\u001b]0;{SECRET}\\u0007\\u202egood"
"""
IN_VAIN = (
    "daemon", "history", "mailstore", "own-accounts", "deadline", "languagetool.folder", "languagetool.url", "languagetool.allow-remote", "recipients.dns",
    "language.en.model", "sendmail.mta", "identities", "actions",
)  # fmt: skip


def test_config_over_a_hostile_file(sendcheck: Run, project: Path) -> None:
    write(project / "sendcheck.toml", HOSTILE)
    done = sendcheck("config", cwd=project)
    assert done.returncode == 0 and not done.stderr
    lines = done.stdout.splitlines()
    for name in IN_VAIN:
        (line,) = [line for line in lines if line.startswith(f"not used: {name} = ")]
        assert "sendcheck.toml:" in line and line.endswith(f"sendcheck config --move {name}")
    assert re.search(r"(?m)^languagetool\.url +=\s+\"\"  # default$", done.stdout)
    assert "root:" not in done.stdout and "\x1b" not in done.stdout and "\u202e" not in done.stdout
    one = sendcheck("config", "recipients.dns", cwd=project).stdout
    assert "recipients.dns = false  # default" in one and "--move recipients.dns" in one and one.count("\n") == 2


def test_a_check_under_a_hostile_file(sendcheck: Run, good: Path, project: Path) -> None:
    write(project / "sendcheck.toml", HOSTILE)
    plain = sendcheck("check", good, "--format", "json")
    done = sendcheck("check", good, "--format", "json", cwd=project)
    assert done.stdout == plain.stdout, "formats for machines hold nothing of it"
    done = sendcheck("check", good, good, "--format", "text", "--format", "html", "--output", "-", "--output", "report.html", cwd=project)
    assert done.returncode == 0 and "--move" not in done.stdout
    assert [line.split("“")[1].split("”")[0] for line in done.stderr.splitlines()] == list(IN_VAIN), "each once, and nothing else"
    assert (project / "report.html").read_text("utf-8").count("sendcheck config --move ") == 2 * len(IN_VAIN)
    for command in (("baseline", good), ("languagetool", "status"), ("hook", "run", "git", good)):
        done = sendcheck(*command, cwd=project)
        assert done.stderr.count("sendcheck config --move ") == len(IN_VAIN), command


def test_no_program_of_a_project_is_run(sendcheck: Run, good: Path, project: Path, home: Path) -> None:
    """What an attacker would try: a LanguageTool, a pipeline and a package that lie in the project."""
    mark = project.parent / "ran"
    write(project / "evil_model" / "__init__.py", f"open({str(mark)!r}, 'w')")
    write(project / "evil_model" / "meta.json", "{}")
    write(project / "lt" / "LanguageTool-6.7" / "languagetool-server.jar", "no jar")
    java = write(project / "bin" / "java", f"#!/bin/sh\ntouch {mark}\n")
    java.chmod(0o755)
    write(project / "sendcheck.toml", HOSTILE)
    assert sendcheck("check", good, "--select", "grammar", cwd=project).returncode in {0, 3}
    assert not mark.exists()
    write(own_file(home), '[language.en]\nmodel = "evil_model"\n')
    done = sendcheck("check", good, cwd=project)
    assert done.returncode == 2 and "not installed" in done.stderr, "a name is a package's, not that of a folder which happens to lie here"
    assert not mark.exists()


# -- moved ------------------------------------------------------------------------


def test_a_setting_is_moved_to_the_users_file(sendcheck: Run, project: Path, home: Path) -> None:
    write(project / "sendcheck.toml", HOSTILE)
    done = sendcheck("config", "--move", "recipients.dns", cwd=project)
    own = own_file(home)
    assert done.returncode == 0 and f"wrote to {own}: dns = true" in done.stdout.replace("recipients.", "")
    assert own.read_text() == "[recipients]\ndns = true\n"
    assert sendcheck("config", "deadline", "--move", cwd=project).returncode == 0
    assert sendcheck("config", "--move", "languagetool.folder", cwd=project).returncode == 0
    assert sendcheck("config", "--move", "identities", cwd=project).returncode == 0
    assert sendcheck("config", "--move", "actions", cwd=project).returncode == 0
    config = load_config(load(), start=project)
    assert (config["recipients.dns"], config["deadline"], config["languagetool.folder"]) == (True, 86400, str(project / "lt"))
    assert config["identities"] == {"me@evil.example": []} and len(config.actions) == 1
    assert [i.key for i in config.ignored] == [n for n in IN_VAIN if n not in {"recipients.dns", "deadline", "languagetool.folder", "identities", "actions"}]
    assert (project / "sendcheck.toml").read_text() == HOSTILE, "the project's file is the project's"


def test_moving_keeps_what_is_there(sendcheck: Run, project: Path, home: Path) -> None:
    old = '# mine\ncrowd-limit = 5 # few\n\n# the server\n[languagetool]   # here\nidle = 3\n\n[rules]\nsecret = "error"'
    own = write(own_file(home), old)
    own.chmod(0o600)
    write(project / "sendcheck.toml", "deadline = 9\n[languagetool]\nmemory = 1024\nidle = 7\n[recipients]\ndns = true\n")
    for name in ("deadline", "languagetool.memory", "recipients.dns"):
        assert sendcheck("config", "--move", name, cwd=project).returncode == 0
    assert own.read_text() == (
        "# mine\ncrowd-limit = 5 # few\n\ndeadline = 9\n# the server\n[languagetool]   # here\nmemory = 1024\nidle = 3\n\n"
        '[rules]\nsecret = "error"\n\n[recipients]\ndns = true\n'
    )
    assert own.stat().st_mode & 0o777 == 0o600
    before = own.read_text()
    done = sendcheck("config", "--move", "languagetool.idle", cwd=project)
    assert done.returncode == 2 and "config.toml:8" in done.stderr and "was not changed" in done.stderr and "idle = 7" in done.stderr
    assert own.read_text() == before


@pytest.mark.parametrize(
    ("own", "name", "said"),
    [
        ("", "crowd-limit", "nothing to move"),
        ("", "daemon-idle", "nothing to move"),
        ("", "crowd-limt", "did you mean crowd-limit?"),
        ("", "languagetool.url", "nothing was changed"),  # needs allow-remote, too
        ("", "own-accounts", "could not be used"),
        ("languagetool = { idle = 3 }\n", "languagetool.allow-remote", "Add it yourself: languagetool.allow-remote = true"),
        ("x = = 1\n", "daemon", "not valid TOML"),
    ],
)
def test_what_cannot_be_moved(sendcheck: Run, project: Path, home: Path, own: str, name: str, said: str) -> None:
    write(project / "sendcheck.toml", HOSTILE.replace("/etc/shadow", "/nowhere"))
    if own:
        write(own_file(home), own)
    done = sendcheck("config", "--move", name, cwd=project)
    assert done.returncode == 2 and said in done.stderr and done.stderr.count("\n") == 1
    assert (own_file(home).read_text() if own_file(home).exists() else "") == own


def test_move_needs_a_key_and_a_file(sendcheck: Run, project: Path) -> None:
    assert "needs the KEY" in sendcheck("config", "--move", cwd=project).stderr
    assert "nothing to move" in sendcheck("config", "--move", "daemon", cwd=project).stderr


# -- a baseline is not lost -----------------------------------------------------


def test_a_baseline_is_not_overwritten_where_something_could_not_be_read(sendcheck: Run, tmp_path: Path, home: Path) -> None:
    work = tmp_path / "work"
    write(work / "a.j2", "Hi {{ name }}, see [INSERT DATE].\n")
    assert sendcheck("baseline", "a.j2").returncode == 0
    known = work / ".sendcheck-baseline.json"
    before = known.read_bytes()
    for names in (["gone.j2"], ["a.j2", "gone.j2"], ["gone"]):
        done = sendcheck("baseline", *names)
        assert done.returncode == 2 and "no such file: gone" in done.stderr and "nothing was written to .sendcheck-baseline.json" in done.stderr
        assert known.read_bytes() == before and not done.stdout
    known.unlink()
    assert sendcheck("baseline", "gone.j2").returncode == 2 and not known.exists()


def test_a_baseline_overwrites_nothing_else(sendcheck: Run, tmp_path: Path, home: Path) -> None:
    work = tmp_path / "work"
    write(work / "a.j2", "Hi {{ name }}, see [INSERT DATE].\n")
    write(work / "notes.txt", "mine\n")
    (work / "folder").mkdir()
    for name in ("notes.txt", "folder"):
        done = sendcheck("baseline", "a.j2", "--output", name)
        assert done.returncode == 2 and f"the baseline is not written to {name}" in done.stderr
    theirs = write(tmp_path / "settings.json", "{}\n")
    (work / ".sendcheck-baseline.json").symlink_to(theirs)
    done = sendcheck("baseline", "a.j2")
    assert done.returncode == 2 and "leads out" in done.stderr and theirs.read_text() == "{}\n"
    write(work / "sendcheck.toml", 'baseline = "a.j2"\n')
    assert sendcheck("baseline", "a.j2").returncode == 2
    assert (work / "notes.txt").read_text() == "mine\n" and "{{ name }}" in (work / "a.j2").read_text()
