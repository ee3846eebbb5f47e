"""Where nodes, edges and words of the computation graph stand in a window of any size."""

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QFont, QFontMetricsF, QPainterPath

from dgm_explorer.ui.tabs.reparam.graph_scene import Edge, EdgeKey, GraphScene, Node, NodeKey
from dgm_explorer.ui.tabs.reparam.graph_words import WIDEST_CELL, Rows

_MAX_SCALE = 1.9
_MAX_STRETCH = 1.7
_GAPS = (1.0, 0.7, 0.45)
_SMALL = 0.9
_ROUNDS = 8


class GraphType:
    """Fonts and lengths that follow from one type size.

    Attributes
    ----------
    is_flat : whether names stand beside their entries, for a low window, or above them.
    point_size : of entries.
    unit : the length by which gaps and strokes scale; 1 at 10 points, less where ``gap`` is less than 1.
    font, bold, small : of entries, of names, and of words beside the nodes.
    line, small_line : heights of a line, in pixels.
    """

    def __init__(self, base: QFont, point_size: float, is_flat: bool = False, gap: float = 1.0) -> None:
        self.is_flat = is_flat
        self.point_size = point_size
        self.unit = gap * point_size / 10.0
        self.font, self.bold, self.small = QFont(base), QFont(base), QFont(base)
        self.font.setPointSizeF(point_size)
        self.bold.setPointSizeF(1.05 * point_size)
        self.bold.setBold(True)
        self.small.setPointSizeF(_SMALL * point_size)
        self._bold_metrics, self._small_metrics = QFontMetricsF(self.bold), QFontMetricsF(self.small)
        metrics = QFontMetricsF(self.font)
        self.line, self.bold_line = metrics.height(), self._bold_metrics.height()
        self.small_line = self._small_metrics.height()
        self.cell = metrics.horizontalAdvance(WIDEST_CELL)

    def words(self, text: str) -> str:
        """Words beside a node, on one line in a low window."""
        return text.replace("\n", " ") if self.is_flat else text

    def bold_width(self, text: str) -> float:
        return self._bold_metrics.horizontalAdvance(text)

    def words_width(self, text: str) -> float:
        return max(self._small_metrics.horizontalAdvance(line) for line in self.words(text).split("\n"))

    def words_height(self, text: str) -> float:
        return self.small_line * (self.words(text).count("\n") + 1) if text else 0.0

    def matrix_size(self, rows: Rows) -> QSizeF:
        """With its brackets; a single number has none."""
        if not rows:
            return QSizeF(0, 0)
        brackets = 10 * self.unit if len(rows) + len(rows[0]) > 2 else 0.0
        n = len(rows[0])
        return QSizeF(n * self.cell + (n - 1) * 6 * self.unit + brackets, len(rows) * self.line)

    def content_size(self, node: Node) -> QSizeF:
        """Name and entries."""
        matrix, name = self.matrix_size(node.rows), self.bold_width(node.title)
        if self.is_flat:
            return QSizeF(name + 5 * self.unit + matrix.width(), max(matrix.height(), self.bold_line))
        return QSizeF(max(matrix.width(), name), matrix.height() + self.bold_line)

    def node_size(self, node: Node) -> QSizeF:
        content = self.content_size(node)
        width, height = content.width(), content.height()
        if not node.is_random:
            return QSizeF(width + 14 * self.unit, height + 7 * self.unit)
        if self.is_flat:  # an ellipse
            return QSizeF(1.25 * width + 8 * self.unit, 1.3 * height + 4 * self.unit)
        diameter = math.hypot(0.92 * width, height) + 7 * self.unit
        return QSizeF(diameter, diameter)

    def label_size(self, edge: Edge) -> QSizeF:
        """What flows back."""
        local = self.words_width(edge.local)
        if not edge.gradient:
            return QSizeF(local, 0)
        if self.is_flat:
            size = self.detour_size(edge)
            return QSizeF(max(local, size.width()), size.height())
        matrix = self.matrix_size(edge.gradient)
        width = max(matrix.width(), self.words_width(edge.gradient_title), local)
        return QSizeF(width, self.small_line + matrix.height() + 2 * self.unit)

    def detour_size(self, edge: Edge) -> QSizeF:
        """Name and entries in one line."""
        matrix = self.matrix_size(edge.gradient)
        width = self.words_width(edge.gradient_title) + 8 * self.unit + matrix.width()
        return QSizeF(width, max(matrix.height(), self.small_line))


