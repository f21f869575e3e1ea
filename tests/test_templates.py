"""Templates: planted faults at their very places, stand-ins that no rule trips over, readings, partials, sample data, bad input."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sendcheck.pipeline.engine import Engine, Job
from sendcheck.pipeline.registry import load
from sendcheck.pipeline.report import Finding, MailReport
from sendcheck.pipeline.templates import template_job
from sendcheck.reading.templates.detect import engine_of, format_of
from sendcheck.reading.templates.model import Settings, Type
from sendcheck.reading.templates.read import read_template
from sendcheck.reading.templates.standins import guess
from sendcheck.testing import config_of
from tests.conftest import ROOT, Run

PLANTED: list[dict[str, Any]] = yaml.safe_load((ROOT / "tests" / "templates" / "planted.yaml").read_text("utf-8"))
SYNTAXES = (".j2", ".njk", ".twig", ".liquid", ".hbs", ".mustache", ".mjml", ".md", ".po", ".yml", ".json", ".properties", ".eml", ".txt", ".erb")


def check(
    tmp_path: Path, name: str, text: str, beside: dict[str, str] | None = None, keys: dict[str, Any] | None = None, config: dict[str, Any] | None = None
) -> MailReport:
    """The report of a template that lies in a folder of its own."""
    for other, content in {**(beside or {}), name: text}.items():
        path = tmp_path / other
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8", newline="")
    settings = config_of({"template": text, "name": name, "templates": keys or {}, "config": config or {}}, tmp_path)
    job = Job(name, (tmp_path / name).read_bytes(), template=template_job(settings, tmp_path / name, root=tmp_path))
    report = Engine(load(), settings).check(job)
    assert not [f.message for f in report.findings if f.rule == "check-crashed"]
    return report


def found(report: MailReport, rule: str) -> list[Finding]:
    return [f for f in report.findings if f.rule == rule]


def texts(name: str, text: str, **settings: Any) -> list[str]:
    """The text of every reading, tags as written."""
    return [t.as_written(m.texts[0].view.text) for m, t in read_template(text.encode(), name, Settings(**settings))]


def test_fifty_faults_and_more_in_every_syntax() -> None:
    assert len(PLANTED) >= 50
    for ending in SYNTAXES:
        assert any(ending in entry["file"] for entry in PLANTED), ending
    kinds = {"spelling", "promise-absolute", "template-variable", "template-locales", "template-fixed-date", "template-recipient", "template-syntax"}
    assert kinds <= {entry["rule"] for entry in PLANTED}


@pytest.mark.parametrize("entry", PLANTED, ids=lambda e: f"{e['rule']}-{e['file']}")
def test_a_planted_fault_is_found_at_its_place(entry: dict[str, Any], tmp_path: Path) -> None:
    marked = entry["text"]
    if "only" in entry:  # of several marks the one with this word
        marked = re.sub(r"⟦(?!" + entry["only"] + r")(.*?)⟧", r"\1", marked)
    text = marked.replace("⟦", "").replace("⟧", "")
    start, end = marked.index("⟦"), marked.index("⟧") - 1
    report = check(tmp_path, entry["file"], text, entry.get("beside"), entry.get("keys"))
    places = [(p.line, p.column, p.end_line, p.end_column) for f in found(report, entry["rule"]) for p in (f.where, *f.also)]
    wanted = (*_line_column(text, start), *_line_column(text, end))
    # How many words around them a model marks is its own matter.
    by_acts = load().rules[entry["rule"]].by_acts and any(p[:2] <= wanted[2:] and wanted[:2] <= p[2:] for p in places if p[0] is not None)
    assert wanted in places or by_acts, (places, wanted, [(f.rule, f.message) for f in report.findings])


def _line_column(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - (text.rfind("\n", 0, offset) + 1) + 1


CLEAN = {
    "a.txt.j2": "Hi {{ name }},\n\n{% if n == 1 %}your order has{% else %}your {{ n }} orders have{% endif %} left our house {{ weekday }} {{ date }}. You owe {{ total }} {{ currency }}.\n\n{{ sender_name }}\n",
    "b.html.hbs": '<p>Hi {{name}}{{suffix}},</p>\n{{#each items}}<li><a href="{{url}}">{{title}}</a> {{price}}</li>{{/each}}\n<p>See <a href="https://{{host}}/x?{{q}}">{{host}}</a>. {{{body}}}</p>\n',
    "c.liquid": "Hei {{ navn }},\n\nvi har fått {{ antall }} brev fra deg, og svarer innen {{ frist }}. {{ tekst }}\n",
    "d.mustache": "{{greeting}} {{first}} {{last}}!\n\n{{user}}'s code: {{code}} ({{code}})\n",
    "e.mjml": '<mjml><mj-body><mj-section><mj-column><mj-text>Hi {{name}}, {{name}}!</mj-text><mj-button href="{{link}}">Open {{title}}</mj-button></mj-column></mj-section></mj-body></mjml>\n',
    "f.txt": "{% load i18n %}{% autoescape off %}{% blocktrans with site=s.name %}Hello from {{ site }}! {{ user_display }} gave us your address.{% endblocktrans %}{% endautoescape %}\n",
    "g.eml": "From: {{ from_name }} <{{ from }}>\nTo: {{ to }}\nSubject: Your order {{ number }}\nDate: {{ date }}\n\nHi {{ name }},\n\nyour order is ready.\n",
    "h.md": "---\nsubject: Your order {{ number }}\n---\n# Hello {{ name }}\n\nYour **{{ thing }}** is ready.\n",
    "i.txt.njk": "Hi {{ user.name | title }},\n\n{{ user.name }} {{ user.name }} asked for {{ count }} {{ count }}.\n",
}


@pytest.mark.parametrize("name", CLEAN)
def test_no_rule_trips_over_stand_ins(name: str, tmp_path: Path) -> None:
    report = check(tmp_path, name, CLEAN[name], keys={"engine": "django"} if name == "f.txt" else None)
    assert not [(f.rule, f.message, f.where.excerpt) for f in report.findings]


def test_both_branches_are_read_and_no_sentence_twice() -> None:
    text = "{% if paid %}Thank you.{% elif late %}Please pay now.{% else %}Please pay.{% endif %} Bye.\n"
    assert texts("a.j2", text) == ["Thank you. Bye.\n", "Please pay now. Bye.\n", "Please pay. Bye.\n"]


def test_conditions_that_ask_the_same_agree() -> None:
    text = "{{#paid}}Thanks.{{/paid}}{{^paid}}Please pay.{{/paid}} {{#paid}}Bye.{{/paid}}"
    assert texts("a.mustache", text) == ["Thanks. Bye.", "Please pay. "]
    assert texts("a.j2", "{% if a %}A{% endif %}{% if not a %}B{% endif %}") == ["A", "B"]


def test_a_condition_inside_a_branch_is_read_both_ways() -> None:
    ways = texts("a.j2", "{% if a %}A{% if b %}B{% else %}C{% endif %}{% else %}D{% if c %}E{% endif %}{% endif %}")
    assert {"AB", "AC", "DE", "D"} <= set(ways)


def test_many_branches_are_all_read() -> None:
    text = (
        "".join(f"{{% if a == {n} %}}Word{n}.{{% endif %}}" for n in range(30))
        + "{% if b == 1 %}x{% "
        + " %}x{% ".join(f"elif b == {n}" for n in range(2, 40))
        + " %}Last.{% endif %}"
    )
    ways = texts("a.j2", text)
    assert len(ways) <= 14
    assert all(any(f"Word{n}." in way for way in ways) for n in range(30))
    assert any("Last." in way for way in ways)


def test_hundreds_of_conditions_leave_no_branch_unread() -> None:
    text = "".join(f"{{% if a{n} %}}Yes{n}.{{% else %}}No{n}.{{% endif %}}" for n in range(600))
    ways = texts("a.j2", text)
    assert all(any(f"{word}{n}." in way for way in ways) for n in range(600) for word in ("Yes", "No"))


def test_loops_cases_and_plurals() -> None:
    assert texts("a.liquid", "{% case a %}{% when 1 %}One.{% when 2 %}Two.{% else %}Many.{% endcase %}") == ["One.", "Two.", "Many."]
    assert texts("a.j2", "{% for x in y %}{{ x }};{% else %}None.{% endfor %}") == ["{{ x }};", "None."]
    plural = "{% load i18n %}{% blocktrans count n=n %}One day.{% plural %}{{ n }} days.{% endblocktrans %}"
    assert texts("a.txt", plural, engine="django") == ["One day.", "{{ n }} days."]


def test_what_is_no_text_is_not_read() -> None:
    assert texts("a.j2", "{# no #}A{% raw %}{{ b }}{% endraw %}{% set x %}no{% endset %}") == ["A{{ b }}"]
    assert texts("a.hbs", "{{!-- no {{x}} --}}A{{! no }}") == ["A"]
    assert texts("a.liquid", "{% comment %}no {% if %}{% endcomment %}A") == ["A"]
    assert texts("a.md", "A <!-- no\nno --> B", engine="jinja") == ["A  B"]
    assert texts("a.hbs", "A\n{{#if x}}\nB\n{{/if}}\nC\n")[0] == "A\nB\nC\n"  # lines with nothing but tags leave no blank line


def test_catalogues_read_every_plural() -> None:
    (way,) = texts("en.json", '{"n": "You have {count, plural, one {# day} other {# days}} left, <b>{name}</b>."}')
    assert "You have # day left, {name}." in way and "# days left" in way


def test_layouts_and_partials_are_followed(tmp_path: Path) -> None:
    beside = {
        "layouts/base.html.j2": "<h1>Tallmo</h1>{% block body %}{% endblock %}{% include 'parts/foot.html.j2' %}",
        "parts/foot.html.j2": "<p>We are sorry for the trouble. We will call you by Friday.</p>",
    }
    text = "{% extends 'layouts/base.html.j2' %}{% block body %}<p>Your order is late.</p>{% endblock %}"
    report = check(tmp_path, "late.html.j2", text, beside, {"profile": "incident"})
    assert not found(report, "apology-missing") and not found(report, "template-syntax")
    bare = check(tmp_path, "bare.html.j2", "<p>Your order is late.</p>", None, {"profile": "incident"})
    assert {"apology-missing", "plan-missing", "next-update-missing"} <= {f.rule for f in bare.findings}


def test_a_parent_block_is_kept_where_it_is_called(tmp_path: Path) -> None:
    beside = {"base.j2": "{% block a %}Old.{% endblock %}"}
    for name, content in {**beside, "new.j2": "{% extends 'base.j2' %}{% block a %}{{ super() }} New.{% endblock %}"}.items():
        (tmp_path / name).write_text(content)
    path = tmp_path / "new.j2"
    ((message, _template),) = read_template(path.read_bytes(), "new.j2", Settings(root=str(tmp_path)), path)
    assert message.texts[0].view.text == "Old. New."


def test_a_fault_in_a_partial_is_placed_there(tmp_path: Path) -> None:
    beside = {"foot.j2": "Kind regards,\nwe must must not fail.\n"}
    report = check(tmp_path, "a.j2", "Hi {{ name }},\n\n{% include 'foot.j2' %}\n", beside)
    (finding,) = found(report, "repeated-word")
    assert (finding.where.file, finding.where.line, finding.where.column) == ("foot.j2", 2, 4)


def test_a_partial_is_reported_once_where_it_is_checked_itself(sendcheck: Run, tmp_path: Path) -> None:
    (tmp_path / "foot.j2").write_text("We must must not fail.\n")
    (tmp_path / "a.j2").write_text("Hi {{ name }},\n{% include 'foot.j2' %}\n")
    done = sendcheck("check", ".", "--format", "json", cwd=tmp_path)
    places = [(m["source"], f["rule"]) for m in json.loads(done.stdout)["mails"] for f in m["findings"] if f["rule"] == "repeated-word"]
    assert places == [("foot.j2", "repeated-word")]


def test_what_is_missing_only_in_one_branch_says_so(tmp_path: Path) -> None:
    text = "Hi {{ name }},\n\nyour site was down.{% if ours %} We are sorry. We will call you by Friday at noon.{% endif %}\n"
    report = check(tmp_path, "a.j2", text, None, {"profile": "incident"})
    (finding,) = found(report, "apology-missing")
    assert "{% if ours %} does not hold" in finding.message


def test_excerpts_show_the_tag_and_not_what_stands_for_it(tmp_path: Path) -> None:
    report = check(tmp_path, "a.j2", "Hi {{ name }},\n\nwe guarantee that {{ product }} never fails.\n")
    (finding,) = found(report, "promise-absolute")
    assert "{{ product }}" in finding.where.context
    shown = json.dumps([finding.message, finding.suggestion, finding.where.excerpt, finding.where.context])
    assert not re.search(r"Quenvara|Sorvanto|Velmira", shown)


def test_the_subject_is_found(tmp_path: Path) -> None:
    report = check(tmp_path, "welcome_message.txt", "Hi.\n", {"welcome_subject.txt": "Prices for 2026\n"}, {"engine": "django"})
    (finding,) = found(report, "template-fixed-date")
    assert (finding.where.part, finding.where.file, finding.where.column) == ("subject", "welcome_subject.txt", 12)
    empty = check(tmp_path, "a.md", "---\nsubject:\n---\nHi {{ name }}, it is ready.\n")
    assert found(empty, "subject-missing")
    unknown = check(tmp_path, "b.j2", "Hi {{ name }}, it is ready.\n")
    assert not found(unknown, "subject-missing") and any(e.rule == "subject-missing" for e in unknown.not_run)
    given = check(tmp_path, "c.txt", "Hi.\n", None, {"subject": "Prices for 2026"})
    assert found(given, "template-fixed-date")


def test_sample_data_fills_the_mail(tmp_path: Path) -> None:
    text = "Hi {{ first_name }},\n\n{% if items %}{% for i in items %}{{ i.title }} costs {{ i.price }}.\n{% endfor %}{% endif %}\n"
    beside = {"a.data.json": json.dumps({"first_name": "", "items": [{"title": "The the book", "price": 5}]})}
    report = check(tmp_path, "a.j2", text, beside)
    assert found(report, "repeated-word"), "what the data says is read"
    assert found(report, "placeholder-left"), "“Hi ,”"
    good = check(tmp_path, "b.j2", text, {"b.data.json": json.dumps({"first_name": "Kari", "items": []})})
    assert not good.findings
    broken = check(tmp_path, "c.j2", "Hi {{ name }}.\n", {"c.data.json": "{"})
    assert any("c.data.json was not used" in f.message for f in found(broken, "mail-unreadable"))


def test_comments_allow_what_stands_below_them(tmp_path: Path) -> None:
    cases = {
        "a.j2": "{# sendcheck: allow repeated-word a quotation #}\nthe the order\n",
        "b.html.hbs": "<p>Hi</p>\n<!-- sendcheck: allow repeated-word a quotation -->\n<p>the the order</p>\n",
        "c.hbs": "{{! sendcheck: allow repeated-word a quotation }}\nthe the order\n",
        "d.liquid": "{% comment %}sendcheck: allow repeated-word a quotation{% endcomment %}\nthe the order\n",
        "en.yml": "en:\n  # sendcheck: allow repeated-word a quotation\n  a: the the order\n",
        "m_en.properties": "# sendcheck: allow repeated-word a quotation\na = the the order\n",
        "en/x.po": '# sendcheck: allow repeated-word a quotation\nmsgid "x"\nmsgstr "the the order"\n',
        "f.mjml": "<mjml><mj-body><mj-section><mj-column><!-- sendcheck: allow repeated-word a quotation -->\n<mj-text>the the order</mj-text></mj-column></mj-section></mj-body></mjml>\n",
        "g.md": "---\nsubject: Hi\n# sendcheck: allow-file repeated-word a quotation\n---\nHi {{ name }}.\n\nthe the order\n",
        "mails.json": '{"//": "sendcheck: allow repeated-word a quotation",\n "a": "the the order"}\n',
        "h.j2": "the the order {# sendcheck: allow repeated-word a quotation #}\n",
    }
    for name, text in cases.items():
        report = check(tmp_path, name, text)
        assert not found(report, "repeated-word"), name
        assert [s.reason for s in report.suppressed] == ["a quotation"], name


def test_a_form_feed_is_no_line(tmp_path: Path) -> None:
    """Comments and findings count lines alike, whatever else Python splits lines at."""
    text = "Hi {{ name }},\x0c\u2028\n\n{# sendcheck: allow repeated-word a quotation #}\nthe the order\n"
    report = check(tmp_path, "a.j2", text)
    assert not found(report, "repeated-word") and not report.unmatched


def test_a_message_called_message_is_one_like_others(tmp_path: Path) -> None:
    report = check(tmp_path, "m_nb.properties", "message = Hei {1}\n", {"m_en.properties": "message = Hi {0}\n"})
    assert {f.message for f in found(report, "template-locales")} == {
        "in “message” the variable “{1}” is not in m_en.properties",
        "in “message” the variable “{0}” of m_en.properties is missing",
    }


def test_a_comment_allows_its_place_and_no_other(tmp_path: Path) -> None:
    text = "Hi {{ name }},\n\nsee [INSERT DATE].\n\n{# sendcheck: allow placeholder-left shown as an example #}\nLike [INSERT DATE].\n\nAnd [INSERT DATE].\n"
    report = check(tmp_path, "a.j2", text)
    (finding,) = found(report, "placeholder-left")
    assert [p.line for p in (finding.where, *finding.also)] == [3, 8]
    assert [s.reason for s in report.suppressed] == ["shown as an example"] and not report.unmatched


def test_comments_allow_nothing_else(tmp_path: Path) -> None:
    report = check(tmp_path, "a.j2", "{# sendcheck: allow repeated-word a quotation #}\nfine\n\nthe the order\n")
    assert found(report, "repeated-word") and report.unmatched
    report = check(tmp_path, "b.j2", "{# sendcheck: allow repeated-word #}\nthe the order\n")
    assert found(report, "repeated-word") and any("needs a reason" in n for n in report.notices)
    report = check(tmp_path, "c.j2", "{# sendcheck: allow repeated-wrod x #}\nthe the order\n")
    assert any("did you mean repeated-word" in n for n in report.notices)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("first_name", Type.NAME), ("user.email", Type.EMAIL), ("order.dueDate", Type.DATE), ("created_at", Type.DATE), ("order.total", Type.NUMBER),
        ("fornavn", Type.NAME), ("saksbehandler", Type.COLLEAGUE), ("agent.name", Type.COLLEAGUE), ("action_url", Type.URL), ("fritekst", Type.TEXT), ("thing", Type.UNKNOWN),
    ],
)  # fmt: skip
def test_types_are_told_by_names(path: str, kind: Type) -> None:
    assert guess(path) is kind


# -- bad input -----------------------------------------------------------------


def test_a_folder_of_bad_templates(sendcheck: Run, tmp_path: Path) -> None:
    (tmp_path / "good.j2").write_text("Hi {{ name }}, your order is ready.\n")
    (tmp_path / "binary.j2").write_bytes(b"\x00\x01\x02" * 100)
    (tmp_path / "latin.j2").write_bytes("Hei på deg, {{ navn }}. Vi ønsker lykke til.\n".encode("latin-1"))
    (tmp_path / "broken.j2").write_text("{% if %}\n")
    (tmp_path / "empty.j2").write_text("")
    (tmp_path / "one.j2").write_text("{% include 'two.j2' %}Hi {{ name }}.\n")
    (tmp_path / "two.j2").write_text("{% include 'one.j2' %}Bye {{ name }}.\n")
    (tmp_path / "loop.j2").symlink_to(tmp_path / "loop.j2")
    (tmp_path / "again").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    (tmp_path / "huge.j2").write_text("Hi {{ name }}, it is ready.\n" * 200_000)
    done = sendcheck("check", ".", "--format", "json", cwd=tmp_path)
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert "binary.j2 is not a template: it holds binary data" in done.stderr
    assert "loop.j2 is a link that leads nowhere, or in a circle" in done.stderr
    assert "picture.png" in done.stderr
    reports = {m["source"]: m for m in json.loads(done.stdout)["mails"]}
    assert set(reports) == {"good.j2", "latin.j2", "broken.j2", "empty.j2", "one.j2", "two.j2", "huge.j2"}
    assert reports["good.j2"]["verdict"] == "pass" and reports["empty.j2"]["verdict"] == "pass"
    said = {name: [(f["rule"], f["message"]) for f in m["findings"]] for name, m in reports.items()}
    assert any(r == "mail-unreadable" and "not UTF-8" in m for r, m in said["latin.j2"])
    assert any(r == "template-syntax" for r, _m in said["broken.j2"])
    assert any(r == "template-syntax" and "draws itself in" in m for r, m in said["one.j2"])
    assert any(r == "mail-truncated" for r, _m in said["huge.j2"])


def test_an_unknown_engine_is_named(sendcheck: Run, tmp_path: Path) -> None:
    (tmp_path / "sendcheck.toml").write_text('[[templates]]\nglob = "*.txt"\nengine = "jinga"\n')
    (tmp_path / "a.txt").write_text("Hi\n")
    done = sendcheck("check", "a.txt", cwd=tmp_path)
    assert done.returncode == 2 and "sendcheck.toml:3" in done.stderr and "did you mean jinja" in done.stderr


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("glob = 3", "must be a string or a list"), ("globb = 'x'", "did you mean glob"), ("glob = '*'\nprofile = 'incidnt'", "did you mean incident"),
        ("glob = '*'\ncontext = 'x'", "file:PATH"), ("glob = '*'\ncontext = 'file:none.json'", "cannot be used"), ("glob = '*'\ndata = 'none.json'", "no sample data"),
        ("glob = '*'\n[templates.context]\na = 'nme'", "did you mean name"), ("engine = 'jinja'", "lacks its glob"),
    ],
)  # fmt: skip
def test_wrong_template_settings(sendcheck: Run, tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / "sendcheck.toml").write_text(f"[[templates]]\n{line}\n")
    done = sendcheck("check", "-", cwd=tmp_path, stdin=b"Subject: x\n\nHi\n")
    assert done.returncode == 2 and said in done.stderr and "Traceback" not in done.stderr


def test_a_template_never_reads_outside_its_project(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("the the secret\n")
    report = check(tmp_path / "in", "a.j2", "{% include '../secret.txt' %}{% include '/etc/passwd' %}Hi {{ name }}.\n")
    assert not found(report, "repeated-word")
    assert len(found(report, "template-syntax")) == 2


def test_a_hostile_template_takes_no_time(tmp_path: Path) -> None:
    for text in ("{{" * 20_000, "{%" * 20_000, "{% if a %}" * 5_000, "{{#a}}" * 5_000, "${" * 20_000, "{" * 20_000, '{{ "' * 10_000, "<!--" * 20_000):
        for name in ("a.j2", "a.hbs", "a.liquid", "en.json", "a.mjml"):
            (tmp_path / name).write_text(text)
            read_template(text.encode(), name, Settings(), tmp_path / name)


def test_rules_about_mails_are_not_asked_of_templates(sendcheck: Run, tmp_path: Path, good: Path) -> None:
    (tmp_path / "a.j2").write_text("Hi {{ name }}.\n")
    done = sendcheck("check", "a.j2", "--select", "cc-leak", cwd=tmp_path)
    assert done.returncode == 3 and "it is about a mail" in done.stdout
    assert sendcheck("check", str(good), "--select", "template-syntax").returncode == 3
    assert sendcheck("check", "a.j2", "--select", "cc-leak", "--select", "template-syntax", cwd=tmp_path).returncode == 0


def test_the_same_run_gives_the_same_bytes(sendcheck: Run, tmp_path: Path) -> None:
    for entry in PLANTED[:40]:
        path = tmp_path / "in" / entry["rule"] / entry["file"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(entry["text"].replace("⟦", "").replace("⟧", ""))
    kinds = ("json", "sarif", "junit", "gitlab", "github", "text")
    for run, more in (("one", []), ("two", ["--jobs", "2"])):
        (tmp_path / run).mkdir()
        outputs = [argument for kind in kinds for argument in ("--format", kind, "--output", f"{run}/{kind}")]
        assert sendcheck("check", "in", *outputs, *more, cwd=tmp_path).returncode == 1
    for kind in kinds:
        assert (tmp_path / "one" / kind).read_bytes() == (tmp_path / "two" / kind).read_bytes() != b""


def test_without_an_engines_parser_the_report_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    for module in ("liquid", "django", "django.conf", "django.template"):
        monkeypatch.setitem(sys.modules, module, None)
    for name, keys in (("a.liquid", {}), ("a.txt", {"engine": "django"})):
        report = check(tmp_path, name, "Hi {{ name }},\n{% if a %}x\n", None, keys)
        assert any(e.rule == "template-syntax" and "sendcheck[templates]" in e.reason for e in report.not_run)
        assert found(report, "template-syntax"), "the structure of tags is looked at all the same"


ENGINES = ("jinja", "django", "liquid", "handlebars", "mustache", "twig", "nunjucks", "dollar", "erb", "text")
PIECES = st.sampled_from(
    ["{{ a }}", "{{", "}}", "{% if a %}", "{% else %}", "{% endif %}", "{% for x in y %}", "{% endfor %}", "{#", "#}", "{{#a}}", "{{/a}}", "{{^a}}", "{{> b}}", "{{!--", "--}}", "${a(", ")}",
     "<p>", "</p>", "<!--", "-->", "\n", "\r\n", " ", "Hei på deg", "the the", '"', "'", "{% raw %}", "{% endraw %}", "\u2028", "\ud800", "{a, plural, one {x}", "---\n", "%", "<mj-text>", "\\"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES | st.text(max_size=6), max_size=30), st.sampled_from(ENGINES), st.sampled_from(["a.txt", "a.html", "a.md", "a.mjml", "a.eml"]))
def test_any_source_is_read_and_every_place_lies_in_it(pieces: list[str], engine: str, name: str) -> None:
    raw = "".join(pieces).encode("utf-8", "surrogatepass")
    for message, template in read_template(raw, name, Settings(engine=engine)):
        lines = template.file.text.count("\n") + template.file.text.count("\r") + 2
        for part in message.texts:
            for offset in range(0, len(part.view.text) + 1, 3):
                place = part.view.locate(offset)
                assert place is None or (1 <= place[0] <= lines and place[1] >= 1)
        for fault in template.faults:
            assert 0 <= fault.spot.start <= fault.spot.end <= len(fault.spot.file.text)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        PIECES | st.text(max_size=6) | st.sampled_from(['msgid "a"\n', 'msgstr "b"\n', "a: ", "- ", "{", "}", '"a":', "[", "]", ",", "a = b\n"]), max_size=25
    ),
    st.sampled_from(["en.json", "en.yml", "en.po", "m_en.properties"]),
)
def test_any_catalogue_is_read(pieces: list[str], name: str) -> None:
    for message, template in read_template("".join(pieces).encode("utf-8", "surrogatepass"), name, Settings()):
        for part in message.texts:
            part.view.locate(len(part.view.text) // 2)
        assert all(v.spot.start <= v.spot.end for v in template.variables)


def test_the_python_interface_takes_a_template(tmp_path: Path, home: Path) -> None:
    import sendcheck

    path = tmp_path / "a.j2"
    path.write_text("Hi {{ name }}, we we are here.\n")
    report = sendcheck.check(path)
    assert report.mails[0].template == "jinja" and [f.rule for f in report.findings] == ["repeated-word"]


@pytest.mark.parametrize(
    ("name", "text", "engine", "kind"),
    [
        ("a.html.j2", "x", "jinja", "html"), ("a.html", "{% load i18n %}x", "django", "html"), ("a.txt", "{% assign a = 1 %}x", "liquid", "text"),
        ("a.html", "{{#if a}}x{{else if b}}y{{/if}}", "handlebars", "html"), ("a.html", "{{#a}}x{{/a}}", "mustache", "html"), ("a.txt", "{{ a|title }}", "jinja", "text"),
        ("a.txt", "Hi {{name}}", "mustache", "text"), ("a.txt", "Hi ${name}", "dollar", "text"), ("a.txt", "Hi <%= name %>", "erb", "text"), ("a.txt", "Hi *|NAME|*", "text", "text"),
        ("a.twig", "x", "twig", "text"), ("a.njk", "<p>x</p>", "nunjucks", "html"), ("a.mjml", "<mjml></mjml>", "text", "mjml"), ("a.md.hbs", "x", "handlebars", "markdown"),
        ("nb.yml", "x: y", "message", "yaml"), ("a.po", "", "message", "po"), ("a.txt", "Subject: Hi\nTo: {{ a }}\n\nHi", "mustache", "mail"), ("a.eml", "x", "text", "mail"),
    ],
)  # fmt: skip
def test_engine_and_format_are_told_by_name_and_content(name: str, text: str, engine: str, kind: str) -> None:
    found = format_of(name, text)
    assert (engine_of(name, text, found), found.value) == (engine, kind)
