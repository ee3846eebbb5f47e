"""From the words of a derivation to the view that they mean: it comes to the front and is framed."""

from collections.abc import Iterator, Mapping
from typing import Final, Protocol

from PySide6.QtCore import QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QTabWidget, QWidget

from dgm_explorer.theory.derivations import TAB_TITLES
from dgm_explorer.ui.tabs.tab import Tab
from dgm_explorer.ui.theme import Theme, color

SHOWN_MS: Final = 1800
_FOLLOW_MS: Final = 50
_WIDTH_PX: Final = 4.0
_OTHER_NAMES: Final[Mapping[str, str]] = {
    "Densities": "Densities of p and q",
    "turn Q": "Turn Q in degrees",
}
"""Accessible names of views that are called something shorter in the text."""
_CLASSES: Final[Mapping[str, str]] = {
    "Landscapes": "LandscapePair",
    "Numbers": "NumbersPanel",
    "Bound": "ElboView",
    "Settings": "SettingsPanel",
}
"""Views that have no name of their own."""


class Stage(Protocol):
    """What the window lends."""

    theme: Theme

    @property
    def current_tab(self) -> Tab: ...
    def show_tab(self, key: str) -> None: ...


class PointerFrame(QWidget):
    """A frame around a view, which the mouse does not feel; it goes by itself."""

    def __init__(self, view: QWidget, theme: Theme) -> None:
        super().__init__(view.window())
        self._view = view
        self._rgb = theme.forward
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._turns_left = SHOWN_MS // _FOLLOW_MS
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._follow)
        view.destroyed.connect(self._timer.stop)
        self._timer.start(_FOLLOW_MS)
        self._follow()

    def _follow(self) -> None:
        """A page that has just come to the front is still being laid out."""
        self._turns_left -= 1
        if self._turns_left <= 0 or not self._view.isVisible():
            self._timer.stop()
            self.hide()
            self.deleteLater()
            return
        part: QWidget | None = self._view
        shown = self.window().rect()
        while part is not None and part is not self.window():
            shown &= QRect(part.mapTo(self.window(), QPoint(0, 0)), part.size())
            part = part.parentWidget()
        self.setGeometry(shown)
        self.show()
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setPen(QPen(color(self._rgb), _WIDTH_PX))
        inset = round(_WIDTH_PX / 2)
        painter.drawRect(self.rect().adjusted(inset, inset, -inset, -inset))
        painter.end()


def point_at(stage: Stage, words: str) -> str:
    """Bring a view such as ``KL divergence: Landscapes`` to the front and frame it.

    Returns
    -------
    An empty text, or one sentence if the view is not on the screen in this setting.
    """
    title, _, place = words.partition(": ")
    stage.show_tab(next(key for key, name in TAB_TITLES.items() if name == title))
    tab = stage.current_tab
    while tab.prepare_a_part():
        pass
    for pages in tab.findChildren(QTabWidget):
        names = [pages.tabText(index) for index in range(pages.count())]
        if place in names:
            pages.setCurrentIndex(names.index(place))
            PointerFrame(pages, stage.theme)
            return ""
    view = next((view for view in _views(tab, place) if view.isVisible()), None)
    if view is None:
        return f"{place} is not on the screen in this setting: show the controls (F9), or another form of L."
    PointerFrame(view, stage.theme)
    return ""


def _views(tab: Tab, place: str) -> Iterator[QWidget]:
    name, kind = _OTHER_NAMES.get(place, place), _CLASSES.get(place)
    for widget in tab.findChildren(QWidget):
        if widget.accessibleName() == name or type(widget).__name__ == kind:
            yield widget
