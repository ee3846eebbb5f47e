"""The words of the present step, as a widget that never changes its height during a lecture."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from dgm_explorer.ui.theme import PROJECTOR, Theme

if TYPE_CHECKING:
    from dgm_explorer.lecture import LectureStep
    from dgm_explorer.ui.lecture.caption_document import CaptionDocument

HANGING = 0.25
"""Room below the last line for what hangs out of it, over the size of the type."""

LEAST_WIDTH_PX = 100


class CaptionText(QWidget):
    """Caption, question and, once it is revealed, the answer of one step.

    The widget is always as high as the longest step of the lecture with its answer, so that neither the
    answer nor the next step moves the pictures. That is measured when the layout first asks for a width, and
    never again for that width and size of type.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = PROJECTOR
        self._steps: tuple[LectureStep, ...] = ()
        self._step: LectureStep | None = None
        self._is_revealed = False
        self._size_px = 20
        self._document: CaptionDocument | None = None
        self._whole: list[CaptionDocument] = []
        self._heights_px: dict[int, int] = {}
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def document(self) -> "CaptionDocument":
        """What is painted."""
        assert self._document is not None
        return self._document

    @property
    def words(self) -> str:
        """What is painted, as plain text; a formula is one character."""
        return "" if self._document is None else self._document.toPlainText()

    def set_steps(self, steps: "Sequence[LectureStep]") -> None:
        """All steps that will be shown here."""
        self._steps = tuple(steps)
        self._step = self._document = None
        self._forget_heights()
        self._write()

    def show_step(self, step: "LectureStep", is_revealed: bool) -> None:
        self._step, self._is_revealed = step, is_revealed
        self._write()

    def set_type_size(self, size_px: int) -> None:
        if size_px != self._size_px:
            self._size_px = size_px
            self._forget_heights()
            self._write()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._write()

    def _forget_heights(self) -> None:
        self._whole.clear()
        self._heights_px.clear()
        self.updateGeometry()

    def _measure(self, width_px: int) -> int:
        """Height of the longest step; what all steps are set in is kept for the next width."""
        if not self._whole:
            self._whole = [self._set(step, True) for step in self._steps]
        for document in self._whole:
            document.set_width(width_px)
        longest_px = max((document.size().height() for document in self._whole), default=0.0)
        return math.ceil(longest_px + HANGING * self._size_px)

    def _write(self) -> None:
        if self._step is not None:
            self._document = self._set(self._step, self._is_revealed)
        self.setAccessibleName(self.words)
        self.update()

    def _set(self, step: "LectureStep", is_revealed: bool) -> "CaptionDocument":
        """Typeset a step; what that needs is imported when a lecture begins."""
        from dgm_explorer.ui.lecture.caption_document import CaptionDocument, CaptionLook

        look = CaptionLook(self.font(), self._size_px, self._line_px, self._theme)
        return CaptionDocument(step, is_revealed, look)

    @property
    def _line_px(self) -> int:
        return max(LEAST_WIDTH_PX, self.width())

    # -- Qt -----------------------------------------------------------------------------------------------

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width_px: int) -> int:
        width_px = max(LEAST_WIDTH_PX, width_px)
        if width_px not in self._heights_px:
            self._heights_px[width_px] = self._measure(width_px)
        return self._heights_px[width_px]

    def sizeHint(self) -> QSize:
        return QSize(600, self.heightForWidth(self.width()) if self.isVisible() else self._size_px)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._document is not None:
            painter = QPainter(self)
            self._document.drawContents(painter)
            painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            if self._document is not None:
                self._document.set_width(self._line_px)
            self.updateGeometry()
