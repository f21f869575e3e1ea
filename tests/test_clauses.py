"""The clause layer: the same table of sentences in both languages, and the three label sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from sendcheck.understanding.clauses import pipeline
from sendcheck.understanding.clauses.build import build
from sendcheck.understanding.clauses.graph import graph, label_set
from sendcheck.understanding.clauses.model import Clause, Who
from sendcheck.understanding.timing import find_times


@dataclass(frozen=True)
class Row:
    """A sentence in both languages and what its clause (the one with that verb) must say."""

    en: str
    nb: str
    act: tuple[str, str]
    who: str = "nobody"
    object: tuple[str, str] | None = None
    negated: bool = False
    conditional: bool = False
    tense: str = "present"
    mood: str = "statement"
    passive: bool = False
    time: tuple[str, str] | None = None


TABLE = [
    Row("I forgot the file.", "Jeg glemte filen.", ("forget", "glemme"), "i", ("file", "fil"), tense="past"),
    Row("We sent the report yesterday.", "Vi sendte rapporten i går.", ("send", "sende"), "we", ("report", "rapport"), tense="past", time=("past", "past")),
    Row("You never answered the question.", "Du svarte aldri på spørsmålet.", ("answer", "svare"), "reader", negated=True, tense="past"),
    Row("Our developer deleted the list.", "Utvikleren vår slettet listen.", ("delete", "slette"), "own", ("list", "liste"), tense="past"),
    Row("It was Jared who forgot to send it.", "Det var Jared som glemte å sende det.", ("forget", "glemme"), "own", tense="past"),
    Row("He ignored the mail.", "Han ignorerte e-posten.", ("ignore", "ignorere"), "third", tense="past"),
    Row("The report was sent by our supplier.", "Rapporten ble sendt av leverandøren vår.", ("send", "sende"), "own", tense="past", passive=True),
    Row("The page was repaired.", "Siden ble reparert.", ("repair", "reparere"), tense="past", passive=True),
    Row("The invoice will be corrected.", "Fakturaen vil bli rettet.", ("correct", "rette"), tense="future", passive=True),
    Row("We will not send the invoice.", "Vi vil ikke sende fakturaen.", ("send", "sende"), "we", ("invoice", "faktura"), negated=True, tense="future"),
    Row("I will call you tomorrow.", "Jeg skal ringe deg i morgen.", ("call", "ringe"), "i", tense="future", time=("day", "day")),
    Row("We are going to check the log.", "Vi kommer til å sjekke loggen.", ("check", "sjekke"), "we", ("log", "logg"), tense="future"),
    Row("If you need the list, call me.", "Hvis du trenger listen, må du ringe.", ("need", "trenge"), "reader", ("list", "liste"), conditional=True),
    Row(
        "If you had read the mail, this would not have happened.",
        "Hvis du hadde lest e-posten, hadde ikke dette skjedd.",
        ("read", "lese"),
        "reader",
        conditional=True,
        tense="past",
    ),
    Row("Can you send the minutes?", "Kan du sende referatet?", ("send", "sende"), "reader", mood="request"),
    Row("When did you send the file?", "Når sendte du filen?", ("send", "sende"), "reader", ("file", "fil"), mood="question", tense="past"),
    Row(
        "Send the file by Friday.",
        "Send filen innen fredag.",
        ("send", "sende"),
        "nobody",
        ("file", "fil"),
        mood="request",
        time=("weekday", "weekday"),
    ),
    Row(
        "You will get the file within two hours.",
        "Du får filen innen to timer.",
        ("get", "få"),
        "reader",
        ("file", "fil"),
        tense="any",
        time=("within", "within"),
    ),
    Row("We will fix it soon.", "Vi skal rette det snart.", ("fix", "rette"), "we", tense="future", time=("empty", "empty")),
    Row("Nobody called us.", "Ingen ringte oss.", ("call", "ringe"), "nobody", negated=True, tense="past"),
    Row("We should have seen it.", "Vi skulle ha sett det.", ("see", "se"), "we", tense="past"),
    Row("Kari and I will check it.", "Kari og jeg skal sjekke det.", ("check", "sjekke"), "we", tense="future"),
]


def parsed(text: str, language: str, models: Mapping[str, str] | None = None) -> tuple[Clause, ...]:
    return next(iter(pipeline.parse([text], language, models or {}, [lambda _name: None]))).clauses


@pytest.mark.parametrize("language", ["en", "nb"])
@pytest.mark.parametrize("row", TABLE, ids=lambda r: r.en)
def test_clause(row: Row, language: str) -> None:
    index = ("en", "nb").index(language)
    text = (row.en, row.nb)[index]
    clauses = parsed(text, language)
    clause = next((c for c in clauses if c.act == row.act[index]), None)
    assert clause is not None, [c.act for c in clauses]
    assert clause.who.value == row.who
    assert (clause.negated, clause.conditional, clause.passive, clause.mood.value) == (row.negated, row.conditional, row.passive, row.mood)
    if row.tense != "any":
        assert clause.tense.value == row.tense
    if row.object is not None:
        assert row.object[index] in {p.head for p in clause.objects}
    times = [w.kind.value for w in find_times(text)]
    assert times == ([row.time[index]] if row.time else [])


def clear(words: list[tuple[str, str, str, int, str, str]], text: str) -> tuple[Clause, ...]:
    """The clauses of a sentence annotated as spaCy's English pipelines do: (form, lemma, pos, head, label, features)."""
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

    doc = Doc(
        Vocab(), words=[w[0] for w in words], spaces=[True] * (len(words) - 1) + [False], lemmas=[w[1] for w in words], pos=[w[2] for w in words],
        heads=[w[3] for w in words], deps=[w[4] for w in words], morphs=[w[5] for w in words],
    )  # fmt: skip
    return build(graph(list(doc), "clear"), text, "en", lambda _name: None).clauses


