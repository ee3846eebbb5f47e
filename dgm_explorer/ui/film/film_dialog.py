"""The questions before a film is made: which part of the run, how fast, how large."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QDoubleSpinBox, QFormLayout, QHBoxLayout, QLabel, QSpinBox, QWidget

from dgm_explorer.core.picture_size import SCREEN_DPI, PictureSize
from dgm_explorer.ui.export_dialog import ExportDialog
from dgm_explorer.ui.film.film_plan import LARGEST_RATE, LEAST_RATE, USUAL_RATE, even, steps_between
from dgm_explorer.ui.picture_file import on_screen_size
from dgm_explorer.ui.widgets.form import ChoiceBox, label_for

SIZES = {
    "hd": ("Slide, 1920 × 1080", PictureSize(1920, 1080, "px", 2 * SCREEN_DPI)),
    "small": ("Small slide, 1280 × 720", PictureSize(1280, 720, "px", 4 / 3 * SCREEN_DPI)),
    "square": ("Square, 1080 × 1080", PictureSize(1080, 1080, "px", 2 * SCREEN_DPI)),
}


class FilmDialog(ExportDialog):
    """A small form over the recorded snapshots of a run.

    Parameters
    ----------
    panel : what is filmed.
    name : of it, in words.
    steps : of the recorded snapshots, rising, at least one.
    """

    save_requested = Signal(object, float, object)
    """The steps, frames per second, and the `PictureSize`."""

    def __init__(self, panel: QWidget, name: str, steps: tuple[int, ...], parent: QWidget) -> None:
        super().__init__("film", name, parent)
        self._steps = steps
        self._sizes = {"screen": on_screen_size(panel), **{key: size for key, (_, size) in SIZES.items()}}
        self.first, self.last = QSpinBox(), QSpinBox()
        self.rate = QDoubleSpinBox()
        self.size_box = ChoiceBox(
            "Size", [("screen", "As on the screen"), *((key, words) for key, (words, _) in SIZES.items())]
        )
        self._build()
        self._explain()

    def _build(self) -> None:
        for box, name, step in ((self.first, "First step", 0), (self.last, "Last step", -1)):
            box.setAccessibleName(name)
            box.setGroupSeparatorShown(True)
            box.setRange(self._steps[0], min(self._steps[-1], 2**31 - 1))
            box.setValue(self._steps[step])
            box.setToolTip("One frame for each recorded snapshot between the two steps.")
            box.valueChanged.connect(self._explain)
        self.rate.setAccessibleName("Frames per second")
        self.rate.setRange(LEAST_RATE, LARGEST_RATE)
        self.rate.setDecimals(0)
        self.rate.setValue(USUAL_RATE)
        self.rate.setToolTip("Snapshots shown in each second. A GIF rounds it to hundredths of a second.")
        self.rate.valueChanged.connect(self._explain)
        self.size_box.setToolTip("The panel is laid out anew at this size, not stretched.")
        self.size_box.activated.connect(self._explain)
        self.save.setToolTip("Choose a file: MP4 or GIF.")
        span = QHBoxLayout()
        for part in (self.first, QLabel("to"), self.last):
            span.addWidget(part)
        span.addStretch(1)
        form = QFormLayout()
        form.addRow(label_for("&From step", self.first), span)
        form.addRow("Frames per &second", self.rate)
        form.addRow("Si&ze", self.size_box)
        self._lay_out(form)
        self.buttons.accepted.connect(self._save)

    @property
    def chosen_steps(self) -> tuple[int, ...]:
        """Those of the frames."""
        return steps_between(self._steps, self.first.value(), self.last.value())

    @Slot()
    def _explain(self) -> None:
        n = len(self.chosen_steps)
        self.save.setEnabled(n > 0)
        if n == 0:
            self.note.setText("No snapshot was recorded between these steps.")
            return
        width, height = even(self._sizes[self.size_box.key]).pixels
        self.note.setText(
            f"{n:,} frame{'' if n == 1 else 's'} of {width:,} × {height:,} pixels, "
            f"{n / self.rate.value():.1f} s. Axes of moving dots stay as they are on the screen now."
        )

    @Slot()
    def _save(self) -> None:
        self.accept()
        self.save_requested.emit(self.chosen_steps, self.rate.value(), self._sizes[self.size_box.key])
