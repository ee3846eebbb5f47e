"""Estimates of ∇μ painted: arrows around the exact one in the plane, a histogram on the line."""

from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.ui.plots.arrows import draw_arrows
from dgm_explorer.ui.plots.pixel_overlay import PixelOverlay
from dgm_explorer.ui.theme import LIGHT, Theme, blend, color

FLOOR, CEILING = -0.35, 1.15
"""From below the strip of dots to above the histogram, whose highest bar is 1."""
_ARROW_SHARE = 0.55
_BINS = 32
_GOLDEN = 0.6180339887498949


@dataclass(frozen=True, slots=True, eq=False)
class CloudPicture:
    """Estimates of ∇μ by one estimator.

    Attributes
    ----------
    tips : (R, d) one estimate each, d = 1 or 2.
    exact : (d,).
    mean, error : (d,) of the estimates, with its standard error; NaN for one estimate.
    rgb : the estimator's colour.
    """

    tips: FloatArray
    exact: FloatArray
    mean: FloatArray
    error: FloatArray
    rgb: str

    @property
    def is_plane(self) -> bool:
        return len(self.exact) == 2

    @property
    def places(self) -> FloatArray:
        """(R, 2) where the tips are in view coordinates; on the line in a strip below 0.

        There the height means nothing but keeps the dots apart.
        """
        if self.is_plane:
            return self.tips
        scatter = np.arange(len(self.tips)) * _GOLDEN % 1.0
        return np.column_stack([self.tips[:, 0], -0.06 - 0.24 * scatter])


