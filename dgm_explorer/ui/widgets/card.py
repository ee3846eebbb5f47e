"""How the cards that lie over the window look."""

from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame

from dgm_explorer.ui.theme import Theme, blend, color


def dress_card(card: QFrame, theme: Theme) -> None:
    """A framed sheet in a tint of the accent, that is told apart from plots and controls under it."""
    card.setAutoFillBackground(True)
    card.setFrameShape(QFrame.Shape.Box)
    card.setLineWidth(2)
    palette = QPalette(card.palette())
    ground = color(blend(theme.panel, theme.accent, 0.1))
    palette.setColor(QPalette.ColorRole.Window, ground)
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        palette.setColor(role, color(theme.text))
    palette.setColor(QPalette.ColorRole.WindowText, color(theme.text))
    card.setPalette(palette)
