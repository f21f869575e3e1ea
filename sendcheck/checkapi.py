"""What a check may import: the contract, the mail it sees, and its data files. Stable; third parties build on it."""

from sendcheck.data import by_language, lines, pattern, toml, union
from sendcheck.pipeline.contract import Check, Confidence, Harm, Hit, NotRun, Option, Rule, Severity
from sendcheck.understanding.mail import Body, Circle, Mail, Parent, Recipient, Stretch
from sendcheck.understanding.place import Place
from sendcheck.understanding.segments import Kind, QuotedMail

__all__ = [
    "Body", "Check", "Circle", "Confidence", "Harm", "Hit", "Kind", "Mail", "NotRun", "Option", "Parent", "Place", "QuotedMail", "Recipient",
    "Rule", "Severity", "Stretch",
    "by_language", "lines", "pattern",
    "toml", "union",
]  # fmt: skip
