"""Configuration: merged key by key, validated with file, line and "did you mean", locked by policy."""

from __future__ import annotations

from pathlib import Path

import pytest

from sendcheck.config.example import example_toml
from sendcheck.config.keys import OPEN_TABLES, all_keys
from sendcheck.config.load import load_config, nearest_file
from sendcheck.errors import ConfigError
from sendcheck.pipeline.registry import load
from tests.conftest import ROOT


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("fail_on = 'error'", 1, ["unknown key", "did you mean fail-on"]),
        ("\ncrowd-limit = 'ten'", 2, ["whole number"]),
        ("crowd-limit = true", 1, ["whole number"]),
        ("fail-on = 'sometimes'", 1, ["error, warning, never"]),
        ("[rules]\n\ncc-leek = 'off'", 3, ["unknown rule", "did you mean cc-leak"]),
        ("[rules]\ncc-leak = 'loud'", 2, ["off, note, warning, error"]),
        ("required = ['cc-leek']", 1, ["unknown rule", "cc-leak"]),
        ("x = = 1", 1, ["not valid TOML"]),
        ("block = ['file:nowhere.txt']", 1, ["nowhere.txt", "cannot be read"]),
        ("block = ['*nordbank.no']", 1, ["too wide"]),
        ("partners = [['a']]", 1, ["pairs"]),
        ("organisations = 3", 1, ["[organisations]"]),
        ("[organisations]\nnord = 'nordbank.no'", 2, ["list of domains"]),
        ("[[suppress]]\nrule = 'cc-leak'", 1, ["lacks a reason"]),
        ("[[suppress]]\nrule = 'cc-leek'\nreason = 'x'", 2, ["unknown rule"]),
        ("[[suppress]]\nrule = 'cc-leak'\nreason = 'x'\nuntil = 'soon'", 4, ["date like"]),
        ("[[suppress]]\nrule = '*'\nreason = 'x'", 2, ["whole fingerprint"]),
        ("languages = ['english']", 1, ["unknown language"]),
        ("[sendmail]\nmtaa = []", 2, ["sendmail.mtaa", "did you mean sendmail.mta"]),
        ("[recipients]\ndns = 'yes'", 2, ["true or false"]),
        ("locked = ['rules']", 1, ["policy file only"]),
        ("deadline = 0", 1, ["above 0"]),
    ],
)
def test_errors_name_file_line_and_remedy(tmp_path: Path, home: Path, text: str, line: int, words: list[str]) -> None:
    path = write(tmp_path / "sendcheck.toml", text)
    with pytest.raises(ConfigError) as caught:
        load_config(load(), explicit=path)
    message = str(caught.value)
    assert f"{path}:{line}: " in message, message
    for word in words:
        assert word in message


def test_a_list_that_holds_nothing_is_an_error(tmp_path: Path, home: Path) -> None:
    write(tmp_path / "allow.txt", "# nobody yet\n")
    path = write(tmp_path / "sendcheck.toml", "allow = ['file:allow.txt']")
    with pytest.raises(ConfigError, match="holds no entries"):
        load_config(load(), explicit=path)


def test_lists_come_from_files(tmp_path: Path, home: Path) -> None:
    write(tmp_path / "block.txt", "rival.no  # never\n\n*.rival.no\n")
    path = write(tmp_path / "sendcheck.toml", "block = ['file:block.txt', 'x@y.no']")
    assert load_config(load(), explicit=path)["block"] == ["rival.no", "*.rival.no", "x@y.no"]


def test_layers_merge_key_by_key(tmp_path: Path, home: Path) -> None:
    write(home / ".config" / "sendcheck" / "config.toml", "crowd-limit = 5\nfail-on = 'warning'\n[rules]\ncc-leak = 'warning'\nbody-empty = 'off'\n")
    write(tmp_path / "repo" / "sendcheck.toml", "crowd-limit = 7\n[rules]\ncc-leak = 'error'\n")
    config = load_config(load(), start=tmp_path / "repo", overrides={"fail-on": "never"})
    assert (config["crowd-limit"], config["fail-on"]) == (7, "never")
    assert config.severities == {"cc-leak": "error", "body-empty": "off"}
    assert config.origins["crowd-limit"].endswith("sendcheck.toml:1")
    assert config.origins["fail-on"] == "command line"


def test_explicit_replaces_user_and_nearest(tmp_path: Path, home: Path) -> None:
    write(home / ".config" / "sendcheck" / "config.toml", "crowd-limit = 5")
    path = write(tmp_path / "other.toml", "fail-on = 'warning'")
    config = load_config(load(), explicit=path, start=tmp_path)
    assert config["crowd-limit"] == 10


def test_nearest_is_found_upward_also_in_pyproject(tmp_path: Path) -> None:
    write(tmp_path / "a" / "pyproject.toml", "[project]\nname='x'\n")
    write(tmp_path / "pyproject.toml", "[tool.sendcheck]\ncrowd-limit = 3\n")
    inner = tmp_path / "a" / "b"
    inner.mkdir()
    assert nearest_file(inner) == tmp_path / "pyproject.toml"
    assert load_config(load(), start=inner)["crowd-limit"] == 3


def test_policy_locks_and_later_files_cannot_change_it(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = write(tmp_path / "policy.toml", "locked = ['fail-on', 'rules.cc-leak']\nfail-on = 'warning'\n[rules]\ncc-leak = 'error'\n")
    monkeypatch.setenv("SENDCHECK_POLICY", str(policy))
    path = write(tmp_path / "sendcheck.toml", "fail-on = 'never'\n[rules]\ncc-leak = 'off'\nbody-empty = 'off'\n")
    config = load_config(load(), explicit=path, overrides={"fail-on": "never"})
    assert config["fail-on"] == "warning"
    assert config.severities == {"cc-leak": "error", "body-empty": "off"}
    assert config.rule_locked("cc-leak")


def test_a_policy_that_cannot_be_read_is_an_error(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENDCHECK_POLICY", str(tmp_path / "gone.toml"))
    with pytest.raises(ConfigError, match="cannot read"):
        load_config(load())


def test_the_example_lists_every_key_with_its_default(tmp_path: Path, home: Path) -> None:
    text = (ROOT / "config.example.toml").read_text("utf-8")
    assert text == example_toml(load()), "run `make config`"
    config = load_config(load(), explicit=write(tmp_path / "example.toml", text))
    keys = all_keys(load())
    assert {name: config[name] for name in keys} == {name: key.default for name, key in keys.items()}
    assert set(config.origins) >= set(keys), "the example leaves keys out"
    assert all(f"[{table}]" in text for table in OPEN_TABLES)
