"""What the colours of dots mean, in a row above a plot."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter
from PySide6.QtWidgets import QGraphicsWidget, QStyleOptionGraphicsItem, QWidget

from dgm_explorer.ui.theme import LIGHT, Theme, color

_GAP_PX = 12.0
_RAMP_PX = 130.0


@dataclass(frozen=True, slots=True)
class ColorKey:
    """The key to a colouring.

    Attributes
    ----------
    words : what is coloured by.
    entries : colour and name, one a class.
    ramp : colours of a scale from low to high; empty for classes.
    ends : names of the ends of the scale.
    """

    words: str = ""
    entries: tuple[tuple[str, str], ...] = ()
    ramp: tuple[str, ...] = ()
    ends: tuple[str, str] = ("", "")


class ColorKeyItem(QGraphicsWidget):
    """Paints a key; entries for which there is no room are left out and counted."""

    def __init__(self) -> None:
        super().__init__()
        self._key = ColorKey()
        self.set_theme(LIGHT)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._font = theme.font(0.9)
        height = QFontMetricsF(self._font).height() + 6
        self.setMinimumHeight(height)
        self.setMaximumHeight(height)
        self.update()

    @property
    def key(self) -> ColorKey:
        return self._key

    def set_key(self, key: ColorKey) -> None:
        if key != self._key:
            self._key = key
            self.update()

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        del option, widget
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._font)
        metrics = QFontMetricsF(self._font)
        x = self._write(painter, metrics, 0.0, self._key.words, self._theme.muted_text)
        if self._key.ramp:
            self._paint_ramp(painter, metrics, x)
        else:
            self._paint_entries(painter, metrics, x)

    def _paint_entries(self, painter: QPainter, metrics: QFontMetricsF, x: float) -> None:
        entries, radius, middle = self._key.entries, 0.3 * metrics.height(), self.size().height() / 2
        for i, (rgb, name) in enumerate(entries):
            rest = f"+{len(entries) - i}"
            width = 2 * radius + 4 + metrics.horizontalAdvance(name)
            needed = width if i == len(entries) - 1 else width + _GAP_PX + metrics.horizontalAdvance(rest)
            if x + needed > self.size().width():
                self._write(painter, metrics, x, rest, self._theme.muted_text)
                return
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color(rgb))
            painter.drawEllipse(QPointF(x + radius, middle), radius, radius)
            x = self._write(painter, metrics, x + 2 * radius + 4, name, self._theme.text)

    def _paint_ramp(self, painter: QPainter, metrics: QFontMetricsF, x: float) -> None:
        lo, hi = self._key.ends
        x = self._write(painter, metrics, x, lo, self._theme.text) - _GAP_PX + 5
        image = QImage(len(self._key.ramp), 1, QImage.Format.Format_RGB32)
        for i, rgb in enumerate(self._key.ramp):
            image.setPixelColor(i, 0, color(rgb))
        height = 0.6 * metrics.height()
        painter.drawImage(QRectF(x, (self.size().height() - height) / 2, _RAMP_PX, height), image)
        self._write(painter, metrics, x + _RAMP_PX + 5, hi, self._theme.text)

    def _write(self, painter: QPainter, metrics: QFontMetricsF, x: float, text: str, rgb: str) -> float:
        """Write ``text`` and return where the next one starts."""
        if not text:
            return x
        width = metrics.horizontalAdvance(text)
        painter.setPen(color(rgb))
        box = QRectF(x, 0, width + 2, self.size().height())
        painter.drawText(box, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), text)
        return x + width + _GAP_PX
