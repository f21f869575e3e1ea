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
    "gmail de": "Am Mo., 4. Mai 2026 um 10:12 Uhr schrieb Kari Holm <kari@x.no>:\n\n> Hallo\n",
    "yahoo de": "Am Montag, 4. Mai 2026 um 10:12:00 MESZ hat Kari Holm <kari@x.no> Folgendes geschrieben:\n\nHallo\n",
    "gmail fr": "Le lun. 4 mai 2026 à 10:12, Kari Holm <kari@x.no> a écrit :\n\n> Bonjour\n",
    "gmail es": "El lun, 4 may 2026 a las 10:12, Kari Holm (<kari@x.no>) escribió:\n\n> Hola\n",
    "gmail it": "Il giorno lun 4 mag 2026 alle ore 10:12 Kari Holm <kari@x.no> ha scritto:\n\n> Ciao\n",
    "gmail pt": "Em seg., 4 de mai. de 2026 às 10:12, Kari Holm <kari@x.no> escreveu:\n\n> Olá\n",
    "apple nl": "Op 4 mei 2026, om 10:12 heeft Kari Holm <kari@x.no> het volgende geschreven:\n\nHallo\n",
    "gmail fi": "ma 4. toukok. 2026 klo 10.12 Kari Holm (kari@x.no) kirjoitti:\n\n> Hei\n",
    "apple fi": "Kari Holm <kari@x.no> kirjoitti 4.5.2026 kello 10.12:\n\nHei\n",
    "gmail sv": "Den mån 4 maj 2026 kl 10:12 skrev Kari Holm <kari@x.no>:\n\n> Hej\n",
    "gmail pl": "pon., 4 maj 2026 o 10:12 Kari Holm <kari@x.no> napisał(a):\n\n> Dzień dobry\n",
    "apple pl": "Wiadomość napisana przez Kari Holm <kari@x.no> w dniu 4 maj 2026, o godz. 10:12:\n\nDzień dobry\n",
    "gmail cs": "po 4. 5. 2026 v 10:12 odesílatel Kari Holm <kari@x.no> napsal:\n\n> Dobrý den\n",
    "gmail ru": "пн, 4 мая 2026 г. в 10:12, Kari Holm <kari@x.no>:\n\nПривет\n",
    "gmail ja": "2026年5月4日(月) 10:12 Kari Holm <kari@x.no>:\n\nこんにちは\n",
    "gmail tr": "Kari Holm <kari@x.no>, 4 May 2026 Pzt, 10:12 tarihinde şunu yazdı:\n\n> Merhaba\n",
    "outlook 2019 nb": "Kari Holm <kari@x.no> skrev følgende den 04.05.2026 10:12:\n\n> Hei\n",
    "polymail": "On Mon, May 4, 2026 at 10:12 AM Kari Holm\n\n<\n\nmailto:Kari Holm <kari@x.no>\n\n> wrote:\n\n\nHello\n",
    "proton": "------- Original Message -------\nOn Monday, May 4th, 2026 at 10:12 AM, Kari Holm <kari@x.no> wrote:\n\n> Hello\n",
    "zoho": "---- On Mon, 04 May 2026 10:12:00 +0200 Kari Holm <kari@x.no> wrote ----\n\nHello\n",
    "outlook de": "Von: Kari Holm <kari@x.no>\nGesendet: Montag, 4. Mai 2026 10:12\nAn: Ola <ola@y.no>\nBetreff: Plan\n\nHallo\n",
    "outlook de, line": "-----Ursprüngliche Nachricht-----\nVon: Kari Holm\nGesendet: Montag, 4. Mai 2026 10:12\nAn: Ola\nBetreff: Plan\n\nHallo\n",
    "outlook fr": "De : Kari Holm <kari@x.no>\nEnvoyé : lundi 4 mai 2026 10:12\nÀ : Ola <ola@y.no>\nObjet : Plan\n\nBonjour\n",
    "outlook es": "De: Kari Holm <kari@x.no>\nEnviado el: lunes, 4 de mayo de 2026 10:12\nPara: Ola <ola@y.no>\nAsunto: Plan\n\nHola\n",
    "outlook fi": "Lähettäjä: Kari Holm <kari@x.no>\nLähetetty: maanantai 4. toukokuuta 2026 10.12\nVastaanottaja: Ola <ola@y.no>\nAihe: Plan\n\nHei\n",
    "outlook sv": "Från: Kari Holm <kari@x.no>\nSkickat: den 4 maj 2026 10:12\nTill: Ola <ola@y.no>\nÄmne: Plan\n\nHej\n",
    "outlook ru": "От: Kari Holm <kari@x.no>\nОтправлено: 4 мая 2026 г. 10:12\nКому: Ola <ola@y.no>\nТема: Plan\n\nПривет\n",
    "notes, wrote": "-----Kari Holm/OSL/ACME wrote: -----\nTo: Ola <ola@y.no>\nFrom: Kari Holm/OSL/ACME\nDate: 04.05.2026 10:12\nSubject: Plan\n\nHello\n",
    "notes, domain": "Kari Holm@NORD\n05/04/2026 10:12 AM\nTo: Ola Vik/Corp/Acme@ACME\ncc:\n\nSubject: Plan\n\nHello\n",
    "notes, table": "Kari Holm/OSL/ACME\n04.05.2026 10:12\n\nTo\nOla Vik/OSL/ACME@ACME\ncc\n\nSubject\nPlan\n\nHello\n",
    "notes, from on": "From: Kari Holm/ACME@acmeXgate on 05/04/2026 10:12 AM\nTo: Ola Vik/Corp/Acme@ACME\ncc:\n\nSubject: Plan\n\nHello\n",
    "reply above": "##- Please type your reply above this line -##\n\nKari Holm wrote to us:\n\nHello\n",
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
    if name == "reply above":
        return
    assert sender is not None
    assert sender.addr in {"kari@x.no", "kari.aurora@nordbank.no", ""}
    assert sender.name in {"Kari Holm", "Kari Aurora Holm-Andersen"}


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
    "De: Oslo\nA: Bergen\nFecha: 3 mayo\n\nEso es todo.\n",
    "Da: lunedì\nA: venerdì\n\nSono via.\n",
    "Van: 3 pallets\nDo: call Kari\nData: none\n\nThat is all.\n",
    "Some of what Kari Holm wrote in 2021 at 10:30:\n - price\n - date\n",
    "Today we met Kari Holm, who wrote the plan of 2019:\n - price\n",
    "Please write your answers above this line, in the box, and not below it.\n\nThank you for the help with it so far.\n",
    "The amount stands above this line\nand the date below it, as always.\n",
    "This is the programme:\n\nKari Holm  10:00\nShows the warehouse.\nOla Vik  11:30\nShows the trucks.\n\nBe there in time, please, it is short.\n",
    ">From where we stand this looks fine.\nWhat do you think?\n",
    "Deliveries: 14 pallets left Oslo.\n--\nReturns: none.\n--\nInvoices: please find attached the invoice for November.\n",
    "Here is the status:\n\n--\nDeliveries\n14 pallets left Oslo, and two are missing.\n\n--\nInvoices\nThe invoice for November is attached here.\n",
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
    parsed = html_text(html, 10_000, 1_000)
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


