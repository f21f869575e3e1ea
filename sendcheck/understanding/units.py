"""What amounts are given in: currencies, shares and measures, by their words in all languages."""

from __future__ import annotations

from functools import cache

from sendcheck.data import language_file, languages_with

#: Share of a hundred.
SHARE = "%"
MONEY = frozenset({"NOK", "EUR", "USD", "GBP", "SEK", "DKK"})


@cache
def unit_words() -> tuple[tuple[str, str], ...]:
    """(word, unit) of all languages: (“kroner”, ``NOK``), (“hours”, ``hours``), (“%”, ``%``)."""
    return tuple((word, unit) for lang in languages_with("figures.toml") for word, unit in language_file(lang, "figures.toml")["units"].items())
