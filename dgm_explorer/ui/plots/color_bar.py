"""The key to a heat map's colours, with ticks at round values."""

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter, QPen, QStaticText
from PySide6.QtWidgets import QGraphicsItem, QGraphicsWidget, QStyleOptionGraphicsItem, QWidget

from dgm_explorer.ui.plots.axis import tick_texts
from dgm_explorer.ui.plots.color_scale import N_COLORS, ColorScale
from dgm_explorer.ui.plots.heat_map import lookup_table
from dgm_explorer.ui.theme import LIGHT, Theme, color

_BAR_PX = 12.0
_TICK_PX = 4.0


class ColorStrip(QGraphicsWidget):
    """The colours in a frame, low at the bottom; the picture is kept until theme or size change."""

    def __init__(self, parent: QGraphicsWidget) -> None:
        super().__init__(parent)
        self.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemStacksBehindParent)  # ticks begin on the frame

    def set_theme(self, theme: Theme, colormap: str) -> None:
        self._colors = lookup_table(colormap)[::-1].copy()
        self._image = QImage(self._colors.data, 1, N_COLORS, 4, QImage.Format.Format_RGB32)
        self._frame = QPen(color(theme.grid), 1)
        self.update()

    def boundingRect(self) -> QRectF:
        return self.rect().adjusted(-1, -1, 1, 1)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        del option, widget
        painter.drawImage(self.rect(), self._image)
        painter.setPen(self._frame)
        painter.drawRect(self.rect())


class ColorBar(QGraphicsWidget):
    """A strip of colours beside a plot; place it in the plot's layout, in the row of its view."""

    def __init__(self) -> None:
        super().__init__()
        self._scale = ColorScale()
        self._factor = 1.0
        self._unit = ""
        self._ticks: tuple[tuple[float, str], ...] = ()
        self._squeeze = 1.0
        self._strip = ColorStrip(self)
        self.set_theme(LIGHT)

    def colormap_of(self, theme: Theme) -> str:
        """Name of the colours of the strip; an override has others."""
        return theme.colormap

    def set_theme(self, theme: Theme) -> None:
        """Colours of strip and text."""
        self._strip.set_theme(theme, self.colormap_of(theme))
        self._pen = QPen(color(theme.text), 1)
        self._font = theme.font(0.85)
        metrics = QFontMetricsF(self._font)
        self._text_height = metrics.height()
        self._room_px = metrics.horizontalAdvance("0.0000")
        width = _BAR_PX + _TICK_PX + 6 + self._room_px
        self.setMinimumWidth(width)
        self.setMaximumWidth(width)
        self._place_ticks()

    def set_scale(self, scale: ColorScale, factor: float, unit: str) -> None:
        """Show ``scale`` in ``unit``, of which one stored unit has ``factor``."""
        if (scale, factor, unit) != (self._scale, self._factor, self._unit):
            self._scale, self._factor, self._unit = scale, factor, unit
            self._place_ticks()

    @property
    def tick_texts(self) -> tuple[str, ...]:
        """What is written at the ticks, from low to high."""
        return tuple(text for _, text in self._ticks)

    def _place_ticks(self) -> None:
        height = max(1.0, self.size().height())
        ticks = self._scale.ticks(self._factor, min_gap=1.25 * self._text_height / height)
        texts = tick_texts([shown for _, shown in ticks])
        self._ticks = tuple((at, text) for (at, _), text in zip(ticks, texts, strict=True))
        # in a flat landscape many digits tell the ticks apart
        widest = max(map(QFontMetricsF(self._font).horizontalAdvance, texts), default=0.0)
        self._squeeze = 1.0 if widest <= self._room_px else (self._room_px - _TICK_PX) / widest
        self.update()

    def resizeEvent(self, event: object) -> None:
        del event
        self._strip.setGeometry(4, 0, _BAR_PX, self.size().height())
        self._place_ticks()

    def boundingRect(self) -> QRectF:
        return self.rect().adjusted(0, -1.6 * self._text_height, 0, self._text_height / 2)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        del option, widget
        painter.setPen(self._pen)
        painter.setFont(self._font)
        strip, half = self._strip.geometry(), self._text_height / 2
        above = QRectF(0, -3.2 * half, self.size().width(), 2 * half)
        painter.drawText(above, int(Qt.AlignmentFlag.AlignHCenter), self._unit)
        right, bottom, height = strip.right(), strip.bottom(), strip.height()
        for at, text in self._ticks:
            y = bottom - at * height
            painter.drawLine(QPointF(right, y), QPointF(right + _TICK_PX, y))
            painter.save()
            painter.translate(right + _TICK_PX + 2, y - half)
            painter.scale(self._squeeze, 1.0)
            painter.drawStaticText(QPointF(), _laid_out(text))
            painter.restore()


@lru_cache(maxsize=128)
def _laid_out(text: str) -> QStaticText:
    """Laid out once: the ticks of a drag say the same in other places."""
    static = QStaticText(text)
    static.setTextFormat(Qt.TextFormat.PlainText)
    return static
