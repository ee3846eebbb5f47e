"""A place for messages over the top of the tab in front: what comes and goes there moves nothing."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, Slot
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

LARGEST_WIDTH_CHARACTERS = 110
MARGIN_PX = 10
SPACING_PX = 4


class NoticeStack(QWidget):
    """Holds widgets below each other, at the top on the left; as high as those that are visible.

    Controls at the top of a tab stay free: a message may say which of them to press.

    It is there only while one of them is: otherwise the mouse and the eye reach what lies below. The left
    is where the pictures are: the controls beside them stay within reach.

    Parameters
    ----------
    tabs : over whose pages it lies.
    controls_height_px : how far down from its top a page has controls that stay free.
    """

    def __init__(self, tabs: QTabWidget, controls_height_px: Callable[[QWidget], int]) -> None:
        super().__init__(tabs)
        self._tabs = tabs
        self._controls_height_px = controls_height_px
        self._notices: list[QWidget] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(SPACING_PX)
        tabs.installEventFilter(self)
        tabs.currentChanged.connect(self.fit)
        self.hide()

    def add(self, notice: QWidget) -> None:
        """Give a place to a widget that shows and hides itself; the first one lies uppermost."""
        is_wanted = not notice.isHidden()
        self._notices.append(notice)
        self._layout.addWidget(notice)
        notice.setVisible(is_wanted)
        notice.installEventFilter(self)
        self.fit()

    def dismiss(self) -> bool:
        """Hide the uppermost one; False where there is none."""
        for notice in self._notices:
            if not notice.isHidden():
                notice.hide()
                return True
        return False

    @Slot()
    def fit(self) -> None:
        """Take the room that is needed, and no more."""
        wanted = [notice for notice in self._notices if not notice.isHidden()]
        if not wanted:
            self.hide()
            return
        room_px = self._tabs.width() - 2 * MARGIN_PX
        width_px = min(room_px, self.fontMetrics().averageCharWidth() * LARGEST_WIDTH_CHARACTERS)
        heights_px = [_height_of(notice, width_px) for notice in wanted]
        height_px = sum(heights_px) + SPACING_PX * (len(wanted) - 1)
        self.setGeometry(MARGIN_PX, self._top_px(), width_px, height_px)
        self.show()
        self.raise_()

    def _top_px(self) -> int:
        below_tabs_px = self._tabs.tabBar().geometry().bottom() + MARGIN_PX
        page = self._tabs.currentWidget()
        if not self._tabs.count():  # as while the window is made
            return below_tabs_px
        below_controls_px = page.mapTo(self._tabs, QPoint(0, self._controls_height_px(page))).y()
        return max(below_tabs_px, below_controls_px)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if watched is self._tabs:
            if kind == QEvent.Type.Resize:
                self.fit()
        elif kind in (
            QEvent.Type.ShowToParent,
            QEvent.Type.HideToParent,
            QEvent.Type.LayoutRequest,
            QEvent.Type.FontChange,
        ):
            self.fit()
        return super().eventFilter(watched, event)


def _height_of(notice: QWidget, width_px: int) -> int:
    """With its words wrapped to this width."""
    layout = notice.layout()
    if layout is not None and layout.hasHeightForWidth():
        return layout.totalHeightForWidth(width_px)
    return notice.sizeHint().height()
