"""Where mails come from: files, stdin, folders, Maildirs, mboxes, git-format patches."""

from __future__ import annotations

import mmap
import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from sendcheck.errors import InputError
from sendcheck.reading.limits import LIMITS
from sendcheck.reading.ordinary import inside

#: Bytes that tell what a file is.
_HEAD = 4096
_MAIL_SUFFIXES = {".eml", ".mbox", ".mbx", ".patch", ".mail"}
FROM_LINE = re.compile(rb"(?m)(?:\A|(?<=\n\n)|(?<=\r\n\r\n))From \S+ [^\n]{0,80}\d{4}[^\n]{0,10}\r?\n(?=[!-9;-~]+:)")
_FIELD = re.compile(rb"[!-9;-~]+[ \t]*:")
_FROM_LINE = re.compile(rb">?From [^\n]*\n")
#: Fields that begin the header of a mail, or stand in it; "To:" alone begins many a sentence's line.
_OF_MAILS = rb"(?:from|to|cc|bcc|subject|date|message-id|reply-to|in-reply-to|references|received|return-path|mime-version|content-type|x-[a-z-]+)"
#: What nobody sees before a header, and makes it none: white space, the byte order mark, blanks of Unicode (in UTF-8).
_BEFORE = re.compile(rb"(?:[ \t\r\n\f\v]|\xef\xbb\xbf|\xc2\xa0|\xe2\x80[\x80-\x8f\xa8\xa9\xaf]|\xe2\x81\xa0|\xe3\x80\x80)*")
_INDENTED = re.compile(rb"(?im)^[ \t]*" + _OF_MAILS + rb"[ \t]*:")
#: UTF-32 in little-endian order begins as UTF-16 does.
_BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")
_WIDE = re.compile(rb"(?:\0{1,3}[\t\n\r -~]){8}|(?:[\t\n\r -~]\0{1,3}){8}")
#: Control characters that texts do not hold, but for a stray one; those of ISO 2022, DOS, terminals and typewriters are none of them.
_CONTROL = re.compile(rb"[\x01-\x07\x10-\x19\x1c-\x1f]")
_MANY = 0.02


class Source(NamedTuple):
    """One mail to check. ``name`` as the report shows it; ``first_line``: where it starts in an mbox (from 1); ``template``: it is the source of mails."""

    name: str
    data: bytes | None = None
    path: Path | None = None
    start: int = 0
    end: int | None = None
    first_line: int = 1
    template: bool = False

    def read(self) -> tuple[bytes, bool]:
        """The mail's bytes, and whether they were cut at the size cap. Raises InputError if it cannot be read."""
        if self.data is not None:
            return within_cap(self.data)
        cap = LIMITS.mail_bytes
        assert self.path is not None
        try:
            with self.path.open("rb") as file:
                file.seek(self.start)
                wanted = cap + 1 if self.end is None else min(self.end - self.start, cap + 1)
                data = file.read(wanted)
        except OSError as error:
            raise InputError(f"cannot read {self.name}: {error.strerror or error}") from error
        return within_cap(data)

    def read_mail(self) -> tuple[bytes, bool]:
        """The same, of what is a mail at all. Raises InputError."""
        raw, cut = self.read()
        why = refusal(raw)
        if why:
            raise InputError(f"{self.name} {why}")
        return raw, cut


class Unread(NamedTuple):
    """Files of a folder of templates that are neither templates nor mails, by what they are called."""

    names: tuple[str, ...]


def within_cap(data: bytes) -> tuple[bytes, bool]:
    """As much of a mail as is read, and whether it was cut."""
    return data[: LIMITS.mail_bytes], len(data) > LIMITS.mail_bytes


def refusal(data: bytes, template: bool = False) -> str | None:
    """Why these bytes are no mail (or template) at all, in words that follow what they are called; else None. What is refused here no MTA would deliver as
    its sender means it: there is nothing to read, or it holds a header that every mail program would take for text, so that the mail's own fields say
    nothing of who gets it. A text without any header is a mail: sendmail takes it, and its recipients from elsewhere.
    """
    if template:
        return "is not a template: it holds binary data" if b"\x00" in data[:8192] else None
    if not data.strip():
        return "is empty: there is nothing to check"
    head = data[:_HEAD]
    if _FIELD.match(head):
        return "has lines that end in CR alone, which mails do not: convert its line ends" if b"\n" not in head and b"\r" in head.strip() else None
    if head.startswith(_BYTE_ORDER_MARKS) or _WIDE.match(head):
        return "is not a mail: it is UTF-16 or UTF-32 text (save it as UTF-8)"
    if from_line := _FROM_LINE.match(head):
        head = head[from_line.end() :]
    elif b"\0" in head or len(_CONTROL.findall(head)) > _MANY * len(head):
        return "is not a mail: binary data without header fields"
    unseen, text = _parted(head)
    if unseen and _holds_header(text):
        what = "an empty line" if b"\n" in unseen else "a byte order mark" if unseen.startswith(b"\xef\xbb\xbf") else "a blank"
        return f"begins with {what} before its header, so that no mail program reads the header: take it out"
    return None


def _parted(head: bytes) -> tuple[bytes, bytes]:
    """What nobody sees at the beginning, and the rest."""
    found = _BEFORE.match(head)
    at = found.end() if found else 0
    return head[:at], head[at:]


def _holds_header(text: bytes) -> bool:
    """Whether a text begins as a mail's header does, indented or not."""
    block = re.split(rb"\r?\n[ \t]*\r?\n", text, maxsplit=1)[0]
    fields = {field.strip().lower() for field in _INDENTED.findall(block)}
    return len(fields) > 1 or (bool(fields) and _INDENTED.match(block) is not None and b"\n" not in block.strip())


