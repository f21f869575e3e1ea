"""The harness for a check's cases: `<slug>.cases.yaml` beside its code. For sendcheck's own checks and anyone's.

A file has two lists, ``fires`` and ``silent``; a case is a mapping:

``own``/``html`` text of the mail, or ``mail`` the whole of it; ``from``, ``to``, ``cc``, ``bcc``, ``subject``,
``date``, ``headers``, ``attachments`` (names); ``parent`` (a mail the same way); ``config`` (as in TOML);
``draft``, ``envelope``; ``lang`` (asked of rules that read text);
``faults``: what a grammar checker says of the text, each with ``words`` (as they stand there), ``rule``, ``category`` and ``instead`` (a list);
``history``: mails that were sent before, written the same way, each ``times`` over (on the days before), by the sender or by ``mine``;
``pair`` (a firing and a silent case that share it differ in one word). A template instead of a mail: ``template`` its text, ``name`` its file's
name, ``files`` (name to text) what lies beside it, ``templates`` the keys of its ``[[templates]]``. What is expected of a firing case: ``excerpt``,
``severity``, ``message`` (a piece of it), ``line``, ``column``, ``count``; of a silent one: ``not_run``. ``misread: true``: the model of acts reads it wrongly
today; the case fails as soon as it does not.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from typing import Any

from sendcheck.config.config import Config
from sendcheck.config.load import load_config
from sendcheck.pipeline.engine import Engine, Job
from sendcheck.pipeline.judge import Selection
from sendcheck.pipeline.registry import load
from sendcheck.pipeline.report import Finding, MailReport
from sendcheck.pipeline.templates import template_job
from sendcheck.reading.message import read_message
from sendcheck.understanding.proofreading import Fault

_DEFAULTS = {
    "from": "Ola Nordmann <ola@inside.example>",
    "to": "Kari Holm <kari.holm@nordbank.example>",
    "subject": "The plan",
    "date": "Mon, 04 May 2026 10:12:00 +0200",
}
_TEMPLATE = "case.txt"
_KEYS = {
    "own", "html", "mail", "from", "to", "cc", "bcc", "subject", "date", "headers", "attachments", "parent", "config", "draft", "envelope",
    "lang", "excerpt", "severity", "message", "line", "column", "count", "not_run", "profile", "pair", "template", "name", "files", "templates",
    "history", "times", "mine", "faults", "misread",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """One case of one rule. ``str()`` names it for pytest."""

    rule: str
    fires: bool
    number: int
    data: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.rule}-{'fires' if self.fires else 'silent'}-{self.number}"

    @property
    def lang(self) -> str | None:
        """The language the case is written in, if it says."""
        value = self.data.get("lang")
        return str(value) if value else None


def load_cases(folder: Path) -> list[Case]:
    """All cases of the ``*.cases.yaml`` files in a check's folder. Raises ValueError for keys nobody reads."""
    import yaml

    cases: list[Case] = []
    for path in sorted(folder.glob("*.cases.yaml")):
        rule = path.name.removesuffix(".cases.yaml")
        data = yaml.safe_load(path.read_text("utf-8"))
        for kind in ("fires", "silent"):
            for number, entry in enumerate(data.get(kind) or [], 1):
                wrong = set(entry) - _KEYS
                if wrong:
                    raise ValueError(f"{path.name}, {kind} {number}: unknown keys {sorted(wrong)}")
                cases.append(Case(rule, kind == "fires", number, entry))
    return cases


