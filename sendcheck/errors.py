"""Errors that end in one clear line for the user, and the exit codes of the command line."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes (DESIGN: constants, never counts)."""

    PASS = 0
    FAIL = 1
    USAGE = 2
    INCOMPLETE = 3
    INTERNAL = 70


#: Over several mails the first of these that occurred is the exit code.
EXIT_ORDER = (Exit.USAGE, Exit.INTERNAL, Exit.FAIL, Exit.INCOMPLETE, Exit.PASS)


def worst_exit(codes: list[Exit]) -> Exit:
    """The exit code of a run over several mails."""
    return next((code for code in EXIT_ORDER if code in codes), Exit.PASS)


class SendcheckError(Exception):
    """What, where and what to do, in one line. ``required``: a rule that could not run for it makes its mail incomplete."""

    required = True


class InputError(SendcheckError):
    """A mail that was named cannot be read."""


class ConfigError(SendcheckError):
    """A configuration that cannot be used; the text names file and line."""


class RegistryError(SendcheckError):
    """A check package that does not keep the contract."""