def stdin_source() -> Source:
    """All of standard input as one mail named ``-`` (at most one byte over the size cap is kept)."""
    return Source("-", data=sys.stdin.buffer.read(LIMITS.mail_bytes + 1))


def expand(
    arguments: list[str], is_template: Callable[[Path], bool] = lambda _path: False, project: Callable[[Path], Path] = lambda folder: folder
) -> Iterator[Source | InputError | Unread]:
    """The mails and templates that the command line names, in order; what cannot be read is given as an error in its place.

    ``project``: the folder that a template found in a folder must not lead out of, by a link.
    """
    for argument in arguments or ["-"]:
        if argument == "-":
            yield stdin_source()
            continue
        path = Path(argument)
        if path.is_dir():
            yield from _folder(path, argument, is_template, project(path.resolve()))
        elif path.is_symlink() and not path.exists():
            yield InputError(f"{argument} is a link that leads nowhere, or in a circle")
        elif not path.exists():
            yield InputError(f"no such file: {argument}")
        elif path.is_file() and is_template(path):
            yield Source(argument, path=path, template=True)
        elif path.is_file() or path.is_fifo():
            yield from _file(path, argument)
        else:
            yield InputError(f"{argument} is neither a file nor a folder")


def _folder(path: Path, shown: str, is_template: Callable[[Path], bool], project: Path) -> Iterator[Source | InputError | Unread]:
    """A folder's mails and templates. Where it holds templates, the files that are neither are named."""
    found = templates = False
    other: list[str] = []
    for file in _files(path):
        name = str(Path(shown) / file.relative_to(path))
        if file.is_symlink() and not file.exists():
            if _is_mail(file) or is_template(file):
                yield InputError(f"{name} is a link that leads nowhere, or in a circle: it was not read")
        elif is_template(file):
            found = templates = True
            if file.is_symlink() and not inside(file, project):
                yield InputError(f"{name} is a link that leads out of {project}: it was not read. If you mean it, name it on the command line")
                continue
            yield Source(name, path=file, template=True)
        elif file.is_file() and _is_mail(file):
            found = True
            yield from _file(file, name)
        elif file.name != "sendcheck.toml":
            other.append(name)
    if not found:
        yield InputError(
            f"no mails and no templates in {shown}: looked for .eml, .mbox and .patch files, Maildirs, files that begin with header fields, "
            "and templates by their endings or by [[templates]]"
        )
    elif templates and other:
        yield Unread(tuple(other))


def _files(path: Path) -> Iterator[Path]:
    """Files below a folder in order of their names; links to folders are not followed, so that no circle is walked."""
    for folder, names, files in os.walk(path):
        below = Path(folder).relative_to(path).parts
        maildir = "cur" in below or "new" in below
        names[:] = sorted(n for n in names if n != "node_modules" and (maildir or not n.startswith(".") or _holds_maildir(Path(folder) / n)))
        for name in sorted(files):
            if not name.startswith("."):
                yield Path(folder) / name


def _holds_maildir(path: Path) -> bool:
    """Whether a hidden folder is one of a Maildir++ (``.Sent/cur``)."""
    return (path / "cur").is_dir() or (path / "new").is_dir()


def _is_mail(file: Path) -> bool:
    if file.parent.name == "tmp" and (file.parent.parent / "cur").is_dir():
        return False
    in_maildir = file.parent.name in {"cur", "new"}
    return in_maildir or file.suffix.lower() in _MAIL_SUFFIXES or (not _known_other(file) and _looks_like_mail(file))


def _known_other(file: Path) -> bool:
    return bool(re.fullmatch(r"\.[A-Za-z][A-Za-z0-9]{0,7}", file.suffix)) and file.suffix.lower() != ".txt"


def _looks_like_mail(file: Path) -> bool:
    """Whether a file without a telling name begins like a mail: header fields that mails have."""
    try:
        with file.open("rb") as opened:
            head = opened.read(4096)
    except OSError:
        return False
    names = {m.group(1).lower() for m in re.finditer(rb"(?m)^([A-Za-z-]+):", head.replace(b"\r\n", b"\n").split(b"\n\n")[0])}
    return len(names & {b"from", b"to", b"subject", b"date", b"message-id", b"received", b"mime-version", b"return-path"}) >= 2


def _file(path: Path, shown: str) -> Iterator[Source | InputError]:
    if path.is_fifo():
        yield Source(shown, data=path.read_bytes())
        return
    try:
        with path.open("rb") as file:
            head = file.read(5)
    except OSError as error:
        yield InputError(f"cannot read {shown}: {error.strerror or error}")
        return
    if head != b"From ":
        yield Source(shown, path=path)
        return
    yield from _mbox(path, shown)


def _mbox(path: Path, shown: str) -> Iterator[Source]:
    """The mails of an mbox (RFC 4155), each with its first line; a lone mail with a From_ line keeps its plain name. Never all of it in memory."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        starts = [m.start() for m in FROM_LINE.finditer(data)] or [0]
        numbered = len(starts) > 1 or path.suffix.lower() in {".mbox", ".mbx"}
        line = 1
        for number, start in enumerate(starts, 1):
            end = starts[number] if number < len(starts) else len(data)
            yield Source(f"{shown}#{number}" if numbered else shown, path=path, start=start, end=end, first_line=line)
            line += data[start:end].count(b"\n")
