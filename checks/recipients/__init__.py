"""Addresses themselves: `recipient-missing`, `recipient-invalid`, `recipient-lookalike`, `recipient-blocked`, `recipient-crowd`, `recipient-unusual`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sendcheck.checkapi import Check, Harm, Hit, Mail, NotRun, Option, Recipient, Rule, Severity
from sendcheck.understanding.organisations import listed

from .deliverable import undeliverable
from .lookalike import lookalike
from .unusual import unusual

RULES = (
    Rule("recipient-missing", Severity.ERROR, Harm.RECIPIENTS, "nobody is named as a recipient", "A mail without recipients reaches nobody.", only="mail"),
    Rule(
        "recipient-invalid",
        Severity.ERROR,
        Harm.RECIPIENTS,
        "an address cannot be delivered to as written",
        "It bounces, or reaches somebody else than you think.",
        only="mail",
    ),
    Rule(
        "recipient-lookalike",
        Severity.ERROR,
        Harm.RECIPIENTS,
        "a new address is one slip away from a known one",
        "A slip of the hand reaches a stranger; a look-alike address may be there to catch it.",
        only="mail",
    ),
    Rule(
        "recipient-blocked",
        Severity.ERROR,
        Harm.RECIPIENTS,
        "an address is on the block list, or not on the allow list",
        "Somebody decided that no mail goes there from here.",
        only="mail",
    ),
    Rule(
        "recipient-crowd",
        Severity.WARNING,
        Harm.RECIPIENTS,
        "many outside recipients see each other's addresses",
        "Every reader gets everybody's address, and one “reply all” reaches them all.",
        supersedes=(),
        only="mail",
    ),
    Rule(
        "recipient-unusual",
        Severity.WARNING,
        Harm.RECIPIENTS,
        "somebody does not fit the other readers, the thread or the text",
        "Address completion offers the wrong Kari as readily as the right one.",
        only="mail",
    ),
)

#: Places that one finding points at; who reads thousands?
_SHOWN = 200


def run(mail: Mail, options: Mapping[str, Any]) -> Iterator[Hit | NotRun]:
    """Missing, undeliverable, mistaken, blocked, too many or unusual recipients."""
    yield from _missing(mail)
    for recipient in mail.recipients:
        yield from _invalid(mail, recipient, options)
        yield from _blocked(mail, recipient, options)
    yield from lookalike(mail, options)
    yield from _crowd(mail, options["crowd-limit"])
    yield from unusual(mail)


def _missing(mail: Mail) -> Iterator[Hit | NotRun]:
    if mail.addressed or mail.groups:
        return
    if mail.draft:
        yield NotRun("recipient-missing", "it is a draft")
        return
    remedy = "add who should read it; for an unfinished draft use --draft"
    yield Hit("recipient-missing", "the mail has no recipient in To, Cc or Bcc", mail.nowhere("to"), remedy)


def _invalid(mail: Mail, recipient: Recipient, options: Mapping[str, Any]) -> Iterator[Hit]:
    reason = undeliverable(recipient.address, options["allow-reserved-domains"], options["internal-domains"], options["dns"])
    if reason is None:
        return
    yield Hit(
        "recipient-invalid",
        f"“{recipient.address.addr}” cannot be delivered to: {reason.why}",
        mail.at_recipient(recipient),
        reason.remedy,
        key=recipient.key,
    )


def _blocked(mail: Mail, recipient: Recipient, options: Mapping[str, Any]) -> Iterator[Hit]:
    entry = next((e for e in options["block"] if listed(e, recipient.key)), None)
    if entry is not None:
        message = f"{recipient.address.addr} is on the block list (“{entry}”)"
    elif options["allow"] and not any(listed(e, recipient.key) for e in options["allow"]):
        message = f"{recipient.address.addr} is not on the allow list, which is in force"
    else:
        return
    yield Hit("recipient-blocked", message, mail.at_recipient(recipient), "take the address out, or have the list changed", key=recipient.key)


def _crowd(mail: Mail, limit: int) -> Iterator[Hit]:
    crowd = list({r.key: r for r in mail.visible if not r.inside}.values())
    if len(crowd) <= limit:
        return
    places = [mail.at_recipient(r) for r in crowd[:_SHOWN]]
    yield Hit(
        "recipient-crowd",
        f"{len(crowd)} outside recipients see each other's addresses (more than {limit})",
        places[0],
        "move them to Bcc, or write to a list",
        tuple(places[1:]),
        key=",".join(sorted(r.key for r in crowd)),
    )


CHECK = Check(
    "recipients",
    RULES,
    run,
    Path(__file__).parent,
    (
        "allow-reserved-domains",
        "internal-domains",
        "organisations",
        "identities",
        "block",
        "allow",
        "crowd-limit",
        Option(
            "dns", "bool", False, "Ask the DNS whether a recipient's domain takes mail. The one look-up that leaves this machine; off by default.", network=True
        ),
    ),
)
