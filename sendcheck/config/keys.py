"""Every configuration key in one place: its type, default and meaning. ``config.example.toml`` is made from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from sendcheck.pipeline.contract import PROFILES, Option, Origin, Severity
from sendcheck.pipeline.registry import Registry

SEVERITIES = ("off", *(s.value for s in reversed(Severity)))
FAIL_ON = ("error", "warning", "never")
SHOW = ("note", "warning", "error")
#: What a milter can do with a mail, the hardest first.
ACTIONS = ("reject", "quarantine", "tag", "warn")


class Key(NamedTuple):
    """A key: dotted name, kind (see KINDS), default, help, and for ``choice`` its values.

    ``origin``: whose file may set it; what is not said to be a project's is the user's. ``words``: what a ``path`` may be that is none.
    ``adds``: the lists of all files add up, instead of the last one counting.
    """

    name: str
    kind: str
    default: Any
    help: str
    choices: tuple[str, ...] = ()
    origin: Origin = Origin.USER
    words: tuple[str, ...] = ()
    adds: bool = False


def _is_list(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(v, str) for v in value)


def _is_pairs(value: object) -> bool:
    return isinstance(value, list) and all(_is_list(v) and len(v) == 2 for v in value)


def _is_identities(value: object) -> bool:
    return _is_list(value) or (isinstance(value, dict) and all(_is_list(v) for v in value.values()))


#: kind -> (what it should be, test). ``entries``: a list where "file:PATH" stands for the lines of a file. ``path``: a file or folder, and
#: ``pipeline`` a package or (with a slash) a folder, ``program`` a command and its arguments: a relative one begins at the folder of the file
#: that says so.
KINDS: dict[str, tuple[str, Callable[[object], bool]]] = {
    "str": ("a string", lambda v: isinstance(v, str)),
    "bool": ("true or false", lambda v: isinstance(v, bool)),
    "int": ("a whole number", lambda v: isinstance(v, int) and not isinstance(v, bool)),
    "seconds": ("a number of seconds above 0", lambda v: isinstance(v, (int, float)) and not isinstance(v, bool) and 0 < v < float("inf")),
    "list": ("a list of strings", _is_list),
    "entries": ("a list of strings", _is_list),
    "path": ("a string", lambda v: isinstance(v, str)),
    "pipeline": ("a string", lambda v: isinstance(v, str)),
    "program": ("a list of strings", _is_list),
    "patterns": ("a list of patterns (RE2)", _is_list),
    "pairs": ("a list of pairs of strings", _is_pairs),
    "identities": ("a list of addresses, or a table of lists", _is_identities),
    "choice": ("one of its values", lambda v: isinstance(v, str)),
}

CORE = (
    Key(
        "internal-domains",
        "entries",
        [],
        "Domains (with their sub-domains) and addresses that are inside. Empty: the organisation of From.",
        origin=Origin.PROJECT,
    ),
    Key(
        "allow-reserved-domains",
        "bool",
        False,
        "Accept .example, .test, .invalid, .localhost and example.com as deliverable (for examples and tests).",
        origin=Origin.PROJECT,
    ),
    Key("fail-on", "choice", "error", "From which severity on a finding fails the mail.", FAIL_ON, origin=Origin.PROJECT),
    Key("show", "choice", "warning", "The mildest severity that the text report shows. JSON always holds all.", SHOW, origin=Origin.PROJECT),
    Key("required", "list", [], "Rules that must have run: where one could not, the verdict is incomplete.", origin=Origin.PROJECT),
    Key("languages", "list", ["en", "nb", "nn"], "Languages you write in; language rules do not run on text in others.", origin=Origin.PROJECT),
    Key("profile", "choice", "auto", "The kind of mail; auto recognises it.", ("auto", *PROFILES), origin=Origin.PROJECT),
    Key(
        "identities",
        "identities",
        {},
        'Your own addresses. As a table, each with the domains and addresses that you write to under it: [identities] "me@work.example" = ["client.example"].',
    ),
    Key("mailstore", "path", "", "Your mail, where the mail that is answered is looked up: a Maildir, an mbox, or a folder of mails."),
    Key(
        "history",
        "path",
        "auto",
        "The history of your sent mail, as sendcheck learn makes it: a file; auto: your own in the data folder, if there is one; off: none; "
        "postgresql://USER@HOST/DATABASE: a common one of a house.",
        words=("auto", "off"),
    ),
    Key("history-key", "path", "", "The file with the key that a common history's hashes are made with (sendcheck history new-key)."),
    Key("history-keep", "str", "2y", "How long a common history keeps mails (90d, 18m, 2y); older ones are dropped."),
    Key(
        "history-away",
        "choice",
        "incomplete",
        "What a mail is whose rules could not ask the common history because it does not answer: incomplete, or just not run.",
        ("incomplete", "not-run"),
    ),
    Key(
        "deadline",
        "seconds",
        2.0,
        "Seconds a mail may take (a template: ten times as long), waits for a processor aside; a check that is not done by then is stopped and reported.",
    ),
    Key("partners", "pairs", [], 'Pairs of organisations that may see each other: [["a.example", "b.example"]].', origin=Origin.PROJECT),
    Key("customers", "list", [], "Names from [organisations] that are customers. Empty: every outside organisation named there.", origin=Origin.PROJECT),
    Key("block", "entries", [], 'Addresses, domains or *.sub-domains nobody may write to. "file:PATH" reads a list, one entry a line.', origin=Origin.PROJECT),
    Key(
        "allow",
        "entries",
        [],
        'If not empty, the only addresses, domains or *.sub-domains that may be written to. "file:PATH" works too.',
        origin=Origin.PROJECT,
    ),
    Key("crowd-limit", "int", 10, "How many outside recipients may see each other in To and Cc.", origin=Origin.PROJECT),
    Key("link-trackers", "entries", [], "Domains of click trackers: links through them may show another address.", origin=Origin.PROJECT),
    Key("own-accounts", "entries", [], 'Your own bank accounts (IBAN or kontonummer): they may leave. "file:PATH" reads a list, one entry a line.'),
    Key(
        "glossary",
        "entries",
        [],
        'Terms and abbreviations that your readers know: no jargon. "file:PATH" reads a list, one entry a line.',
        origin=Origin.PROJECT,
    ),
    Key(
        "words",
        "entries",
        [],
        'Words that are right although no dictionary has them; the lists of all files add up. "file:PATH" reads a list, one word a line.',
        origin=Origin.PROJECT,
        adds=True,
    ),
    Key(
        "template-addresses",
        "entries",
        [],
        'Addresses, domains or *.sub-domains that may stand in templates. "file:PATH" reads a list, one entry a line.',
        origin=Origin.PROJECT,
    ),
    Key(
        "baseline",
        "path",
        "",
        "The file of known findings that `sendcheck baseline` writes: they are reported as allowed and fail nothing.",
        origin=Origin.PROJECT,
    ),
    Key("language.en.model", "pipeline", "", "A spaCy pipeline for English instead of the shipped one: an installed package's name, or a folder."),
    Key("language.nb.model", "pipeline", "", "A spaCy pipeline for Bokmål instead of the shipped one: an installed package's name, or a folder."),
    Key(
        "daemon",
        "choice",
        "auto",
        "The warm process that checks ask: use it if it runs; auto: start it too, from mail clients and for checks at a terminal; off: never. "
        "SENDCHECK_DAEMON comes before it.",
        ("off", "use", "auto"),
    ),
    Key("daemon-idle", "int", 30, "Minutes without a mail after which the warm process leaves; 0: never."),
    Key(
        "languagetool.url",
        "str",
        "",
        "A LanguageTool server of your own (http://localhost:8081). Empty: the one that `sendcheck languagetool install` put on this machine.",
    ),
    Key(
        "languagetool.allow-remote",
        "bool",
        False,
        "Accept a url on another machine: the text of every mail then goes there, and every report says so. The public servers are never used.",
    ),
    Key("languagetool.folder", "path", "", "Where LanguageTool lies: a LanguageTool-X.Y folder, or the one above. Empty: where install puts it."),
    Key("languagetool.memory", "int", 512, "MB of memory that LanguageTool's Java may use for its heap."),
    Key("languagetool.idle", "int", 30, "Minutes without a mail after which LanguageTool leaves; 0: never."),
    Key("languagetool.deadline", "seconds", 5.0, "Seconds LanguageTool may take for a mail, its start aside; without an answer by then grammar is not run."),
    Key("sendmail.mta", "program", [], "Program and arguments that really send (default: SENDCHECK_MTA, else the next sendmail on PATH)."),
    Key("sendmail.on-error", "choice", "stop", "What the shim does when checking itself fails: stop the mail or send it.", ("stop", "send")),
    Key(
        "milter.socket",
        "str",
        "unix:/run/sendcheck/milter.sock",
        "Where the milter listens: unix:PATH (over twenty times faster), or inet:PORT@ADDRESS.",
    ),
    Key("milter.socket-mode", "str", "0660", "Who may open the Unix socket, in octal; Postfix's user has to be in its group."),
    Key("milter.allow-remote", "bool", False, "Accept a socket on an address that is not loopback: mails then cross the network unencrypted."),
    Key(
        "milter.check",
        "choice",
        "outgoing",
        "Which mails the milter checks; outgoing: those of authenticated senders and of senders inside (internal-domains). Others pass, and are counted.",
        ("outgoing", "all"),
    ),
    Key("milter.action", "choice", "reject", "What becomes of a mail that fails, where no [[actions]] says otherwise.", ACTIONS),
    Key(
        "milter.on-incomplete",
        "choice",
        "tempfail",
        "What becomes of a mail that could not be checked fully; tempfail: 451, so that the sender's server tries again.",
        ("tempfail", *ACTIONS),
    ),
    Key(
        "milter.on-error",
        "choice",
        "tempfail",
        "What becomes of a mail that could not be checked at all: an internal error, no answer within the deadline. Too many mails at once are always 451.",
        ("tempfail", "quarantine", "warn"),
    ),
    Key("milter.dry-run", "bool", False, "Check and count, but let every mail pass as it came."),
    Key("milter.tag-header", "str", "X-Sendcheck", "The header that “tag” adds; one that a mail brings along is taken out where “tag” is used."),
    Key("milter.help", "str", "", "The last line of a refusal, as an address where people in the house read on; in ASCII."),
    Key("milter.workers", "int", 0, "Mails that are checked at a time; 0: as many as there are processors."),
    Key("milter.queue", "int", 100, "Mails that may be on their way through at a time; a further one is answered 451 at once."),
    Key("milter.memory", "int", 256, "MB of mail that may be on its way through at a time; a further one is answered 451."),
    Key("milter.learn", "bool", False, "Learn from outgoing mails that pass who writes to whom, into the common history that “history” names."),
    Key("milter.deadline", "seconds", 10.0, "Seconds from a mail's end to the answer, whatever happens; it must be below Postfix's milter_content_timeout."),
    Key("milter.counters", "path", "", "The file that holds what was counted (sendcheck milter status). Empty: milter.json in the runtime folder."),
    Key("sendmail.ask", "choice", "auto", "Ask on the terminal for a reason to send anyway; auto: if standard error is one.", ("auto", "always", "never")),
)


class OpenTable(NamedTuple):
    """A table whose keys are the user's own names: what its values are, and whose file may set it."""

    kind: str
    help: str
    origin: Origin