def test_a_postscript_below_the_signature_is_own_text() -> None:
    text = "The plan is ready.\n\n-- \nOla Vik\nHead of Plans\n\nPS: the price has changed, and the file is attached.\n"
    assert [k for k, _ in kinds(text)] == ["own", "signature", "own"]


@pytest.mark.parametrize("closing", ["Best regards,\nOla Vik\nHead of Plans", "-- \nOla Vik\n+47 22 00 00 00", "Mvh\nOla", "Sent from my iPhone"])
def test_a_second_letter_below_the_first_is_own_text(closing: str) -> None:
    text = f"The plan is ready.\n\n{closing}\n\nHi Kari,\n\nyou find the price attached\n\nOla\n"
    assert "you find the price attached" in own(text)
    assert kinds(text)[1][0] == "signature"


def test_the_rest_of_a_quoted_line_that_was_wrapped_again() -> None:
    text = "Fine.\n\n> I saw the notice about the router, and the pictures of it which are\nattached to this mail.\n> When does it start?\n\nAt ten.\n"
    assert [k for k, _ in kinds(text)] == ["own", "quote", "own"]
    assert "attached" not in own(text)


def test_a_pasted_chat_is_a_quote_and_says_who_took_part() -> None:
    text = "Here it is.\n\nKari Holm  10:48\nIs it ready?\nOla Vik  10:49\nNearly.\n\nShall I call you?\n"
    found = segment(text)
    assert own(text) == "Here it is.\nShall I call you?"
    assert [(q.sender.name, q.text, q.chat) for q in found.quoted if q.sender] == [("Kari Holm", "Is it ready?", True), ("Ola Vik", "Nearly.", True)]
    assert found.quoted[0].recipients is not None and [a.name for a in found.quoted[0].recipients] == ["Ola Vik"]


