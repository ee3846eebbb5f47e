"""The lowest part of a vertical splitter has another share of the height for a while."""

from PySide6.QtWidgets import QSplitter


class LowerShare:
    """Sets the heights aside which the user had, and brings them back."""

    def __init__(self, splitter: QSplitter) -> None:
        self._splitter = splitter
        self._own: list[int] = []

    def set_percent(self, percent: int) -> None:
        """Give the lowest part so much, the others the rest in their proportions; 0 for what all had."""
        if not percent:
            if self._own:
                self._splitter.setSizes(self._own)
            self._own = []
            return
        self._own = self._own or self._splitter.sizes()
        *upper, _ = self._own
        rest = (100 - percent) / max(sum(upper), 1)
        self._splitter.setSizes([round(1000 * share) for share in (*(rest * h for h in upper), percent)])
