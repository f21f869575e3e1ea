"""Mail programs that sendcheck can be installed in: one module each. A further one is a further line here."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sendcheck.gateways.clients.base import Client

#: client -> the module that holds its CLIENT
_MODULES = {
    "git": "git",
    "mutt": "mutt",
    "neomutt": "neomutt",
    "aerc": "aerc",
    "emacs": "emacs",
    "s-nail": "snail",
    "thunderbird": "thunderbird",
}
CLIENTS = tuple(_MODULES)


def client(name: str) -> Client:
    """The client of that name. Raises KeyError if there is none."""
    found: Client = import_module(f"sendcheck.gateways.clients.{_MODULES[name]}").CLIENT
    return found
