"""Which data: a known set, a folder, a file, or points painted with the mouse."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from dgm_explorer.core.dataset import FROM_PATH, PAINTED, DataSource
from dgm_explorer.data.catalogue import SourceInfo, describe_sources
from dgm_explorer.ui.file_dialogs import ask_data_file, ask_data_folder
from dgm_explorer.ui.settings.config_form import NEXT_RUN, PENDING_MARK
from dgm_explorer.ui.settings.run_editor import RunEditor
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.form import ChoiceBox, label_for, row, section, set_color, set_text, set_tip
from dgm_explorer.ui.widgets.number_edit import NumberEdit


def shape_text(shape: tuple[int, ...]) -> str:
    """Such as ``8×8``, ``32×32 in colour`` or ``points``."""
    if len(shape) < 3:
        return "points"
    return f"{shape[1]}×{shape[0]}" + " in colour" * (shape[2] == 3)


class DataSection(QWidget):
    """The data set, its size, and where else data may come from.

    Parameters
    ----------
    editor : writes what is chosen.
    needs_images : offer no points in the plane; a session may name some all the same, and is shown.
    """

    paint_requested = Signal()

    def __init__(self, editor: RunEditor, needs_images: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self._infos = {info.name: info for info in describe_sources()}
        infos = [info for info in self._infos.values() if len(info.shape) == 3 or not needs_images]
        self._offered = {info.name for info in infos}
        self.source = ChoiceBox("Data set", [(info.name, _choice_text(info)) for info in infos])
        self.source.activated.connect(self._choose)
        self._label = label_for("Data", self.source)
        self.folder = QPushButton("Folder…")
        self.folder.clicked.connect(self._ask_folder)
        set_tip(self.folder, "Images of one size in a folder; its subfolders, if any, are the classes")
        self.file = QPushButton("File…")
        self.file.clicked.connect(self._ask_file)
        points = "" if needs_images else " or points (n, 2)"
        set_tip(self.file, f"Images{points} in an .npz, .npy or idx(.gz) file")
        self.paint = QPushButton("Paint…")
        self.paint.clicked.connect(self.paint_requested)
        set_tip(self.paint, "Points in the plane, painted with the mouse")
        if needs_images:
            self.paint.hide()
        self.limit = NumberEdit("most examples")
        self.limit.edited.connect(self._limit)
        self.limit.refused.connect(editor.refused)
        self._about = QLabel()
        self._about.setTextFormat(Qt.TextFormat.PlainText)
        self._about.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._build()

    def _build(self) -> None:
        box = section("Data")
        inside = QVBoxLayout(box)
        inside.setContentsMargins(8, 4, 8, 6)
        inside.setSpacing(4)
        inside.addLayout(row(self._label, self.source, stretch=(0, 1)))
        inside.addWidget(self._about)
        inside.addLayout(row(self.folder, self.file, self.paint, stretch=(1, 1, 1)))
        most = label_for("Use at most", self.limit)
        inside.addLayout(row(most, self.limit, QLabel("examples, 0 for all"), stretch=(0, 1, 0)))
        for button in (self.folder, self.file, self.paint):
            button.setMinimumWidth(40)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(box)

    @property
    def about(self) -> str:
        """What is said about the data chosen."""
        return self._about.text()

    def show_source(self, source: DataSource, running: DataSource | None, theme: Theme) -> None:
        """Show the source; never answers back. ``running`` is what the run on the screen has, if any."""
        self._show_own(source)
        self.source.set_key(source.name)
        self.limit.set_value(source.limit)
        is_pending = running is not None and running != source
        set_text(self._label, "Data" + PENDING_MARK * is_pending)
        set_color(self._label, theme.accent if is_pending else theme.text)
        words = _about(source, self._infos.get(source.name))
        set_text(self._about, words)
        set_tip(self._about, words)
        set_color(self._about, theme.muted_text)
        tip = f"What is learnt: {source.title}. Labels, if any, are used for measuring only."
        if running is not None and is_pending:
            tip += f"\n{NEXT_RUN}; this run has {running.title}"
        set_tip(self.source, tip)
        most = f"at most {source.limit} examples" if source.limit else "all examples"
        set_tip(self.limit, f"Use {most}, evenly spread over the set")

    def _show_own(self, source: DataSource) -> None:
        """The user's own data, and a set that is not offered, are in the list while they are chosen."""
        for name in (FROM_PATH, PAINTED, *(self._infos.keys() - self._offered)):
            index = self.source.findData(name)
            if name != source.name and index >= 0:
                self.source.removeItem(index)
            elif name == source.name and index < 0:
                self.source.addItem(source.title, name)
            elif name == source.name:
                self.source.setItemText(index, source.title)

    def open_path(self, path: Path) -> bool:
        """Take a folder of images or a file, as a drop on the window does."""
        return self._take(DataSource(FROM_PATH, path=str(path)))

    def set_points(self, points: tuple[tuple[float, float], ...]) -> bool:
        """Take painted points."""
        return self._take(DataSource(PAINTED, painted=points))

    def _take(self, source: DataSource) -> bool:
        return self._editor.set_source(replace(source, limit=self._editor.training_state.source.limit))

    def _choose(self) -> None:
        if self.source.key != self._editor.training_state.source.name:
            self._take(DataSource(self.source.key))

    def _ask_folder(self) -> None:
        path = ask_data_folder(self, self._last_folder())
        if path is not None:
            self.open_path(path)

    def _ask_file(self) -> None:
        path = ask_data_file(self, self._last_folder())
        if path is not None:
            self.open_path(path)

    def _last_folder(self) -> Path:
        path = self._editor.training_state.source.path
        return Path(path).parent if path else Path.home()

    def _limit(self, value: float) -> None:
        if value != int(value):
            self._editor.refused.emit(f"most examples: {value:g} is not a whole number; give one.")
            return
        self._editor.set_limit(int(value))


def _choice_text(info: SourceInfo) -> str:
    return f"{info.name}  ·  {info.n:,} {shape_text(info.shape)}".replace(",", "\u2009")


def _about(source: DataSource, info: SourceInfo | None) -> str:
    if info is not None:
        place = "" if info.is_local else ", to be downloaded"
        return f"{info.title}\n{info.licence}{place}"
    if source.name == PAINTED:
        return f"{len(source.painted)} points\npainted with the mouse"
    path = Path(source.path)
    return f"{path.name}\nin {path.parent}"