def test_a_notes_name_keeps_its_house_apart() -> None:
    sender = segment(f"Fine.\n\n{TRAILS['notes, wrote']}").quoted[0].sender
    assert sender is not None and (sender.name, sender.raw) == ("Kari Holm", "Kari Holm/OSL/ACME")


OWN_IN_HTML = {
    "container without a head": '<div>Sounds good.</div><div class="gmail_quote"><p>The plan is attached.</p></div>',
    "above the head": '<div class="gmail_quote"><div>Sounds good.</div><div>The plan is attached.</div><div class="gmail_attr">On Mon, 4 May 2026 at 10:12, Kari &lt;k@x.no&gt; wrote:</div><blockquote class="gmail_quote">Hello</blockquote></div>',
    "between blockquotes": '<div class="gmail_quote"><div class="gmail_attr">On Mon, 4 May 2026 at 10:12, Kari &lt;k@x.no&gt; wrote:</div><blockquote class="gmail_quote">Hello</blockquote><div>Sounds good.</div><blockquote class="gmail_quote">Where?</blockquote><div>The plan is attached.</div></div>',
    "in a colour": '<div>Hi,</div><blockquote type="cite"><p>Is it good?</p><p><font color="#0000ff">Sounds good.</font></p><p>Hello</p><p><span style="color:blue">The plan is attached.</span></p><p>Kari</p></blockquote>'.replace("color:blue", "color: rgb(0, 0, 255)"),
    "list in a container": '<div class="gmail_quote"><ul><li>Sounds good.</li><li>The plan is attached.</li></ul></div>',
}  # fmt: skip


@pytest.mark.parametrize("name", OWN_IN_HTML)
def test_own_text_in_a_quote_of_html(name: str) -> None:
    text, found = segmented(OWN_IN_HTML[name])
    mine = "".join(text[s.start : s.end] for s in found.segments if s.kind is Kind.OWN)
    assert "Sounds good." in mine and "The plan is attached." in mine
    assert "Hello" not in mine and "wrote" not in mine and "Is it good" not in mine


def test_colours_of_the_quoted_mail_are_its_own() -> None:
    html = '<p>Fine.</p><blockquote type="cite"><p>Please note:</p><p>Hello</p><p style="color:red">Take care of this.</p><p>Kari</p><p style="color:#1f497d">Head of Plans</p></blockquote>'
    text, found = segmented(html)
    assert "".join(text[s.start : s.end] for s in found.segments if s.kind is Kind.OWN).strip() == "Fine."


