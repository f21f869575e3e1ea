"""The history as checks see it: questions in, answers from the file, each read once for a mail. Reads only."""

from __future__ import annotations

import math
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from sendcheck.history import near
from sendcheck.history.database import MARK, Database
from sendcheck.history.memory import ordered
from sendcheck.history.people import members_unpacked
from sendcheck.history.record import id_digests
from sendcheck.history.signs import JUST_NOW, NAMES, Past, Scene, signs
from sendcheck.history.store import open_reading, told
from sendcheck.history.terms import likeness, terms, unpacked, weights
from sendcheck.history.trees import shipped
from sendcheck.reading.addresses import untagged
from sendcheck.understanding.acquaintance import Acquaintance, Draft, Fit, Twin
from sendcheck.understanding.lookalikes import Domains, Slip, looks_like
from sendcheck.understanding.names import related_forms
from sendcheck.understanding.organisations import Organisations

_ORGANISATIONS = Organisations()
#: The last mails of a person that are looked at.
WINDOW = 120
#: Recipients of one mail that are looked at: what goes to more is a list.
MOST_RECIPIENTS = 40
_MOST_PEOPLE = 400
_MOST_TWINS = 6
#: Mails of a thread that are looked up.
_MOST_NAMED = 200
_NEAR = 60
#: Rows of people and circles that are kept from mail to mail.
_KEPT = 20_000
#: Of these, those whose mails are compared with the text.
_TOLD = 2
_MET = NAMES.index("met")
#: The past mails nearest to the text that tell (Carvalho and Cohen used 30 over all; these are of one person).
_NEAREST = 5
#: … and the last mails of each that are compared with the text.
_COMPARED = 40
#: A person with their names, the most frequent first.
_PERSON = (
    "SELECT id, address, organisation, mails, first, last, "
    "(SELECT {joined} FROM (SELECT text FROM name WHERE person = p.id ORDER BY mails DESC, text LIMIT 8) n) FROM person p"
)


