"""Language, sentences, times and profiles: what is understood before any rule."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from sendcheck.reading.message import read_message
from sendcheck.testing import build
from sendcheck.understanding.language import detect, family
from sendcheck.understanding.sentences import split
from sendcheck.understanding.timing import find_times
from sendcheck.understanding.understand import Surroundings, understand
from tests.quality.corpora import find_data, unpacked

MONDAY = datetime(2026, 5, 4, 10, 0)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Thanks a lot!", "en"), ("Could you send it?", "en"), ("The IT department is closed.", "en"), ("I will call you.", "en"),
        ("Takk for sist!", "nb"), ("Kan du sende den?", "nb"), ("Jeg ringer deg i morgen.", "nb"), ("IT-avdelingen har stengt i dag.", "nb"),
        ("Eg kjem ikkje i dag.", "nn"), ("Kva gjer de no, og kvifor?", "nn"),
        ("Jeg vender tilbage til dig i næste uge.", "da"), ("Hvornår kommer den?", "da"),
        ("Tack för ditt mejl, vi återkommer.", "sv"), ("Var är rapporten?", "sv"),
        ("Vielen Dank für Ihre Nachricht.", "other"), ("Merci pour votre message.", "other"), ("Спасибо за письмо сегодня", "other"),
        ("See attached.", None), ("OK", None), ("12 345", None),
    ],
)  # fmt: skip
def test_language_of_short_texts(text: str, language: str | None) -> None:
    assert detect(text) == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I vedlegget finner du avtalen.", "nb"), ("I fjor var det samme problem.", "nb"), ("I dag er det fri.", "nb"), ("I will find it.", "en"),
        ("Send over logg. I mellomtiden venter vi.", "nb"), ("Yes, I can start at four.", "en"), ("- I morgen fra ni", "nb"), ("Is it over?", "en"),
        ("Men at work today.", "en"), ("Men det er fint.", "nb"), ("Fine by me then.", "en"), ("Fin plass til alle.", "nb"), ("i think so too", "en"),
        ("Vedlikeholdskostnadene for sykehjemsbeboerne øker kraftig.", "nb"),
    ],
)  # fmt: skip
def test_words_that_both_languages_write(text: str, language: str) -> None:
    assert detect(text) == language


@pytest.mark.parametrize(
    ("own", "spoken"),
    [
        ("Hei Kari,\n\nI dag er det åpent. For all del, men at alle er under tak er fint.\n", ["nb", "nb", "nb"]),
        ("Hei Kari,\n\nDere bør lese «The long way home for all of us». Den er god.\n", ["nb", "nb", "nb"]),
        ("Hei Kari,\n\nVi fikk svar fra dem i går. Please send us the final version of it. Hva gjør vi nå?\n", ["nb", "nb", "en", "nb"]),
        ("Hi Kari,\n\nWe met Per Olsen and Nils Berg at Storgata. They wrote to us. Vi kommer ikke på mandag, dessverre.\n", ["en", "en", "en", "nb"]),
    ],
)
def test_a_sentence_is_in_the_language_around_it_unless_it_clearly_is_not(own: str, spoken: list[str]) -> None:
    mail = understand(read_message(build({"own": own})), Surroundings())
    assert [s.language for s in mail.prose.sentences] == spoken


@pytest.mark.corpus
@pytest.mark.parametrize(("corpus", "spoken"), [("ud_norwegian_bokmaal", "scandinavian"), ("ud_english_ewt", "en"), ("ud_english_gum", "en")])
def test_language_of_short_sentences_in_short_mails(corpus: str, spoken: str) -> None:
    """Mails of three paragraphs, each a sentence of a treebank: those of up to six words are judged."""
    from tests.conftest import require

    require(find_data() is not None, "the folder of corpora")
    path = next(unpacked(corpus).rglob("*dev.conllu"))
    texts = [line[9:].strip() for line in path.read_text("utf-8").splitlines() if line.startswith("# text = ")]
    judged = []
    for at in range(0, len(texts), 3):
        mail = understand(read_message(build({"own": "\n\n".join(texts[at : at + 3]) + "\n"})), Surroundings())
        judged += [family(s.language) if s.language else "" for s in mail.prose.sentences if len(s.text.split()) <= 6]
    wrong = [found for found in judged if found not in {spoken, ""}]
    assert len(wrong) / len(judged) < 0.01 and judged.count(spoken) / len(judged) > 0.94


@pytest.mark.corpus
@pytest.mark.parametrize(("corpus", "languages"), [("ud_norwegian_bokmaal", {"nb"}), ("ud_norwegian_nynorsk", {"nn", "nb"}), ("ud_english_gum", {"en"})])
def test_language_of_real_sentences(corpus: str, languages: set[str]) -> None:
    from tests.conftest import require

    require(find_data() is not None, "the folder of corpora")
    path = next(unpacked(corpus).glob("*dev.conllu"))
    texts = [line[9:].strip() for line in path.read_text("utf-8").splitlines() if line.startswith("# text = ") and len(line.split()) > 13]
    right = sum(detect(t) in languages for t in texts)
    assert right / len(texts) > 0.96


def test_a_mail_in_two_languages_is_read_piece_by_piece() -> None:
    mail = understand(
        read_message(
            build({"own": "Hei Kari,\n\nJeg skal ringe deg i morgen når vi har svaret.\n\nPlease tell your colleagues that we will call them too.\n"})
        ),
        Surroundings(),
    )
    assert [s.language for s in mail.prose.sentences[1:]] == ["nb", "en"]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("We meet Dr. Berg at 10 a.m. on Monday.", ["We meet Dr. Berg at 10 a.m. on Monday."]),
        ("Møtet er 12. mai kl. 10. Kom gjerne.", ["Møtet er 12. mai kl. 10.", "Kom gjerne."]),
        ("This is what we do:\n- we call\n- we write", ["This is what we do:", "we call", "we write"]),
        ("1. First thing\n   goes on\n2. Second", ["First thing\n   goes on", "Second"]),
        ("Hi Kari,\n\nshort line\nAnother thought", ["Hi Kari,", "short line", "Another thought"]),
        ("A long line that was wrapped by the mail client at about here\nand goes on.", ["A long line that was wrapped by the mail client at about here\nand goes on."]),
        ("", []),
    ],
)  # fmt: skip
def test_sentences(text: str, sentences: list[str]) -> None:
    assert [text[s.start : s.end] for s in split(text)] == sentences


@pytest.mark.parametrize(
    ("text", "kind", "day"),
    [
        ("by Friday", "weekday", date(2026, 5, 8)), ("innen fredag", "weekday", date(2026, 5, 8)),
        ("tomorrow", "day", date(2026, 5, 5)), ("i morgen", "day", date(2026, 5, 5)),
        ("within two months", "within", date(2026, 7, 4)), ("om to måneder", "within", date(2026, 7, 4)),
        ("on 12 May", "date", date(2026, 5, 12)), ("12. mai", "date", date(2026, 5, 12)),
        ("before Christmas", "period", date(2026, 12, 24)), ("før jul", "period", date(2026, 12, 24)),
        ("before Easter", "period", date(2027, 3, 28)), ("etter påske", "period", date(2027, 3, 28)),
        ("by the end of the day", "period", None), ("innen utgangen av dagen", "period", None),
        ("at 16:00", "clock", None), ("klokken 16", "clock", None), ("every two hours", "repeated", None), ("annenhver time", "repeated", None),
        ("soon", "empty", None), ("snart", "empty", None), ("as soon as possible", "empty", None), ("så fort som mulig", "empty", None),
        ("when things calm down", "empty", None), ("når det har roet seg", "empty", None),
        ("yesterday", "past", None), ("i går", "past", None), ("two days ago", "past", None), ("for to dager siden", "past", None),
    ],
)  # fmt: skip
def test_times(text: str, kind: str, day: date | None) -> None:
    found = list(find_times(text, MONDAY))
    assert [(w.kind.value, w.day if w.bound else None) for w in found] == [(kind, day)]


@pytest.mark.parametrize("text", ["a 24-month guarantee", "24 måneders garanti", "the two hours were lost", "It costs 20 kroner.", "Siden er nede."])
def test_no_times(text: str) -> None:
    assert [w.text for w in find_times(text, MONDAY) if w.bound and "hour" not in w.text] == []


def profile(own: str, asked: str | None = None, to: str = "Kari Holm <kari.holm@nordbank.example>") -> tuple[str, str]:
    parent = read_message(build({"from": "Kari Holm <kari.holm@nordbank.example>", "to": "ola@inside.example", "own": asked})) if asked else None
    mail = understand(read_message(build({"own": own, "to": to})), Surroundings(parent=parent))
    return mail.profile, mail.profile_reason


@pytest.mark.parametrize(
    "asked",
    [
        "I am very disappointed. You promised the report for Monday, and it still has not arrived.",
        "This is the third time that your app crashes. When will it be fixed? We are losing customers.",
        "Your invoice is wrong again. I want my money back.",
        "Jeg er svært skuffet. Dere lovet rapporten til mandag, og den har fortsatt ikke kommet.",
        "Dette er tredje gang appen deres krasjer. Når blir det rettet? Vi taper kunder.",
        "Fakturaen deres er feil igjen. Jeg vil ha pengene tilbake.",
    ],
)  # fmt: skip
def test_complaints(asked: str) -> None:
    kind, reason = profile("We look into it.", asked)
    assert kind == "complaint-reply" and reason.startswith("the mail it answers complains: “")


@pytest.mark.parametrize(
    "asked",
    [
        "Could you send me the report by Monday?", "My father died on Sunday, so I cannot come to the meeting.", "I am worried about the exam next week.",
        "The weather is awful here. How is yours?", "Thank you, your report was very good.", "We have lost the match again!",
        "Kan du sende meg rapporten innen mandag?", "Faren min døde på søndag, så jeg kan ikke komme på møtet.", "Jeg gruer meg til eksamen.", "Været er forferdelig her.",
    ],
)  # fmt: skip
def test_no_complaints(asked: str) -> None:
    assert profile("Thank you for your mail.", asked)[0] == "general"


@pytest.mark.parametrize(
    ("own", "kind"),
    [
        ("We are sorry: your data were deleted by an error in our system.", "incident"),
        ("We accidentally charged you twice in May.", "incident"),
        ("Vi beklager: dataene dine ble slettet ved en feil hos oss.", "incident"),
        ("Vi har ved en feil fakturert dere dobbelt i mai.", "incident"),
        ("Sorry for the late reply.", "general"), ("I forgot the attachment, here it is.", "general"), ("Beklager sent svar.", "general"),
        ("If we lost your order, tell us.", "general"),
    ],
)  # fmt: skip
def test_incidents(own: str, kind: str) -> None:
    assert profile(own)[0] == kind


def test_inside_mail_is_no_incident() -> None:
    assert profile("We accidentally charged you twice.", to="Anni <anni@inside.example>")[0] == "internal"
