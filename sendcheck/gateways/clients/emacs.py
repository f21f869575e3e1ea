"""Emacs: message-mode and what builds on it (mu4e, notmuch, Gnus), by ``message-send-hook`` in sendcheck.el beside this file."""

from __future__ import annotations

import json
from pathlib import Path

from sendcheck.gateways.clients.base import TextClient, appended, config_home, program

_LISP = Path(__file__).with_name("sendcheck.el")


class Emacs(TextClient):
    """A few lines in the init file that load sendcheck.el, or warn when it is gone."""

    name = "emacs"
    comment = ";;"

    def places(self) -> list[Path]:
        """As Emacs looks for its init file ((emacs) Find Init)."""
        home = Path.home()
        return [home / ".emacs.el", home / ".emacs", home / ".emacs.d" / "init.el", config_home() / "emacs" / "init.el"]

    def target(self, where: Path | None) -> Path:
        """The init file; where there is none yet, the one in .emacs.d."""
        places = self.places()
        return where or next((p for p in places if p.is_file()), places[2])

    def put_in(self, text: str, path: Path) -> str:
        """Our lines last."""
        lisp = json.dumps(str(_LISP), ensure_ascii=False)  # a JSON string is a Lisp string
        words = " ".join(json.dumps(word, ensure_ascii=False) for word in program())
        return appended(
            text,
            self.block(
                f"(setq sendcheck-program '({words}))",
                f"(if (file-readable-p {lisp})",
                f"    (load {lisp} nil t)",
                '  (display-warning \'sendcheck "sendcheck is gone: mail is sent unchecked" :error))',
            ),
        )

    def remark(self, text: str, path: Path) -> str:
        """Whether what the lines name is still there."""
        return "" if json.dumps(str(_LISP), ensure_ascii=False) in text else "it loads another installation of sendcheck: install again"


CLIENT = Emacs()
