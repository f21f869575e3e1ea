"""The HTML report: what it shows, that nothing in a mail can become HTML, and what a browser and axe-core say of it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from sendcheck.show.marks import Mark, marked
from tests.browser import Browser, browser
from tests.conftest import ROOT, Run

__all__ = ["browser"]
EXAMPLES = ROOT / "docs" / "examples"
HOSTILE = """From: Ola Nordmann <ola@tallmo.no>
To: Kari Holm <kari.holm@nordbank.no>, <per@fjord.no>, Åse <aase@tallmo.no>
Cc: "<script>alert(1)</script>" <x@fjord.no>
Subject: <img src=x onerror=alert(1)> & more {{x}}
Message-ID: <"><script>alert(3)</script>@x>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/html; charset=utf-8

<h1>The plan</h1><p>Dear <b>Kari {{first_name}}</b>, see <a href="javascript:alert(1)//http://localhost:8000/x">our page</a>.
&lt;script&gt;alert(2)&lt;/script&gt; <i>It was Jared who forgot to send it.</i> <img src="http://evil.example/pixel.png" alt="x"></p>
<ul><li>one</li><li>two</li></ul><div style="display:none">hidden {{y}}</div><div hidden>&lt;script&gt;alert(4)&lt;/script&gt;</div>
<style>body { background: url(http://evil.example/) }</style><script>alert(5)</script>
<blockquote type="cite">On Monday you wrote nothing.</blockquote>
--b
Content-Type: application/x-msdownload
Content-Disposition: attachment; filename="a<svg onload=alert(6)>.exe"; size=3000000

--b--
"""


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.opened: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in {"meta", "br", "link", "img"}:
            self.opened.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.opened or self.opened.pop() != tag:
            self.wrong.append(tag)


def tags(text: str) -> _Tags:
    parser = _Tags()
    parser.feed(text)
    parser.close()
    return parser


def report(sendcheck: Run, *arguments: str | Path, cwd: Path = EXAMPLES) -> str:
    done = sendcheck("check", *arguments, "--format", "html", cwd=cwd)
    assert done.returncode in {0, 1}, done.stderr
    return done.stdout


@pytest.fixture
def complaint(sendcheck: Run, tmp_path: Path) -> Path:
    path = tmp_path / "complaint.html"
    path.write_text(report(sendcheck, "mr-payne/reply.eml", "--parent", "mr-payne/complaint.eml"), "utf-8")
    return path


@pytest.fixture
def hostile(sendcheck: Run, tmp_path: Path) -> Path:
    (tmp_path / "hostile.eml").write_text(HOSTILE, "utf-8")
    path = tmp_path / "hostile.html"
    path.write_text(report(sendcheck, "hostile.eml", cwd=tmp_path), "utf-8")
    return path


@pytest.fixture
def many(sendcheck: Run, tmp_path: Path) -> Path:
    path = tmp_path / "many.html"
    mails = ["two-customers/reply.eml", "on-top-of-an-old-mail/mail.eml", "jared/rettet.eml", "mr-payne/mended.eml", "templates/failing/emails/outage.html.j2"]
    path.write_text(report(sendcheck, *mails), "utf-8")
    return path


def test_it_shows_the_mail_with_its_findings(complaint: Path) -> None:
    text = complaint.read_text("utf-8")
    parsed = tags(text)
    assert not parsed.wrong and not parsed.opened, "well formed"
    identities = [a["id"] for _t, a in parsed.found if a.get("id")]
    assert len(identities) == len(set(identities))
    targets = {str(a["href"])[1:] for t, a in parsed.found if t == "a" and a.get("href")}
    assert targets <= set(identities), "every link leads somewhere"
    assert re.search(r'<mark class="error[^"]*">should be added soon</mark>', text)
    assert "William Payne &lt;william.payne@stonebridge.example&gt;" in text and "stonebridge.example</b> outside" in text
    assert "What was asked, and what answers it" in text and "Not answered." in text and "Where is Eva" not in text


def test_nothing_is_loaded_and_nothing_runs(hostile: Path, complaint: Path, many: Path) -> None:
    for path in (hostile, complaint, many):
        parsed = tags(path.read_text("utf-8"))
        assert not {t for t, _a in parsed.found} & {"script", "img", "iframe", "object", "embed", "link", "form", "svg", "base"}
        assert not [a for _t, a in parsed.found if any(name.startswith("on") or name in {"src", "style"} for name in a)]
        assert all(str(a["href"]).startswith("#") for t, a in parsed.found if t == "a" and "href" in a)
        assert "url(" not in re.search(r"<style>(.*?)</style>", path.read_text("utf-8"), re.S).group(1)  # type: ignore[union-attr]


def test_an_html_mail_is_shown_as_it_is_read(hostile: Path) -> None:
    text = hostile.read_text("utf-8")
    assert "<strong>The plan</strong>" in text and "Older mail below" in text and "3.0 MB" in text
    assert re.search(r"<mark[^>]*><strong>\{\{first_name\}\}</strong></mark>", text)
    assert "Text in the HTML that no reader sees" in text and "hidden {{y}}" in text
    assert "&lt;img src=x onerror=alert(1)&gt;" in text


def test_the_same_mail_gives_the_same_bytes(sendcheck: Run) -> None:
    assert report(sendcheck, "jared/svar.eml") == report(sendcheck, "jared/svar.eml")


def test_many_mails_have_an_index(many: Path) -> None:
    text = many.read_text("utf-8")
    assert "5 mails: 3 fail, 2 pass" in text and 'href="#mail1"' in text
    assert 'id="mail3"' not in text, "a mail without findings is a line, not a page"


def test_a_good_mail_is_shown_whole(sendcheck: Run) -> None:
    text = report(sendcheck, "jared/rettet.eml")
    assert "Nothing to mend" in text and "Pass" in text


def test_text_beside_html(sendcheck: Run, tmp_path: Path) -> None:
    done = sendcheck("check", "mr-payne/reply.eml", "--format", "text", "--format", "html", "--output", "-", "--output", str(tmp_path / "r.html"), cwd=EXAMPLES)
    assert "Asked" not in done.stdout, "the table is asked for by --explain-answers"
    assert (tmp_path / "r.html").read_text("utf-8").startswith("<!doctype html>")


def test_marks_may_overlap_and_be_cut() -> None:
    def beside(number: int, end: bool) -> str:
        return f"{'/' if end else ''}{number};"

    text = "one two <three> four"
    assert marked(text, 0, 20, [Mark(0, 7, "a", 1), Mark(4, 15, "b", 2)], (), (), beside) == (
        '1;<mark class="a">one </mark>2;<mark class="a b">two</mark>/1;<mark class="b"> &lt;three&gt;</mark>/2; four'
    )
    assert marked(text, 4, 15, [Mark(0, 20, "a", 1)], [(4, 7, "strong")], [(8, 15, "x<y")], beside).startswith('1;<mark class="a"><strong>two</strong></mark>')
    assert "(x&lt;y)" in marked(text, 4, 15, [], (), [(8, 15, "x<y")], beside)
    assert marked("a\x00\x1b[31mb\u202ec", 0, 10, [], (), (), beside) == "a\\x00\\x1b[31mb\\u202ec"


# -- in a browser ------------------------------------------------------------


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_browser_and_axe_have_nothing_to_say(browser: Browser, complaint: Path, hostile: Path, many: Path, dark: bool) -> None:
    browser.dark(dark)
    for path in (complaint, hostile, many):
        for width in (1280, 400):
            browser.width(width)
            browser.open(path.as_uri())
            assert browser.axe() == [], (path.name, width)
            assert browser.console() == []
            wide = browser.driver.execute_script("return document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, f"{path.name} at {width} scrolls sideways"
    browser.dark(False)
    browser.width(1280)


def test_the_keyboard_is_enough(browser: Browser, complaint: Path) -> None:
    from selenium.webdriver.common.keys import Keys

    browser.open(complaint.as_uri())
    at = browser.tab_to("2")
    assert at.get_attribute("aria-label") == "finding 2, promise-undated"
    outline = browser.driver.execute_script("return getComputedStyle(arguments[0]).outlineStyle", at)
    assert outline == "solid", "one sees where one is"
    browser.press(Keys.ENTER)
    assert browser.driver.current_url.endswith("#f1-2")
    assert "promise-undated" in browser.text(":target")
    browser.tab_to(f"{complaint.as_uri()}#m1-2")
    browser.press(Keys.ENTER)
    assert browser.driver.current_url.endswith("#m1-2")


def test_it_is_in_colour_and_grouped(browser: Browser, many: Path) -> None:
    browser.open(many.as_uri())
    groups = browser.all("#mail1 .readers > li")
    assert [g.find_element("css selector", "b").text for g in groups] == ["Brisling Telecom", "Nordlys Mobil", "tallmo.example"]
    colours = [browser.driver.execute_script("return getComputedStyle(arguments[0]).borderLeftColor", g) for g in groups]
    assert len(set(colours)) == 3
    folded = browser.find("#mail2 details.trail")
    assert folded.get_attribute("open") is not None, "what a finding lies in is open"


def test_it_prints(browser: Browser, complaint: Path, tmp_path: Path) -> None:
    import base64

    browser.open(complaint.as_uri())
    pdf = base64.b64decode(browser.driver.execute_cdp_cmd("Page.printToPDF", {})["data"])
    assert pdf.startswith(b"%PDF") and len(pdf) > 5000
