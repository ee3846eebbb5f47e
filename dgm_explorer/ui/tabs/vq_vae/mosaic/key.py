"""What stands under the mosaic: what the tiles show, and what frames and colours mean."""

from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QImage, QPainter, QPen

from dgm_explorer.ui.plots.heat_map import lookup_table
from dgm_explorer.ui.tabs.vq_vae.mosaic.tiles import MOST_OCTAVES, PixelArray
from dgm_explorer.ui.theme import LIGHT, Theme, blend, color

_BAR_PX: Final = 60.0
_GAP_PX: Final = 5.0
_WRAPPED: Final = int(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap)
_LEFT: Final = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


def diverging_colors(theme: Theme) -> PixelArray:
    """511 colours: blue for darker, the background of plots for no change, orange for brighter."""
    halves = np.linspace(0.0, 1.0, 256)
    middle = theme.plot_background
    names = [blend(middle, theme.reverse, share) for share in halves[:0:-1]]
    names += [blend(middle, theme.forward, share) for share in halves]
    return np.array([0xFF000000 | int(name[1:], 16) for name in names], np.uint32)


class MosaicKey:
    """Paints itself into a widget; knows how high it must be.

    Attributes
    ----------
    caption : wraps where it must.
    scale : change with the full colour; 0 where no changes are shown.
    """

    def __init__(self) -> None:
        self.caption = ""
        self.scale = 0.0
        self.set_theme(LIGHT, QFont())

    def set_theme(self, theme: Theme, font: QFont) -> None:
        self._theme, self._font = theme, font
        self._metrics = QFontMetricsF(font)
        self._uses = _strip(lookup_table(theme.colormap))
        self._changes = _strip(diverging_colors(theme))

    def height(self, width: float) -> float:
        """Pixels that it takes in a widget of this width."""
        rows = 2 if self.scale else 1
        return self._caption_height(width) + rows * (self._metrics.height() + 2) + 2

    def _caption_height(self, width: float) -> float:
        space = QRectF(0, 0, max(width - 2 * _GAP_PX, 40.0), 10_000)
        return self._metrics.boundingRect(space, _WRAPPED, self.caption).height()

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Caption first, then a row for each meaning."""
        painter.setFont(self._font)
        painter.setPen(color(self._theme.text))
        painter.drawText(rect.adjusted(_GAP_PX, 0, -_GAP_PX, 0), _WRAPPED, self.caption)
        line = self._metrics.height() + 2
        row = QRectF(rect.left(), rect.top() + self._caption_height(rect.width()) + 2, rect.width(), line)
        if self.scale:
            self._paint_row(painter, row, (f"change −{self.scale:g}", f"+{self.scale:g}", ""), self._changes)
            row.translate(0, line)
        most = 2**MOST_OCTAVES
        self._paint_row(painter, row, (f"frame: use 1/{most}", f"{most} × 1/K", "dead"), self._uses)

    def _paint_row(self, painter: QPainter, row: QRectF, texts: tuple[str, str, str], bar: QImage) -> None:
        """Low end, strip, high end, and a hollow frame with its meaning where there is one."""
        low, high, hollow = texts
        widths = [self._metrics.horizontalAdvance(text) for text in texts]
        box = 0.7 * self._metrics.height()
        total = widths[0] + widths[1] + _BAR_PX + 2 * _GAP_PX
        if hollow:
            total += widths[2] + box + 4 * _GAP_PX
        x = row.left() + max(0.0, (row.width() - total) / 2)
        painter.drawText(QRectF(x, row.top(), widths[0] + 1, row.height()), _LEFT, low)
        x += widths[0] + _GAP_PX
        strip = QRectF(round(x), round(row.center().y() - box / 2), _BAR_PX, round(box))
        painter.drawImage(strip, bar)
        x += _BAR_PX + _GAP_PX
        painter.drawText(QRectF(x, row.top(), widths[1] + 1, row.height()), _LEFT, high)
        if hollow:
            x += widths[1] + 3 * _GAP_PX
            painter.setPen(QPen(color(self._theme.muted_text), 1.0))
            corner = QPointF(round(x) + 0.5, strip.top() + 0.5)
            painter.drawRect(QRectF(corner.x(), corner.y(), box, box))
            painter.setPen(color(self._theme.text))
            painter.drawText(QRectF(x + box + _GAP_PX, row.top(), widths[2] + 1, row.height()), _LEFT, hollow)


def _strip(colors: PixelArray) -> QImage:
    return QImage(colors.data, len(colors), 1, 4 * len(colors), QImage.Format.Format_RGB32).copy()
