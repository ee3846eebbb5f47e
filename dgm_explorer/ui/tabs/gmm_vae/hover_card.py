"""What lies under the mouse in the latent view: the decoded code beside the nearest example."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from dgm_explorer.core.arrays import Float32Array, FloatArray
from dgm_explorer.ui.plots.axis import tick_text
from dgm_explorer.ui.plots.image_mosaic import mosaic_image
from dgm_explorer.ui.tabs.gmm_vae.card_corner import CardCorner
from dgm_explorer.ui.theme import LIGHT, Theme, color

_IMAGE_PX = 64
_MARGIN_PX = 8.0
_GAP_PX = 10.0
_BAR_PX = 56.0
_CAPTIONS = ("decoded here", "nearest")


@dataclass(frozen=True, slots=True, eq=False)
class CardContent:
    """What the card says.

    Attributes
    ----------
    code, remark : the code that is decoded, as words, and what to know of it; the latter may be empty.
    decoded : (D,) mean of p(x|z) there; None where nothing can be decoded.
    nearest : (D,) the example whose dot lies nearest; None without examples.
    image_shape : (height, width, channels) of both; None for points in the plane.
    example : number, label and such of the nearest example.
    gamma : colour, name and γ of the components that claim it, the largest first.
    is_pinned : whether it stays while the mouse moves on.
    """

    code: str
    remark: str
    decoded: Float32Array | None
    nearest: Float32Array | None
    image_shape: tuple[int, int, int] | None
    example: str
    gamma: tuple[tuple[str, str, float], ...]
    is_pinned: bool = False


class HoverCard(QWidget):
    """Lies over a corner of a plot, away from what it is about; never takes the mouse."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._host = parent
        self._content: CardContent | None = None
        self._images: list[QImage] = []
        self._column_px = float(_IMAGE_PX)
        self._corner = CardCorner()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName("Under the mouse")
        self.set_theme(LIGHT)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._font = theme.font(0.85)
        self._line_px = QFontMetricsF(self._font).height() + 1
        self._fit()

    @property
    def content(self) -> CardContent | None:
        """What is shown; None while hidden."""
        return self._content

    def show_content(self, content: CardContent, about: QPointF, room: QRectF, dots: FloatArray) -> None:
        """Show ``content`` in a corner of ``room`` away from ``about``, where few of the ``dots`` lie.

        All in pixels of the parent; dots (n, 2).
        """
        self._content = content
        arrays = (content.decoded, content.nearest)
        shape = content.image_shape
        self._images = (
            [] if shape is None else [_image(values, shape) for values in arrays if values is not None]
        )
        self.setAccessibleDescription(", ".join((content.code, content.example)))
        self._fit()
        rooms = (room, QRectF(self._host.rect()))
        self.move(self._corner.place(QSizeF(self.size()), about, rooms, dots).toPoint())
        self.show()
        self.update()

    def clear(self) -> None:
        self._content = None
        self._corner.forget()
        self.hide()

    # -- layout and painting ------------------------------------------------------------------------------

    def _fit(self) -> None:
        content = self._content
        if content is None:
            return
        metrics = QFontMetricsF(self._font)
        lines = [content.code, content.remark, content.example]
        if content.image_shape is None:
            lines += self._point_lines(content)
            height = 0.0
        else:
            height = _IMAGE_PX + 3
        self._column_px = max(_IMAGE_PX, *(metrics.horizontalAdvance(caption) for caption in _CAPTIONS))
        width = max([2 * self._column_px + _GAP_PX, *(metrics.horizontalAdvance(line) for line in lines)])
        n_lines = len([line for line in lines if line]) + len(content.gamma)
        n_lines += content.image_shape is not None  # the captions of the images
        size = QSize(round(width + 2 * _MARGIN_PX), round(height + n_lines * self._line_px + 2 * _MARGIN_PX))
        if size != self.size():
            self.resize(size)

    @staticmethod
    def _point_lines(content: CardContent) -> list[str]:
        arrays = zip(_CAPTIONS, (content.decoded, content.nearest), strict=True)
        return [f"{name} {point_text(values)}" for name, values in arrays if values is not None]

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        content = self._content
        if content is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._font)
        border = self._theme.text if content.is_pinned else self._theme.grid
        painter.setPen(QPen(color(border), 1.4 if content.is_pinned else 1.0))
        painter.setBrush(color(self._theme.panel, 240))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.7, 0.7, -0.7, -0.7), 5, 5)
        y = self._write(painter, _MARGIN_PX, content.code, self._theme.text)
        y = self._write(painter, y, content.remark, self._theme.muted_text)
        if content.image_shape is None:
            for line in self._point_lines(content):
                y = self._write(painter, y, line, self._theme.text)
        else:
            y = self._paint_images(painter, y)
        y = self._write(painter, y, content.example, self._theme.text)
        self._paint_gamma(painter, y)
        painter.end()

    def _paint_images(self, painter: QPainter, y: float) -> float:
        for i, (image, name) in enumerate(zip(self._images, _CAPTIONS, strict=False)):
            x = _MARGIN_PX + i * (self._column_px + _GAP_PX)
            room = QRectF(x, y, _IMAGE_PX, _IMAGE_PX)
            painter.setRenderHint(
                QPainter.RenderHint.SmoothPixmapTransform, max(image.width(), image.height()) > _IMAGE_PX
            )
            painter.drawImage(_fitted(image, room), image)
            painter.setPen(color(self._theme.muted_text))
            caption = QRectF(x, y + _IMAGE_PX + 3, self._column_px + 2, self._line_px)
            painter.drawText(caption, int(Qt.AlignmentFlag.AlignLeft), name)
        return y + _IMAGE_PX + 3 + self._line_px

    def _paint_gamma(self, painter: QPainter, y: float) -> None:
        assert self._content is not None
        metrics = QFontMetricsF(self._font)
        indent = max(
            (metrics.horizontalAdvance(f"γ {name} ") for _, name, _ in self._content.gamma), default=0.0
        )
        for rgb, name, share in self._content.gamma:
            bar = QRectF(_MARGIN_PX + indent, y + 0.25 * self._line_px, _BAR_PX, 0.5 * self._line_px)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color(self._theme.grid, 110))
            painter.drawRect(bar)
            painter.setBrush(color(rgb))
            painter.drawRect(QRectF(bar.left(), bar.top(), share * bar.width(), bar.height()))
            painter.setPen(color(self._theme.text))
            number = QRectF(bar.right() + 6, y, 60, self._line_px)
            painter.drawText(number, int(Qt.AlignmentFlag.AlignVCenter), f"{share:.3f}")
            y = self._write(painter, y, f"γ {name}", self._theme.text)

    def _write(self, painter: QPainter, y: float, text: str, rgb: str) -> float:
        """One line; the y of the next."""
        if not text:
            return y
        painter.setPen(color(rgb))
        box = QRectF(_MARGIN_PX, y, self.width() - 2 * _MARGIN_PX, self._line_px)
        painter.drawText(box, int(Qt.AlignmentFlag.AlignVCenter), text)
        return y + self._line_px


def point_text(values: Float32Array) -> str:
    """(0.31, −1.2), shortened after two numbers; a single number without brackets."""
    numbers = [tick_text(float(value), 3) for value in values[:2]]
    if len(values) > 2:
        numbers.append(f"… {len(values) - 2} more")
    return numbers[0] if len(values) == 1 else f"({', '.join(numbers)})"


def _image(values: Float32Array, shape: tuple[int, int, int]) -> QImage:
    height, width, channels = shape
    pixels = np.asarray(values, np.float32).reshape(1, height, width, channels)
    return mosaic_image(pixels, 1)


def _fitted(image: QImage, room: QRectF) -> QRectF:
    """The image in the middle of the room, each pixel a whole number of pixels wide where it fits."""
    zoom = min(room.width() / image.width(), room.height() / image.height())
    zoom = float(int(zoom)) if zoom >= 1 else zoom
    width, height = zoom * image.width(), zoom * image.height()
    left, top = room.center().x() - width / 2, room.center().y() - height / 2
    return QRectF(round(left), round(top), width, height)
