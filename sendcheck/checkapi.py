"""What a check may import: the contract, the mail it sees, and its data files. Stable; third parties build on it."""

from sendcheck.data import READ_AS, by_language, filled, lines, of_language, pattern, toml, union
from sendcheck.data.entries import Entries
from sendcheck.data.patterns import Alternatives, Lazy
from sendcheck.data.userpatterns import compiled as user_pattern
from sendcheck.pipeline.acting import hit_of_act, hit_of_lack
from sendcheck.pipeline.contract import STRICT, Check, Confidence, Exchange, Harm, Hit, NotRun, Option, Origin, Rule, Severity
from sendcheck.reading.content import Treatment
from sendcheck.reading.parts import Attachment
from sendcheck.reading.templates.model import VALUE_IN_TAG, Spot, Template, Translation
from sendcheck.understanding.acquaintance import Acquaintance, Draft, Fit, History
from sendcheck.understanding.acting import Act, act_of, brings
from sendcheck.understanding.clauses.model import Clause, Mood, Parse, Phrase, Tense, Who, Word
from sendcheck.understanding.mail import Body, Circle, Mail, Parent, Recipient, Stretch
from sendcheck.understanding.place import Place
from sendcheck.understanding.proofreading import CannotProofread, Fault, Proofreader
from sendcheck.understanding.prose import Prose, Sentence
from sendcheck.understanding.rewording import Changes, Missing, Rewording, mends, rewording
from sendcheck.understanding.segments import Kind, QuotedMail
from sendcheck.understanding.text import unquoted
from sendcheck.understanding.timing import TimeKind, When

__all__ = [
    "READ_AS",
    "STRICT",
    "VALUE_IN_TAG",
    "Acquaintance",
    "Act",
    "Alternatives",
    "Attachment",
    "Body",
    "CannotProofread",
    "Changes",
    "Check",
    "Circle",
    "Clause",
    "Confidence",
    "Draft",
    "Entries",
    "Exchange",
    "Fault",
    "Fit",
    "Harm",
    "History",
    "Hit",
    "Kind",
    "Lazy",
    "Mail",
    "Missing",
    "Mood",
    "NotRun",
    "Option",
    "Origin",
    "Parent",
    "Parse",
    "Phrase",
    "Place",
    "Proofreader",
    "Prose",
    "QuotedMail",
    "Recipient",
    "Rewording",
    "Rule",
    "Sentence",
    "Severity",
    "Spot",
    "Stretch",
    "Template",
    "Tense",
    "TimeKind",
    "Translation",
    "Treatment",
    "When",
    "Who",
    "Word",
    "act_of",
    "brings",
    "by_language",
    "filled",
    "hit_of_act",
    "hit_of_lack",
    "lines",
    "mends",
    "of_language",
    "pattern",
    "rewording",
    "toml",
    "union",
    "unquoted",
    "user_pattern",
]  # fmt: skip
