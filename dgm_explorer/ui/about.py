"""The About box and the list of keys."""

import platform
from collections.abc import Iterable

from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QAction, QIcon
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

import dgm_explorer
from dgm_explorer.ui.actions import ACTIONS, GESTURES, describe_keys

_PACKAGES = ("PySide6-Essentials", "pyqtgraph", "NumPy", "SciPy")
ICON_PX = 72


def versions() -> tuple[tuple[str, str], ...]:
    """Name and version of the program and of what it stands on."""
    return (
        ("DGM Explorer", dgm_explorer.__version__),
        ("Python", platform.python_version()),
        ("Qt", qVersion() or "unknown"),
        *((name, _version_of(name)) for name in _PACKAGES),
    )


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
    return _make_dialog("About DGM Explorer", text, parent, picture)


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
    return _make_dialog("Keyboard and mouse", text, parent)


def _table(rows: Iterable[tuple[str, str]]) -> str:
    cells = "".join(
        f"<tr><td><b>{left}</b>&nbsp;&nbsp;&nbsp;</td><td>{right}</td></tr>" for left, right in rows
    )
    return f"<table>{cells}</table>"


def _make_dialog(title: str, text: str, parent: QWidget, picture: QLabel | None = None) -> QDialog:
    """A window of its own beside the main one, so that the list of keys can stay open while trying them."""
    dialog = QDialog(parent)
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
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.close)
    layout = QVBoxLayout(dialog)
    layout.addLayout(row)
    layout.addWidget(buttons)
    return dialog


def _version_of(package: str) -> str:
    from importlib import metadata  # here, because it costs the first paint 20 ms

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"
