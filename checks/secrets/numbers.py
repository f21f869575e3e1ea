"""`personal-number`: fødselsnummer, cards, IBAN and Norwegian accounts with valid check digits, on their way outside."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from importlib.util import find_spec
from typing import NamedTuple

from sendcheck.checkapi import Hit, Lazy, Mail, NotRun, Severity, by_language, toml, union
from sendcheck.understanding.leaving import Leaving, leaving

RULE = "personal-number"
_MISSING = "the extra “numbers” is not installed (pip install 'sendcheck[numbers]'): check digits cannot be checked"
_BIRTH = re.compile(r"(?<![\w.,/-])\d{6}[ \u00a0-]?\d{5}(?![\w-])")
_ACCOUNT = re.compile(r"(?<![\w,/-])\d{4}(?:[. \u00a0])\d{2}(?:[. \u00a0])\d{5}(?![\w-])")
_BARE = re.compile(r"(?<![\w.,/-])\d{11}(?![\w-])")
_IBAN = re.compile(r"(?<![\w-])[A-Z]{2}\d{2}(?:[ \u00a0]?[A-Z0-9]{4}){2,7}(?:[ \u00a0]?[A-Z0-9]{1,4})?(?![\w-])")
_CARD = re.compile(r"(?<![\w.,/+-])\d(?:[ \u00a0-]?\d){12,18}(?![\w-])")
_ADDRESS = re.compile(r"\S*(?:://|www\.|@|=)\S*")
#: Characters before a number in which a word tells what it is, and around it in which one speaks of paying.
_BEFORE, _AROUND = 60, 160
#: Months of numbers that are nobody's: the tax office's synthetic register adds 80 (Skatteetaten, Tenor testdata).
_SYNTHETIC, _HELP, _D = 80, 40, 40


class _Number(NamedTuple):
    """A number: characters of a text, what it is, and whether money can be sent to it. ``nobody``: it belongs to no person."""

    start: int
    end: int
    what: str
    account: bool = False
    nobody: bool = False


def numbers(mail: Mail, own_accounts: Sequence[str]) -> Iterator[Hit | NotRun]:
    """One finding for each, at its first place; nothing for mail that stays inside."""
    if mail.recipients and not mail.outside:
        return
    if find_spec("stdnum") is None:
        yield NotRun(RULE, _MISSING)
        return
    own = {_bare(a) for a in own_accounts}
    for piece in leaving(mail):
        if piece.kind == "link" or not re.search(r"\d{2}", piece.text):
            continue
        for number in _numbers(piece.text):
            value = piece.text[number.start : number.end]
            if number.account and (_bare(value) in own or any(o.endswith(_bare(value)) for o in own if len(o) > len(_bare(value)))):
                continue
            yield _hit(piece, number, value)


def _hit(piece: Leaving, number: _Number, value: str) -> Hit:
    offered = number.account and piece.kind == "text" and _is_offered(piece, number)
    note = offered or number.nobody
    if number.nobody:
        instead = "nobody has this number; see that it is one of the test register's"
    elif offered:
        instead = "if it is your own, name it in “own-accounts”"
    else:
        instead = "take it out, or send it through a channel meant for it"
    told = f"{number.what} goes outside" if not number.nobody else f"{number.what} stands in the mail"
    return Hit(
        RULE, told, piece.at(number.start, number.end), instead, severity=Severity.NOTE if note else None, key=f"{number.what} {value[:2]}", values=(value,)
    )


def _is_offered(piece: Leaving, number: _Number) -> bool:
    """Whether an account stands in own text, and the words around speak of paying."""
    return piece.own(number.start) and bool(_words("payment").search(piece.text[max(0, number.start - _AROUND) : number.end + _AROUND]))


@cache
def _words(key: str) -> Lazy:
    return union([p for data in by_language(__package__, "words") for p in data[key]], prefix=r"(?<!\w)", suffix=r"(?!\w)")


def _bare(value: str) -> str:
    return re.sub(r"[^A-Za-z0-9]", "", value).upper()


def _numbers(text: str) -> Iterator[_Number]:
    taken: list[tuple[int, int]] = []
    for number in (*_births(text), *_ibans(text), *_accounts(text), *_cards(text)):
        if any(number.start < end and start < number.end for start, end in taken) or _in_address(text, number.start, number.end):
            continue
        taken.append((number.start, number.end))
        yield number


def _in_address(text: str, start: int, end: int) -> bool:
    """Whether it is part of a link or an address: an identifier, that means nobody."""
    begin = max(text.rfind(c, 0, start) for c in " \n\t<(\u00a0") + 1
    return bool(_ADDRESS.match(text, begin, end))


def _births(text: str) -> Iterator[_Number]:
    from stdnum.no import fodselsnummer

    for match in _BIRTH.finditer(text):
        digits = _bare(match.group(0))
        if digits[9] != fodselsnummer.calc_check_digit1(digits) or digits[10] != fodselsnummer.calc_check_digit2(digits):
            continue
        what = _kind(digits)
        if "H number" in what and not _words("birth").search(text[max(0, match.start() - _BEFORE) : match.start()]):
            continue  # so few have one that a number without a word is chance
        if what:
            yield _Number(*match.span(), what, nobody="synthetic" in what)


def _kind(digits: str) -> str:
    """What kind of Norwegian number these eleven digits are; "" if no date makes one. (D and H numbers, and synthetic ones, add to day or month.)"""
    day, month, year, series = int(digits[:2]), int(digits[2:4]), int(digits[4:6]), int(digits[6:9])
    d_number, synthetic, help_number = day > _D, month > _SYNTHETIC, _HELP < month <= _SYNTHETIC
    day -= _D if d_number else 0
    month -= _SYNTHETIC if synthetic else _HELP if help_number else 0
    century = 1900 if series < 500 or (series >= 900 and year >= 40) else 2000 if year < 40 else 1800
    try:
        born = date(century + year, month, day)
    except ValueError:
        return ""
    if born > date.today():
        return ""
    kind = "D number (D-nummer)" if d_number else "H number (hjelpenummer)" if help_number else "birth number (fødselsnummer)"
    return f"a synthetic {kind} of the test register" if synthetic else f"a {kind}"


def _ibans(text: str) -> Iterator[_Number]:
    from stdnum import iban

    for match in _IBAN.finditer(text):
        value = match.group(0)
        while len(value) >= 15:  # a word in capitals may follow
            if iban.is_valid(value, check_country=False) and _bare(value) not in _examples():
                yield _Number(match.start(), match.start() + len(value), "an IBAN", account=True)
                break
            value = re.sub(r"[ \u00a0]?[A-Z0-9]{1,4}$", "", value) if " " in value or "\u00a0" in value else ""


def _accounts(text: str) -> Iterator[_Number]:
    from stdnum.no import kontonr

    for match in (*_ACCOUNT.finditer(text), *(m for m in _BARE.finditer(text) if _words("account").search(text[max(0, m.start() - _BEFORE) : m.start()]))):
        digits = _bare(match.group(0))
        if kontonr.is_valid(digits) and len(set(digits)) > 1 and digits not in _examples():
            yield _Number(*match.span(), "a bank account (kontonummer)", account=True)


def _cards(text: str) -> Iterator[_Number]:
    from stdnum import luhn

    for match in _CARD.finditer(text):
        digits = _bare(match.group(0))
        if digits in _examples() or not luhn.is_valid(digits) or not _brand(digits):
            continue
        grouped = not match.group(0).isdigit()
        if grouped or _words("card").search(text[max(0, match.start() - _BEFORE) : match.start()]):
            yield _Number(*match.span(), f"a payment card ({_brand(digits)})")


@cache
def _brands() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(p), name) for p, name in toml(__package__, "numbers.toml")["cards"])


def _brand(digits: str) -> str:
    return next((name for pattern, name in _brands() if pattern.fullmatch(digits)), "")


@cache
def _examples() -> frozenset[str]:
    return frozenset(toml(__package__, "numbers.toml")["examples"])
