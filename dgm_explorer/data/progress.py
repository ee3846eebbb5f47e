"""Saying how far a slow load is, and asking whether to go on."""

from collections.abc import Callable
from typing import TypeAlias

from dgm_explorer.core.errors import Cancelled

Report: TypeAlias = Callable[[str, float | None], bool]
"""Told in words what is being done, and the share done (None: unknown); answers False to cancel."""


def go_on(words: str, share: float | None) -> bool:  # noqa: ARG001 - nobody listens
    """The report of a caller who waits in silence."""
    return True


def tell(report: Report, words: str, share: float | None = None) -> None:
    """Report.

    Raises
    ------
    Cancelled
        If the answer is no.
    """
    if not report(words, share):
        raise Cancelled(words)
