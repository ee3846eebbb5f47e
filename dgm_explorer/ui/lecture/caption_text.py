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
    answer nor the next step moves the pictures.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = PROJECTOR
        self._steps: tuple[LectureStep, ...] = ()
        self._step: LectureStep | None = None
        self._is_revealed = False
        self._size_px = 20
        self._document: CaptionDocument | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

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
        self._fit()

    def show_step(self, step: "LectureStep", is_revealed: bool) -> None:
        self._step, self._is_revealed = step, is_revealed
        self._write()

    def set_type_size(self, size_px: int) -> None:
        if size_px != self._size_px:
            self._size_px = size_px
            self._fit()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._fit()

    def _fit(self) -> None:
        """Take the height of the longest step, and write the present one anew."""
        heights_px = [self._set(step, True).size().height() for step in self._steps]
        if heights_px:
            self.setFixedHeight(math.ceil(max(heights_px) + HANGING * self._size_px))
        self._write()

    def _write(self) -> None:
        if self._step is not None:
            self._document = self._set(self._step, self._is_revealed)
        self.setAccessibleName(self.words)
        self.update()

    def _set(self, step: "LectureStep", is_revealed: bool) -> "CaptionDocument":
        """Typeset a step; what that needs is imported when a lecture begins."""
        from dgm_explorer.ui.lecture.caption_document import CaptionDocument, CaptionLook

        look = CaptionLook(self.font(), self._size_px, max(LEAST_WIDTH_PX, self.width()), self._theme)
        return CaptionDocument(step, is_revealed, look)

    # -- Qt -----------------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(600, self.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._document is not None:
            painter = QPainter(self)
            self._document.drawContents(painter)
            painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()