class CloudOverlay(PixelOverlay):
    """Every estimate, their mean ± its standard error, and the exact gradient in bold."""

    def __init__(self, view_box: pg.ViewBox) -> None:
        super().__init__(view_box, z_value=20)
        self._picture: CloudPicture | None = None
        self._lit = -1
        self._theme = LIGHT

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def set_picture(self, picture: CloudPicture | None) -> None:
        self._picture = picture
        self.update()

    def set_lit(self, index: int) -> None:
        """The estimate that stands out; -1 for none."""
        if index != self._lit:
            self._lit = index
            self.update()

    def draw(self, painter: QPainter) -> None:
        picture = self._picture
        if picture is None:
            return
        painter.setClipRect(self.boundingRect())
        self._draw_zero(painter, picture.is_plane)
        if picture.is_plane:
            self._draw_arrows(painter, picture)
        else:
            self._draw_histogram(painter, picture)
        self._draw_lit(painter, picture)
        self._draw_exact(painter, picture)
        self._draw_mean(painter, picture)
        self._draw_names(painter, picture.is_plane)

    # -- estimates ----------------------------------------------------------------------------------------

    def _draw_zero(self, painter: QPainter, is_plane: bool) -> None:
        rect, zero = self.boundingRect(), self.point_px(0.0, 0.0)
        painter.setPen(QPen(color(self._theme.grid), 1.0))
        painter.drawLine(QLineF(zero.x(), rect.top(), zero.x(), rect.bottom()))
        if is_plane:
            painter.drawLine(QLineF(rect.left(), zero.y(), rect.right(), zero.y()))

    def _draw_arrows(self, painter: QPainter, picture: CloudPicture) -> None:
        root, vectors = self._pixels(picture.tips)
        faint = blend(self._theme.plot_background, picture.rgb, _ARROW_SHARE)
        painter.setPen(QPen(color(faint), 1.0))  # opaque: translucent lines take four times as long
        draw_arrows(painter, root, vectors)
        self._draw_dots(painter, picture.tips, picture.rgb)

    def _draw_dots(self, painter: QPainter, places: FloatArray, rgb: str) -> None:
        x, y = self.to_pixels(places[:, 0], places[:, 1])
        cap = Qt.PenCapStyle.RoundCap
        painter.setPen(QPen(color(rgb), 1.4 + 0.9 * self._theme.line_width, Qt.PenStyle.SolidLine, cap))
        painter.drawPoints(QPolygonF([QPointF(*place) for place in zip(x.tolist(), y.tolist(), strict=True)]))

    def _draw_histogram(self, painter: QPainter, picture: CloudPicture) -> None:
        """Bins as wide as a share of the view, so that plots of one scale have the same bins."""
        lo, hi = self._view_box.viewRange()[0]
        tips = picture.tips[:, 0]
        counts, edges = np.histogram(tips, bins=_BINS, range=(lo, hi))
        heights = counts / max(int(counts.max()), 1)
        painter.setPen(QPen(color(self._theme.plot_background), 1.0))
        painter.setBrush(color(blend(self._theme.plot_background, picture.rgb, _ARROW_SHARE)))
        for left, right, height in zip(edges[:-1], edges[1:], heights, strict=True):
            if height > 0:
                top, bottom = self.point_px(left, height), self.point_px(right, 0.0)
                painter.drawRect(QRectF(top, bottom))
        rect, zero = self.boundingRect(), self.point_px(0.0, 0.0).y()
        painter.setPen(QPen(color(self._theme.grid), 1.0))
        painter.drawLine(QLineF(rect.left(), zero, rect.right(), zero))
        self._draw_dots(painter, picture.places, picture.rgb)

    def _draw_lit(self, painter: QPainter, picture: CloudPicture) -> None:
        if not 0 <= self._lit < len(picture.tips):
            return
        if picture.is_plane:
            root, vector = self._pixels(picture.tips[self._lit][None])
            painter.setPen(QPen(color(picture.rgb), 2.0 * self._theme.line_width))
            draw_arrows(painter, root, vector)
        radius = 2.2 + self._theme.line_width
        painter.setPen(QPen(color(self._theme.text), 1.4))
        painter.setBrush(color(picture.rgb))
        painter.drawEllipse(self.point_px(*picture.places[self._lit].tolist()), radius, radius)

    # -- exact and mean -----------------------------------------------------------------------------------

    def _draw_exact(self, painter: QPainter, picture: CloudPicture) -> None:
        theme = self._theme
        if picture.is_plane:
            root, vector = self._pixels(picture.exact[None])
        else:
            x = float(picture.exact[0])
            height = 0.5 * (1.0 + CEILING)
            base, tip = self.point_px(0.0, height), self.point_px(x, height)
            root, vector = np.array(base.toTuple()), np.array([(tip - base).toTuple()])
            painter.setPen(QPen(color(theme.text), 1.2, Qt.PenStyle.DashLine))
            painter.drawLine(QLineF(tip, self.point_px(x, FLOOR)))
        self._draw_bold_arrow(painter, QPointF(*root.tolist()), QPointF(*(root + vector[0]).tolist()))

    def _draw_bold_arrow(self, painter: QPainter, root: QPointF, tip: QPointF) -> None:
        theme, along = self._theme, QLineF(root, tip)
        if along.length() < 1.0:
            return
        width = 1.0 + 1.2 * theme.line_width
        head = min(4.0 * width, 0.6 * along.length())
        unit = (tip - root) / along.length()
        base, aside = tip - unit * head, QPointF(-unit.y(), unit.x()) * (0.45 * head)
        triangle = QPolygonF([tip, base + aside, base - aside])
        for rgb, halo in ((theme.plot_background, 2.5), (theme.text, 0.0)):
            painter.setPen(QPen(color(rgb), width + halo))
            painter.drawLine(QLineF(root, base))
            painter.setPen(QPen(color(rgb), halo) if halo else Qt.PenStyle.NoPen)
            painter.setBrush(color(rgb))
            painter.drawPolygon(triangle)

    def _draw_mean(self, painter: QPainter, picture: CloudPicture) -> None:
        """A disc with bars of one standard error either way."""
        theme = self._theme
        mean = picture.mean.tolist() if picture.is_plane else [float(picture.mean[0]), 0.0]
        at = self.point_px(*mean)
        bars: list[QLineF] = []
        if np.isfinite(picture.error).all():
            error = picture.error.tolist() if picture.is_plane else [float(picture.error[0]), 0.0]
            reach = self.point_px(mean[0] + error[0], mean[1] + error[1]) - at
            bars = [
                QLineF(at - QPointF(reach.x(), 0), at + QPointF(reach.x(), 0)),
                QLineF(at - QPointF(0, reach.y()), at + QPointF(0, reach.y())),
            ]
        for rgb, width in ((theme.plot_background, 2.2), (theme.text, 0.9)):
            painter.setPen(QPen(color(rgb), width * theme.line_width))
            painter.drawLines(bars)
        radius = 1.8 + 0.6 * theme.line_width
        painter.setPen(QPen(color(theme.plot_background), 1.2))
        painter.setBrush(color(picture.rgb))
        painter.drawEllipse(at, radius, radius)

    def _draw_names(self, painter: QPainter, is_plane: bool) -> None:
        font = self._theme.font(0.9)
        painter.setFont(font)
        painter.setPen(color(self._theme.muted_text))
        room = self.boundingRect().adjusted(4, 1, -4, -1)
        corner = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom
        painter.drawText(room, int(corner), "∂/∂μ₁" if is_plane else "∂/∂μ")
        if is_plane:
            corner = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
            painter.drawText(room, int(corner), "∂/∂μ₂")

    def _pixels(self, vectors: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Origin (2,) and vectors (R, 2) on the screen; those that are not finite are left out."""
        finite = vectors[np.isfinite(vectors).all(axis=1)]
        root = np.array(self.point_px(0.0, 0.0).toTuple())
        x, y = self.to_pixels(finite[:, 0], finite[:, 1])
        return root, np.column_stack([x, y]) - root
