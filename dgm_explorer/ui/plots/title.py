"""The line above a plot: in smaller type or fewer words where the plot is narrow."""

from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGraphicsSceneResizeEvent

from dgm_explorer.ui.theme import Theme


class Title(pg.LabelItem):
    """Needs only the room of its fewest words in the smallest type."""

    def __init__(self) -> None:
        self._words: tuple[str, ...] = ("",)
        self._widths_px: tuple[float, ...] = (0.0,)
        self._theme: Theme | None = None
        super().__init__("")

    def show_words(self, words: Sequence[str], rgb: str, theme: Theme) -> None:
        """Show the first of ``words``, rich texts from long to short, that there is room for."""
        widths_px = []
        for text in words:
            self._words = (text,)
            self.setText(text, color=rgb, size=f"{theme.font_point_size:g}pt")
            widths_px.append(self.item.boundingRect().width())
        self._words, self._widths_px, self._theme = tuple(words), tuple(widths_px), theme
        self.resizeEvent(None)
        self.updateMin()

    def updateMin(self) -> None:
        least = min(self._widths_px) * least_scale(self._theme), self.item.boundingRect().height()
        self.setMinimumWidth(least[0])
        self.setMinimumHeight(least[1])
        self._sizeHint = {
            Qt.SizeHint.MinimumSize: least,
            Qt.SizeHint.PreferredSize: least,
            Qt.SizeHint.MaximumSize: (-1, -1),
            Qt.SizeHint.MinimumDescent: (0, 0),
        }
        self.updateGeometry()

    def resizeEvent(self, event: QGraphicsSceneResizeEvent | None) -> None:
        room_px = self.rect().width()
        texts = zip(self._words, self._widths_px, strict=False)
        fitting = (text for text, px in texts if px * least_scale(self._theme) <= room_px)
        text = next(fitting, self._words[-1])
        if text != self.text:
            self.setText(text)
        self.item.setScale(fitting_scale(self.item.boundingRect().width(), room_px, self._theme))
        super().resizeEvent(event)


def fitting_scale(natural_px: float, room_px: float, theme: Theme | None) -> float:
    """How large type may be whose text takes ``natural_px`` at its full size."""
    least = least_scale(theme)
    return min(1.0, max(least, room_px / natural_px)) if natural_px > 0 else 1.0


def least_scale(theme: Theme | None) -> float:
    """The smallest type that the theme allows ÷ its usual one."""
    return 1.0 if theme is None else theme.least_point_size / theme.font_point_size
