"""The track of the timeline: marks of recorded snapshots, and a handle among them."""

import bisect
import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from dgm_explorer.ui.run.calendar import TimelineMark
from dgm_explorer.ui.theme import LIGHT, Theme, blend, color
from dgm_explorer.ui.widgets.form import font_of

MARGIN_PX = 8
HANDLE_PX = 6
PAGE = 10
LEAST_FILLED = 3
"""The pictures so far fill a sixth of the track at least, and a third right after it has grown."""
PHASE_SHARES = (0.3, 0.65, 1.0)
"""Phases are one colour growing stronger, since they have an order; the ten-colour cycle means classes."""


class TimelineTrack(QWidget):
    """A slider whose stops are the steps of the recorded snapshots; the right end is live.

    Parameters
    ----------
    phases : names of the phases in their order, as words.
    """

    moved = Signal(object)
    """The user moved the handle to a step, or to None: live."""

    def __init__(self, phases: Sequence[str] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._phases = tuple(phases)
        self._marks: tuple[TimelineMark, ...] = ()
        self._steps: tuple[int, ...] = ()
        self._planned = 0
        self._position: int | None = None
        self._theme = LIGHT
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Timeline of recorded pictures")
        self.setAccessibleDescription(
            "Arrows move by one picture, Page keys by ten, Home and End to the ends."
        )

    @property
    def position(self) -> int | None:
        """The step of the handle; None while live."""
        return self._position

    @property
    def first_step(self) -> int | None:
        """The oldest recorded step; None if there is none."""
        return self._steps[0] if self._steps else None

    @property
    def last_step(self) -> int | None:
        """The newest recorded step; None if there is none."""
        return self._steps[-1] if self._steps else None

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.updateGeometry()
        self.update()

    def set_marks(self, marks: tuple[TimelineMark, ...]) -> None:
        """Recorded snapshots, rising; the handle stays at its step."""
        if marks != self._marks:
            self._marks = marks
            self._steps = tuple(mark.step for mark in marks)
            self.update()

    def set_planned_steps(self, n_steps: int) -> None:
        """How far the axis reaches beyond what is recorded."""
        if n_steps != self._planned:
            self._planned = n_steps
            self.update()

    def set_position(self, step: int | None) -> None:
        if step != self._position:
            self._position = step
            self.update()

    def describe_position(self) -> str:
        """Step and epoch of the handle."""
        mark = self._nearest_mark(self._position) if self._position is not None else None
        return self._describe(mark) if mark is not None and mark.step == self._position else "live"

    def x_of(self, step: int) -> float:
        """Pixels from the left edge of the widget."""
        return MARGIN_PX + (self.width() - 2 * MARGIN_PX) * step / self._end

    @property
    def _end(self) -> int:
        """The step at the right edge: the plan, or of a long one what suits the pictures so far.

        It grows in doublings, so that marks seldom move.
        """
        last = max(1, self._steps[-1] if self._steps else 0)
        roomy = 1 << math.ceil(math.log2(LEAST_FILLED * last))
        return max(last, min(self._planned, roomy))

    def _describe(self, mark: TimelineMark) -> str:
        epoch = f" · epoch {mark.epoch:,.1f}" if mark.epoch is not None else ""
        return f"step {mark.step:,}{epoch}"

    def _describe_with_phase(self, mark: TimelineMark) -> str:
        name = self._phases[mark.phase] if mark.phase < len(self._phases) else ""
        return " · ".join(filter(None, (self._describe(mark), name)))

    def _nearest_mark(self, step: float) -> TimelineMark | None:
        if not self._marks:
            return None
        after = bisect.bisect_left(self._steps, step)
        around = self._marks[max(0, after - 1) : after + 1]
        return min(around, key=lambda mark: abs(mark.step - step))

    def _mark_at(self, x: float) -> TimelineMark | None:
        share = (x - MARGIN_PX) / max(1, self.width() - 2 * MARGIN_PX)
        return self._nearest_mark(share * self._end)

    def step_beyond(self, n_marks: int) -> int | None:
        """So many recorded snapshots to the right of the handle; None, live, behind the last one."""
        if self._position is None:
            index = len(self._steps)
        else:
            index = bisect.bisect_left(self._steps, self._position)
        index += n_marks
        return None if index >= len(self._steps) else self._steps[max(0, index)]

    def _phase_color(self, phase: int) -> str:
        share = PHASE_SHARES[min(max(0, phase), len(PHASE_SHARES) - 1)]
        return blend(self._theme.plot_background, self._theme.accent, share)

    # -- Qt -----------------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(300, self.fontMetrics().height() + 10)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        groove = QRectF(MARGIN_PX, 4, self.width() - 2 * MARGIN_PX, self.height() - 8)
        painter.fillRect(groove, color(self._theme.plot_background))
        self._paint_phases(painter, groove)
        self._paint_marks(painter, groove)
        painter.setPen(color(self._theme.accent if self.hasFocus() else self._theme.grid))
        painter.drawRect(groove)
        self._paint_handle(painter, groove)
        painter.end()

    def _paint_phases(self, painter: QPainter, groove: QRectF) -> None:
        """A faint band per phase with its name, where there is room."""
        left = 0
        while left < len(self._marks):
            phase = self._marks[left].phase
            right = left
            while right + 1 < len(self._marks) and self._marks[right + 1].phase == phase:
                right += 1
            from_x = groove.left() if left == 0 else self.x_of(self._marks[left - 1].step)
            band = QRectF(from_x, groove.top(), self.x_of(self._marks[right].step) - from_x, groove.height())
            painter.fillRect(band, color(self._phase_color(phase), 70))
            self._paint_name(painter, band, phase)
            left = right + 1

    def _paint_name(self, painter: QPainter, band: QRectF, phase: int) -> None:
        name = self._phases[phase] if phase < len(self._phases) else ""
        if name and self.fontMetrics().horizontalAdvance(name) + 8 < band.width():
            painter.setFont(font_of(self, self._theme, 0.85))
            painter.setPen(color(self._theme.text))
            painter.drawText(band.adjusted(4, 0, 0, -4), int(Qt.AlignmentFlag.AlignVCenter), name)

    def _paint_marks(self, painter: QPainter, groove: QRectF) -> None:
        """One tick per pixel column at most, at the foot of the track."""
        top, painted = groove.bottom() - groove.height() / 4, -1
        for mark in self._marks:
            x = round(self.x_of(mark.step))
            if x != painted:
                painted = x
                painter.setPen(color(self._phase_color(mark.phase)))
                painter.drawLine(QPointF(x, top), QPointF(x, groove.bottom()))

    def _paint_handle(self, painter: QPainter, groove: QRectF) -> None:
        """Filled where the user looks back; hollow at the newest picture while live."""
        if not self._marks:
            return
        is_live = self._position is None
        x = self.x_of(self._steps[-1] if self._position is None else self._position)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(color(self._theme.text), self._theme.line_width))
        painter.drawLine(QPointF(x, groove.top()), QPointF(x, groove.bottom()))
        painter.setBrush(color(self._theme.window if is_live else self._theme.text))
        tip, top = groove.top() + HANDLE_PX, groove.top() - 3
        corners = [QPointF(x - HANDLE_PX, top), QPointF(x + HANDLE_PX, top), QPointF(x, tip)]
        painter.drawPolygon(QPolygonF(corners))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            mark = self._mark_at(event.pos().x())
            text = "Recorded pictures of the run appear here." if mark is None else self._describe_tip(mark)
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def _describe_tip(self, mark: TimelineMark) -> str:
        return f"{self._describe_with_phase(mark)}\nClick or drag to look back; ← → Home End as well."

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._go_to(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go_to(event.position().x())
            mark = self._mark_at(event.position().x())
            if mark is not None:
                QToolTip.showText(event.globalPosition().toPoint(), self._describe_with_phase(mark), self)

    def _go_to(self, x: float) -> None:
        mark = self._mark_at(x)
        if mark is not None:
            self.moved.emit(mark.step)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key
        moves = {key.Key_Left: -1, key.Key_Right: 1, key.Key_PageDown: -PAGE, key.Key_PageUp: PAGE}
        if event.key() in moves and self._steps:
            self.moved.emit(self.step_beyond(moves[key(event.key())]))
        elif event.key() == key.Key_Home and self._steps:
            self.moved.emit(self._steps[0])
        elif event.key() == key.Key_End and self._steps:
            self.moved.emit(None if self._position == self._steps[-1] else self._steps[-1])
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.update()
