"""What a worker process has to say in how LanguageTool is started and waited for. Imports nothing: every worker sets it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

#: The environment variable by which the daemon tells its workers that what they start may stay for the next mail.
KEEP = "SENDCHECK_LANGUAGETOOL"


@dataclass(slots=True)
class Hooks:
    """``start``: starts a keeper elsewhere than in this process, whose limits would hold for Java too; ``waiting``: hears when a wait for LanguageTool
    begins and ends, so that the mail's clock stops; ``owner``: the process that a keeper must not outlive, 0 for this one.
    """

    start: Callable[[Any, Any, int], None] | None = None
    waiting: Callable[[bool], None] = lambda _begins: None
    owner: int = 0


HOOKS = Hooks()
