"""The Gaussians of a latent space over its dots: ellipses to scale, handles on the means, labels."""

import math
from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen, QPolygonF

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.ui.plots.latent_shapes import ComponentShape
from dgm_explorer.ui.plots.pixel_overlay import PixelOverlay
from dgm_explorer.ui.theme import LIGHT, Theme, blend, color

GRAB_RADIUS_PX = 10.0
_POINTER_PX = 9.0
_POINTER = QPolygonF([QPointF(_POINTER_PX - 1, 0.0), QPointF(-4.0, -6.0), QPointF(-4.0, 6.0)])
_HANDLE_RADIUS_PX = 4.5
_LABEL_GAP_PX = 5.0
_MOST_LONG_LABELS = 20
_MAX_RADIUS_PX = 1e4
_DEVIATIONS = (2.0, 1.0)
_LEAST_SHARE = 0.01


class ComponentEllipses(PixelOverlay):
    """Every component at 1σ (39.3 % of it) and 2σ (86.5 %), a disc on its mean, a label with π beside it.

    Labels that would lie on one another try the other sides of their disc, then shrink to the number,
    then give way to those of larger components.
    """

    def __init__(self, view_box: pg.ViewBox) -> None:
        super().__init__(view_box, z_value=20)
        self._shapes: tuple[ComponentShape, ...] = ()
        self._means = np.zeros((0, 2))
        self._covariances = np.zeros((0, 2, 2))
        self._hovered = -1
        self._chosen = -1
        self._held = -1
        self._ghost: tuple[int, float, float] | None = None
        self.set_theme(LIGHT)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._font = theme.font(0.85)
        self._color_lines()

    def set_shapes(self, shapes: Sequence[ComponentShape]) -> None:
        """Show these Gaussians."""
        self._shapes = tuple(shapes)
        self._means = np.array([shape.mean for shape in shapes], dtype=np.float64).reshape(-1, 2)
        covariances = [shape.covariance for shape in shapes]
        self._covariances = np.array(covariances, dtype=np.float64).reshape(-1, 2, 2)
        self._color_lines()

    def _color_lines(self) -> None:
        """Lines stand out from dots of the same colour by a share of that of the text."""
        shades = {rgb: color(blend(rgb, self._theme.text, 0.3)) for rgb in {s.rgb for s in self._shapes}}
        self._line_colors = [shades[shape.rgb] for shape in self._shapes]
        self.update()

    def set_hovered(self, index: int) -> None:
        """Enlarge the handle under the mouse; -1 for none."""
        if index != self._hovered:
            self._hovered = index
            self.update()

    def set_chosen(self, index: int) -> None:
        """Ring the handle of a chosen component; -1 for none."""
        if index != self._chosen:
            self._chosen = index
            self.update()

    def set_held(self, index: int) -> None:
        """Ring the handle that the keyboard holds; -1 for none."""
        if index != self._held:
            self._held = index
            self.update()

    def set_ghost(self, ghost: tuple[int, float, float] | None) -> None:
        """Draw a component dashed where a hand has put its mean (index, x, y), until the model says so."""
        if ghost != self._ghost:
            self._ghost = ghost
            self.update()

    # -- where things are ---------------------------------------------------------------------------------

    def component(self, index: int) -> ComponentShape | None:
        """The component with this number."""
        return next((shape for shape in self._shapes if shape.index == index), None)

    def mean_px(self, index: int) -> QPointF | None:
        """Where the handle of a component is painted."""
        shape = self.component(index)
        if shape is None:
            return None
        if self._ghost is not None and self._ghost[0] == index:
            return self.point_px(*self._ghost[1:])
        return self.point_px(float(shape.mean[0]), float(shape.mean[1]))

    def component_at(self, at: QPointF) -> int:
        """Number of the component whose handle lies under the mouse; -1 for none."""
        if not self._shapes:
            return -1
        x, y = self._handles_px()
        distance = np.hypot(x - at.x(), y - at.y())
        nearest = int(np.argmin(np.where(np.isfinite(distance), distance, np.inf)))
        return self._shapes[nearest].index if distance[nearest] <= GRAB_RADIUS_PX else -1

    def worth_seeing(self) -> FloatArray:
        """Means, and the ends of the outer ellipses of components with a hundredth of π or more, (n, 2)."""
        holds = np.array([shape.share >= _LEAST_SHARE for shape in self._shapes], dtype=bool)
        variances = np.diagonal(self._covariances[holds], axis1=1, axis2=2)
        reach = _DEVIATIONS[0] * np.sqrt(np.maximum(variances, 0.0))
        return np.concatenate([self._means, self._means[holds] - reach, self._means[holds] + reach])

    def _handles_px(self) -> tuple[FloatArray, FloatArray]:
        x, y = self.to_pixels(self._means[:, 0], self._means[:, 1])
        if self._ghost is not None:
            for i, shape in enumerate(self._shapes):
                if shape.index == self._ghost[0]:
                    ghost = self.point_px(*self._ghost[1:])
                    x[i], y[i] = ghost.x(), ghost.y()
        return x, y

    def _axes_px(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Lengths of the two principal axes at 1σ in pixels (K,), and the first one's angle in degrees."""
        origin, unit = self.point_px(0.0, 0.0), self.point_px(1.0, 1.0)
        scale = np.array([unit.x() - origin.x(), unit.y() - origin.y()])
        with np.errstate(invalid="ignore", over="ignore"):  # what is not finite is not drawn
            cov = self._covariances * np.multiply.outer(scale, scale)
            xx, xy, yy = cov[:, 0, 0], cov[:, 0, 1], cov[:, 1, 1]
            middle, half = 0.5 * (xx + yy), np.hypot(0.5 * (xx - yy), xy)
            angle = np.degrees(0.5 * np.arctan2(2 * xy, xx - yy))
            return np.sqrt(middle + half), np.sqrt(np.maximum(middle - half, 0.0)), angle

    # -- painting -----------------------------------------------------------------------------------------

    def draw(self, painter: QPainter) -> None:
        x, y = self._handles_px()
        long, short, angle = self._axes_px()
        view = self.boundingRect()
        visible = []
        for i in range(len(self._shapes)):
            if not (math.isfinite(x[i] + y[i] + long[i] + short[i]) and long[i] < _MAX_RADIUS_PX):
                continue
            self._draw_ellipse(painter, i, QPointF(x[i], y[i]), (long[i], short[i], angle[i]))
            if view.contains(x[i], y[i]):
                visible.append(i)
        for i in visible:
            self._draw_handle(painter, i, QPointF(x[i], y[i]))
        self._draw_labels(painter, visible, x, y)
        is_far = np.isfinite(x) & np.isfinite(y)
        is_far[visible] = False
        for i in np.flatnonzero(is_far).tolist():
            if not view.contains(x[i], y[i]):
                self._draw_pointer(painter, i, QPointF(x[i], y[i]))

    def _draw_ellipse(self, painter: QPainter, i: int, at: QPointF, axes: tuple[float, float, float]) -> None:
        """Both outlines, each on a wider one in the colour of the background so that dots don't hide it."""
        long, short, angle = axes
        shape, width = self._shapes[i], self._theme.line_width
        is_ghost = self._ghost is not None and self._ghost[0] == shape.index
        style = Qt.PenStyle.DashLine if is_ghost else Qt.PenStyle.SolidLine
        painter.save()
        painter.translate(at)
        painter.rotate(angle)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for deviations in _DEVIATIONS:
            strength = (0.9 if deviations == 1.0 else 0.6) * width
            across, up = deviations * long, deviations * short
            outline = QRectF(-across, -up, 2 * across, 2 * up)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)  # a third of the time
            painter.setPen(QPen(color(self._theme.plot_background), strength + 1.8))
            painter.drawEllipse(outline)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
            painter.setPen(QPen(self._line_colors[i], strength, style))
            painter.drawEllipse(outline)
        painter.restore()

    def _draw_handle(self, painter: QPainter, i: int, at: QPointF) -> None:
        shape = self._shapes[i]
        radius = _HANDLE_RADIUS_PX + 2.5 * (shape.index == self._hovered)
        painter.setPen(QPen(color(self._theme.plot_background), 1.5))
        painter.setBrush(self._line_colors[i])
        painter.drawEllipse(at, radius, radius)
        if shape.index == self._chosen:
            self._draw_ring(painter, at, radius + 3.0, QPen(color(self._theme.text), 1.5))
        if shape.index == self._held:
            self._draw_ring(painter, at, radius + 6.5, QPen(color(self._theme.accent), 3.0))

    def _draw_ring(self, painter: QPainter, at: QPointF, radius: float, pen: QPen) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(pen)
        painter.drawEllipse(at, radius, radius)

    def _draw_pointer(self, painter: QPainter, i: int, at: QPointF) -> None:
        """An arrow head at the border, towards a mean that lies beyond it."""
        room = self.boundingRect().adjusted(_POINTER_PX, _POINTER_PX, -_POINTER_PX, -_POINTER_PX)
        x = min(max(at.x(), room.left()), room.right())
        y = min(max(at.y(), room.top()), room.bottom())
        painter.save()
        painter.translate(x, y)
        painter.rotate(math.degrees(math.atan2(at.y() - y, at.x() - x)))
        painter.setPen(QPen(color(self._theme.plot_background), 1.5))
        painter.setBrush(self._line_colors[i])
        painter.drawPolygon(_POINTER)
        if self._shapes[i].index == self._held:
            self._draw_ring(painter, QPointF(), _POINTER_PX + 2.0, QPen(color(self._theme.accent), 3.0))
        painter.restore()

    def _draw_labels(self, painter: QPainter, visible: Sequence[int], x: FloatArray, y: FloatArray) -> None:
        metrics = QFontMetricsF(self._font)
        painter.setFont(self._font)
        first = (self._hovered, self._chosen, self._held)
        ranked = sorted(visible, key=lambda i: (self._shapes[i].index not in first, -self._shapes[i].share))
        reach = _HANDLE_RADIUS_PX + 1.0
        taken = np.array([(x[i] - reach, y[i] - reach, x[i] + reach, y[i] + reach) for i in visible])
        for i in ranked:
            placed = self._place(metrics, i, (x[i], y[i]), taken)
            if placed is None:
                continue
            box, text = placed
            taken = np.vstack([taken, [box.left(), box.top(), box.right(), box.bottom()]])
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color(self._theme.panel, 205))
            painter.drawRoundedRect(box, 3, 3)
            painter.setPen(color(self._theme.text))
            painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), text)

    def _place(
        self, metrics: QFontMetricsF, i: int, at: tuple[float, float], taken: FloatArray
    ) -> tuple[QRectF, str] | None:
        """A free box beside the disc and the text for it; None where there is no room."""
        shape, view, (x, y) = self._shapes[i], self.boundingRect(), at
        number = f"c{shape.index + 1}"
        texts = (f"{number} π={shape.share:.2f}", number)
        height, away = metrics.height(), _HANDLE_RADIUS_PX + _LABEL_GAP_PX
        for text in texts[len(self._shapes) > _MOST_LONG_LABELS and shape.index != self._hovered :]:
            width = metrics.horizontalAdvance(text) + 8.0
            for left, top in (
                (x + away, y - height / 2),
                (x - away - width, y - height / 2),
                (x - width / 2, y - away - height),
                (x - width / 2, y + away),
            ):
                box = QRectF(left, top, width, height)
                if view.contains(box) and not _overlaps(box, taken):
                    return box, text
        return None


def _overlaps(box: QRectF, taken: FloatArray) -> bool:
    is_apart = (taken[:, 0] >= box.right()) | (taken[:, 2] <= box.left())
    is_apart |= (taken[:, 1] >= box.bottom()) | (taken[:, 3] <= box.top())
    return not bool(is_apart.all())