@dataclass(frozen=True, slots=True)
class PlacedEdge:
    """An edge on the screen.

    Attributes
    ----------
    path : from its source to its target.
    back : the way of the gradient; None where none flows.
    local_at, gradient_at : left ends: of the baseline box of `Edge.local`, of the top of what flows back.
    cross_at : where a cut edge is crossed out.
    label : everything that is written of it.
    """

    path: QPainterPath
    back: QPainterPath | None
    local_at: QPointF
    gradient_at: QPointF
    cross_at: QPointF | None
    label: QRectF


@dataclass(frozen=True, slots=True)
class GraphLayout:
    """Places of everything.

    Attributes
    ----------
    kind : fonts.
    nodes, edges : places by key.
    note : room for the note.
    """

    kind: GraphType
    nodes: dict[NodeKey, QRectF]
    edges: dict[EdgeKey, PlacedEdge]
    note: QRectF


def lay_out(scene: GraphScene, base: QFont, point_size: float, size: QSizeF) -> GraphLayout:
    """Place the graph in the way that lets its type be the larger in the window of ``size``.

    Gaps are narrowed where even the words beside the nodes would be smaller than ``point_size`` else.
    """
    best: GraphType | None = None
    for gap in _GAPS:
        kinds = [_largest(scene, base, point_size, size, is_flat, gap) for is_flat in (False, True)]
        found = max(kinds, key=lambda kind: kind.point_size)
        if best is None or found.point_size > best.point_size:
            best = found
        if _SMALL * best.point_size >= point_size:
            break
    assert best is not None
    return _Plan(scene, best).place(size)


def _largest(
    scene: GraphScene, base: QFont, point_size: float, size: QSizeF, is_flat: bool, gap: float
) -> GraphType:
    """Type as large as the window lets it be."""
    kind, best = GraphType(base, point_size, is_flat, gap), None
    for _ in range(_ROUNDS):  # type does not scale evenly: the letters of screens come in steps
        need = _Plan(scene, kind).size
        scale = min(size.width() / need.width(), size.height() / need.height())
        is_largest = kind.point_size >= _MAX_SCALE * point_size
        if scale >= 1.0 and (best is None or kind.point_size > best.point_size):
            best = kind
        if scale >= 1.0 and (scale < 1.03 or is_largest):
            break
        wanted = 0.985 * scale * kind.point_size
        kind = GraphType(base, max(1.0, min(wanted, _MAX_SCALE * point_size)), is_flat, gap)
    return best or kind


