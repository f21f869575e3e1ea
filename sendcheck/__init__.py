"""sendcheck: the linter for mail that is about to leave.

``sendcheck.check(message)`` checks one mail and returns a :class:`Report`.
"""

from __future__ import annotations

__version__ = "0.1.0"
__all__ = ["Report", "__version__", "check"]

TYPE_CHECKING = False  # typing's own would import it, on every program's way
if TYPE_CHECKING:
    from os import PathLike
    from typing import Any

    from sendcheck.api import Mailish
    from sendcheck.config.config import Config
    from sendcheck.pipeline.report import Report


def check(message: Mailish, *, parent: Mailish | None = None, config: Config | PathLike[str] | None = None) -> Report:
    """Check one outgoing mail; see :func:`sendcheck.api.check`."""
    from sendcheck.api import check as run

    return run(message, parent=parent, config=config)


def __getattr__(name: str) -> Any:
    if name == "Report":
        from sendcheck.pipeline.report import Report

        return Report
    raise AttributeError(name)
