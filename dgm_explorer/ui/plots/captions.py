"""Text over a plot: a read-out in a corner, and the cover that says why there is nothing to see."""

import math
from typing import Literal, TypeAlias

import pyqtgraph as pg
from PySide6.QtCore import QRectF, QSizeF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from dgm_explorer.ui.plots.pixel_overlay import PixelOverlay
from dgm_explorer.ui.theme import LIGHT, Theme, color

Corner: TypeAlias = Literal["top-left", "top-right", "bottom-left", "bottom-right"]

_MARGIN_PX = 5.0
_WRAPPED = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter) | int(Qt.TextFlag.TextWordWrap)


class CornerText(PixelOverlay):
    """Text in a corner of the view, on a background that keeps it readable; wrapped in a narrow view.

    Parameters
    ----------
    largest_share : of the view's height; a text that would hide more is not painted.
    """

    def __init__(self, view_box: pg.ViewBox, corner: Corner, largest_share: float = math.inf) -> None:
        super().__init__(view_box, z_value=50)
        self._corner = corner
        self._largest_share = largest_share
        self._text = ""
        self._measured_width_px = -1.0
        self.set_theme(LIGHT)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._font = theme.font(0.9)
        self._measure()

    @property
    def text(self) -> str:
        return self._text

    def set_text(self, text: str) -> None:
        """Show ``text``; empty hides it."""
        if text != self._text:
            self._text = text
            self._measure()

    def _measure(self) -> None:
        scene = self.scene()
        if scene is not None:  # `prepareGeometryChange` forgets it if a widget over the plot paints first
            scene.update(self.sceneBoundingRect())
        self.prepareGeometryChange()
        self._measured_width_px = -1.0
        self.setVisible(bool(self._text))
        self.update()

    def _size_within(self, width_px: float) -> QSizeF:
        """Size of the text in a view of this width; measured once a width."""
        if width_px != self._measured_width_px:
            self._measured_width_px = width_px
            space = QRectF(0, 0, max(width_px - 4 * _MARGIN_PX, 1.0), 10_000)
            self._size = QFontMetricsF(self._font).boundingRect(space, _WRAPPED, self._text).size()
        return self._size

    def boundingRect(self) -> QRectF:
        view = super().boundingRect()
        size = self._size_within(view.width())
        width, height = size.width() + 2 * _MARGIN_PX, size.height() + _MARGIN_PX
        x = _MARGIN_PX if "left" in self._corner else view.width() - width - _MARGIN_PX
        y = _MARGIN_PX if "top" in self._corner else view.height() - height - _MARGIN_PX
        return QRectF(x, y, width, height)

    def draw(self, painter: QPainter) -> None:
        rect = self.boundingRect()
        if rect.height() > self._largest_share * super().boundingRect().height():
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(self._theme.panel, 215))
        painter.drawRoundedRect(rect, 3, 3)
        painter.setPen(color(self._theme.text))
        painter.setFont(self._font)
        painter.drawText(rect.adjusted(_MARGIN_PX, 0, 0, 0), _WRAPPED, self._text)


class Cover(PixelOverlay):
    """Greys a plot out and says why.

    Parameters
    ----------
    alpha : how much of the plot it hides; 255 for all of it.
    """

    def __init__(self, view_box: pg.ViewBox, alpha: int = 225) -> None:
        super().__init__(view_box, z_value=60)
        self._alpha = alpha
        self._reason = ""
        self._theme = LIGHT
        self.setVisible(False)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    @property
    def reason(self) -> str:
        return self._reason

    def set_reason(self, reason: str) -> None:
        """Cover the plot with ``reason``; empty uncovers it."""
        if reason != self._reason:
            self._reason = reason
            self.setVisible(bool(reason))
            self.update()

    def draw(self, painter: QPainter) -> None:
        rect = self.boundingRect()
        painter.fillRect(rect, color(self._theme.window, self._alpha))
        painter.setPen(color(self._theme.text))
        font = self._theme.font()
        painter.setFont(font)
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(rect.adjusted(24, 8, -24, -8), int(flags), self._reason)
