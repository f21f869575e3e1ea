"""Where mails come from: files, stdin, folders, Maildirs, mboxes, git-format patches."""

from __future__ import annotations

import mmap
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sendcheck.errors import InputError
from sendcheck.reading.limits import LIMITS
from sendcheck.reading.ordinary import inside
from sendcheck.reading.problem import Problem

if TYPE_CHECKING:
    from sendcheck.reading.mbox import Bytes, Piece

#: Bytes that tell what a file is.
_HEAD = 4096
_MBOXES = {".mbox", ".mbx"}
#: What may stand before the first From_ line of an mbox.
_BEFORE_FROM = b"\xef\xbb\xbf \t\r\n\f>"
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
    """One mail to check. ``name`` as the report shows it; ``first_line``: where it starts in an mbox (from 1); ``template``: it is the source of mails;

    ``problems``: what is doubtful about where it begins and ends; ``cut``: more came than is read.
    """

    name: str
    data: bytes | None = None
    path: Path | None = None
    start: int = 0
    end: int | None = None
    first_line: int = 1
    template: bool = False
    problems: tuple[Problem, ...] = ()
    cut: bool = False

    def read(self) -> tuple[bytes, bool]:
        """The mail's bytes, and whether they were cut at the size cap. Raises InputError if it cannot be read."""
        if self.data is not None:
            data, cut = within_cap(self.data)
            return data, cut or self.cut
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
    arguments: list[str],
    is_template: Callable[[Path], bool] = lambda _path: False,
    project: Callable[[Path], Path] = lambda folder: folder,
    *,
    skipped: Counter[str] | None = None,
    exclude: Sequence[str] | None = None,
) -> Iterator[Source | InputError | Unread]:
    """The mails and templates that the command line names, in order; what cannot be read is given as an error in its place.

    ``project``: the folder that a template found in a folder must not lead out of, by a link; ``skipped`` counts, by why, the files of folders that are
    none; ``exclude``: patterns of files of folders to pass over, beside those that git ignores (None: an archive of mail, where nothing is ignored).
    What is named itself is always read.
    """
    walk = _Walk(is_template, Counter() if skipped is None else skipped, exclude)
    for argument in arguments or ["-"]:
        if argument == "-":
            source = stdin_source()
            yield from _several(source, len(source.data or b"") > LIMITS.mail_bytes)
            continue
        path = Path(argument)
        if path.is_dir():
            yield from _folder(path, argument, walk, project(path.resolve()))
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


class _Walk(NamedTuple):
    """How folders are walked: what is a template, what counts the files passed over, and patterns of files to pass over."""

    is_template: Callable[[Path], bool]
    skipped: Counter[str]
    exclude: Sequence[str] | None


def _folder(path: Path, shown: str, walk: _Walk, project: Path) -> Iterator[Source | InputError | Unread]:
    """A folder's mails and templates. Where it holds templates, the files that are neither are named, else they are counted."""
    from sendcheck.reading.folders import CLOSED, files_below, is_mail, kind_of
    from sendcheck.reading.ignoring import above

    is_template, skipped, exclude = walk
    found = templates = False
    other: list[tuple[str, str]] = []
    for file in files_below(path, None if exclude is None else above(path, exclude), skipped):
        if isinstance(file, InputError):
            yield file
            continue
        name = str(Path(shown) / file.relative_to(path))
        if file.is_symlink() and not file.exists():
            if is_mail(file) or is_template(file):
                yield InputError(f"{name} is a link that leads nowhere, or in a circle: it was not read")
            else:
                skipped[kind_of(file)] += 1
        elif is_template(file) and file.is_file():
            found = templates = True
            if file.is_symlink() and not inside(file, project):
                yield InputError(f"{name} is a link that leads out of {project}: it was not read. If you mean it, name it on the command line")
                continue
            yield Source(name, path=file, template=True)
        elif file.is_file() and is_mail(file):
            found = True
            yield from _file(file, name)
        elif not file.is_file() or file.suffix.lower() in CLOSED:
            skipped[kind_of(file)] += 1
        elif file.name != "sendcheck.toml":
            other.append((name, kind_of(file)))
    if not found:
        yield InputError(
            f"no mails and no templates in {shown}: looked for .eml, .mbox and .patch files, Maildirs, files that begin with header fields, "
            "and templates by their endings or by [[templates]]"
        )
    if templates and other:
        yield Unread(tuple(name for name, _kind in other))
    else:
        skipped.update(kind for _name, kind in other)


def _file(path: Path, shown: str) -> Iterator[Source | InputError]:
    if path.is_fifo():
        yield from _several(Source(shown, data=path.read_bytes()))
        return
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        yield InputError(f"cannot read {shown}: {error.strerror or error}")
        return
    if not head.strip() or not _is_mbox(head, path.suffix):
        yield Source(shown, path=path)
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:  # never all of it in memory
        for name, piece in _mails_of(data, shown, path.suffix.lower() in _MBOXES):
            yield Source(name, path=path, start=piece.start, end=piece.end, first_line=piece.first_line, problems=piece.doubts)


def _several(source: Source, cut: bool = False) -> Iterator[Source]:
    """The mails in what was read already; ``cut``: its end was not."""
    data = source.data or b""
    if not _is_mbox(data[:_HEAD]):
        yield source
        return
    for name, piece in _mails_of(data, source.name, False):
        last = cut and piece.end == len(data)
        yield Source(name, data=data[piece.start : piece.end], first_line=piece.first_line, problems=piece.doubts, cut=last)


def _is_mbox(head: bytes, suffix: str = "") -> bool:
    if not head.lstrip(_BEFORE_FROM).startswith(b"From ") and suffix.lower() not in _MBOXES:
        return False  # most mails need no more than this look
    from sendcheck.reading.mbox import is_mbox

    return is_mbox(head, suffix)


def _mails_of(data: Bytes, shown: str, numbered: bool) -> Iterator[tuple[str, Piece]]:
    """Name and place of each mail of an mbox; a lone mail with a From_ line keeps its plain name, unless its file is called an mbox."""
    from sendcheck.reading.mbox import pieces

    found = pieces(data)
    ahead = list(islice(found, 2))
    numbered = numbered or len(ahead) > 1
    for number, piece in enumerate(chain(ahead, found), 1):
        yield f"{shown}#{number}" if numbered else shown, piece
