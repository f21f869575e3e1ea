"""Mail programs that sendcheck can be installed in: one module each, named as the client without its hyphens."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sendcheck.gateways.clients.base import Client

CLIENTS = ("git", "mutt", "neomutt", "aerc", "emacs", "s-nail", "thunderbird")


def client(name: str) -> Client:
    """The client of that name. Raises ModuleNotFoundError if there is none."""
    found: Client = import_module(f"sendcheck.gateways.clients.{name.replace('-', '')}").CLIENT
    return found