@pytest.mark.parametrize("mark", ["| ", "# ", "--]", ": ", "} "])
def test_quote_marks_of_ones_own(mark: str) -> None:
    text = f"On Fri, 23 Aug 2002, Kari Holm wrote:\n\n{mark}When does it start?\n{mark}And where?\n\nAt ten.\n\n{mark}Who comes?\n\nAll of us.\n"
    found = segment(text)
    own = "".join(text[s.start : s.end] for s in found.segments if s.kind is Kind.OWN)
    assert "At ten." in own and "All of us." in own and "start" not in own and "Who" not in own


def test_an_aol_quote_ends_at_its_brackets() -> None:
    text = "Fine with me.\n\nIn a message dated 1/4/00 4:21:44 PM, berit.holm@nord.example writes:\n\n<< Can you come on Monday?\n\nBerit >>\n\nYes, at ten.\n"
    found = segment(text)
    assert [s.kind for s in found.segments] == [Kind.OWN, Kind.QUOTE, Kind.OWN]
    assert [q.text for q in found.quoted] == ["Can you come on Monday?\n\nBerit"]
    assert not segment("Kari wrote:\n\n<<a>> is a marker\n").quoted


def test_a_notes_head_on_one_line() -> None:
    text = 'Hi,\n\nhello.\n\n\tKari Holm/NORD@nordXgate 08/07/2001 01:25 PM\t   To: "Jon Eide" <jon@x.example>  cc:   Subject: RE: trails\n\nOld text here.\n'
    (quoted,) = segment(text).quoted
    assert quoted.sender is not None and quoted.recipients is not None
    assert (quoted.sender.name, [a.addr for a in quoted.recipients], quoted.subject) == ("Kari Holm", ["jon@x.example"], "RE: trails")


@pytest.mark.parametrize(
    ("value", "name", "address", "delegate"),
    [
        ("Henrik Aas on 03/28/2001 07:01 PM", "Henrik Aas", "", ""),
        ("Henrik Aas/ACME@acmeXgate on 04/02/2001 05:49 PM", "Henrik Aas", "", ""),
        ("Henrik Aas on Wed 05/09/2001 07:01 PM", "Henrik Aas", "", ""),
        ("Henrik Aas den 9. mai 2001 08:55", "Henrik Aas", "", ""),
        ("Henrik Aas, Wednesday, 9 May 2001, 08:55", "Henrik Aas", "", ""),
        ("Henrik Aas@NORD 06:52 PM", "Henrik Aas", "", ""),
        ("Aas, Henrik 28.03.2001 19:01", "Aas, Henrik", "", ""),
        ("Team 24 Oslo", "Team 24 Oslo", "", ""),
        ("May Berg", "May Berg", "", ""),
        ("Sak 4471 <sak@x.example>", "Sak 4471", "sak@x.example", ""),
        ("Kari Holm [mailto:kari@x.example] On Behalf Of Per Vik", "Per Vik", "", "Kari Holm"),
        ("Kari Holm på vegne av Per Vik", "Per Vik", "", "Kari Holm"),
    ],
)
def test_a_name_holds_no_date_and_no_house(value: str, name: str, address: str, delegate: str) -> None:
    text = f"Fine.\n\n-----Original Message-----\nFrom: {value}\nTo: Siri Lunde\nSubject: My notice\n\nSiri-\nI leave.\n"
    (quoted,) = segment(text).quoted
    assert quoted.sender is not None
    assert (quoted.sender.name, quoted.sender.addr, quoted.delegate.name if quoted.delegate else "") == (name, address, delegate)


def test_a_reply_separator_of_cc_mail() -> None:
    text = (
        "Fine.\n\n____________________Reply Separator____________________\nSubject:    Meeting\n"
        'Author: "Vik; Carolin (NO - Oslo)" <SMTP:cvik@nord.example>\nDate:       03/23/2001 2:40 PM\n\nWhen do we meet?\n'
    )
    (quoted,) = segment(text).quoted
    assert quoted.sender is not None
    assert (quoted.sender.addr, quoted.subject, quoted.text) == ("cvik@nord.example", "Meeting", "When do we meet?")
