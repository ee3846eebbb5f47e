"""Where the parts of the panel of reconstructions stand: one above the other, or side by side."""

from typing import Final

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QTabBar, QVBoxLayout, QWidget

from dgm_explorer.ui.tabs.vq_vae.reconstructions.focus_area import FocusArea
from dgm_explorer.ui.tabs.vq_vae.reconstructions.gallery import GalleryPage
from dgm_explorer.ui.tabs.vq_vae.reconstructions.places import PlacesPage
from dgm_explorer.ui.tabs.vq_vae.reconstructions.tools import ImageTools, OwnTools
from dgm_explorer.ui.theme import Theme

_WIDE_LINES: Final = 50
"""Width in lines of text from which two pages stand side by side."""
_TABS: Final = (
    ("Reconstructions", "Inputs beside their reconstructions"),
    ("Where a code is used", "The code chosen in the analysed images"),
)


class ReconAreas(QWidget):
    """Tools, the image in focus, and below it two pages: images, and places of a code.

    In a narrow window one page is in front, chosen by tabs; in a wide one the places stand beside the images
    as soon as a code is chosen.
    """

    page_shown = Signal()
    """The user brought the other page to the front, or there is room for both now."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tools = ImageTools()
        self.own_tools = OwnTools()
        self.focus = FocusArea()
        self.gallery = GalleryPage()
        self.places = PlacesPage()
        self.tabs = QTabBar()
        self._is_wide = self._has_code = False
        self._build()
        self.tabs.currentChanged.connect(self._show_chosen)
        self._arrange(is_wide=False)

    def _build(self) -> None:
        self.own_tools.hide()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName("Pages below the image in focus")
        for title, tip in _TABS:
            self.tabs.setTabToolTip(self.tabs.addTab(title), tip)
        self._lower = QHBoxLayout()
        self._lower.setSpacing(12)
        self._lower.addWidget(self.gallery, 1)
        self._lower.addWidget(self.places, 1)
        self._whole = QVBoxLayout(self)
        self._whole.setContentsMargins(0, 0, 0, 0)
        self._whole.setSpacing(3)
        for widget in (self.tools, self.own_tools, self.focus, self.tabs):
            self._whole.addWidget(widget)
        self._whole.addLayout(self._lower)

    def set_theme(self, theme: Theme) -> None:
        for part in (self.focus, self.gallery, self.places):
            part.set_theme(theme)

    def set_code(self, code: int) -> None:
        """Another code is chosen: its places come to the front; -1 for none, and the images do."""
        self.tabs.setTabText(1, f"Where code {code} is used" if code >= 0 else _TABS[1][0])
        with QSignalBlocker(self.tabs):
            self.tabs.setCurrentIndex(int(code >= 0))
        self._has_code = code >= 0
        self._arrange(self._is_wide)

    def _arrange(self, is_wide: bool) -> None:
        self._is_wide = is_wide
        self.focus.set_wide(is_wide)
        self._whole.setStretchFactor(self.focus, 3 if is_wide else 5)
        self._whole.setStretchFactor(self._lower, 4 if is_wide else 3)
        self.tabs.setVisible(not is_wide)
        self.gallery.setVisible(is_wide or self.tabs.currentIndex() == 0)
        self.places.setVisible(self._has_code if is_wide else self.tabs.currentIndex() == 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_wide = self.width() >= _WIDE_LINES * self.fontMetrics().height()
        if is_wide != self._is_wide:
            self._arrange(is_wide)
            self.page_shown.emit()

    @Slot()
    def _show_chosen(self) -> None:
        self._arrange(self._is_wide)
        self.page_shown.emit()