OPEN_TABLES = {
    "organisations": OpenTable("list", 'Names and merges organisations: name = ["domain", …].', Origin.PROJECT),
    "rules": OpenTable("choice", 'Severity of a rule, or off: slug = "off|note|warning|error".', Origin.PROJECT),
}
#: lists of tables, and whose file may hold them
TABLE_LISTS = {"suppress": Origin.PROJECT, "templates": Origin.PROJECT, "actions": Origin.USER}
SUPPRESS_KEYS = {"rule": "str", "match": "str", "reason": "str", "until": "date"}


def option_key(check_name: str, option: Option) -> Key:
    """The configuration key of a check's own option."""
    return Key(f"{check_name}.{option.key}", option.kind, option.default, option.help, origin=option.settable)


def all_keys(registry: Registry) -> dict[str, Key]:
    """Central keys and every check's own, by dotted name."""
    keys = {key.name: key for key in CORE}
    for check in registry.checks:
        for option in check.options:
            if isinstance(option, Option):
                key = option_key(check.name, option)
                keys[key.name] = key
    return keys


def origin_of(dotted: str, keys: Mapping[str, Key]) -> Origin:
    """Whose file may set a key, a name of an open table, or a list of tables."""
    if dotted in keys:
        return keys[dotted].origin
    table = dotted.partition(".")[0]
    return OPEN_TABLES[table].origin if table in OPEN_TABLES else TABLE_LISTS[dotted]
