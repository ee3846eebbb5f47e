"""The questions "which file?"."""

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

SESSION_SUFFIX = ".dgm.json"
_SESSION_FILTER = "Session (*.dgm.json *.json)"
_PICTURE_KINDS = {
    ".png": "PNG image (*.png)",
    ".svg": "SVG vector graphics (*.svg)",
    ".pdf": "PDF page (*.pdf)",
}
_TABLE_KINDS = {".csv": "Table (*.csv)", ".npz": "NumPy arrays (*.npz)"}
_FILM_KINDS = {".mp4": "MP4 film (*.mp4)", ".gif": "Animated GIF (*.gif)"}
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
    """A path that ends in ``.png``, ``.svg`` or ``.pdf``."""
    return _ask_to_save(parent, "Export picture", suggestion, _PICTURE_KINDS)


def ask_table_to_save(parent: QWidget, suggestion: Path) -> Path | None:
    """A path that ends in ``.csv`` or ``.npz``."""
    return _ask_to_save(parent, "Export data", suggestion, _TABLE_KINDS)


def ask_film_to_save(parent: QWidget, suggestion: Path) -> Path | None:
    """A path that ends in ``.gif`` or ``.mp4``."""
    return _ask_to_save(parent, "Export film", suggestion, _FILM_KINDS)


def _ask_to_save(parent: QWidget, title: str, suggestion: Path, kinds: dict[str, str]) -> Path | None:
    """The path chosen; where its name has none of the endings, with that of the kind chosen."""
    first = next(iter(kinds))
    name, kind = QFileDialog.getSaveFileName(parent, title, f"{suggestion}{first}", ";;".join(kinds.values()))
    if not name:
        return None
    path = Path(name)
    if path.suffix.lower() in kinds:
        return path
    return with_suffix(path, next((ending for ending, words in kinds.items() if words == kind), first))


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
