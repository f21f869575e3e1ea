"""Organisations: the registrable domain behind an address (public suffix list), free-mail, merged and named ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from sendcheck.data import lines
from sendcheck.data.entries import Entries
from sendcheck.reading.addresses import Address
from sendcheck.reading.limits import LIMITS

# RFC 2606 and RFC 6761: names that never resolve.
_RESERVED_SUFFIXES = ("example", "test", "invalid", "localhost")
#: Endings that are used inside of houses and networks, and that nobody outside can write to (RFC 6762, appendix G; RFC 7686).
LOCAL_SUFFIXES = ("local", "internal", "lan", "home", "corp", "intranet", "localdomain", "onion", "arpa")
_RESERVED_DOMAINS = ("example.com", "example.net", "example.org")


def is_reserved(domain: str) -> bool:
    """Whether a domain is reserved for examples and tests, and never resolves."""
    return domain.rpartition(".")[2] in _RESERVED_SUFFIXES or any(domain == d or domain.endswith("." + d) for d in _RESERVED_DOMAINS)


def may_exist(domain: str) -> bool:
    """Whether a domain ends as domains do: on the public suffix list, reserved, or used inside of houses. “ss.ord” does not."""
    last = readable(domain.lower().strip(".")).rpartition(".")[2]
    suffixes = _suffixes()
    return last in suffixes.rules or last in suffixes.wildcards or last in LOCAL_SUFFIXES or is_reserved(last)


def listed(entry: str, address: str) -> bool:
    """Whether an entry of a list (address, domain, ``*.sub-domains``, ``pattern@domain``) covers an address; sub-domain-safe."""
    wanted = entry.strip().lower().lstrip("@")
    domain = address.lower().rpartition("@")[2] if "@" in address else ""
    if "@" in wanted:
        return fnmatchcase(address.lower(), re.sub(r"[\[\]]", "", wanted))
    if wanted.startswith("*."):
        return domain.endswith(wanted[1:])
    return domain == wanted


def mention(name: str, domains: Sequence[str]) -> re.Pattern[str]:
    """An organisation's name or domains as a reader would meet them. A single lower-case word only counts with a capital (``Orange``, not an orange)."""
    return _mention(name, tuple(domains))


@lru_cache(maxsize=512)
def _mention(name: str, domains: tuple[str, ...]) -> re.Pattern[str]:
    words = [w for w in re.split(r"[\s_-]+", name) if w]
    hosts = "|".join(rf"(?<![\w-])(?i:{re.escape(d)})(?![\w-])" for d in domains)
    if len(words) > 1:
        spelled = r"[\s_-]*".join(f"(?i:{re.escape(w)})" for w in words)
    else:
        word = words[0] if words else name
        forms = {word, word.capitalize(), word.upper(), word[:1].upper() + word[1:]}
        if word.islower():
            forms.discard(word)
        spelled = "|".join(re.escape(f) for f in sorted(forms, key=len, reverse=True))
    return re.compile(rf"(?<![\w@.-])(?:{spelled})(?:s|['’]s)?(?![\w-])" + (f"|{hosts}" if hosts else ""))


class _Suffixes(NamedTuple):
    rules: Entries
    wildcards: frozenset[str]
    exceptions: frozenset[str]


@cache
def _suffixes() -> _Suffixes:
    """The public suffix list shipped with sendcheck (publicsuffix.org format, MPL 2.0)."""
    text = (Path(__file__).parent.parent / "data" / "public_suffix_list.dat").read_text("utf-8")
    odd = {mark: frozenset(re.findall(rf"^{re.escape(mark)}(.+)$", text, re.M)) for mark in ("*.", "!")}
    return _Suffixes(Entries(text), odd["*."], odd["!"])  # its comments are no domain's end


@lru_cache(maxsize=LIMITS.addresses)
def registrable_domain(domain: str) -> str:
    """The domain somebody registered: ``mail.a.co.uk`` gives ``a.co.uk``; a bare suffix gives itself."""
    labels = readable(domain.lower().strip(".")).split(".")
    if len(labels) < 2 or domain.startswith("["):
        return domain.lower()
    suffixes = _suffixes()
    length = 1
    for size in range(len(labels), 0, -1):
        candidate = ".".join(labels[-size:])
        parent = ".".join(labels[-size + 1 :]) if size > 1 else ""
        if candidate in suffixes.exceptions:
            length = size - 1
            break
        if candidate in suffixes.rules or (size > 1 and parent in suffixes.wildcards):
            length = size
            break
    return ".".join(labels[-(length + 1) :])


def readable(domain: str) -> str:
    """A domain as it is shown: Punycode decoded (RFC 3492)."""
    if "xn--" not in domain:
        return domain
    try:
        return domain.encode("ascii").decode("idna")
    except (UnicodeError, ValueError):
        return domain


@cache
def _free_mail() -> Entries:
    return lines("sendcheck.data", "free_mail_domains.txt")


@lru_cache(maxsize=LIMITS.addresses)
def is_free_mail(domain: str) -> bool:
    """Whether anybody can have an address there, so that it tells nothing about an organisation."""
    return domain.lower() in _free_mail() or registrable_domain(domain) in _free_mail()


@dataclass(frozen=True, slots=True)
class Organisations:
    """Which organisation an address belongs to, and which addresses are inside.

    ``named``: configured name to its domains (several domains merge into one organisation).
    ``internal``: configured internal domains or addresses; empty means "the organisation of From".
    """

    named: Mapping[str, Sequence[str]] = field(default_factory=dict)
    internal: Sequence[str] = ()

    def of(self, address: Address) -> str:
        """The organisation's name: a configured name, a registrable domain, or (free-mail) the address itself."""
        return self.of_domain(address.domain, address.key)

    def of_domain(self, domain: str, key: str = "") -> str:
        """As :meth:`of`, for a bare domain; ``key`` stands for the person at a free-mail provider."""
        domain = domain.lower()
        for name, domains in self.named.items():
            if any(_covers(entry, domain, key) for entry in domains):
                return name
        if key and is_free_mail(domain):
            return key
        return registrable_domain(domain) or key

    def inside(self, address: Address, sender: Address | None) -> bool:
        """Whether an address is on the sender's side (DESIGN: *Inside*)."""
        if self.internal:
            return any(_covers(entry, address.domain, address.key) for entry in self.internal)
        if sender is None or not sender.domain:
            return False
        return self.of(address) == self.of(sender)


def at_any(entries: Iterable[str], address: str) -> bool:
    """Whether an address (in lower case) is one of some entries: addresses, or domains with their sub-domains."""
    return any(_covers(entry, address.rpartition("@")[2], address) for entry in entries)


def _covers(entry: str, domain: str, key: str) -> bool:
    """Whether a configured entry (address, domain with its sub-domains, single host) covers an address."""
    entry = entry.lower().lstrip("@")
    if "@" in entry:
        return entry == key.lower()
    entry = entry.removeprefix("*.")
    return domain == entry or domain.endswith("." + entry)
