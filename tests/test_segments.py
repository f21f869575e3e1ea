"""Own text, quotes, trails, forwards, signatures, disclaimers: in every style and language, and nothing lost."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sendcheck.reading.html import html_text
from sendcheck.understanding.segments import Kind, Segmented, segment


def kinds(text: str) -> list[tuple[str, str]]:
    return [(s.kind.value, text[s.start : s.end].strip()) for s in segment(text).segments if text[s.start : s.end].strip()]


def own(text: str) -> str:
    return "\n".join(t for kind, t in kinds(text) if kind == "own")


TRAILS = {
    "gmail en": "On Mon, 4 May 2026 at 10:12, Kari Holm <kari@x.no> wrote:\n\n> Hello\n> Kari\n",
    "gmail wrapped": "On Mon, May 4, 2026 at 10:12 AM Kari Aurora Holm-Andersen <kari.aurora@nordbank.no>\nwrote:\n\n> Hello\n",
    "gmail nb": "man. 4. mai 2026 kl. 10:12 skrev Kari Holm <kari@x.no>:\n\n> Hei\n",
    "gmail nb wrapped": "Den man. 4. mai 2026 kl. 10:12 skrev Kari Aurora Holm-Andersen <\nkari@x.no>:\n\n> Hei\n",
    "thunderbird nb": "Den 04.05.2026 10:12, skrev Kari Holm:\n> Hei\n> på deg\n",
    "apple nb": "4. mai 2026 kl. 10:12 skrev Kari Holm <kari@x.no>:\n\n> Hei\n",
    "nynorsk": "Den 4. mai 2026 kl. 10:12 skreiv Kari Holm <kari@x.no>:\n\n> Hei\n",
    "outlook en": "-----Original Message-----\nFrom: Kari Holm <kari@x.no>\nSent: Monday, May 4, 2026 10:12 AM\nTo: Ola <ola@y.no>\nSubject: Plan\n\nHello\n",
    "outlook en, no line": "From: Kari Holm <kari@x.no>\nSent: Monday, May 4, 2026 10:12 AM\nTo: Ola <ola@y.no>\nCc: Per <per@z.no>\nSubject: Plan\n\nHello\n",
    "outlook nb": "Fra: Kari Holm <kari@x.no>\nSendt: mandag 4. mai 2026 10:12\nTil: Ola <ola@y.no>\nKopi: Per <per@z.no>\nEmne: Plan\n\nHei\n",
    "outlook nb, line": "-----Opprinnelig melding-----\nFra: Kari Holm\nSendt: 4. mai 2026 10:12\nTil: Ola\nEmne: Plan\n\nHei\n",
    "outlook nn": "Frå: Kari Holm <kari@x.no>\nSendt: måndag 4. mai 2026 10:12\nTil: Ola <ola@y.no>\nEmne: Plan\n\nHei\n",
    "outlook bold": "*From:* Kari Holm <kari@x.no>\n*Sent:* Monday, May 4, 2026 10:12 AM\n*To:* Ola <ola@y.no>\n*Subject:* Plan\n\nHello\n",
    "no quote marks": "On Mon, 4 May 2026 at 10:12, Kari Holm <kari@x.no> wrote:\n\nHello there\n",
    "danish": "Den man. 4. maj 2026 kl. 10.12 skrev Kari Holm <kari@x.no>:\n\n> Hej\n",
    "notes": "Kari Holm <kari@x.no> on 05/04/2026 10:12:00 AM\nTo: Ola <ola@y.no>\ncc: \nSubject: Plan\n\nHello\n",
}


@pytest.mark.parametrize("name", TRAILS)
def test_trail_below_own_text(name: str) -> None:
    text = f"Sounds good to me.\n\n{TRAILS[name]}"
    assert own(text) == "Sounds good to me."
    found = segment(text)
    assert {s.kind for s in found.segments} == {Kind.OWN, Kind.TRAIL}
    assert found.quoted
    sender = found.quoted[0].sender
    assert sender is not None
    assert sender.addr in {"kari@x.no", "kari.aurora@nordbank.no", ""}
    assert "Kari" in sender.name


def test_what_a_header_block_says() -> None:
    quoted = segment(f"Fine.\n\n{TRAILS['outlook nb']}").quoted[0]
    assert quoted.subject == "Plan"
    assert quoted.recipients is not None
    assert [a.addr for a in quoted.recipients] == ["ola@y.no", "per@z.no"]
    assert quoted.text == "Hei"


FORWARDS = {
    "gmail": "---------- Forwarded message ---------\nFrom: Kari Holm <kari@x.no>\nDate: Mon, 4 May 2026\nSubject: Plan\nTo: Ola <ola@y.no>\n\nHello\n",
    "apple": "Begin forwarded message:\n\nFrom: Kari Holm <kari@x.no>\nSubject: Plan\nDate: 4 May 2026\nTo: ola@y.no\n\nHello\n",
    "nb": "---------- Videresendt melding ---------\nFra: Kari Holm <kari@x.no>\nDato: 4. mai 2026\nEmne: Plan\nTil: <ola@y.no>\n\nHei\n",
    "nn": "---------- Vidaresend melding ---------\nFrå: Kari Holm <kari@x.no>\nDato: 4. mai 2026\nEmne: Plan\nTil: <ola@y.no>\n\nHei\n",
}


@pytest.mark.parametrize("name", FORWARDS)
def test_forwarded_mail(name: str) -> None:
    text = f"What do you think?\n\n{FORWARDS[name]}"
    assert [k for k, _ in kinds(text)] == ["own", "forward"]
    assert segment(text).quoted[0].subject == "Plan"


TRAPS = [
    "Den planen du skrev om i går kl 10:30, men:\nden var god.\n",
    "3 av punktene du skrev i 2021 kl 10:30:\n - pris\n - frist\n",
    "Fra: mandag\nTil: fredag\n\nDa er jeg borte.\n",
    "Reisen:\nFra: Oslo\nTil: Bergen\nDato: 3. mai\n",
    "On Monday I wrote:\nplease answer.\n",
    "He wrote to me in 2019 and asked:\nwhy?\n",
    "From: Monday\nTo: Friday\n\nI am away.\n",
    "We ship > 5 pieces.\n> 5 pieces at $3 each\nis fine.\n",
    "Original message\nof our founder: be kind.\n",
    "Subject: see above\nDate: any\n\nThat is all.\n",
    "Best regards to your wife, who was so kind to us last time we met.\n\nNow to the plan.\n",
]


@pytest.mark.parametrize("text", TRAPS)
def test_on_doubt_text_stays_own(text: str) -> None:
    assert {s.kind for s in segment(text).segments} == {Kind.OWN}


def test_inline_answers() -> None:
    text = "Hi,\n\n> What time?\n\nAt noon.\n\n> Where?\n\nHere.\n\n-- \nOla\n"
    assert [k for k, _ in kinds(text)] == ["own", "quote", "own", "quote", "own", "signature"]


def test_answer_below_the_quote() -> None:
    text = "On Mon, 4 May 2026, Kari Holm wrote:\n> What time?\n\nAt noon.\n"
    assert kinds(text)[0][0] == "quote"
    assert own(text) == "At noon."


@pytest.mark.parametrize(
    "tail",
    [
        "-- \nOla Nordmann\nTallmo AS\n",
        "Best regards,\nOla Nordmann\n+47 22 00 00 00\n",
        "Med vennlig hilsen\nOla\n",
        "Mvh\nOla\n",
        "Venleg helsing\nOla\n",
        "Sent from my iPhone\n",
        "Sendt fra min iPhone\n",
    ],
)
def test_signatures(tail: str) -> None:
    text = f"The plan is ready, and I will call you.\n\n{tail}"
    assert own(text) == "The plan is ready, and I will call you."
    assert kinds(text)[-1][0] == "signature"


@pytest.mark.parametrize(
    "notice", ["This e-mail is confidential and intended only for the addressee.\n", "Denne e-posten er konfidensiell og kun ment for mottakeren.\n"]
)
def test_disclaimers(notice: str) -> None:
    text = f"The plan is ready.\n\nOla\n\n{notice}"
    assert kinds(text)[-1][0] == "disclaimer"
    assert "plan" in own(text)


def test_postscript_is_own_text() -> None:
    assert "PS" in own("The plan is ready.\n\nBest regards,\nOla\n\nPS The price has changed.\n")


def test_patch_is_no_prose() -> None:
    text = "Fix the the typo.\n\nSigned-off-by: Ola <o@y.no>\n---\n a.txt | 2 +-\n\ndiff --git a/a.txt b/a.txt\n--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-{{x}}\n+{{y}}\n-- \n2.39.5\n"
    assert [k for k, _ in kinds(text)] == ["own", "diff", "signature"]


HTML_TRAILS = {
    "gmail": '<div>Sounds good.</div><div class="gmail_quote"><div class="gmail_attr">On Mon, 4 May 2026 at 10:12, Kari &lt;kari@x.no&gt; wrote:<br></div><blockquote class="gmail_quote">Hello</blockquote></div>',
    "outlook": '<p>Sounds good.</p><div style="border-top:solid #E1E1E1 1.0pt"><p><b>From:</b> Kari &lt;kari@x.no&gt;<br><b>Sent:</b> Monday<br><b>To:</b> Ola &lt;ola@y.no&gt;<br><b>Subject:</b> Plan</p></div><p>Hello</p>',
    "owa": '<div>Sounds good.</div><hr><div id="divRplyFwdMsg"><b>Fra:</b> Kari &lt;kari@x.no&gt;<br><b>Sendt:</b> mandag<br><b>Til:</b> Ola<br><b>Emne:</b> Plan</div><div>Hei</div>',
    "apple": '<div>Sounds good.</div><blockquote type="cite"><div>On 4 May 2026, at 10:12, Kari Holm &lt;kari@x.no&gt; wrote:</div><div>Hello</div></blockquote>',
    "thunderbird": '<p>Sounds good.</p><div class="moz-cite-prefix">Den 04.05.2026 10:12, skrev Kari Holm:</div><blockquote type="cite" cite="mid:1"><p>Hei</p></blockquote>',
}


def segmented(html: str) -> tuple[str, Segmented]:
    parsed = html_text(html, 10_000)
    text = parsed.pieces.text()
    return text, segment(text, parsed.zone_at)


@pytest.mark.parametrize("name", HTML_TRAILS)
def test_html_trails(name: str) -> None:
    text, found = segmented(HTML_TRAILS[name])
    mine = "".join(text[s.start : s.end] for s in found.segments if s.kind is Kind.OWN)
    assert mine.strip() == "Sounds good."
    assert found.quoted[0].sender is not None
    assert "Kari" in found.quoted[0].sender.name


def test_html_blockquote_without_citation_is_own() -> None:
    text, found = segmented("<p>As the poet says:</p><blockquote>Roses are red</blockquote><p>And so on.</p>")
    assert {s.kind for s in found.segments} == {Kind.OWN}, text


LINES = st.sampled_from(
    ["Hello", "", "> quoted", ">> deeper", "On Mon, 4 May 2026 at 10:12, Kari <k@x.no> wrote:", "skrev du i 2020:", "-----Original Message-----", "From: Kari <k@x.no>",
     "Sent: Monday", "To: Ola <o@y.no>", "Subject: Plan", "-- ", "Best regards,", "Mvh", "Sent from my iPhone", "---------- Forwarded message ---------", "diff --git a/a b/a", "---",
     "This e-mail is confidential and intended only for you.", "\t", "Fra: mandag", "wrote:", "05/04/2026 10:12 AM", "cc:"]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(max_size=400), st.lists(LINES, max_size=30).map("\n".join)))
def test_every_character_belongs_to_exactly_one_segment(text: str) -> None:
    at = 0
    for piece in segment(text).segments:
        assert piece.start == at
        assert piece.end > piece.start or not text
        at = piece.end
    assert at == len(text)


@pytest.mark.parametrize("mark", ["| ", "# ", "--]", ": ", "} "])
def test_quote_marks_of_ones_own(mark: str) -> None:
    text = f"On Fri, 23 Aug 2002, Kari Holm wrote:\n\n{mark}When does it start?\n{mark}And where?\n\nAt ten.\n\n{mark}Who comes?\n\nAll of us.\n"
    found = segment(text)
    own = "".join(text[s.start : s.end] for s in found.segments if s.kind is Kind.OWN)
    assert "At ten." in own and "All of us." in own and "start" not in own and "Who" not in own
