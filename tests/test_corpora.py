"""Real and malformed mails of the corpora: never a traceback, never the deadline. They are not part of the project (see docs/quality.md)."""

from __future__ import annotations

import pytest

from sendcheck.pipeline.engine import Job
from sendcheck.pipeline.supervisor import Supervisor
from tests.conftest import require
from tests.quality import apologies, replies
from tests.quality.corpora import find_data, raw_mails
from tests.quality.engines import engine
from tests.quality.measure import Quotes, alarms, allen, fixture_quotes, quagga_quotes

pytestmark = pytest.mark.corpus


@pytest.fixture(autouse=True)
def data() -> None:
    require(find_data() is not None, "the folder of corpora (SENDCHECK_DATA, or shared/data beside the project)")


def test_no_mail_crashes_or_reaches_the_deadline() -> None:
    stopped = [r.source for r in Supervisor(engine(), 2).run(Job(m.id, m.raw) for m in raw_mails()) if any(f.rule == "check-crashed" for f in r.findings)]
    assert not stopped


@pytest.mark.parametrize("name", ["quagga", "talon_fixtures", "mail_parser_reply"])
def test_own_text_is_not_taken_for_a_quote(name: str) -> None:
    found: Quotes = quagga_quotes() if name == "quagga" else fixture_quotes(name)
    assert found.own > 50
    assert len(found.wrong) <= 0.005 * found.own, found.wrong
    assert found.missed <= 0.2 * found.quoted, "quotes are found, too"


def test_ordinary_mail_is_let_through() -> None:
    """The budget counts what fires without cause (docs/quality.md, judged); this keeps the whole from growing unnoticed."""
    found = alarms(allen())
    assert found.mails == 905
    assert found.failing <= 12, found.places


def test_answers_are_seen_and_missed() -> None:
    """Where a reply quotes a question and answers it below, nothing is said; with the answer cut out it is called open."""
    found = replies.measure()
    assert found.questions > 100
    assert found.silent >= 0.97 * found.questions, found.wrong
    assert found.cut_whole >= 0.70 * found.questions, found.missed


def test_apologies_agree_with_the_labels() -> None:
    right, total, wrong = apologies.measure()
    assert total == 300
    assert right >= 0.95 * total, wrong


def test_template_repositories_of_others_are_read_whole() -> None:
    from tests.quality import templates

    for name, found in templates.measure().items():
        assert found.files and not found.crashed and not found.unread, (name, found.crashed, found.unread)
        assert not found.own_syntax, (name, found.own_syntax)
        wrong = sum(
            n
            for (rule, severity), n in found.by_rule.items()
            if severity == "error" and rule not in {"placeholder-left", "template-locales", "template-recipient"}
        )
        assert wrong <= found.files / 50, (name, found.by_rule)