class _Plan:
    """Natural lengths of a graph in one type, and its places in a window."""

    def __init__(self, scene: GraphScene, kind: GraphType) -> None:
        self._scene, self._kind, self._u = scene, kind, kind.unit
        self._sizes = {node.key: kind.node_size(node) for node in scene.nodes}
        self._columns = self._column_widths()
        self._gaps = self._gap_widths()
        self._tops, self._distances, self._bottom = self._rows()

    @property
    def size(self) -> QSizeF:
        height = self._tops + sum(self._distances) + self._bottom
        return QSizeF(sum(self._columns) + sum(self._gaps) + 16 * self._u, height + 10 * self._u)

    # -- natural lengths ----------------------------------------------------------------------------------

    def _width(self, *keys: NodeKey) -> float:
        return max((self._sizes[key].width() for key in keys if key in self._sizes), default=0.0)

    def _height(self, key: NodeKey) -> float:
        return self._sizes[key].height() if key in self._sizes else 0.0

    def _label(self, key: EdgeKey) -> QSizeF:
        edge = self._scene.edge(key)
        return QSizeF(0, 0) if edge is None else self._kind.label_size(edge)

    def _column_widths(self) -> list[float]:
        def with_words(key: NodeKey) -> float:
            node = self._scene.node(key)
            words = max(self._kind.words_width(node.above), self._kind.words_width(node.below))
            return max(self._width(key), words)

        return [
            self._width("raw"),
            self._width("mean", "factor", "noise"),
            with_words("z"),
            with_words("value"),
        ]

    def _gap_widths(self) -> list[float]:
        u = self._u
        bent = max(self._label("mean").width(), self._label("factor").width(), self._label("noise").width())
        first = self._label("raw").width() + 18 * u if "raw" in self._sizes else 0.0
        self._bent = bent
        gaps = [first, bent + 46 * u, self._label("z").width() + 18 * u]
        detours = [self._kind.detour_size(edge).width() for edge in self._scene.edges if edge.is_detour]
        missing = max(detours, default=0.0) + 30 * u - (gaps[1] + self._columns[2] + gaps[2])
        if missing > 0:
            gaps[1] += missing
        return gaps

    def _rows(self) -> tuple[float, list[float], float]:
        """From the top to the first row, between rows, and from the last row to the bottom."""
        u, over = self._u, self._kind.small_line + 3 * self._u
        half = {key: size.height() / 2 for key, size in self._sizes.items()}
        if self._scene.is_cut:
            apart = max(half["mean"] + half["factor"] + 14 * u, 2 * over + 6 * u)
            z = self._scene.node("z")
            words = max(self._kind.words_height(z.above), self._kind.words_height(z.below)) + 6 * u
            reach = half["z"] + words - apart / 2
            ends = []
            for key, node in (("score_mean", "mean"), ("score_factor", "factor")):
                edge = self._scene.edge(key)  # type: ignore[arg-type]  # both are keys
                label = over if edge is None else self._kind.detour_size(edge).height()
                ends.append(max(half[node] + 6 * u, reach) + label + 4 * u)  # type: ignore[index]
            return ends[0], [apart], ends[1]

        def below(key: EdgeKey) -> float:
            return self._label(key).height() + 10 * u

        first = max(half["mean"] + half["factor"] + 8 * u, below("mean") + over)
        second = max(half["factor"] + half["noise"] + 8 * u, below("factor") + over)
        return max(half["mean"], over), [first, second], max(half["noise"], over)

    # -- places -------------------------------------------------------------------------------------------

    def place(self, size: QSizeF) -> GraphLayout:
        need = self.size
        across = min(_MAX_STRETCH, 1 + max(0.0, size.width() - need.width()) / sum(self._gaps))
        gaps = [across * gap for gap in self._gaps]
        down = min(1.5, 1 + max(0.0, size.height() - need.height()) / sum(self._distances))
        distances = [down * distance for distance in self._distances]
        left = (size.width() - sum(self._columns) - sum(gaps)) / 2
        y = [(size.height() - self._tops - sum(distances) - self._bottom) / 2 + self._tops]
        for distance in distances:
            y.append(y[-1] + distance)
        x = []
        for width, gap in zip(self._columns, [*gaps, 0.0], strict=True):
            x.append(left + width / 2)
            left += width + gap
        middle = (y[0] + y[1]) / 2 if self._scene.is_cut else y[1]
        centers: dict[NodeKey, QPointF] = {
            "raw": QPointF(x[0], y[1]),
            "mean": QPointF(x[1], y[0]),
            "factor": QPointF(x[1], y[1]),
            "noise": QPointF(x[1], y[-1]),
            "z": QPointF(x[2], middle),
            "value": QPointF(x[3], middle),
        }
        nodes = {key: _around(centers[key], size) for key, size in self._sizes.items()}
        edges = {edge.key: self._place_edge(edge, nodes) for edge in self._scene.edges}
        note = QRectF(x[1], y[-1] + self._height("factor") / 2, x[3] - x[1], size.height())
        note.setBottom(size.height() - 2)
        return GraphLayout(self._kind, nodes, edges, note)

    def _place_edge(self, edge: Edge, nodes: dict[NodeKey, QRectF]) -> PlacedEdge:
        if edge.is_detour:
            return self._place_detour(edge, nodes)
        u, source, target = self._u, nodes[edge.source], nodes[edge.target]
        start = QPointF(source.right(), source.center().y())
        label = self._kind.label_size(edge)
        if edge.target == "z":
            column = self._columns[1]
            text_x = source.center().x() + column / 2 + 10 * u
            lead = text_x + self._bent + 8 * u
            end = self._entry(edge, nodes["z"])
            rest = target.center().x() - self._columns[2] / 2  # words under z reach this far
        else:
            free = source.right() + target.left()
            if edge.key == "z":  # words under both nodes may be wider than these
                right = source.center().x() + self._columns[2] / 2
                free = right + target.center().x() - self._columns[3] / 2
            text_x = (free - label.width()) / 2
            lead, end = start.x(), QPointF(target.left(), target.center().y())
            rest = end.x()
        path, back = _flow(start, end, lead, rest, 0.0), None
        if edge.gradient:
            back = _flow(start, end, lead, rest, 6.5 * u).toReversed()
        local_at = QPointF(text_x, start.y() - self._kind.small_line - 2 * u)
        gradient_at = QPointF(text_x, start.y() + 9 * u)
        height = 11 * u + self._kind.small_line + label.height()
        box = QRectF(local_at, QSizeF(label.width(), height))
        cross = QPointF((lead + min(rest, end.x())) / 2, (start.y() + end.y()) / 2) if edge.is_cut else None
        return PlacedEdge(path, back, local_at, gradient_at, cross, box)

    def _entry(self, edge: Edge, z: QRectF) -> QPointF:
        """Where an edge reaches z, on its left side."""
        share = {"mean": -0.27, "factor": 0.0, "noise": 0.3}[edge.source]
        if self._scene.is_cut:
            share = {"mean": -0.2, "factor": 0.2}[edge.source]
        dy = share * z.height()
        x = z.left()
        if self._scene.is_cut:  # on an ellipse
            x = z.center().x() - z.width() * math.sqrt(0.25 - share * share)
        return QPointF(x, z.center().y() + dy)

    def _place_detour(self, edge: Edge, nodes: dict[NodeKey, QRectF]) -> PlacedEdge:
        """Up from f and over z to μ, or down and under it to L."""
        u, f, goal = self._u, nodes["value"], nodes[edge.target]
        is_above = edge.target == "mean"
        z, words = nodes["z"], self._scene.node("z")
        size = self._kind.detour_size(edge)
        away = size.height() / 2 + 3 * u  # its words stand on the line
        if is_above:
            clear = z.top() - self._kind.words_height(words.above) - 3 * u
            y = min(goal.top() - 6 * u, clear) - away
            ends = (f.top(), goal.top())
        else:
            clear = z.bottom() + self._kind.words_height(words.below) + 3 * u
            y = max(goal.bottom() + 6 * u, clear) + away
            below = self._scene.node("value").below
            ends = (f.bottom() + self._kind.words_height(below) + 2 * u, goal.bottom())
        path = _over(QPointF(f.center().x(), ends[0]), y, QPointF(goal.center().x(), ends[1]), 12 * u)
        at = QPointF((goal.center().x() + f.center().x() - size.width()) / 2, y - size.height() / 2)
        return PlacedEdge(path, None, at, at, None, QRectF(at, size))


