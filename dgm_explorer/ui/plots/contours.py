"""Level lines of a landscape as one item, traced by contourpy at a third of the resolution."""

import math
from collections.abc import Sequence

import numpy as np
from contourpy import FillType, LineType, SerialContourGenerator, ZInterp
from pyqtgraph.Qt.internals import PrimitiveArray
from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QPaintEngine, QPainter, QPen
from PySide6.QtWidgets import QGraphicsObject, QStyleOptionGraphicsItem, QWidget

from dgm_explorer.core.arrays import Float32Array, FloatArray, IntArray
from dgm_explorer.ui.plots.curve_overlay import line_segments
from dgm_explorer.ui.theme import color

_NO_MASK = np.array(False)
_GAP = np.full((1, 2), np.nan)
_STRIDE = 3


class ThinnedGrid:
    """Every third row and column of a grid, and the last.

    Lines of some five pixels stand off a curve of thirty pixels' radius by a tenth of one.

    Parameters
    ----------
    x, y : (n,) and (m,), increasing, in view coordinates.
    """

    def __init__(self, x: FloatArray, y: FloatArray) -> None:
        self._columns, self._rows = _thinned(len(x)), _thinned(len(y))
        self._x, self._y = np.meshgrid(x[self._columns], y[self._rows])

    @property
    def cell(self) -> float:
        """Distance of two neighbours along x."""
        return float(self._x[0, 1] - self._x[0, 0])

    @property
    def points(self) -> FloatArray:
        """Where the values that are kept belong, (m', n', 2)."""
        return np.stack([self._x, self._y], axis=-1)

    def thin(self, z: FloatArray | Float32Array) -> FloatArray:
        """The values (m', n') that are kept of ``z`` (m, n), as a copy."""
        kept: FloatArray = z.take(self._rows, axis=0).take(self._columns, axis=1).astype(np.float64)
        return kept

    def trace(self, z: FloatArray | Float32Array, levels: Sequence[float]) -> FloatArray:
        """Level lines of ``z`` (m, n) as `trace_lines` gives them."""
        return self.trace_thinned(self.thin(z), levels)

    def trace_thinned(self, z: FloatArray, levels: Sequence[float]) -> FloatArray:
        """The same of values (m', n') as `thin` gives them."""
        return trace_lines(self._x, self._y, z, levels)


def trace_lines(x: FloatArray, y: FloatArray, z: FloatArray, levels: Sequence[float]) -> FloatArray:
    """Level lines of ``z`` at places ``x``, ``y``, (m, n) each; cells that are not finite are left out.

    Returns
    -------
    (k, 2) points, lines separated by rows of NaN.
    """
    generator = SerialContourGenerator(
        x,
        y,
        z,
        _NO_MASK if math.isfinite(z.sum()) else ~np.isfinite(z),
        corner_mask=True,
        line_type=LineType.ChunkCombinedNan,
        fill_type=FillType.OuterOffset,
        quad_as_tri=False,
        z_interp=ZInterp.Linear,
    )
    pieces: list[FloatArray] = []
    for level in levels:
        points = generator.lines(level)[0][0]
        if points is not None:
            pieces += [points, _GAP]
    return np.concatenate(pieces) if pieces else _GAP


class ContourItem(QGraphicsObject):
    """All level lines as one item in view coordinates, in lines of one pixel without antialiasing.

    A hundred times faster than one `pyqtgraph.IsocurveItem` per level, and twice as fast as one
    `PlotCurveItem` for all.

    Attributes
    ----------
    grid : that of `set_axes`, on which values are traced.
    """

    def __init__(self) -> None:
        super().__init__()
        self._pen = QPen()
        self._lines = PrimitiveArray(QLineF, 4)
        self._rect = QRectF()
        self.set_axes(np.arange(2.0), np.arange(2.0))

    def set_color(self, rgb: str, alpha: int) -> None:
        self._pen = QPen(color(rgb, alpha), 1)
        self._pen.setCosmetic(True)
        self.update()

    def set_axes(self, x: FloatArray, y: FloatArray) -> None:
        """The grid of the values to come, in view coordinates."""
        self.grid = ThinnedGrid(x, y)
        self.prepareGeometryChange()
        self._rect = QRectF(x[0], y[0], x[-1] - x[0], y[-1] - y[0])

    def set_values(self, z: FloatArray | Float32Array, levels: Sequence[float]) -> None:
        """Trace ``z`` (m, n) on the grid of `set_axes`."""
        self.set_lines(self.grid.trace(z, levels))

    def set_lines(self, points: FloatArray) -> None:
        """Show lines (k, 2) as they are, separated by rows of NaN."""
        segments = line_segments(points)
        self._lines.resize(len(segments))
        self._lines.ndarray()[:] = segments
        self.update()

    def boundingRect(self) -> QRectF:
        return self._rect

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        del option, widget
        painter.setPen(self._pen)
        engine = painter.paintEngine()
        if engine is not None and engine.type() == QPaintEngine.Type.SVG:
            self._draw_in_pixels(painter)
        else:
            painter.drawLines(*self._lines.drawargs())

    def _draw_in_pixels(self, painter: QPainter) -> None:
        """For SVG, of which many readers scale every line with its axes, whatever the pen asks for."""
        transform = painter.worldTransform()
        scale = np.array([[transform.m11(), transform.m12()], [transform.m21(), transform.m22()]])
        ends = self._lines.ndarray().reshape(-1, 2) @ scale + (transform.dx(), transform.dy())
        lines = PrimitiveArray(QLineF, 4)
        lines.resize(len(ends) // 2)
        lines.ndarray()[:] = ends.reshape(-1, 4)
        painter.save()
        painter.resetTransform()
        painter.drawLines(*lines.drawargs())
        painter.restore()


def _thinned(n: int) -> IntArray:
    return np.append(np.arange(0, n - 1, _STRIDE), n - 1)
