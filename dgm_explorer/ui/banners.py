"""What the window says without being asked: notes above the tabs, warnings over them."""

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Slot
from PySide6.QtWidgets import QFrame, QTabWidget, QWidget

from dgm_explorer.ui.tabs.tab import Tab
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.banner import Banner, Tone
from dgm_explorer.ui.widgets.notice_stack import NoticeStack

READ_MS = 5000
"""For a warning to be read, though what it says is over."""


class Notice(QFrame):
    """What can lie over the tabs beside a warning."""

    def set_theme(self, theme: Theme) -> None:
        """Take its colours."""
        raise NotImplementedError


class Banners(QObject):
    """One note and one warning.

    A *note* is asked for, by opening a session, and stands in a line of its own, so that it can stay while
    one plays with the picture. A *warning* comes by itself, perhaps in the middle of a drag: it lies over
    the picture and moves nothing. Where both are there, the warning is the one spoken of.

    Attributes
    ----------
    line : the note, for which the window finds a place.
    notices : what lies over the tabs.
    """

    def __init__(self, theme: Theme, tabs: QTabWidget, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.line = Banner(theme)
        self.notices = NoticeStack(tabs, _controls_height_px)
        self._alert = Banner(theme)
        self._alert.setFrameShape(Banner.Shape.Box)
        self.notices.add(self._alert)
        self._guests: list[Notice] = []
        self._is_lasting = False
        self._shown = QElapsedTimer()
        self._over = QTimer(self)
        self._over.setSingleShot(True)
        self._over.timeout.connect(self.drop_warning)

    def add(self, notice: Notice) -> None:
        """Give a place over the tabs, below the warning, to a widget that shows and hides itself."""
        self._guests.append(notice)
        self.notices.add(notice)

    @property
    def text(self) -> str:
        return self._spoken.text

    @property
    def tone(self) -> Tone:
        return self._spoken.tone

    def isVisible(self) -> bool:
        """Whether anything is on the screen."""
        return self._spoken.isVisible()

    def isHidden(self) -> bool:
        """Whether there is nothing to say."""
        return self._spoken.isHidden()

    def show_text(self, text: str, tone: Tone) -> None:
        """Say something, or nothing more; a new note ends a warning too."""
        self._is_lasting = False
        self._over.stop()
        self._shown.start()
        if tone == "warning":
            self._alert.show_text(text, tone)
            self.notices.fit()
        else:
            self._alert.hide()
            self.line.show_text(text, tone)

    @Slot()
    def drop_warning(self) -> None:
        """What went wrong has been put right; a note stays."""
        if not self._is_lasting:
            self._alert.hide()

    @Slot(str)
    def take_back(self, sentence: str) -> None:
        """What this warning says is over: it goes, once it was there long enough to be read."""
        if sentence == self._alert.text and not self._alert.isHidden():
            self._over.start(max(0, READ_MS - self._shown.elapsed()))

    @Slot(str)
    def warn_until_dismissed(self, sentence: str) -> None:
        """Warn of what no change puts right."""
        self.show_text(sentence, "warning")
        self._is_lasting = True

    def hide(self) -> None:
        self._alert.hide()
        self.line.hide()

    def dismiss(self) -> bool:
        """Close what lies over the tabs, the uppermost first; False where nothing does."""
        return self.notices.dismiss()

    def set_theme(self, theme: Theme) -> None:
        self.line.set_theme(theme)
        self._alert.set_theme(theme)
        for guest in self._guests:
            guest.set_theme(theme)

    @property
    def _spoken(self) -> Banner:
        return self.line if self._alert.isHidden() else self._alert


def _controls_height_px(page: QWidget) -> int:
    return page.controls_height_px() if isinstance(page, Tab) else 0
