"""Figures as people write them: values, units, what they count, and all the numbers that are none."""

from __future__ import annotations

import pytest

from sendcheck.understanding.figures import find_figures


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "We ordered 40 chairs.", [(40, "", "chairs")]),
        ("en", "Half of the patients and a third of the staff.", [(50, "%", ""), (33.3, "%", "")]),
        ("en", "One in four orders, two out of five calls.", [(25, "%", "orders"), (40, "%", "calls")]),
        ("en", "It is 12.5 % and fifty per cent.", [(12.5, "%", ""), (50, "%", "")]),
        ("en", "Pay $1,250.50 or €40, or 2.5 million kroner.", [(1250.5, "USD", ""), (40, "EUR", ""), (2_500_000, "NOK", "")]),
        ("en", "Twenty-five people, a dozen boxes, three hundred cases.", [(25, "", "people"), (12, "", "boxes"), (300, "", "cases")]),
        ("nb", "Vi bestilte førti stoler og 1 560 skruer.", [(40, "", "stoler"), (1560, "", "skruer")]),
        ("nb", "Halvparten, en tredjedel, to av fem.", [(50, "%", ""), (33.3, "%", ""), (40, "%", "")]),
        ("nb", "kr 1 250,- og 1.250,50 kroner", [(1250, "NOK", ""), (1250.5, "NOK", "")]),
        ("nb", "Tolv og en halv prosent er 12,5 prosent.", [(12, "", ""), (12.5, "%", "")]),
        ("en", "I want to go to the fire; meet at ten o'clock.", []),
        ("en", "Version 2.1.3, order 45123, ticket #99, room 12, page 7, AB-1234.", []),
        ("en", "Call +47 22 33 44 55 at 14:30 on 4 May 2026, or see www.a.example/12.", []),
        ("en", "In 2026 half an hour is enough.", []),
        ("nb", "Ring 22 33 44 55 kl. 14.30, sak 2026/1188, den 4. mai 2026.", []),
    ],
)
def test_figures(language: str, text: str, expected: list[tuple[float, str, str]]) -> None:
    found = find_figures(text, language)
    assert [(f.unit, any(v == e[0] for v in f.values)) for f, e in zip(found, expected, strict=False)] == [(e[1], True) for e in expected], found
    assert len(found) == len(expected), [f.text for f in found]
    assert all(e[2] in f.things for f, e in zip(found, expected, strict=True) if e[2])


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("1 560 kr", "1.560 kr", True),
        ("1,560 kr", "1560 kr", True),
        ("half of the patients", "50 % of the patients", True),
        ("about half of them", "48 % of them", True),
        ("half of them", "48 % of them", False),
        ("a third of them", "33 %", False),
        ("40 chairs", "30 chairs", False),
        ("about 300 people", "290 people", True),
        ("40 kr", "40 %", False),
    ],
)
def test_one_figure_in_other_formats(one: str, other: str, same: bool) -> None:
    assert find_figures(one, "en")[0].equals(find_figures(other, "en")[0]) is same
