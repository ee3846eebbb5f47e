"""The questions "which file?"."""

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

SESSION_SUFFIX = ".dgm.json"
_SESSION_FILTER = "Session (*.dgm.json *.json)"
_DATA_FILTER = "Data (*.npz *.npy *-ubyte *-ubyte.gz *.idx *.idx.gz);;All files (*)"
_IMAGE_FILTER = "Image (*.png *.jpg *.jpeg *.bmp *.gif *.webp *.tif *.tiff);;All files (*)"


def ask_session_to_open(parent: QWidget, folder: Path) -> Path | None:
    name, _ = QFileDialog.getOpenFileName(parent, "Open session", str(folder), _SESSION_FILTER)
    return Path(name) if name else None


def ask_session_to_save(parent: QWidget, suggestion: Path) -> Path | None:
    name, _ = QFileDialog.getSaveFileName(parent, "Save session as", str(suggestion), _SESSION_FILTER)
    return with_suffix(Path(name), SESSION_SUFFIX) if name else None


def ask_run_to_open(parent: QWidget, folder: Path) -> Path | None:
    name = QFileDialog.getExistingDirectory(parent, "Open run folder", str(folder))
    return Path(name) if name else None


def ask_picture_to_save(parent: QWidget, suggestion: Path) -> Path | None:
    """A path that ends in ``.png`` or ``.svg``."""
    name, kind = QFileDialog.getSaveFileName(
        parent, "Export picture", f"{suggestion}.png", "PNG image (*.png);;SVG vector graphics (*.svg)"
    )
    if not name:
        return None
    path = Path(name)
    return (
        path
        if path.suffix.lower() in (".png", ".svg")
        else with_suffix(path, ".svg" if "svg" in kind else ".png")
    )


def ask_table_to_save(parent: QWidget, suggestion: Path) -> Path | None:
    name, _ = QFileDialog.getSaveFileName(parent, "Export data", f"{suggestion}.csv", "Table (*.csv)")
    return with_suffix(Path(name), ".csv") if name else None


def with_suffix(path: Path, suffix: str) -> Path:
    """``path`` ending in ``suffix``, added where the name has none of its own of that kind."""
    last = "." + suffix.rsplit(".", 1)[1]
    return path if path.name.lower().endswith(last) else path.with_name(path.name + suffix)


def ask_data_folder(parent: QWidget, folder: Path) -> Path | None:
    name = QFileDialog.getExistingDirectory(parent, "Folder of images", str(folder))
    return Path(name) if name else None


def ask_data_file(parent: QWidget, folder: Path) -> Path | None:
    name, _ = QFileDialog.getOpenFileName(parent, "Data file", str(folder), _DATA_FILTER)
    return Path(name) if name else None


def ask_image_file(parent: QWidget, folder: Path) -> Path | None:
    name, _ = QFileDialog.getOpenFileName(parent, "Open image", str(folder), _IMAGE_FILTER)
    return Path(name) if name else None