def build(data: dict[str, Any]) -> bytes:
    """The bytes of the mail a case describes."""
    if "mail" in data:
        return str(data["mail"]).encode()
    message = EmailMessage(policy=SMTP.clone(max_line_length=998, linesep="\n", utf8=True))
    for name in ("from", "to", "cc", "bcc", "subject", "date"):
        value = data.get(name, _DEFAULTS.get(name))
        if value:
            message[name.capitalize()] = value
    for name, value in (data.get("headers") or {}).items():
        message[name] = value
    own, html = data.get("own"), data.get("html")
    if own is not None or html is None:
        message.set_content(own or "", cte="8bit")
    if html is not None:
        if own is None:
            message.set_content(html, subtype="html", cte="8bit")
        else:
            message.add_alternative(html, subtype="html", cte="8bit")
    for name in data.get("attachments") or []:
        message.add_attachment(b"data", maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def config_of(data: dict[str, Any], folder: Path | None = None) -> Config:
    """The configuration of a case: the defaults, reserved domains allowed, and what the case sets. ``folder``: where it is written."""
    from sendcheck.config.example import toml_value

    lines: list[str] = []
    tables: list[str] = []
    for key, value in {"allow-reserved-domains": True, "history": "off", **(data.get("config") or {})}.items():
        if isinstance(value, dict):
            tables.append(f"[{key}]")
            tables += [f'"{name}" = {toml_value(inner)}' for name, inner in value.items()]
        else:
            lines.append(f"{key} = {toml_value(value)}")
    if "template" in data:
        tables += ["[[templates]]", f"glob = {toml_value(data.get('name', _TEMPLATE))}"]
        tables += [f"{name} = {toml_value(value)}" for name, value in (data.get("templates") or {}).items()]
    with tempfile.TemporaryDirectory() as made:
        path = (folder or Path(made)) / "case.toml"
        path.write_text("\n".join([*lines, *tables]), "utf-8")
        return load_config(load(), explicit=path)


def report_of(case: Case) -> MailReport:
    """Check the mail of a case with its rule selected."""
    data = case.data
    if "template" in data:
        return _template_report(case)
    if "history" in data:
        with tempfile.TemporaryDirectory() as made:
            path = Path(made) / "history.sqlite"
            learn(data, path)
            return _report(case, {**data, "config": {"history": str(path), **(data.get("config") or {})}})
    return _report(case, data)


def learn(data: dict[str, Any], path: Path) -> None:
    """The history of a case: each of its mails as often as it says, mingled evenly, on consecutive days that end before the case's own."""
    from sendcheck.history.learn import Learner

    senders = (read_message(build(entry)).address_list("from").addresses for entry in [data, *data["history"]])
    mine = [data["mine"]] if "mine" in data else [a.key for some in senders for a in some]
    spread = [((n + 0.5) / entry.get("times", 1), i) for i, entry in enumerate(data["history"]) for n in range(entry.get("times", 1))]
    counted = [data["history"][i] for _when, i in sorted(spread)]
    day = date_of(data) - timedelta(days=len(counted))
    with Learner(path, mine) as learner:
        learner.take_as_mine(mine)
        learner.add(build({"subject": f"Mail {n}", **entry, "date": format_datetime(day + timedelta(days=n))}) for n, entry in enumerate(counted))


def date_of(data: dict[str, Any]) -> datetime:
    """When a case's mail is sent."""
    return parsedate_to_datetime(str(data.get("date", _DEFAULTS["date"])))


def _report(case: Case, data: dict[str, Any]) -> MailReport:
    parent = data.get("parent")
    job = Job(
        "case.eml",
        build(data),
        parent=("parent.eml", build(parent if isinstance(parent, dict) else {"mail": parent})) if parent else None,
        draft=bool(data.get("draft")),
        envelope=tuple(data.get("envelope") or ()),
    )
    return _engine(case, config_of(data)).check(job)


def _engine(case: Case, config: Config) -> Engine:
    """The engine with a case's rule selected, and its proofreader."""
    said = case.data.get("faults")
    return Engine(load(), config, Selection((case.rule,)), case.data.get("profile"), proofreader=None if said is None else _Said(said))


@dataclass(frozen=True, slots=True)
class _Said:
    """A proofreader that says what a case tells it to, wherever the words stand."""

    said: list[dict[str, Any]]
    why_not: str = ""

    def faults(self, text: str, language: str) -> tuple[Fault, ...]:
        """The case's faults, found in the text."""
        found = [(text.find(f["words"]), f) for f in self.said]
        return tuple(
            Fault(at, at + len(f["words"]), f.get("message", "a fault"), tuple(f.get("instead", ())), f["rule"], f.get("category", "GRAMMAR"))
            for at, f in sorted(found, key=lambda pair: pair[0])
            if at >= 0
        )


def _template_report(case: Case) -> MailReport:
    """Check the template of a case, in a folder of its own with the files it names."""
    data = case.data
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made).resolve()
        name = data.get("name", _TEMPLATE)
        for other, text in {**(data.get("files") or {}), name: data["template"]}.items():
            path = folder / other
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8", newline="")
        config = config_of(data, folder)
        job = Job(name, (folder / name).read_bytes(), template=template_job(config, folder / name))
        return _engine(case, config).check(job)


def run_case(case: Case) -> None:
    """Assert that a case does what it says; of one that the model of acts is known to misread, that it still does."""
    if not case.data.get("misread"):
        _run_case(case)
        return
    try:
        _run_case(case)
    except AssertionError:
        return
    raise AssertionError("it is read rightly now: take its “misread” away")


def _run_case(case: Case) -> None:
    report = report_of(case)
    crashed = [f.message for f in report.findings if f.rule == "check-crashed" and case.rule != "check-crashed"]
    assert not crashed, crashed
    found: list[Finding] = [f for f in report.findings if f.rule == case.rule]
    data = case.data
    if not case.fires:
        assert not found, [(f.message, f.where.excerpt) for f in found]
        if "not_run" in data:
            assert any(e.rule == case.rule for e in report.not_run) == bool(data["not_run"]), report.not_run
        return
    assert found, f"{case.rule} did not fire"
    if "excerpt" in data:
        excerpts = [p.excerpt for f in found for p in (f.where, *f.also)]
        meant = str(data["excerpt"])
        by_acts = load().rules[case.rule].by_acts  # whose words a model marks: they need only hold those meant
        assert meant in excerpts or (by_acts and any(meant in e or e in meant for e in excerpts)), excerpts
    if "severity" in data:
        assert any(f.severity.value == data["severity"] for f in found), [f.severity for f in found]
    if "message" in data:
        assert any(data["message"] in f.message for f in found), [f.message for f in found]
    if "line" in data:
        assert data["line"] in [f.where.line for f in found], [f.where.line for f in found]
    if "column" in data:
        assert data["column"] in [f.where.column for f in found], [f.where.column for f in found]
    if "count" in data:
        assert len(found) == data["count"], [f.where.excerpt for f in found]
