"""`sendcheck variables`: what templates use, where, how often and in which branches; the context it writes is one that passes; bad input."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run

LETTER = (
    "Hi {{ first_name }},\n"
    "{% if order.paid %}thanks for {{ order.total }}.\n"
    "{% else %}{{ order.total }} is due by {{ due_date }}.\n"
    "{% endif %}\n"
    "{% for item in order.items %}- {{ item.title }}\n{% endfor %}\n"
    "{{ frist_name }}\n"
)


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    (tmp_path / "mails").mkdir()
    path = tmp_path / "mails" / "letter.txt.j2"
    path.write_text(LETTER, "utf-8")
    return path


def listed(sendcheck: Run, *arguments: object, cwd: Path, code: int = 0) -> dict[str, dict[str, Any]]:
    done = sendcheck("variables", *map(str, arguments), "--format", "json", cwd=cwd)
    assert done.returncode == code, done.stderr
    told = json.loads(done.stdout)
    assert told["schema"] == 1
    return {v["name"]: v for template in told["templates"] for v in template["variables"]}


def test_each_variable_is_listed_once_with_its_places(sendcheck: Run, letter: Path) -> None:
    found = listed(sendcheck, letter, cwd=letter.parent)
    assert list(found) == ["first_name", "order.paid", "order.total", "due_date", "order.items", "order.items.title", "frist_name"]
    total = found["order.total"]
    assert (total["line"], total["column"], total["uses"], total["type"], total["roles"]) == (2, 34, 2, "number", ["value"])
    assert total["within"] == ["{% if order.paid %}", "{% if order.paid %} … {% else %}"]
    assert found["order.paid"]["roles"] == ["condition"] and found["order.items"]["roles"] == ["loop"]
    assert found["order.items.title"]["within"] == ["{% for item in order.items %}"]
    assert found["due_date"]["type"] == "date" and found["first_name"]["within"] == []
    assert found["frist_name"]["twins"] == ["first_name"] and found["first_name"]["twins"] == ["frist_name"] and total["twins"] == []


def test_near_twins_are_marked(sendcheck: Run, tmp_path: Path) -> None:
    (tmp_path / "a.hbs").write_text("Hei {{customer}},\n{{#if custommer}}{{order.numer}}{{/if}} {{order.number}} {{date1}} {{date2}}\n")
    found = listed(sendcheck, "a.hbs", cwd=tmp_path)
    assert found["customer"]["twins"] == ["custommer"] and found["order.numer"]["twins"] == ["order.number"]
    assert found["date1"]["twins"] == []
    assert "one slip from custommer" in sendcheck("variables", "a.hbs", cwd=tmp_path).stdout


@pytest.mark.parametrize(
    ("name", "text", "names"),
    [
        ("a.liquid", "{% unless paid %}{{ sum | money }}{% endunless %}", ["paid", "sum"]),
        ("a.html.twig", "{% if user.old %}{{ user.name|e }}{% endif %}", ["user.old", "user.name"]),
        ("a.mustache", "{{#items}}{{title}}{{/items}}", ["items", "title"]),
        ("a.mjml", "<mjml><mj-body><mj-section><mj-column><mj-text>{{ name }}</mj-text></mj-column></mj-section></mj-body></mjml>", ["name"]),
        ("nb.po", '#, python-format\nmsgid "%(n)s of %(who)ss"\nmsgstr "%(n)s av %(who)s"\n', ["n", "who"]),
        ("plain.txt", "Hi ${first.name}, you are ${age}.", ["first.name", "age"]),
    ],
)
def test_every_syntax_is_read(sendcheck: Run, tmp_path: Path, name: str, text: str, names: list[str]) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    assert list(listed(sendcheck, name, cwd=tmp_path)) == names


def test_folders_are_walked(sendcheck: Run, letter: Path) -> None:
    (letter.parent / "deep").mkdir()
    (letter.parent / "deep" / "b.hbs").write_text("Hei {{navn}}\n")
    (letter.parent / "a.eml").write_text("From: a@b.example\nTo: c@d.example\nSubject: x\n\nHi.\n")
    done = sendcheck("variables", ".", cwd=letter.parent)
    assert done.returncode == 0
    assert "letter.txt.j2  (jinja, text; 7 variables)" in done.stdout and "b.hbs  (" in done.stdout and "a.eml" not in done.stdout


@pytest.mark.parametrize("name", ["context.json", "context.yaml"])
def test_the_context_that_is_written_is_one_that_passes(sendcheck: Run, letter: Path, name: str) -> None:
    home = letter.parent.parent
    assert sendcheck("variables", letter, "--write", name, cwd=home).returncode == 0
    (home / "sendcheck.toml").write_text(f'[[templates]]\nglob = "mails/*"\ncontext = "file:{name}"\n')
    silent = json.loads(sendcheck("check", "mails", "--select", "template-variable", "--format", "json", cwd=home).stdout)
    assert silent["mails"][0]["findings"] == []
    letter.write_text(LETTER.replace("{{ due_date }}", "{{ due_dato }}"), "utf-8")
    loud = json.loads(sendcheck("check", "mails", "--select", "template-variable", "--format", "json", cwd=home).stdout)
    assert [f["where"]["excerpt"] for f in loud["mails"][0]["findings"]] == ["due_dato"]


def test_the_entries_that_are_written_are_ones_that_pass(sendcheck: Run, letter: Path) -> None:
    home = letter.parent.parent
    done = sendcheck("variables", "mails", "--write", "sendcheck.toml", cwd=home)
    assert done.returncode == 0 and "look through it" in done.stderr
    entry = tomllib.loads((home / "sendcheck.toml").read_text("utf-8"))["templates"][0]
    assert entry == {"glob": "mails/letter.txt.j2", "context": ["due_date", "first_name", "frist_name", "order.items.title", "order.paid", "order.total"]}
    silent = json.loads(sendcheck("check", "mails", "--select", "template-variable", "--format", "json", cwd=home).stdout)
    assert silent["mails"][0]["findings"] == []
    letter.write_text(LETTER + "{{ order.vat }}\n", "utf-8")
    loud = json.loads(sendcheck("check", "mails", "--select", "template-variable", "--format", "json", cwd=home).stdout)
    assert [f["where"]["excerpt"] for f in loud["mails"][0]["findings"]] == ["order.vat"]


def test_a_context_is_not_written_over(sendcheck: Run, letter: Path) -> None:
    (letter.parent / "c.json").write_text("mine")
    done = sendcheck("variables", letter, "--write", "c.json", cwd=letter.parent)
    assert done.returncode == 2 and "--force" in done.stderr and (letter.parent / "c.json").read_text() == "mine"
    assert sendcheck("variables", letter, "--write", "c.json", "--force", cwd=letter.parent).returncode == 0
    assert json.loads((letter.parent / "c.json").read_text())["order"]["items"] == [{"title": "title"}]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["no-such.j2"], "no such file: no-such.j2"),
        (["letter.txt.j2", "--engine", "jinjja"], "unknown engine “jinjja”: did you mean jinja?"),
        (["letter.txt.j2", "--write", "context.ini"], "the ending must be .toml"),
        (["letter.txt.j2", "--write", "nowhere/c.json"], "its folder does not exist"),
        (["letter.txt.j2", "--write", "deep/c.toml"], "write the file to a folder above the template"),
        (["mail.eml"], "mail.eml is a mail and no template"),
        (["empty"], "no mails and no templates in empty"),
        (["-"], "name the template's file"),
        ([], "Missing argument"),
    ],
)
def test_bad_input_is_told_in_one_line(sendcheck: Run, letter: Path, arguments: list[str], said: str) -> None:
    home = letter.parent
    for folder in ("deep", "empty"):
        (home / folder).mkdir()
    (home / "mail.eml").write_text("From: a@b.example\nTo: c@d.example\nSubject: x\n\nHi.\n")
    done = sendcheck("variables", *arguments, cwd=home)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr and "Traceback" not in done.stderr


def test_a_broken_template_is_told_of_and_the_rest_is_listed(sendcheck: Run, letter: Path) -> None:
    (letter.parent / "broken.j2").write_text("Hi {{ name }},\n{% if paid %}Thanks.\n")
    done = sendcheck("variables", "broken.j2", "letter.txt.j2", cwd=letter.parent)
    assert done.returncode == 1
    assert "broken.j2:2:1: {% if paid %} is never closed" in done.stderr
    assert "paid" in done.stdout and "first_name" in done.stdout


def test_the_engine_that_is_named_counts(sendcheck: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Hi ${name}, {{ other }}\n")
    assert list(listed(sendcheck, "a.txt", "--engine", "dollar", cwd=tmp_path)) == ["name"]
    assert list(listed(sendcheck, "a.txt", "--engine", "jinja", cwd=tmp_path)) == ["other"]


def test_names_from_templates_are_shown_and_not_obeyed(sendcheck: Run, tmp_path: Path) -> None:
    (tmp_path / "a.mustache").write_text("{{#if}}{{a\x1b[31mb}}{{/if}}{% \u202e %}\n", "utf-8")
    for form in ("text", "json"):
        done = sendcheck("variables", "a.mustache", "--format", form, cwd=tmp_path)
        assert "\x1b" not in done.stdout + done.stderr and "\u202e" not in done.stdout
