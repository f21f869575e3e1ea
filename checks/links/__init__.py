"""Links that lead elsewhere: `link-mismatch`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sendcheck.checkapi import VALUE_IN_TAG, Body, Check, Harm, Hit, Kind, Mail, Place, Rule, Severity, Spot, lines
from sendcheck.understanding.organisations import registrable_domain

RULE = "link-mismatch"
RULES = (
    Rule(
        RULE,
        Severity.WARNING,
        Harm.CONTENT,
        "a link leads elsewhere than it shows, or to a place the reader cannot reach",
        "The reader lands somewhere else, or nowhere, and may take the mail for phishing.",
        reads_values=True,
    ),
)
_SHOWN_URL = re.compile(r"(?:https?://|ftp://)?(?P<host>(?:[\w-]+\.)+[a-z]{2,24})(?::\d+)?(?P<path>/\S*)?", re.I)
_FILE_ENDINGS = {"pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "py", "md", "sh", "pl", "rs", "zip", "txt", "csv", "js", "ts", "html", "png", "mov"}
_LOCAL_SUFFIXES = (".local", ".internal", ".lan", ".corp", ".intranet", ".home", ".localdomain", ".localhost", ".test", ".invalid")
_URL_IN_TEXT = re.compile(r"\b(?:https?|ftp|smb|file)://(?:\[[0-9a-f:.]{2,45}\][^\s<>\"')\]]*|[^\s<>\"')\]]+)", re.I)
_UNC = re.compile(r"(?<!\S)\\\\[A-Za-z0-9][\w.-]*\\[^\s<>\"]+|(?<![\w/])[A-Z]:\\(?:[\w .-]+\\)+[\w .-]+\.\w{2,5}")
_WRITTEN_HOST = re.compile(r"\w+://(\[[^\]]*\]|[^/:?#\s]+)(?::\d+)?")
_OWN = {Kind.OWN, Kind.SIGNATURE, Kind.DISCLAIMER}


def run(mail: Mail, options: Mapping[str, Any]) -> Iterator[Hit]:
    """Anchors of HTML halves, addresses and file paths written in the text. Quoted mail is not the sender's to mend."""
    trackers = {t.lower() for t in options["link-trackers"]} | lines(__package__, "trackers.txt")
    for body in mail.bodies:
        if body.part.html is not None:
            yield from _anchors(mail, body, trackers)
    if _leaves(mail):
        for stretch in mail.stretches(*_OWN, primary=False):
            for pattern in (_URL_IN_TEXT, _UNC):
                for match in pattern.finditer(stretch.text):
                    target = match.group(0).rstrip(".,;:!?")
                    if _is_local(target) and not _filled_in(mail, target):
                        start = stretch.start + match.start()
                        yield _unreachable(target, mail.at(stretch.body, start, start + len(_fixed(mail, target))))


def _anchors(mail: Mail, body: Body, trackers: set[str]) -> Iterator[Hit]:
    assert body.part.html is not None
    for link in body.part.html.links:
        if body.kind_at(link.start) not in _OWN:
            continue
        start = link.start + (len(body.text[link.start : link.end]) - len(body.text[link.start : link.end].lstrip()))
        place = mail.at(body, start, max(start, link.end))
        href = link.href.strip()
        if _leaves(mail) and _is_local(href) and not _filled_in(mail, href):
            yield _unreachable(href, _in_source(mail, href) or place)
            continue
        shown, real = _shown_host(link.text), None if _filled_in(mail, href) else _host(href)
        if shown and real and registrable_domain(shown) != registrable_domain(real) and not _tracked(real, trackers):
            yield Hit(RULE, f"the link shows {shown}, but leads to {real}", place, "make text and target agree, or name the tracker in link-trackers")


def _leaves(mail: Mail) -> bool:
    """Whether somebody outside reads it. A template's readers are not known yet: they are outside unless its profile says that they are not."""
    return bool(mail.outside) or (mail.template is not None and mail.profile != "internal")


def _filled_in(mail: Mail, target: str) -> bool:
    """Whether a link's host is what a variable of a template says."""
    host = _WRITTEN_HOST.match(target)
    return mail.template is not None and host is not None and (host[1] == VALUE_IN_TAG or mail.template.stand_in_at(host[1], 0, len(host[1])) == "whole")


def _fixed(mail: Mail, target: str) -> str:
    """What of a link its author wrote: of a template's, scheme and host, since variables may follow."""
    host = _WRITTEN_HOST.match(target)
    return target if mail.template is None or host is None else host[0]


def _in_source(mail: Mail, href: str) -> Place | None:
    """Where a target stands in a template's file; None in a mail, and where another file holds it."""
    if mail.template is None:
        return None
    file, fixed = mail.template.file, _fixed(mail, href)
    start = file.text.find(fixed)
    return mail.at_spot(Spot(file, start, start + len(fixed))) if start >= 0 else None


def _unreachable(target: str, place: Place) -> Hit:
    shown = target if len(target) <= 60 else target[:59] + "…"
    return Hit(RULE, f"“{shown}” is a place only your own machine or network can reach", place, "share it where the reader can get at it, or attach it")


def _shown_host(text: str) -> str | None:
    """The host an anchor's visible text names, if it is written as an address."""
    text = text.strip().strip("<>()[]").rstrip(".,;:!")
    if "@" in text and "/" not in text:
        host = text.rpartition("@")[2]
        return host.lower() if re.fullmatch(r"(?:[\w-]+\.)+[a-z]{2,24}", host, re.I) else None
    match = _SHOWN_URL.fullmatch(text)
    if match is None:
        return None
    host = match["host"].lower()
    certain = "://" in text or host.startswith("www.") or match["path"]
    if not certain and host.rpartition(".")[2] in _FILE_ENDINGS:
        return None
    return host if registrable_domain(host) != host.rpartition(".")[2] and "." in registrable_domain(host) else None


def _host(href: str) -> str | None:
    if href.lower().startswith("mailto:"):
        return href[7:].partition("?")[0].rpartition("@")[2].lower() or None
    try:
        return (urlsplit(href).hostname or "").lower() or None if re.match(r"(?i)https?://|ftp://", href) else None
    except ValueError:
        return None


def _tracked(host: str, trackers: Sequence[str] | set[str]) -> bool:
    return any(host == t or host.endswith("." + t) for t in trackers)


def _is_local(target: str) -> bool:
    """Whether a target exists only on this machine or network (RFC 1918, RFC 6761, UNC and drive paths)."""
    if target.startswith("\\\\") or re.match(r"[A-Za-z]:\\", target) or re.match(r"(?i)(?:file|smb):", target):
        return True
    if not re.match(r"(?i)(?:https?|ftp)://", target):
        return False
    try:
        host = (urlsplit(target).hostname or "").lower()
    except ValueError:
        return False
    if not host or host == "localhost" or host.endswith(_LOCAL_SUFFIXES):
        return bool(host)
    try:
        address = ip_address(host)
    except ValueError:
        return "." not in host
    return address.is_private or address.is_loopback or address.is_link_local


CHECK = Check("links", RULES, run, Path(__file__).parent, ("link-trackers",))
