"""`promise-others`: somebody who does not read the mail is committed, and nothing says that they agreed."""

from __future__ import annotations

import re

from sendcheck.checkapi import Hit, Mail, Sentence, act_of, hit_of_act

_NAME = re.compile(r"[A-ZÆØÅ][\w-]+")
_INSTEAD = "write what you will do yourself, or that they agreed"


def others(mail: Mail, sentence: Sentence) -> Hit | None:
    """The finding of a sentence, or None: also where whoever is committed gets the mail."""
    act = act_of(mail.prose, sentence, "promise-others")
    if act is None or any(r.person.fits(name) and not r.person.role for r in mail.recipients for name in _NAME.findall(act.words)):
        return None
    return hit_of_act("promise-others", mail, sentence, act, "binds somebody who does not read this mail", _INSTEAD)
