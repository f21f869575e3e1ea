"""Address lists as RFC 5322 writes them: a strict parser that never raises.

Groups, quoted names, comments, obsolete routes, non-ASCII names and both name orders
are understood. What does not parse is kept as an address with an ``error``: a mailbox
that two parsers read differently must never reach a reader unnoticed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

# RFC 5322 atext and what RFC 6531 adds: all but these.
_ATEXT = r'[^\x00-\x20()<>\[\]:;@\\,."\x7f]'
_DOT_ATOM = re.compile(rf"{_ATEXT}+(?:\.{_ATEXT}+)*\Z")
_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<quoted>"(?:[^"\\]|\\.)*")
      | (?P<literal>\[[^\[\]\\]*\])
      | (?P<special>[<>@,;:])
      | (?P<paren>\()
      | (?P<atom>[^\s"<>@,;:()\[\]]+)
      | (?P<junk>.)""",
    re.X | re.S,
)


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox. ``addr`` is ``local@domain`` with the domain in lower case, or the raw text when ``error`` is set.

    ``name``: display name or comment, decoded; ``group``: the group it stands in;
    ``raw``: the address as written in the header, for finding its place again.
    """

    name: str
    addr: str
    group: str | None = None
    error: str | None = None
    raw: str = ""

    @property
    def local(self) -> str:
        """The part before the last @ (quotes removed)."""
        return self.addr.rpartition("@")[0].strip('"')

    @property
    def domain(self) -> str:
        """The part after the last @, lower case; empty if there is none."""
        return self.addr.rpartition("@")[2].lower() if "@" in self.addr else ""

    @property
    def key(self) -> str:
        """What two spellings of one mailbox share: the address in lower case."""
        return self.addr.lower()


def untagged(key: str) -> str:
    """An address without the detail behind a plus (RFC 5233): ``kari+web@example.no`` reaches ``kari@example.no``."""
    return re.sub(r"\+[^@]*", "", key)


class AddressList(NamedTuple):
    """A parsed list: mailboxes in order, the names of groups (empty ones too), and whether a cap cut it."""

    addresses: tuple[Address, ...] = ()
    groups: tuple[str, ...] = ()
    cut: bool = False


class _Token(NamedTuple):
    kind: str
    text: str


def parse_address_list(value: str, limit: int = 10_000) -> AddressList:
    """Parse a To-like header value (already unfolded, RFC 2047 words already decoded in names).

    Never raises. At most *limit* mailboxes are read; ``cut`` says when there were more.
    """
    addresses: list[Address] = []
    groups: list[str] = []
    group: str | None = None
    current: list[_Token] = []
    angles = 0

    def flush() -> None:
        if any(t.kind not in {"space", "comment"} for t in current):
            addresses.append(_mailbox(current, group))
        current.clear()

    for token in _tokens(value):
        if len(addresses) >= limit:
            return AddressList(tuple(addresses), tuple(groups), True)
        if token.kind == "special" and token.text in "<>":
            angles = max(0, angles + (1 if token.text == "<" else -1))
        elif token.kind == "special" and angles == 0:
            if token.text == ",":
                flush()
                continue
            if token.text == ";":
                flush()
                group = None
                continue
            if token.text == ":" and group is None and len(current) < 40 and not any(t.text == "@" for t in current):
                group = _words(current)
                groups.append(group)
                current.clear()
                continue
        current.append(token)
    flush()
    return AddressList(_join_split_names(addresses), tuple(groups), False)


def _join_split_names(found: list[Address]) -> tuple[Address, ...]:
    """Mend ``Holm, Kari <kari@x.example>``: a bare word followed by a named mailbox."""
    out: list[Address] = []
    for address in found:
        previous = out[-1] if out else None
        if (
            previous is not None
            and previous.error == _BARE_WORD
            and address.name
            and address.error is None
            and re.fullmatch(r"[^\W\d_][\w'’. -]{0,40}", previous.addr)
            and re.fullmatch(r"[^\W\d_][\w'’. -]{0,40}", address.name)
        ):
            out.pop()
            joined = f"{previous.addr}, {address.name}"
            address = Address(joined, address.addr, address.group, None, address.raw)
        out.append(address)
    return tuple(out)


_BARE_WORD = "it is a name without an address"


def _tokens(value: str) -> Iterator[_Token]:
    at = 0
    while at < len(value):
        match = _TOKEN.match(value, at)
        assert match is not None  # the junk branch takes any character
        kind = match.lastgroup or "junk"
        if kind == "paren":
            end = _comment_end(value, at)
            yield _Token("comment", value[at + 1 : end - 1])
            at = end
            continue
        yield _Token(kind, match.group(0))
        at = match.end()


def _comment_end(value: str, at: int) -> int:
    """End of the comment that opens at *at*; comments nest (counted, not recursed: RFC 5322 section 3.2.2)."""
    depth = 0
    index = at
    while index < len(value):
        char = value[index]
        if char == "\\":
            index += 2
            continue
        if char == "(":
            depth += 1
        elif char == ")":
            depth -= 1
            if depth == 0:
                return index + 1
        index += 1
    return len(value)


def _words(tokens: list[_Token]) -> str:
    text = "".join(_unquote(t.text) if t.kind == "quoted" else t.text for t in tokens if t.kind != "comment")
    return " ".join(text.split()).strip(" '")


def _unquote(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1])


def _mailbox(tokens: list[_Token], group: str | None) -> Address:
    comment = " ".join(t.text.strip() for t in tokens if t.kind == "comment")
    solid = [t for t in tokens if t.kind != "comment"]
    raw = "".join(t.text for t in solid).strip()
    opens = [i for i, t in enumerate(solid) if t.text == "<" and t.kind == "special"]
    if not opens:
        return _checked(comment if comment else "", raw, raw, group)
    closes = [i for i, t in enumerate(solid) if t.text == ">" and t.kind == "special"]
    name = _words(solid[: opens[0]])
    if len(opens) > 1 or len(closes) != 1 or closes[0] < opens[0]:
        return Address(name, raw, group, "the angle brackets do not match", raw)
    inner = "".join(t.text for t in solid[opens[0] + 1 : closes[0]]).strip()
    rest = "".join(t.text for t in solid[closes[0] + 1 :]).strip()
    if "@" in name and _DOT_ATOM.match(name.replace("@", "")) is None and "]" in name:
        return Address(name, raw, group, "it can be read as two different addresses", raw)
    if rest:
        return Address(name, raw, group, f"there is text after the address (“{rest[:40]}”)", raw)
    if inner.startswith("@") and ":" in inner:  # obsolete source route, RFC 5322 section 4.4
        inner = inner.partition(":")[2]
    return _checked(name or comment, inner, inner, group)


def _checked(name: str, addr: str, raw: str, group: str | None) -> Address:
    if "@" not in addr:
        return Address(name, addr, group, _BARE_WORD if addr else "the address is empty", raw)
    local, _, domain = addr.rpartition("@")
    local, domain = local.strip(), domain.strip()
    error = _fault(local, domain)
    if error:
        return Address(name, addr, group, error, raw)
    return Address(name, f"{local}@{domain.lower()}", group, None, raw)


def _fault(local: str, domain: str) -> str | None:
    """Why ``local@domain`` is not written as RFC 5322 section 3.4.1 wants it, or None."""
    if not local:
        return "there is nothing before the @"
    if not domain:
        return "there is nothing after the @"
    quoted = len(local) > 1 and local[0] == local[-1] == '"'
    if not quoted:
        if "@" in local:
            return "it holds more than one @"
        if ".." in local or local.startswith(".") or local.endswith("."):
            return "a dot stands in the wrong place before the @"
        if not _DOT_ATOM.match(local):
            return "a character is not allowed before the @"
    if domain.startswith("["):
        return None if domain.endswith("]") else "the bracket after the @ is not closed"
    if ".." in domain or domain.startswith(".") or domain.endswith(".."):
        return "a dot stands in the wrong place after the @"
    if not _DOT_ATOM.match(domain.rstrip(".")):
        return "a character is not allowed after the @"
    return None