def _around(center: QPointF, size: QSizeF) -> QRectF:
    rect = QRectF(QPointF(), size)
    rect.moveCenter(center)
    return rect


def _flow(start: QPointF, end: QPointF, lead: float, rest: float, dy: float) -> QPainterPath:
    """Straight on as far as ``lead``, in a bend as far as ``rest``, straight to the end; all ``dy`` lower."""
    path = QPainterPath(start + QPointF(0, dy))
    corner = QPointF(max(lead, start.x()), start.y() + dy)
    path.lineTo(corner)
    last = end + QPointF(0, dy)
    bent = QPointF(max(corner.x(), min(rest, last.x())), last.y())
    middle = (corner.x() + bent.x()) / 2
    path.cubicTo(QPointF(middle, corner.y()), QPointF(middle, bent.y()), bent)
    path.lineTo(last)
    return path


def _over(start: QPointF, y: float, end: QPointF, radius: float) -> QPainterPath:
    """From the start straight to the height ``y``, along it, and straight to the end; round corners."""
    up = math.copysign(1.0, y - start.y())
    turn = math.copysign(1.0, end.x() - start.x())
    down = math.copysign(1.0, end.y() - y)
    path = QPainterPath(start)
    path.lineTo(start.x(), y - up * radius)
    path.quadTo(QPointF(start.x(), y), QPointF(start.x() + turn * radius, y))
    path.lineTo(end.x() - turn * radius, y)
    path.quadTo(QPointF(end.x(), y), QPointF(end.x(), y + down * radius))
    path.lineTo(end)
    return path
