"""neomutt: as mutt, with its own files."""

from __future__ import annotations

from pathlib import Path

from sendcheck.gateways.clients.base import config_home
from sendcheck.gateways.clients.mutt import Mutt


class Neomutt(Mutt):
    """The last word on ``sendmail`` in a neomuttrc."""

    name = "neomutt"

    def places(self) -> list[Path]:
        """As neomutt looks for its file."""
        home = Path.home()
        return [config_home() / "neomutt" / "neomuttrc", home / ".neomuttrc", home / ".neomutt" / "neomuttrc", config_home() / "neomutt" / "muttrc"]


CLIENT = Neomutt()
