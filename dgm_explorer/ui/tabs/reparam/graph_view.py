"""The computation graph painted: values in its nodes, gradients on their way back."""

import sys
from typing import Literal, TypeAlias

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.tabs.reparam.estimator_words import estimator_color
from dgm_explorer.ui.tabs.reparam.graph_layout import GraphLayout, GraphType, PlacedEdge, lay_out
from dgm_explorer.ui.tabs.reparam.graph_scene import Edge, GraphScene, Node
from dgm_explorer.ui.tabs.reparam.graph_words import Rows, in_line
from dgm_explorer.ui.theme import LIGHT, Theme, blend, color
from dgm_explorer.ui.widgets.formula_tooltip import tooltip_html

Part: TypeAlias = tuple[Literal["node", "edge"], str]
_REACH_PX = 7.0
_HEAD = 8.0
_CROSS = 7.0
_CENTER = int(Qt.AlignmentFlag.AlignCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)


class GraphView(QWidget):
    """Squares are functions and parameters, circles are drawn at random.

    Hover a part, or walk through the parts with the arrow keys, for its formula and its present value.
    """

    part_named = Signal(str)
    """What the part under the mouse or the keyboard says, in words; empty when there is none."""

    export_name = "computation-graph"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self._scene: GraphScene | None = None
        self._layout: GraphLayout | None = None
        self._laid_out_for: tuple[object, ...] = ()
        self._part: Part | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(300, 150)
        self.setAccessibleName("Computation graph")

    # -- what is shown ------------------------------------------------------------------------------------

    @property
    def scene(self) -> GraphScene | None:
        return self._scene

    @property
    def part(self) -> Part | None:
        """The part under the mouse or the keyboard."""
        return self._part

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def set_scene(self, scene: GraphScene) -> None:
        """Show a graph; places stay while only numbers change."""
        if scene == self._scene:
            return
        self._scene = scene
        if self._part is not None and self._part not in self._parts():
            self._part = None
        self._announce()
        self.update()

    def layout_now(self) -> GraphLayout:
        """Where everything stands at the present size."""
        scene = self._scene
        assert scene is not None
        key = (scene.shape, self.size(), self._theme.font_point_size)
        if self._layout is None or key != self._laid_out_for:
            self._laid_out_for = key
            size = QSizeF(self.width(), self.height())
            self._layout = lay_out(scene, self.font(), self._theme.font_point_size, size)
        return self._layout

    def export_table(self) -> PlotTable:
        """One row for every entry of a value or of a gradient."""
        parts: list[str] = []
        values: list[str] = []
        for name, rows in self._all_rows():
            parts.append(name)
            values.append(in_line(rows))
        return PlotTable(("part", "value"), (tuple(parts), tuple(values)))

    def _all_rows(self) -> list[tuple[str, Rows]]:
        if self._scene is None:
            return []
        nodes = [(node.title, node.rows) for node in self._scene.nodes]
        return nodes + [(edge.gradient_title, edge.gradient) for edge in self._scene.edges if edge.gradient]

    # -- parts --------------------------------------------------------------------------------------------

    def _parts(self) -> list[Part]:
        """In the order of the arrow keys: with the values first, then back with the gradients."""
        if self._scene is None:
            return []
        nodes: list[Part] = [("node", node.key) for node in self._scene.nodes]
        return [*nodes, *(("edge", edge.key) for edge in self._scene.edges)]

    def part_at(self, at: QPointF) -> Part | None:
        """The node, or else the edge, at a place."""
        if self._scene is None:
            return None
        layout = self.layout_now()
        for node, rect in layout.nodes.items():
            if rect.contains(at):
                return ("node", node)
        for key, edge in layout.edges.items():
            if edge.label.contains(at) or _is_near(edge, at):
                return ("edge", key)
        return None

    def _described(self) -> Node | Edge | None:
        if self._part is None or self._scene is None:
            return None
        kind, key = self._part
        found = self._scene.nodes if kind == "node" else self._scene.edges
        return next(part for part in found if part.key == key)

    def _set_part(self, part: Part | None) -> None:
        if part != self._part:
            self._part = part
            self._announce()
            self.update()

    def _announce(self) -> None:
        described = self._described()
        self.part_named.emit("" if described is None else described.words)

    def tip_html(self) -> str:
        """Formula and present value of the part; empty without one."""
        described = self._described()
        return "" if described is None else tooltip_html(described.tex, described.words)

    # -- Qt -----------------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(620, 260)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            self._set_part(self.part_at(QPointF(event.pos())))
            QToolTip.showText(event.globalPos(), self.tip_html(), self)
            return True
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._set_part(self.part_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._set_part(None)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._set_part(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        forth = event.key() in (Qt.Key.Key_Right, Qt.Key.Key_Down)
        parts = self._parts()
        if not parts or not (forth or event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Up)):
            super().keyPressEvent(event)
            return
        if self._part is None:
            self._set_part(parts[0 if forth else -1])
        else:
            self._set_part(parts[(parts.index(self._part) + (1 if forth else -1)) % len(parts)])

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        if self._scene is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        try:
            _Brush(painter, self._theme, self.layout_now().kind, self._part).paint(
                self._scene, self.layout_now()
            )
        except Exception:  # WORKAROUND(PySide6 6.11): one that leaves a paint event ends the program
            sys.excepthook(*sys.exc_info())
        finally:
            painter.end()


def _is_near(edge: PlacedEdge, at: QPointF) -> bool:
    for path in (edge.path, edge.back):
        if path is None:
            continue
        steps = np.array([path.pointAtPercent(t).toTuple() for t in np.linspace(0, 1, 60)])
        if float(np.hypot(*(steps - at.toTuple()).T).min()) < _REACH_PX:
            return True
    return False


class _Brush:
    """Paints one graph."""

    def __init__(self, painter: QPainter, theme: Theme, kind: GraphType, part: Part | None) -> None:
        self._painter, self._theme, self._kind, self._part = painter, theme, kind, part
        self._width = theme.line_width * max(0.8, kind.unit * 10 / theme.font_point_size)

    def paint(self, scene: GraphScene, layout: GraphLayout) -> None:
        painter = self._painter
        painter.fillRect(painter.viewport(), color(self._theme.plot_background))
        for edge in scene.edges:
            self._paint_edge(edge, layout.edges[edge.key])
        for node in scene.nodes:
            self._paint_node(node, layout.nodes[node.key])
        if scene.note:
            painter.setFont(self._kind.small)
            painter.setPen(color(self._theme.text))
            painter.drawText(
                layout.note, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), scene.note
            )

    # -- nodes --------------------------------------------------------------------------------------------

    def _paint_node(self, node: Node, rect: QRectF) -> None:
        painter, theme, kind = self._painter, self._theme, self._kind
        is_lit = self._part == ("node", node.key)
        ground = blend(
            theme.plot_background, theme.accent if node.is_random else theme.text, 0.16 if is_lit else 0.07
        )
        painter.setBrush(color(ground))
        painter.setPen(
            QPen(color(theme.accent if node.is_random else theme.text), self._width * (1.6 if is_lit else 1))
        )
        if node.is_random:
            painter.drawEllipse(rect)
        else:
            painter.drawRoundedRect(rect, 2 * kind.unit, 2 * kind.unit)
        matrix, content = kind.matrix_size(node.rows), kind.content_size(node)
        corner = rect.center() - QPointF(content.width() / 2, content.height() / 2)
        if kind.is_flat:
            name = QRectF(corner, QSizeF(kind.bold_width(node.title), content.height()))
            at = QPointF(
                corner.x() + content.width() - matrix.width(), rect.center().y() - matrix.height() / 2
            )
        else:
            name = QRectF(rect.left(), corner.y(), rect.width(), kind.bold_line)
            at = QPointF(rect.center().x() - matrix.width() / 2, corner.y() + kind.bold_line)
        painter.setPen(color(theme.text))
        painter.setFont(kind.bold)
        painter.drawText(name.adjusted(-2, 0, 2, 0), _CENTER, node.title)
        self._paint_matrix(node.rows, at)
        self._paint_words(node.above, rect, is_above=True)
        self._paint_words(node.below, rect, is_above=False)

    def _paint_words(self, words: str, rect: QRectF, *, is_above: bool) -> None:
        if not words:
            return
        kind, gap = self._kind, 2 * self._kind.unit
        height = kind.words_height(words)
        width = kind.words_width(words) + 4
        box = QRectF(0, 0, width, height)
        y = rect.top() - gap - height if is_above else rect.bottom() + gap
        box.moveTopLeft(QPointF(rect.center().x() - width / 2, y))
        self._painter.setFont(kind.small)
        self._painter.setPen(color(self._theme.text))
        self._painter.drawText(box, _CENTER, kind.words(words))

    def _paint_matrix(self, rows: Rows, at: QPointF) -> None:
        """Entries from their top left corner on, between brackets where there are several."""
        painter, kind = self._painter, self._kind
        size = kind.matrix_size(rows)
        has_brackets = len(rows) + len(rows[0]) > 2
        painter.setFont(kind.font)
        painter.setPen(color(self._theme.text))
        left = at.x() + (5 * kind.unit if has_brackets else 0.0)
        for i, row in enumerate(rows):
            for j, text in enumerate(row):
                x = left + j * (kind.cell + 6 * kind.unit)
                painter.drawText(
                    QRectF(x - 2, at.y() + i * kind.line, kind.cell + 4, kind.line), _CENTER, text
                )
        if has_brackets:
            self._paint_brackets(QRectF(at, size))

    def _paint_brackets(self, rect: QRectF) -> None:
        foot = 3.0 * self._kind.unit
        self._painter.setPen(QPen(color(self._theme.muted_text), 0.7 * self._width))
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        for x, side in ((rect.left() + 1, 1.0), (rect.right() - 1, -1.0)):
            points = [
                (x + side * foot, rect.top()),
                (x, rect.top()),
                (x, rect.bottom()),
                (x + side * foot, rect.bottom()),
            ]
            self._painter.drawPolyline(QPolygonF([QPointF(*point) for point in points]))

    # -- edges --------------------------------------------------------------------------------------------

    def _paint_edge(self, edge: Edge, placed: PlacedEdge) -> None:
        theme, kind, painter = self._theme, self._kind, self._painter
        width = self._width * (1.7 if self._part == ("edge", edge.key) else 1.0)
        if edge.is_detour:
            self._paint_arrow(placed.path, estimator_color("score", theme), 1.5 * width)
            gap = 5 * kind.unit
            painter.fillRect(placed.label.adjusted(-gap, -1, gap, 1), color(theme.plot_background))
            self._paint_in_line(edge, placed.label)
            return
        style = Qt.PenStyle.DashLine if edge.is_cut else Qt.PenStyle.SolidLine
        self._paint_arrow(placed.path, theme.muted_text, width, style)
        if placed.back is not None:
            self._paint_arrow(placed.back, estimator_color("pathwise", theme), 1.5 * width)
        painter.setFont(kind.small)
        painter.setPen(color(theme.text))
        painter.drawText(QRectF(placed.local_at, QSizeF(1000, kind.small_line)), _LEFT, edge.local)
        if edge.gradient and kind.is_flat:
            self._paint_in_line(edge, QRectF(placed.gradient_at, kind.detour_size(edge)))
        elif edge.gradient:
            box = QRectF(placed.gradient_at, QSizeF(1000, kind.small_line))
            painter.drawText(box, _LEFT, edge.gradient_title)
            self._paint_matrix(edge.gradient, placed.gradient_at + QPointF(0, kind.small_line))
        if placed.cross_at is not None:
            self._paint_cross(placed.cross_at)

    def _paint_in_line(self, edge: Edge, box: QRectF) -> None:
        """What flows back, its name beside its entries."""
        kind, painter = self._kind, self._painter
        painter.setFont(kind.small)
        painter.setPen(color(self._theme.text))
        title_width = kind.words_width(edge.gradient_title)
        name = QRectF(box.topLeft(), QSizeF(title_width + 4, box.height()))
        painter.drawText(
            name, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), edge.gradient_title
        )
        if edge.gradient:
            y = box.center().y() - kind.matrix_size(edge.gradient).height() / 2
            self._paint_matrix(edge.gradient, QPointF(box.left() + title_width + 8 * kind.unit, y))

    def _paint_arrow(
        self, path: QPainterPath, rgb: str, width: float, style: Qt.PenStyle = Qt.PenStyle.SolidLine
    ) -> None:
        painter = self._painter
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(color(rgb), width, style, Qt.PenCapStyle.FlatCap))
        painter.drawPath(path)
        length = _HEAD * self._kind.unit
        tip = path.pointAtPercent(1.0)
        root = path.pointAtPercent(path.percentAtLength(max(0.0, path.length() - length)))
        along = QLineF(root, tip).unitVector()
        ahead = along.p2() - along.p1()
        aside = QPointF(-ahead.y(), ahead.x())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(rgb))
        base = tip - ahead * length
        painter.drawPolygon(QPolygonF([tip, base + aside * (0.45 * length), base - aside * (0.45 * length)]))

    def _paint_cross(self, at: QPointF) -> None:
        reach = _CROSS * self._kind.unit
        for rgb, extra in ((self._theme.plot_background, 4.0), (self._theme.text, 0.0)):
            pen = QPen(color(rgb), 1.6 * self._width + extra, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
            self._painter.setPen(pen)
            for dx, dy in ((reach, reach), (reach, -reach)):
                self._painter.drawLine(QLineF(at - QPointF(dx, dy), at + QPointF(dx, dy)))
