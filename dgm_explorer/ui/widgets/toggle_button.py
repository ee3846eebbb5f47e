"""A button that stays down, and is seen to be down in every theme."""

from PySide6.QtCore import QEvent, Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QToolButton, QWidget

from dgm_explorer.ui.theme import blend

ACCENT_SHARE = 0.4


class ToggleButton(QToolButton):
    """Tinted in the accent while it is down: Fusion only darkens it, which the dark theme makes invisible."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(text)
        self.setCheckable(True)
        self._is_tinting = False
        self.toggled.connect(self._tint)

    @Slot()
    def _tint(self) -> None:
        self._is_tinting = True
        self.setPalette(QPalette())  # that of its parents
        if self.isChecked():
            palette, role = QPalette(), QPalette.ColorRole
            window, accent = (self.palette().color(which).name() for which in (role.Window, role.Accent))
            palette.setColor(role.Button, blend(window, accent, ACCENT_SHARE))
            self.setPalette(palette)
        self._is_tinting = False

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and not self._is_tinting:
            self._tint()