class HistoryFile:
    """An open history. :meth:`fresh` comes before each mail. A mail that was learnt already does not count for itself.

    ``db``: an open one instead of the file's; ``owner``: whose it is, where addresses are hashed.
    """

    broken = False
    why_not = ""

    def __init__(self, path: Path, db: Database | None = None, owner: str = "") -> None:
        self.path, self._owner = path, owner
        self._db: Database = db or open_reading(path)
        self._circles: dict[int, tuple[frozenset[int], frozenset[int]]] = {}
        self._people: dict[int, Acquaintance] = {}
        self._by_address: dict[str, Acquaintance | None] = {}
        self._version: object = None
        self._past: dict[tuple[int, int, int], list[Past]] = {}

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def fresh(self) -> None:
        """Before the next mail: forget what was read if another program has written since, or if it has become much."""
        try:
            version = self._db.version()
        except sqlite3.Error as error:
            raise told(error, self.path) from error
        if version != self._version or len(self._people) > _KEPT or len(self._circles) > _KEPT:
            self._version = version
            self._people.clear()
            self._by_address.clear()
            self._circles.clear()
            for name in ("mails", "_domains", "_index", "_labels", "_own", "_has_allowed"):
                self.__dict__.pop(name, None)
        self._past.clear()

    def _rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        try:
            return self._db.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise told(error, self.path) from error

    @cached_property
    def _key(self) -> bytes:
        return self._db.key()

    # -- people -------------------------------------------------------------------

    @cached_property
    def mails(self) -> int:
        """Mails learnt."""
        return int(self._rows("SELECT COUNT(*) FROM mail")[0][0])

    def _acquaintance(self, row: Sequence[Any]) -> Acquaintance:
        number = int(row[0])
        found = self._people.get(number)
        if found is None:
            names = tuple(str(row[6]).split("\x1f")) if row[6] else ()
            found = Acquaintance(number, str(row[1]), names, str(row[2]), int(row[3]), int(row[4]), int(row[5]))
            self._people[number] = found
        return found

    def _of(self, kind: str, value: str) -> str:
        return self._db.codec.of(kind, value)

    def _readable(self, found: Acquaintance, address: str) -> Acquaintance:
        """Somebody who was asked for by address, and is so known again where addresses are hashed."""
        if not self._db.codec.hidden or address.startswith(MARK):
            return found
        house = _ORGANISATIONS.of_domain(address.rpartition("@")[2], address)
        found = self._people[found.number] = replace(found, address=address, organisation=house)
        return found

    def _found(self, sql: str, values: Sequence[object], most: int = _MOST_PEOPLE) -> list[Acquaintance]:
        return [
            self._acquaintance(row) for row in self._rows(f"{_PERSON.format(joined=self._db.joined)} WHERE {sql} ORDER BY mails DESC, id LIMIT {most}", values)
        ]

    def person(self, address: str) -> Acquaintance | None:
        """Whoever has that address."""
        key = untagged(address.lower())
        if key not in self._by_address:
            found = next(iter(self._found("address = ?", (self._of("address", key),), 1)), None)
            self._by_address[key] = found and self._readable(found, key)
        return self._by_address[key]

    @cached_property
    def _domains(self) -> Mapping[str, int]:
        return {str(d): int(n) for d, n in self._rows("SELECT domain, SUM(mails) FROM person GROUP BY domain")}

    def domains(self) -> Mapping[str, int]:
        """Domains written to, with the mails sent there."""
        if self._db.codec.hidden:
            return near.Asked(self._domains, lambda domain: self._of("domain", domain))
        return self._domains

    @cached_property
    def _index(self) -> Domains:
        return Domains(self._domains)

    def domains_like(self, domain: str) -> Sequence[tuple[str, Slip]]:
        """(domain written to, what lies between) of those that *domain* may be a slip of."""
        if self._db.codec.hidden:
            return Domains(d for d in near.domains(domain) if self._of("domain", d) in self._domains).like(domain)
        return self._index.like(domain)

    def people_at(self, domain: str) -> Sequence[Acquaintance]:
        """People at a domain, the most written to first."""
        return self._found("domain = ?", (self._of("domain", domain.lower()),))

    def people_like(self, address: str) -> Sequence[Acquaintance]:
        """People at an address's domain whose own may be the one that was meant."""
        local, _, domain = untagged(address.lower()).rpartition("@")
        if not self._db.codec.hidden:
            return self.people_at(domain)
        made = {self._of("address", f"{other}@{domain}"): f"{other}@{domain}" for other in near.local_parts(local)}
        found = self._found(f"address IN ({','.join('?' * len(made))})", list(made)) if made else []
        return [self._readable(p, made.get(p.address, p.address)) for p in found]

    def people_named(self, given: Iterable[str], most: int = _MOST_PEOPLE) -> Sequence[Acquaintance]:
        """People with one of these given names (folded), the most written to first."""
        wanted = sorted({self._of("given", name) for name in given} - {""})
        return self._found(f"given IN ({','.join('?' * len(wanted))})", wanted, most) if wanted else []

    def _by_number(self, numbers: Iterable[int]) -> list[Acquaintance]:
        wanted = sorted(set(numbers))
        return self._found(f"id IN ({','.join('?' * len(wanted))})", wanted) if wanted else []

    # -- mails --------------------------------------------------------------------

    def _circle(self, number: int, data: bytes) -> tuple[frozenset[int], frozenset[int]]:
        """Everyone in a circle, and those of them whom the others did not see."""
        found = self._circles.get(number)
        if found is None:
            members = members_unpacked(data)
            found = self._circles[number] = frozenset(map(abs, members)), frozenset(-n for n in members if n < 0)
        return found

    def last(self, person: int, but: int = 0, most: int = WINDOW) -> list[Past]:
        """The last mails to somebody, newest first; without the one mail that is asked about."""
        whole = self._past.get((person, but, WINDOW))
        if whole is not None:
            return whole[:most]
        key = (person, but, most)
        if key not in self._past:
            self._past[key] = self._pasts(
                f"JOIN sent s ON s.mail = m.id WHERE s.person = ? AND m.id != ? ORDER BY s.time DESC, s.mail DESC LIMIT {most}", (person, but)
            )
        return self._past[key]

    def _recent(self, but: int) -> list[Past]:
        return self._pasts(f"WHERE m.id != ? ORDER BY m.time DESC, m.id DESC LIMIT {JUST_NOW}", (but,))

    def _pasts(self, which: str, values: Sequence[object]) -> list[Past]:
        rows = self._rows(f"SELECT m.id, m.time, m.circle, c.members, m.terms, m.identity FROM mail m JOIN circle c ON c.id = m.circle {which}", values)
        return [
            Past(number, float(moment), *self._circle(circle, members), profile, identity or 0) for number, moment, circle, members, profile, identity in rows
        ]

    def _itself(self, raw: bytes) -> int:
        """The number of the row of a mail that was learnt already, 0 if it is not there: it must not vouch for itself."""
        own, _thread = id_digests(raw, self._key)
        rows = self._rows("SELECT id FROM mail WHERE message = ?", (own,)) if own else []
        return int(rows[0][0]) if rows else 0

    def in_thread(self, raw: bytes) -> frozenset[str]:
        """Everyone whom the sender wrote to in the thread that a mail names."""
        digests = id_digests(raw, self._key)[1][:_MOST_NAMED]
        if not digests:
            return frozenset()
        marks = ",".join("?" * len(digests))
        rows = self._rows(
            f"SELECT DISTINCT c.members FROM mail m JOIN circle c ON c.id = m.circle WHERE m.message IN ({marks}) OR m.thread IN ({marks})",
            [*digests, *digests],
        )
        people = self._by_number(abs(n) for (data,) in rows for n in members_unpacked(data))
        return near.Members.made((self._of("address", p.address) for p in people), lambda address: self._of("address", address))

    def identities(self, address: str) -> Mapping[str, int]:
        """Under which of their own addresses the sender wrote to somebody, of the last mails."""
        known = self.person(address)
        if known is None:
            return {}
        mine = {self._of("address", self._owner): self._owner} if self._owner else {}
        names = {int(n): mine.get(str(a), str(a)) for n, a in self._rows("SELECT id, address FROM identity")}
        return Counter(names[past.identity] for past in self.last(known.number) if past.identity in names)

    def own(self) -> Mapping[str, int]:
        """The sender's own addresses, with the mails sent under each."""
        return self._own

    @cached_property
    def _own(self) -> Mapping[str, int]:
        mine = {self._of("address", self._owner): self._owner} if self._owner else {}
        return {mine.get(str(a), str(a)): int(n) for a, n in self._rows("SELECT address, mails FROM identity")}

    def shown(self, addresses: Sequence[str]) -> frozenset[int]:
        """Of the last mails to any of these: the numbers of those that showed one of them to the other readers."""
        numbers = {p.number for a in addresses if (p := self.person(a)) is not None}
        return frozenset(past.mail for n in numbers for past in self.last(n) if not numbers.isdisjoint(past.circle - past.hidden))

    def organisations(self, labels: Iterable[str]) -> Sequence[tuple[str, str, int]]:
        """(label, domain, mails) of domains that one of these words is a label of, the last one aside; none where domains are hashed."""
        return [(label, domain, self._domains[domain]) for label in sorted({w.lower() for w in labels}) for domain in self._labels.get(label, ())]

    @cached_property
    def _labels(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for domain in sorted(self._domains):
            for label in dict.fromkeys(domain.split(".")[:-1]):
                found.setdefault(label, []).append(domain)
        return found

    # -- how recipients fit -------------------------------------------------------

    def fits(self, draft: Draft) -> Sequence[Fit]:
        """How the known recipients fit the others and the text, and who of the same name would fit better."""
        people = [p for a in dict.fromkeys(draft.recipients[:MOST_RECIPIENTS]) if (p := self.person(a)) is not None]
        if not people:
            return ()
        but = self._itself(draft.message)
        numbers = {p.number: p for p in people}
        twins = {p.number: self._twins(p) for p in people}
        everyone = {t.number: t for some in twins.values() for t in some} | numbers
        now = draft.moment.timestamp() if draft.moment is not None else float(max(p.last for p in people))
        unknown = [-n - 1 for n, a in enumerate(draft.recipients[:MOST_RECIPIENTS]) if self.person(a) is None]
        shared = {int(n): int(k) for n, k in self._rows(f"SELECT id, shared FROM person WHERE id IN ({','.join(map(str, everyone))})")}
        mails = {n: p.mails - (but != 0 and p in people) for n, p in everyone.items()}
        scene = Scene(now, self.mails, mails, shared, lambda person: self.last(person, but) if person > 0 else (), self._recent(but))
        table = signs(scene, [*numbers, *unknown], {n: [t.number for t in some] for n, some in twins.items()})
        model = shipped()
        told = {*numbers, *(t.number for some in twins.values() for t in some[:_TOLD]), *(twin for _row, twin in table.values() if twin is not None)}
        texts = self._texts(draft, told, but)
        found = []
        for number, (row, twin) in table.items():
            beside = [texts[n] for n in numbers if n != number]
            other = everyone[twin] if twin is not None else None
            score = model.score(row) + text_oddity(texts[number], beside) * model.text
            oddity = next((name for name in ("warning", "note") if score > model.cuts[name]), None)
            if other is not None and row[_MET] <= 0 and score > model.cuts["namesake"]:
                oddity = "warning"  # the one of that name who goes with the others is not here, and this one never went with them
            found.append(Fit(numbers[number], score, oddity, texts[number], other, tuple(Twin(t, texts.get(t.number, 0.0)) for t in twins[number])))
        return found

    def _twins(self, person: Acquaintance) -> list[Acquaintance]:
        """People whom the hand or the address completion may take for this one: the same given name, or an address that looks alike."""
        rows = self._rows("SELECT given, local FROM person WHERE id = ?", (person.number,))
        given, local = (str(value) for value in rows[0])
        alike = [p for p in self.people_named(related_forms(given), _MOST_TWINS + 1) if p.number != person.number]
        alike += [p for p in self._found("local = ?", (local,)) if p.number != person.number]
        if self._db.codec.hidden:
            return list({p.number: p for p in alike}.values())[:_MOST_TWINS]
        sizes = (len(local) - 2, len(local) + 2)
        near = self._found("local >= ? AND local < ? AND length(local) BETWEEN ? AND ?", (local[:3], local[:3] + "\U0010ffff", *sizes), _NEAR)
        alike += [p for p in near if p.number != person.number and looks_like(p.address.rpartition("@")[0], local)]
        return list({p.number: p for p in alike}.values())[:_MOST_TWINS]  # namesakes first

    def _texts(self, draft: Draft, people: Iterable[int], but: int) -> dict[int, float]:
        """How much of what the mail is about the nearest past mails of each share."""
        mine = frozenset(terms(draft.subject, draft.text, self._key))
        if not mine:
            return dict.fromkeys(people, 0.0)
        rows = self._rows(f"SELECT bucket, mails FROM term WHERE bucket IN ({','.join(map(str, sorted(mine)))})")
        weight = weights({int(b): int(n) for b, n in rows}, mine, self.mails)
        whole = sum(weight.values())
        found = {}
        for number in people:
            likes = sorted([likeness(mine, unpacked(past.terms), weight, whole) for past in self.last(number, but, _COMPARED)], reverse=True)[:_NEAREST]
            found[number] = sum(likes) / _NEAREST
        return found

    # -- what was allowed ---------------------------------------------------------

    @cached_property
    def _has_allowed(self) -> bool:
        return bool(self._rows("SELECT 1 FROM allowed LIMIT 1"))

    def allowed(self, rule: str, pairs: Iterable[tuple[str, str]]) -> str | None:
        """The reason why all of these pairs of people were once allowed for a rule; None unless all were."""
        wanted = list(pairs)
        if not wanted or not self._has_allowed:
            return None
        reason = ""
        for one, other in wanted:
            pair = ordered((self._of("address", one.strip().lower()), self._of("address", other.strip().lower())))
            rows = self._rows("SELECT reason FROM allowed WHERE rule = ? AND one = ? AND other = ?", (rule, *pair))
            if not rows:
                return None
            reason = reason or str(rows[0][0])
        return reason


def text_oddity(own: float, others: Sequence[float]) -> float:
    """How much less of the text one recipient's past mails share than the others' do, in log units; 0 without others."""
    if not others:
        return 0.0
    return math.log((sum(others) / len(others) + 0.02) / (own + 0.02))
