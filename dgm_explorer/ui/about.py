"""The About box and the list of keys."""

import platform
from collections.abc import Callable, Iterable
from functools import cache

from PySide6.QtCore import QSize, Qt, qVersion
from PySide6.QtGui import QAction, QIcon
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QStyle,
    QVBoxLayout,
    QWidget,
)

import dgm_explorer
from dgm_explorer.ui.actions import ACTIONS, GESTURES, describe_keys

_PACKAGES = ("PySide6-Essentials", "pyqtgraph", "NumPy", "SciPy")
ICON_PX = 72
MARGIN = QSize(40, 60)
"""Left free of the screen, for frame and title bar."""
ABOUT = "About DGM Explorer"
SHORTCUTS = "Keyboard and mouse"


def versions() -> tuple[tuple[str, str], ...]:
    """Name and version of the program and of what it stands on; the first time read from the disk."""
    return (
        ("DGM Explorer", dgm_explorer.__version__),
        ("Python", platform.python_version()),
        ("Qt", qVersion() or "unknown"),
        *((name, _version_of(name)) for name in _PACKAGES),
    )


def show_about(icon: QIcon, parent: QWidget) -> None:
    """What the program is, which versions it runs on, its licence."""
    _bring_up(ABOUT, parent, lambda: make_about_dialog(icon, parent))


def show_shortcuts(actions: dict[str, QAction], parent: QWidget) -> None:
    """What the keys and the mouse do."""
    _bring_up(SHORTCUTS, parent, lambda: make_shortcuts_dialog(actions, parent))


def _bring_up(title: str, parent: QWidget, make: Callable[[], QDialog]) -> None:
    """The one that is open comes to the front; a second one beside it would tell nothing new."""
    opened = (dialog for dialog in parent.findChildren(QDialog, title) if dialog.isVisible())
    dialog = next(opened, None) or make()
    dialog.show()
    dialog.raise_()
    dialog.activateWindow()


def make_about_dialog(icon: QIcon, parent: QWidget) -> QDialog:
    """What the program is, which versions it runs on, its licence."""
    rows = "".join(f"<tr><td>{name}&nbsp;&nbsp;</td><td>{version}</td></tr>" for name, version in versions())
    text = (
        "<h3>DGM Explorer</h3>"
        "<p>Take the ideas of deep generative modelling in hand:<br>"
        "KL divergences, reparametrisation, GMM-VAE, VQ-VAE.</p>"
        f"<table>{rows}</table>"
        "<p>MIT licence: use, change and share it, keep the notice.</p>"
    )
    picture = QLabel()
    picture.setPixmap(icon.pixmap(ICON_PX, ICON_PX))
    return _make_dialog(ABOUT, text, parent, picture)


def make_shortcuts_dialog(actions: dict[str, QAction], parent: QWidget) -> QDialog:
    """What the keys and the mouse do, made from the tables that define them."""
    keys = (
        (
            describe_keys(actions[spec.key].shortcuts()),
            f"{spec.text.replace('&', '').rstrip('…')}: {spec.tip}",
        )
        for spec in ACTIONS
        if spec.shortcuts
    )
    text = f"<h3>Keys</h3>{_table(keys)}<h3>Mouse</h3>{_table(GESTURES)}"
    return _make_dialog(SHORTCUTS, text, parent)


def _table(rows: Iterable[tuple[str, str]]) -> str:
    cells = "".join(
        f"<tr><td><b>{left}</b>&nbsp;&nbsp;&nbsp;</td><td>{right}</td></tr>" for left, right in rows
    )
    return f"<table>{cells}</table>"


def _make_dialog(title: str, text: str, parent: QWidget, picture: QLabel | None = None) -> QDialog:
    """A window of its own beside the main one, so that the list of keys can stay open while trying them."""
    dialog = QDialog(parent)
    dialog.setObjectName(title)
    dialog.setWindowTitle(title)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.RichText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    row = QHBoxLayout()
    if picture is not None:
        row.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        row.addSpacing(12)
    row.addWidget(label, 1)
    area = _make_area(row)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.close)
    layout = QVBoxLayout(dialog)
    layout.addWidget(area)
    layout.addWidget(buttons)
    room = parent.screen().availableSize() - MARGIN
    dialog.resize(dialog.sizeHint().boundedTo(room))
    return dialog


def _make_area(row: QHBoxLayout) -> QScrollArea:
    """Scrolls only where the screen is lower than the text."""
    inside = QWidget()
    inside.setLayout(row)
    area = WholeArea()
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setWidget(inside)
    area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # scrolled by keys
    area.setAccessibleName("Text")
    area.setToolTip("Scrolls with the arrow keys where it is longer than the screen.")
    return area


class WholeArea(QScrollArea):
    """Asks for so much room that nothing is to be scrolled; Qt's own asks for 36 × 24 letters at most."""

    def sizeHint(self) -> QSize:
        inside = self.widget()
        whole = inside.sizeHint() if inside is not None else QSize()
        bar_px = self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent)
        return QSize(whole.width() + bar_px, whole.height())


@cache
def _version_of(package: str) -> str:
    from importlib import metadata  # here, because it costs the first paint 20 ms

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"
