"""The latent view with its tools, and a second one beside it for another run."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSplitter, QToolButton, QVBoxLayout, QWidget

from dgm_explorer.core.arrays import FloatArray, IntArray
from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.gmm_vae_snapshot import GmmVaeSnapshot
from dgm_explorer.core.gmm_vae_state import Coloring
from dgm_explorer.ui.export import ExportablePlot
from dgm_explorer.ui.plots.captions import Cover
from dgm_explorer.ui.plots.latent_view import LatentView
from dgm_explorer.ui.tabs.gmm_vae.latent_scene import LatentPicture, make_picture, shown_coloring
from dgm_explorer.ui.tabs.gmm_vae.point_picker import PointPicker
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.elided_label import ElidedLabel
from dgm_explorer.ui.widgets.form import ChoiceBox, label_for, set_text, set_tip

COLORINGS: tuple[tuple[Coloring, str], ...] = (
    ("label", "label"),
    ("cluster", "cluster"),
    ("mixed", "mixed γ"),
    ("confidence", "confidence"),
)
_COLORING_TIP = (
    "Colour of a dot\n"
    "label: its class, which training never sees\n"
    "cluster: the component with the largest γ\n"
    "mixed γ: the colours of all components, mixed by γ\n"
    "confidence: max γ, from 1/K to 1"
)
_NO_LABELS = "These data have no labels."


class LatentArea(QWidget):
    """Codes of the examples under the Gaussians of the prior, with everything the mouse can do there."""

    coloring_chosen = Signal(str)
    example_pinned = Signal()
    """Another example is pinned, or none: see `pinned_place`."""
    selection_changed = Signal(object)
    """Rows of the data set in the lasso."""
    component_chosen = Signal(int)
    component_moved = Signal(int, object)
    """A mean was dragged: its component and the new place (J,) in the latent space."""
    compare_requested = Signal(object)
    """The menu of runs to compare with is about to open: fill it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.view = LatentView()
        self.picker = PointPicker(self.view)
        self.second_view = LatentView()
        self.second_view.export_name = "latent-second-run"
        self.second_view.set_components_movable(False)
        self.second_picker = PointPicker(self.second_view)
        self._cover = Cover(self.view.view_box)
        self._given: tuple[GmmVaeSnapshot, Dataset | None, int] | None = None
        self._second: GmmVaeSnapshot | None = None
        self._picture: LatentPicture | None = None
        self._second_picture: LatentPicture | None = None
        self._coloring: Coloring = "label"
        self.coloring = ChoiceBox("Colour of the dots", COLORINGS)
        self.lasso = QToolButton()
        self.compare = QToolButton()
        self.note = ElidedLabel()
        self._build()
        self._connect()
        self.set_theme(theme)

    def _build(self) -> None:
        set_tip(self.coloring, _COLORING_TIP)
        self.lasso.setText("Lasso")
        self.lasso.setCheckable(True)
        set_tip(self.lasso, "Draw around dots to select them; Shift+drag does so at any time")
        self.compare.setText("Compare")
        self.compare.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.compare.setMenu(QMenu(self.compare))
        set_tip(self.compare, "Lay a second run over this one: curves dashed, latent views side by side")
        tools = QHBoxLayout()
        tools.setContentsMargins(4, 2, 0, 0)
        tools.setSpacing(6)
        tools.addWidget(label_for("Colour", self.coloring))
        tools.addWidget(self.coloring)
        tools.addWidget(self.lasso)
        tools.addWidget(self.compare)
        tools.addWidget(self.note, 1, Qt.AlignmentFlag.AlignRight)
        self._views = QSplitter(Qt.Orientation.Horizontal)
        self._views.setChildrenCollapsible(False)
        self._views.addWidget(self.view)
        self._views.addWidget(self.second_view)
        self.second_view.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(tools)
        layout.addWidget(self._views, 1)

    def _connect(self) -> None:
        self.coloring.activated.connect(self._tell_coloring)
        self.lasso.toggled.connect(self.view.set_lasso_mode)
        self.compare.menu().aboutToShow.connect(self._fill_compare)
        self.picker.pinned.connect(self._tell_pin)
        self.picker.unpinned.connect(self._tell_pin)
        self.picker.selection_changed.connect(self._tell_selection)
        self.view.component_clicked.connect(self.component_chosen)
        self.view.component_drag_finished.connect(self._tell_moved)

    # -- what is shown ------------------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        for part in (self.view, self.picker, self.second_view, self.second_picker, self._cover):
            part.set_theme(theme)

    def set_coloring(self, key: Coloring) -> None:
        self._coloring = key
        self._show_coloring()

    def _show_coloring(self) -> None:
        """What the colours are; labels are not offered where nobody knows them."""
        has_labels = self._possible("label") == "label"
        self.coloring.set_possible("label", has_labels, "" if has_labels else _NO_LABELS)
        self.coloring.set_key(self._possible(self._coloring))

    def _possible(self, key: Coloring) -> Coloring:
        """As far as is known of data that are still to come, all can be had."""
        return key if self._given is None else shown_coloring(key, self._given[1])

    def set_component(self, index: int) -> None:
        """Ring a component; -1 for none."""
        self.view.set_chosen_component(index)

    def set_components_movable(self, is_movable: bool) -> None:
        self.view.set_components_movable(is_movable)

    def clear(self, words: str) -> None:
        """Another run, of which there is no picture yet."""
        self._given, self._picture = None, None
        self.picker.clear()
        self.view.follow()
        set_text(self.note, "")
        set_tip(self.note, "")
        self._cover.set_reason(words)

    def show_snapshot(self, snapshot: GmmVaeSnapshot, dataset: Dataset | None, n_points: int) -> None:
        """Show a run at one instant."""
        self._given = (snapshot, dataset, n_points)
        self._cover.set_reason("")
        self._show_coloring()
        self._draw()
        self._draw_second()

    def show_second(self, snapshot: GmmVaeSnapshot | None, name: str, own_name: str = "") -> None:
        """Show another run beside it; without a snapshot and a name the comparison ends.

        ``own_name`` is what the run shown alone so far is called beside the other.
        """
        self._second = snapshot
        if bool(name) != self.second_view.isVisibleTo(self):
            self.second_view.setVisible(bool(name))
            self._share_room()
        for view, title in ((self.view, own_name if name else ""), (self.second_view, name)):
            view.set_title(title, self.theme.muted_text)
        self.compare.setText("Compare ✓" if name else "Compare")
        if not name:
            self._second_picture = None
            self.second_picker.clear()
        self._draw_second()

    def _draw(self) -> None:
        if self._given is None:
            return
        snapshot, dataset, n_points = self._given
        self._picture = make_picture(
            snapshot,
            dataset,
            self._coloring,
            self.theme,
            n_points=n_points,
            selected=self.picker.selected_rows,
            previous=None if self._picture is None else self._picture.plane,
        )
        self.picker.show_picture(snapshot, dataset, self._picture)
        self._show_note(snapshot, len(self._picture.rows))

    def _show_note(self, snapshot: GmmVaeSnapshot, n_dots: int) -> None:
        """How many dots there are, or why there are no ellipses around them."""
        dots = f"{n_dots:,} dots"
        if not snapshot.has_mixture:
            set_text(self.note, "no mixture yet")
            set_tip(self.note, f"{dots}; the mixture is fitted to them when pre-training is done")
        else:
            set_text(self.note, dots)
            set_tip(self.note, f"Examples of the probe, out of {len(snapshot.probe):,}: one dot each")

    def _draw_second(self) -> None:
        """With the examples of the first run where they are the same ones, else without labels."""
        if self._second is None or self._given is None:
            return
        _, dataset, n_points = self._given
        if dataset is not None and not _fits(self._second, dataset):
            dataset = None
        previous = None if self._second_picture is None else self._second_picture.plane
        self._second_picture = make_picture(
            self._second, dataset, self._coloring, self.theme, n_points=n_points, previous=previous
        )
        self.second_picker.show_picture(self._second, dataset, self._second_picture)

    def _share_room(self) -> None:
        """Half for each of two views: side by side, or one above the other where there is more height."""
        is_wide = self._views.width() > self._views.height()
        self._views.setOrientation(Qt.Orientation.Horizontal if is_wide else Qt.Orientation.Vertical)
        self._views.setSizes([1000, 1000])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_wide = self._views.orientation() == Qt.Orientation.Horizontal
        if is_wide != (self._views.width() > self._views.height()):
            self._share_room()

    def plots(self) -> Sequence[ExportablePlot]:
        return (self.view, self.second_view) if self.second_view.isVisible() else (self.view,)

    # -- what the hand has done ---------------------------------------------------------------------------

    @property
    def pinned_place(self) -> int | None:
        """Row of the snapshot's probe that is pinned; None where none or a code in between is."""
        pin = self.picker.pin
        if pin is None or pin.row < 0 or self._picture is None:
            return None
        dot = self._picture.dot_of(pin.row)
        return int(self._picture.places[dot]) if dot >= 0 else None

    def place_for_component(self) -> FloatArray | None:
        """Where a new component goes: to the pin, else to the middle of what is visible; (J,)."""
        if self._picture is None:
            return None
        if self.picker.pin is not None:
            return self.picker.pin.code
        (x_lo, x_hi), (y_lo, y_hi) = self.view.view_range
        return self._picture.plane.to_latent((x_lo + x_hi) / 2, (y_lo + y_hi) / 2)

    @Slot()
    def _tell_pin(self) -> None:
        self.example_pinned.emit()

    @Slot(object)
    def _tell_selection(self, rows: IntArray) -> None:
        self._draw()
        self.selection_changed.emit(rows)

    @Slot(int)
    def _tell_coloring(self) -> None:
        self.coloring_chosen.emit(self.coloring.key)

    @Slot(int, float, float)
    def _tell_moved(self, index: int, x: float, y: float) -> None:
        if self._given is None or self._picture is None:
            return
        mean = self._given[0].component_means[index].astype("float64")
        self.component_moved.emit(index, self._picture.plane.moved(mean, x, y))

    @Slot()
    def _fill_compare(self) -> None:
        self.compare_requested.emit(self.compare.menu())


def _fits(snapshot: GmmVaeSnapshot, dataset: Dataset) -> bool:
    """Whether a snapshot can be of these examples."""
    is_inside = int(snapshot.probe.max(initial=0)) < len(dataset)
    return is_inside and snapshot.reconstructions.shape[1] == dataset.dimension
