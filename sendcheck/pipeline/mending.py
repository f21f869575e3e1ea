"""One remedy where several findings need one (RULES.md, ruling 46): the rewordings of a sentence become one, and so do the sentences that a mail lacks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sendcheck.pipeline.contract import Rule, Severity
from sendcheck.pipeline.report import Finding, Offer
from sendcheck.understanding.place import Place
from sendcheck.understanding.rewording import Change, Rewording

#: A longer sentence is not shown again.
_LONGEST = 160


def with_offers(findings: Iterable[Finding], rules: Mapping[str, Rule]) -> list[Finding]:
    """The findings, each with what its sentence, or the mail, needs altogether."""
    found = list(findings)
    sentences: dict[tuple[object, ...], list[Finding]] = {}
    for finding in found:
        if finding.rewording is not None:
            sentences.setdefault(finding.rewording.where.spot, []).append(finding)
    offers: dict[int, Offer] = {}
    for some in sentences.values():
        offer = _of_sentence(some, found, rules)
        offers |= {id(f): offer for f in some if offer is not None}
    lacking = [f for f in found if f.missing is not None]
    if lacking:
        words = " ".join(dict.fromkeys(m.words for m in sorted(f.missing for f in lacking if f.missing is not None)))
        offers |= {id(f): Offer(words, f": “{words}”") for f in lacking}
    return [_offered(f, offers.get(id(f))) for f in found]


def once(findings: Sequence[Finding]) -> list[Finding]:
    """Findings as one report shows them: words that are offered for several stand with the first."""
    seen: dict[str, str] = {}
    out = []
    for finding in findings:
        offer = finding.offer
        if offer is not None and offer.words in seen:
            where = "what to write" if offer.where is None else "the rewording"
            finding = replace(finding, suggestion=f"{finding.suggestion.removesuffix(offer.tail)} ({where} under {seen[offer.words]} does)")
        elif offer is not None:
            seen[offer.words] = finding.rule
        out.append(finding)
    return out


def _offered(finding: Finding, offer: Offer | None) -> Finding:
    suggestion = finding.suggestion + (offer.tail if offer is not None else "")
    return (
        finding if finding.rewording is None and finding.missing is None else replace(finding, suggestion=suggestion, offer=offer, rewording=None, missing=None)
    )


def _of_sentence(some: list[Finding], findings: list[Finding], rules: Mapping[str, Rule]) -> Offer | None:
    """What mends a sentence of all its findings; None if that cannot be said."""
    known = [f.rewording for f in some if f.rewording is not None]
    first = known[0]
    if not all(r.changes for r in known):
        return None  # another sentence has to be written
    changes = [change for r in known for change in r.changes]
    for finding in findings:
        if finding.rewording is None and finding.rule in rules and rules[finding.rule].language_rule:
            for place in (finding.where, *finding.also):
                if not _within(place, first.where):
                    continue
                if finding.fix is not None and place.span is not None and first.where.span is not None:
                    start = place.span[1] - first.where.span[1]
                    changes.append(((start, start + place.span[2] - place.span[1]), finding.fix.rstrip("\n")))
                elif finding.severity is not Severity.NOTE:
                    return None  # it would still be wrong
    words = _changed(first, changes)
    flat = " ".join(first.said(words).split()) if words is not None else ""
    if not flat or len(flat) > _LONGEST or flat == " ".join(first.said(first.text).split()):
        return None
    shown = f"{flat[:1].upper()}{flat[1:]}" if first.text[:1].isupper() else flat
    return Offer(shown, f"; for instance: “{shown}”", first.where)


def _changed(sentence: Rewording, changes: list[Change]) -> str | None:
    """The sentence with all changes; of two that overlap the wider, where that leaves nothing of the other's words. None if they cannot be had together."""
    kept: list[Change] = []
    for (start, end), words in sorted(dict.fromkeys(changes), key=lambda c: (c[0][0] - c[0][1], c[0][0])):
        over = [k for k in kept if start < k[0][1] and k[0][0] < end]
        if not over:
            kept.append(((start, end), words))
        elif any(not (k[0][0] <= start and end <= k[0][1]) or sentence.text[start:end] in k[1] for k in over):
            return None
    text = sentence.text
    for (start, end), words in sorted(kept, reverse=True):
        text = text[:start] + words + text[end:]
    return text


def _within(inner: Place, outer: Place) -> bool:
    """Whether a place lies in another."""
    if inner.span is not None and outer.span is not None:
        return inner.span[0] == outer.span[0] and outer.span[1] <= inner.span[1] and inner.span[2] <= outer.span[2]
    if inner.part != outer.part or inner.file != outer.file or inner.line is None or outer.line is None:
        return False
    begin, end = (outer.line, outer.column or 0), (outer.end_line or outer.line, outer.end_column or 0)
    return begin <= (inner.line, inner.column or 0) < end
