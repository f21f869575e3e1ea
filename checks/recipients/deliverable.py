"""Whether an address can be delivered to as written: syntax, IDN, reserved domains and, if switched on, DNS."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from sendcheck.reading.addresses import Address
from sendcheck.understanding.organisations import LOCAL_SUFFIXES, is_reserved

_PLAIN = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", re.I)


class Fault(NamedTuple):
    """Why an address cannot be delivered to, and what to do."""

    why: str
    remedy: str


def undeliverable(address: Address, allow_reserved: bool, internal: Sequence[str], dns: bool) -> Fault | None:
    """The fault of an address, or None. Local and single-label hosts are fine if configured as internal."""
    if address.error is not None:
        return Fault(address.error, "write it as name@domain, and separate addresses with commas")
    domain = address.domain
    if any(domain == entry.lower() or domain.endswith("." + entry.lower()) for entry in internal):
        return None
    suffix = domain.rpartition(".")[2]
    if is_reserved(domain):
        if allow_reserved:
            return _syntax(address, reserved=True)
        return Fault(f"{domain} is reserved for examples and never resolves", "put the real address in, or set allow-reserved-domains = true for tests")
    if "." not in domain and not domain.startswith("["):
        return Fault(f"“{domain}” is a bare host name", "write the full domain, or list the host in internal-domains")
    if suffix in LOCAL_SUFFIXES:
        return Fault(f"{domain} exists only inside a local network", "write the public domain, or list this one in internal-domains")
    return _syntax(address) or (_dns(address) if dns else None)


def _syntax(address: Address, reserved: bool = False) -> Fault | None:
    local, domain = address.addr.rpartition("@")[0], address.domain
    if _PLAIN.fullmatch(address.addr) and len(local) <= 64 and len(address.addr) <= 254:
        return None  # plain ASCII: no need to load the validator
    if domain.startswith("["):
        return Fault("it names a machine by number instead of a domain", "use the domain name")
    from email_validator import EmailNotValidError, validate_email

    try:
        validate_email(address.addr, check_deliverability=False, allow_quoted_local=True, test_environment=reserved, allow_smtputf8=True)
    except EmailNotValidError as error:
        if reserved and "special-use" in str(error):
            return None
        return Fault(_lower(str(error)), "mend the spelling of the address")
    return None


def _dns(address: Address) -> Fault | None:
    """Only under ``[recipients] dns = true``; a DNS that does not answer is no fault of the address."""
    from email_validator import EmailUndeliverableError, validate_email

    try:
        validate_email(address.addr, check_deliverability=True, timeout=1, allow_quoted_local=True)
    except EmailUndeliverableError as error:
        return Fault(_lower(str(error)), "check the spelling of the domain")
    except Exception:
        return None
    return None


def _lower(text: str) -> str:
    text = text.strip().rstrip(".").replace("The email address", "it").replace("the email address", "it")
    return text[:1].lower() + text[1:]
