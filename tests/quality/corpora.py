"""The corpora that quality is measured on, as mails. They lie outside the project (see ``find_data``) and none of their words enters it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
READING_SETS = ("spamassassin", "mimekit", "ruby_mail_fixtures", "python_test_email", "notmuch_corpora", "flanker_fixtures")


def find_data() -> Path | None:
    """The folder of packed corpora: SENDCHECK_DATA, or ``../shared/data`` beside the project; None if absent."""
    for candidate in (os.environ.get("SENDCHECK_DATA"), ROOT.parent / "shared" / "data"):
        if candidate and (Path(candidate) / "unpack").is_file():
            return Path(candidate)
    return None


@cache
def unpacked(name: str) -> Path:
    """Folder of one corpus, unpacked once into a cache beside the system's temporary files."""
    data = find_data()
    if data is None:
        raise FileNotFoundError("the corpora are not here: set SENDCHECK_DATA")
    cache_folder = Path(os.environ.get("SENDCHECK_CORPORA", Path(os.environ.get("TMPDIR", "/tmp")) / f"sendcheck-corpora-{os.getuid()}"))
    folder = cache_folder / name
    if not (cache_folder / f".{name}.done").is_file():
        cache_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        subprocess.run(["sh", str(data / "unpack"), str(cache_folder), name], check=True)
        (cache_folder / f".{name}.done").touch()
    return folder


@dataclass(frozen=True, slots=True)
class CorpusMail:
    """One mail: an id without words, and its bytes."""

    id: str
    raw: bytes


def raw_mails() -> Iterator[CorpusMail]:
    """Every file of the sets that test reading."""
    for name in READING_SETS:
        for path in sorted(unpacked(name).rglob("*")):
            if path.is_file():
                yield CorpusMail(str(path.relative_to(unpacked(name).parent)), path.read_bytes())


def aeslc() -> Iterator[CorpusMail]:
    """Bodies of business mail, as DATA.md wants them measured: from an inside address to undisclosed recipients."""
    for path in sorted(unpacked("aeslc").rglob("*.subject")):
        text = path.read_text("utf-8", "replace")
        body, _, subject = text.partition("@subject")
        line = " ".join(subject.split("@ann")[0].split())
        head = f"From: sender@inside.example\nTo: undisclosed-recipients:;\nSubject: {line}\nContent-Type: text/plain; charset=utf-8\n\n"
        yield CorpusMail(f"aeslc/{path.stem}", (head + body.strip() + "\n").encode())


#: The mailbox's folders of sent mail: what of them is distinct stands in the sent log.
_SENT = ("_sent_mail", "sent", "sent_items")


def _mailbox() -> Path:
    return next(unpacked("enron_maildir_2users").rglob("allen-p")).parent


def _mended(raw: bytes) -> bytes:
    """A mail of the mailbox without the doubled dots that its publication put into addresses (DATA.md)."""
    head, separator, body = raw.partition(b"\n\n") if b"\r\n\r\n" not in raw else raw.partition(b"\r\n\r\n")
    return re.sub(rb"\.{2,}(?=[\w-]+@|[\w.-]*@)|(?<=\w)\.{2,}(?=\w)", b".", head) + separator + body


def allen() -> Iterator[CorpusMail]:
    """The 905 distinct sent mails of one mailbox, doubled dots in addresses mended."""
    log = unpacked("derived") / "enron_sent_log_allen-p.jsonl"
    folder = _mailbox()
    for line in log.read_text("utf-8").splitlines():
        path = json.loads(line)["path"]
        yield CorpusMail(path, _mended((folder / path).read_bytes()))


def _same(raw: bytes) -> tuple[bytes, bytes]:
    """What two copies of a mail share: its Message-ID, and its body without blanks."""
    head, _, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    named = re.search(rb"(?im)^message-id:\s*(\S+)", head)
    return named[1] if named else b"", b"".join(body.split())


def received(number: int = 300) -> Iterator[CorpusMail]:
    """So many mails of the same mailbox's other folders, by the hash of their path: none is in the sent log, none there twice."""
    seen = {part for mail in allen() for part in _same(mail.raw) if part}
    folder = _mailbox()
    paths = [str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file() and p.parent.name not in _SENT]
    for path in sorted(paths, key=lambda p: hashlib.sha256(p.encode()).digest()):
        raw = (folder / path).read_bytes()
        parts = {part for part in _same(raw) if part}
        if parts & seen:
            continue
        seen |= parts
        yield CorpusMail(path, _mended(raw))
        number -= 1
        if not number:
            return


@dataclass(frozen=True, slots=True)
class Pair:
    """A reply and the mail it answers."""

    reply: CorpusMail
    parent: CorpusMail


def reply_pairs() -> Iterator[Pair]:
    """The reply pairs of SpamAssassin's public mails (development half)."""
    root = unpacked("spamassassin").parent
    for line in (unpacked("derived") / "reply_pairs_dev.tsv").read_text("utf-8").splitlines()[1:]:
        reply, parent = line.split("\t")[:2]
        yield Pair(*(CorpusMail(Path(name).name[:5], (root / name).read_bytes()) for name in (reply, parent)))
