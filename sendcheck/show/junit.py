"""JUnit XML: a suite for each mail or template, a case for each check; what XML cannot hold stands as visible escapes."""

from __future__ import annotations

from xml.etree import ElementTree

from sendcheck.escapes import clean
from sendcheck.pipeline.registry import Registry
from sendcheck.pipeline.report import MailReport, Report
from sendcheck.show.ci import Told, file_of, shown_path, told

_CRASHED = "check-crashed"


def as_junit(report: Report, registry: Registry, redact: bool | None = None, fail_on: str = "error") -> str:
    """Findings that fail the run are failures; milder ones stand in the case's output; a check that crashed or could not run is an error."""
    root = ElementTree.Element("testsuites", name="sendcheck")
    for mail in report.mails:
        _suite(root, mail, registry, list(told(mail, registry.rules, redact, fail_on)))
    for name in ("tests", "failures", "errors", "skipped"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _suite(root: ElementTree.Element, mail: MailReport, registry: Registry, found: list[Told]) -> None:
    name = clean(mail.source if mail.source == "-" or file_of(mail.source) != mail.source else shown_path(mail.source))
    suite = ElementTree.SubElement(root, "testsuite", name=name)
    counts = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)
    unrun = {e.rule: e.reason for e in mail.not_run if e.required}
    kind = "template" if mail.template else "mail"
    for check in registry.checks:
        if not any(rule.only in {"", kind} for rule in check.rules):
            continue
        slugs = {rule.slug for rule in check.rules}
        case = ElementTree.SubElement(suite, "testcase", classname=name, name=check.name)
        counts["tests"] += 1
        mild = []
        for finding in (f for f in found if f.rule in slugs):
            if finding.rule == _CRASHED:
                counts["errors"] += 1
                _told(case, "error", finding)
            elif finding.fails:
                counts["failures"] += 1
                _told(case, "failure", finding)
            else:
                mild.append(f"{finding.severity} {finding.rule} {finding.path}:{finding.line or 1}: {finding.message}")
        for slug in sorted(slugs & unrun.keys()):
            counts["errors"] += 1
            ElementTree.SubElement(case, "error", type=slug, message=_clean(f"not run: {unrun[slug]}"))
        if mild:
            ElementTree.SubElement(case, "system-out").text = _clean("\n".join(mild))
    for key, value in counts.items():
        suite.set(key, str(value))


def _told(case: ElementTree.Element, kind: str, found: Told) -> None:
    where = f"{found.path}:{found.line}:{found.column}" if found.line is not None else found.path
    element = ElementTree.SubElement(case, kind, type=found.rule, message=_clean(found.message.split("\n")[0]))
    element.text = _clean(f"{where}\n{found.message}")


def _clean(text: str) -> str:
    return "\n".join(clean(line) for line in text.split("\n"))