def test_clear_labels_give_the_same_clauses() -> None:
    past = "Tense=Past|VerbForm=Fin"
    found = clear(
        [("Jared", "Jared", "PROPN", 1, "nsubj", ""), ("forgot", "forget", "VERB", 1, "ROOT", past), ("to", "to", "PART", 3, "aux", ""),
         ("send", "send", "VERB", 1, "xcomp", "VerbForm=Inf"), ("it", "it", "PRON", 3, "dobj", "")],
        "Jared forgot to send it",
    )  # fmt: skip
    assert [(c.act, c.who) for c in found] == [("forget", Who.OWN), ("send", Who.OWN)]
    found = clear(
        [("It", "it", "PRON", 2, "nsubjpass", ""), ("was", "be", "AUX", 2, "auxpass", past), ("sent", "send", "VERB", 2, "ROOT", "VerbForm=Part|Tense=Past"),
         ("by", "by", "ADP", 2, "agent", ""), ("us", "we", "PRON", 3, "pobj", "")],
        "It was sent by us",
    )  # fmt: skip
    assert [(c.act, c.passive, c.who) for c in found] == [("send", True, Who.WE)]
    found = clear(
        [("This", "this", "PRON", 1, "nsubj", ""), ("is", "be", "AUX", 1, "ROOT", "Tense=Pres|VerbForm=Fin"), ("your", "your", "PRON", 3, "poss", ""),
         ("fault", "fault", "NOUN", 1, "attr", "")],
        "This is your fault",
    )  # fmt: skip
    assert found[0].predicate is not None and (found[0].predicate.head, found[0].predicate.owner) == ("fault", Who.READER)


def test_label_sets_are_told_apart() -> None:
    assert label_set(frozenset({"nsubj", "nsubj:pass", "obl", "obj", "nmod:poss"})) == "ud"
    assert label_set(frozenset({"SUBJ", "PUTFYLL", "ADV"})) == "ndt"
    assert label_set(frozenset({"nsubj", "nsubjpass", "dobj", "pobj"})) == "clear"
    with pytest.raises(LookupError):
        label_set(frozenset({"A", "B"}))


def test_wrapped_lines_keep_their_places() -> None:
    text = "We will\n   send the\tlist soon."
    clause = parsed(text, "en")[0]
    assert text[clause.verb[0] : clause.verb[1]] == "will\n   send"
    assert clause.objects[0].text == "the\tlist"
