"""The questions "which file?"."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QFileSystemModel, QLineEdit, QMessageBox, QWidget

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
_POINTS_FILTER = "Points (*.csv *.txt *.tsv *.dat *.npy);;All files (*)"

_last_folders: dict[str, Path] = {}
"""Where a file of a kind that stands in no session was found last."""


def ask_session_to_open(parent: QWidget, folder: Path) -> Path | None:
    return _ask_to_open(parent, "Open session", folder, _SESSION_FILTER)


def ask_session_to_save(parent: QWidget, suggestion: Path) -> Path | None:
    """A path that ends in ``.json``."""
    dialog = _make(parent, "Save session as", suggestion, _SESSION_FILTER)
    path = _ask_to_save(dialog)
    return _confirm(parent, path, with_suffix(path, SESSION_SUFFIX)) if path is not None else None


def ask_run_to_open(parent: QWidget, folder: Path) -> Path | None:
    return _ask_for_folder(parent, "Open run folder", folder)


def ask_run_to_compare(parent: QWidget, folder: Path) -> Path | None:
    return _ask_for_folder(parent, "Run folder to compare with", folder)


def ask_picture_to_save(parent: QWidget, suggestion: Path) -> Path | None:
    """A path that ends in ``.png``, ``.svg`` or ``.pdf``."""
    return _ask_to_export(parent, "Export picture", suggestion, _PICTURE_KINDS)


def ask_table_to_save(parent: QWidget, suggestion: Path) -> Path | None:
    """A path that ends in ``.csv`` or ``.npz``."""
    return _ask_to_export(parent, "Export data", suggestion, _TABLE_KINDS)


def ask_film_to_save(parent: QWidget, suggestion: Path) -> Path | None:
    """A path that ends in ``.gif`` or ``.mp4``."""
    return _ask_to_export(parent, "Export film", suggestion, _FILM_KINDS)


def ask_data_folder(parent: QWidget, folder: Path) -> Path | None:
    return _ask_for_folder(parent, "Folder of images", folder)


def ask_data_file(parent: QWidget, folder: Path) -> Path | None:
    return _ask_to_open(parent, "Data file", folder, _DATA_FILTER)


def ask_image_file(parent: QWidget) -> Path | None:
    return _ask_again(parent, "Open image", _IMAGE_FILTER)


def ask_points_file(parent: QWidget) -> Path | None:
    return _ask_again(parent, "Load points", _POINTS_FILTER)


def with_suffix(path: Path, suffix: str) -> Path:
    """``path`` ending in ``suffix``, added where the name has none of its own of that kind."""
    last = "." + suffix.rsplit(".", 1)[1]
    return path if path.name.lower().endswith(last) else path.with_name(path.name + suffix)


def _ask_to_open(parent: QWidget, title: str, folder: Path, kinds: str) -> Path | None:
    dialog = _make(parent, title, folder, kinds)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    return _ask(dialog)


def _ask_again(parent: QWidget, title: str, kinds: str) -> Path | None:
    """Begins where the last one was found."""
    path = _ask_to_open(parent, title, _last_folders.get(title, Path.home()), kinds)
    if path is not None:
        _last_folders[title] = path.parent
    return path


def _ask_for_folder(parent: QWidget, title: str, folder: Path) -> Path | None:
    dialog = _make(parent, title, folder)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    return _ask(dialog)


def _ask_to_export(parent: QWidget, title: str, suggestion: Path, kinds: dict[str, str]) -> Path | None:
    """The path chosen; where its name has none of the endings, with that of the kind chosen."""
    first = next(iter(kinds))
    dialog = _make(parent, title, suggestion.with_name(suggestion.name + first), ";;".join(kinds.values()))
    path = _ask_to_save(dialog)
    if path is None or path.suffix.lower() in kinds:
        return path
    chosen = dialog.selectedNameFilter()
    ending = next((ending for ending, words in kinds.items() if words == chosen), first)
    return _confirm(parent, path, with_suffix(path, ending))


def _ask_to_save(dialog: QFileDialog) -> Path | None:
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    return _ask(dialog)


def _confirm(parent: QWidget, asked: Path, path: Path) -> Path | None:
    """The dialog has asked whether to replace the name as it was typed, not the one with its ending."""
    if path == asked or not path.exists():
        return path
    button = QMessageBox.StandardButton
    question = f"{path.name} already exists in {path.parent}. Replace it?"
    answer = QMessageBox.question(parent, "Replace the file?", question, button.Yes | button.No, button.No)
    return path if answer == button.Yes else None


def _make(parent: QWidget, title: str, start: Path, kinds: str = "All files (*)") -> QFileDialog:
    """A dialog at a folder, or at a file within one.

    Qt's own dialog, where the system has none, watches its folder, and to end the watch takes the kernel
    20 ms, on a busy machine 600, with the window waiting. So it is kept and asks the next question, too.
    """
    window = parent.window()
    direct = Qt.FindChildOption.FindDirectChildrenOnly
    dialog = window.findChild(QFileDialog, options=direct) or QFileDialog(window)
    dialog.setWindowTitle(title)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptOpen)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly, False)
    dialog.setNameFilters(kinds.split(";;"))
    dialog.setDirectory(str(start if start.is_dir() else start.parent))
    name = dialog.findChild(QLineEdit)
    if name is not None:
        name.clear()
    if not start.is_dir():
        dialog.selectFile(start.name)
    return dialog


def _ask(dialog: QFileDialog) -> Path | None:
    is_chosen = dialog.exec() == QFileDialog.DialogCode.Accepted
    names = dialog.selectedFiles()
    if dialog.findChild(QFileSystemModel) is None:  # the system's: it watches nothing of ours
        dialog.deleteLater()
    return Path(names[0]) if is_chosen and names else None
