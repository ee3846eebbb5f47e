"""Inputs, their grids of codes and their reconstructions: the data's images, and the user's own."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QHideEvent
from PySide6.QtWidgets import QLabel, QStackedWidget, QVBoxLayout, QWidget

from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.vq_inference import MakeInference
from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.core.vq_vae_snapshot import VqVaeSnapshot
from dgm_explorer.ui import file_dialogs
from dgm_explorer.ui.export import ExportablePlot, PlotTable
from dgm_explorer.ui.tabs.vq_vae.code_panel import CodePanel
from dgm_explorer.ui.tabs.vq_vae.reconstructions.areas import ReconAreas
from dgm_explorer.ui.tabs.vq_vae.reconstructions.asker import ImageAsker
from dgm_explorer.ui.tabs.vq_vae.reconstructions.fields import Fields, fields_of
from dgm_explorer.ui.tabs.vq_vae.reconstructions.gallery import RunNames
from dgm_explorer.ui.tabs.vq_vae.reconstructions.own_image import OwnImage, dropped_file
from dgm_explorer.ui.tabs.vq_vae.reconstructions.pictures import Pictures
from dgm_explorer.ui.tabs.vq_vae.reconstructions.requests import OWN, ImageAnswer, ImageRequest
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.form import set_color, set_text

N_SHUFFLED: Final = 8
_NO_IMAGES: Final = "These data are points in the plane; grids of codes are for images."


class ReconstructionPanel(CodePanel):
    """An image in focus over rows of images and the places of the code chosen.

    Which image is in focus, and the user's own one, are passing gestures: they live here.

    Parameters
    ----------
    make_inference : makes the copy of the network that encodes beside the window.
    """

    export_name = "reconstructions"

    message = Signal(str)
    """One sentence: why something the user wanted cannot be done."""

    def __init__(self, make_inference: MakeInference, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.areas = ReconAreas()
        self.own = OwnImage(self)
        self._asker = ImageAsker(make_inference, self)
        self._rng = np.random.default_rng()
        self._config = VqVaeConfig()
        self._names = RunNames()
        self._second: VqVaeSnapshot | None = None
        self._answer: ImageAnswer | None = None
        self._focus: int | None = None
        self._shuffled: tuple[int, ...] = ()
        self._kind: tuple[object, ...] = ()
        self._words = QLabel()
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._words.setWordWrap(True)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._words)
        self._pages.addWidget(self.areas)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 2, 0, 2)
        layout.addWidget(self._pages)
        self.setAcceptDrops(True)
        self._connect()
        self._connect_own()

    def _connect(self) -> None:
        areas = self.areas
        areas.tools.shuffle_requested.connect(self._shuffle)
        areas.gallery.reset_requested.connect(self._unshuffle)
        areas.gallery.errors_toggled.connect(self._draw_gallery)
        for row_chosen in (areas.tools.row_chosen, areas.gallery.row_chosen, areas.places.row_chosen):
            row_chosen.connect(self._bring_to_focus)
        for hovered in (areas.focus.code_hovered, areas.gallery.code_hovered, areas.places.code_hovered):
            hovered.connect(self._hover)
        areas.focus.code_clicked.connect(self._choose)
        areas.page_shown.connect(self._draw)
        areas.gallery.view.room_changed.connect(self._ask_for_unknown)
        self._asker.due.connect(self._ask_for_snapshot)
        self._asker.answered.connect(self._take_answer)
        self._asker.failed.connect(self.message)

    def _connect_own(self) -> None:
        tools, own_tools, own = self.areas.tools, self.areas.own_tools, self.own
        tools.open_requested.connect(self._open)
        tools.drawing_toggled.connect(self._draw_by_hand)
        own_tools.brush_chosen.connect(self._set_brush)
        own_tools.clear_requested.connect(own.wipe)
        own_tools.invert_requested.connect(own.invert)
        own_tools.discard_requested.connect(own.discard)
        pad = self.areas.focus.view.pad
        pad.stroke_started.connect(own.keep)
        pad.image_drawn.connect(own.retouch)
        pad.stroke_finished.connect(self._ask)
        pad.undo_requested.connect(own.undo)
        own.replaced.connect(self._bring_own_to_focus)
        own.retouched.connect(self._ask_in_stroke)
        own.discarded.connect(self._drop_own)
        own.failed.connect(self.message)

    # -- what is shown ------------------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.areas.set_theme(theme)
        set_color(self._words, theme.muted_text)
        self.show_again()

    def set_config(self, config: VqVaeConfig) -> None:
        if config != self._config:
            self._config = config
            self._forget()

    def set_code(self, code: int) -> None:
        if code != self.code:
            super().set_code(code)
            self.areas.set_code(code)
            self._draw()

    def show_second(self, snapshot: VqVaeSnapshot | None, name: str, own_name: str = "") -> None:
        """Lay another run's reconstructions of the same images beside; without a name the comparison ends."""
        self._second, self._names = snapshot, RunNames(own_name if name else "", name)
        self.areas.focus.view.set_names(self._names.own, self._names.second)
        self._draw()

    def plots(self) -> Sequence[ExportablePlot]:
        areas = self.areas
        every = (areas.gallery.view, areas.places.view, areas.focus.view.grid, areas.focus.chart)
        return tuple(plot for plot in every if plot.isVisibleTo(self))

    def finish(self) -> None:
        self._asker.close()
        self.own.close()

    def export_table(self) -> PlotTable:
        return self.areas.gallery.view.export_table()

    def _mark(self) -> None:
        areas = self.areas
        for view in (areas.focus, areas.gallery.view, areas.places.view):
            view.set_marked(self.hovered_code, self.code)

    def _clear(self, words: str) -> None:
        self._forget()
        self.areas.focus.clear()
        self.areas.gallery.clear()
        self.areas.places.clear()
        set_text(self._words, words)
        self._pages.setCurrentWidget(self._words)

    def _show(self, snapshot: VqVaeSnapshot, dataset: Dataset) -> None:
        if dataset.image_shape is None:
            self._clear(_NO_IMAGES)
            return
        kind = (dataset.fingerprint, snapshot.codes.shape[1:], snapshot.n_codes)
        if kind != self._kind:
            self._kind = kind
            self._start_over(dataset.image_shape)
        self._pages.setCurrentWidget(self.areas)
        self._draw()
        self._asker.poke()

    def _start_over(self, shape: tuple[int, int, int]) -> None:
        """Other data, or grids of another size."""
        self._forget()
        self._focus, self._shuffled = None, ()
        self.areas.gallery.clear()
        self.areas.places.clear()
        self.own.set_shape(shape)
        self.areas.own_tools.set_image_side(min(shape[:2]))
        self._set_brush()
        self._set_drawing(False)

    def _forget(self) -> None:
        """Another run: answers of the one before are worth nothing."""
        self._asker.forget()
        self._answer = None

    # -- drawing ------------------------------------------------------------------------------------------

    @property
    def _pictures(self) -> Pictures | None:
        """What is known of images; None while there is nothing to show."""
        if self._given is None or self._pages.currentWidget() is not self.areas:
            return None
        snapshot, dataset = self._given
        return Pictures(snapshot, dataset, self._answer, self.own.values, self._second)

    def _row_in_focus(self, pictures: Pictures) -> int:
        """Row of the data set, or `OWN`."""
        if self._focus is not None:
            return self._focus
        return int(pictures.snapshot.shown[0]) if len(pictures.snapshot.shown) else 0

    def _fields(self, pictures: Pictures) -> Fields:
        return fields_of(pictures.snapshot, self._config, pictures.image_shape)

    @Slot()
    def _draw(self) -> None:
        pictures = self._pictures
        if pictures is not None and self.isVisible():
            self._draw_focus(pictures)
            self._draw_gallery()
            self._draw_places(pictures)

    def _draw_focus(self, pictures: Pictures) -> None:
        row, areas = self._row_in_focus(pictures), self.areas
        areas.focus.show_image(pictures, row, self._fields(pictures))
        areas.tools.set_row(row, len(pictures.dataset))
        areas.own_tools.setVisible(row == OWN)

    @Slot()
    def _draw_gallery(self) -> None:
        pictures, gallery = self._pictures, self.areas.gallery
        if pictures is not None and gallery.isVisible():
            rows = self._shuffled or tuple(pictures.snapshot.shown.tolist())
            if self.own.values is not None:
                rows = (OWN, *rows)
            gallery.reset.setVisible(bool(self._shuffled))
            gallery.show_rows(pictures, rows, self._fields(pictures).stride, self._names)
            self._ask_for_unknown()

    def _draw_places(self, pictures: Pictures) -> None:
        places = self.areas.places
        if places.isVisible():
            if 0 <= self.code < pictures.snapshot.n_codes:
                fields = self._fields(pictures)
                places.show_code(pictures.snapshot, pictures.dataset, fields, self.code)
            else:
                places.clear()

    # -- the network --------------------------------------------------------------------------------------

    @Slot()
    def _ask_for_snapshot(self) -> None:
        self._request_images(self._rows_wanted(), by_hand=False)

    @Slot()
    def _ask(self) -> None:
        self._request_images(self._rows_wanted(), by_hand=True)

    @Slot()
    def _ask_in_stroke(self) -> None:
        """Nothing but what the hand draws, so that the answer follows it."""
        self._request_images([OWN], by_hand=True)

    @Slot()
    def _ask_for_unknown(self) -> None:
        """There may be room for images now that were not asked for."""
        pictures = self._pictures
        if pictures is not None and not all(map(pictures.is_known, self.areas.gallery.rows_shown)):
            self._asker.poke()

    def _rows_wanted(self) -> list[int]:
        """Images on the screen of which the snapshot has not everything, the one in focus first."""
        pictures = self._pictures
        if pictures is None:
            return []
        rows = [self._row_in_focus(pictures)]
        if self.own.values is not None:
            rows.append(OWN)
        rows += [row for row in self.areas.gallery.rows_shown if not pictures.is_complete(row)]
        return list(dict.fromkeys(rows))

    def _request_images(self, rows: list[int], by_hand: bool) -> None:
        pictures = self._pictures
        if pictures is not None and rows and self.isVisible():
            images = np.stack([pictures.image(row) for row in rows])
            request = ImageRequest(np.array(rows), images)
            self._asker.ask(pictures.snapshot, self._config, pictures.image_shape, request, by_hand)

    @Slot(object)
    def _take_answer(self, found: ImageAnswer) -> None:
        is_of_stroke = found.rows.tolist() == [OWN]
        self._answer = found.with_rest_of(self._answer) if is_of_stroke and self._answer else found
        pictures = self._pictures
        if pictures is not None and self.isVisible():
            self._draw_focus(pictures)
            if not self.areas.focus.view.pad.is_in_stroke:
                self._draw_gallery()

    # -- what the hand has done ---------------------------------------------------------------------------

    @Slot(int)
    def _hover(self, code: int) -> None:
        if code != self.hovered_code:  # the next cell may have the same
            self.set_hovered_code(code)
            self.code_hovered.emit(code)

    @Slot(int)
    def _choose(self, code: int) -> None:
        self.code_chosen.emit(-1 if code == self.code else code)

    @Slot(int)
    def _bring_to_focus(self, row: int) -> None:
        self._focus = row
        if row != OWN:
            self._set_drawing(False)
        self._draw()
        self._ask()

    @Slot()
    def _shuffle(self) -> None:
        if self._given is not None:
            n = len(self._given[1])
            chosen = self._rng.choice(n, size=min(N_SHUFFLED, n), replace=False)
            self._shuffled = tuple(sorted(chosen.tolist()))
            self._draw()
            self._ask()

    @Slot()
    def _unshuffle(self) -> None:
        self._shuffled = ()
        self._draw()
        self._ask()

    # -- the user's own image -----------------------------------------------------------------------------

    @Slot()
    def _bring_own_to_focus(self) -> None:
        self._bring_to_focus(OWN)

    @Slot()
    def _drop_own(self) -> None:
        self._focus = None
        self._set_drawing(False)
        self._draw()
        self._ask()

    @Slot(bool)
    def _draw_by_hand(self, is_drawing: bool) -> None:
        self._set_drawing(is_drawing)
        if is_drawing and self.own.values is None:
            self.own.wipe()
        elif is_drawing:
            self._bring_own_to_focus()

    def _set_drawing(self, is_drawing: bool) -> None:
        self.areas.tools.set_drawing(is_drawing)
        self.areas.focus.view.set_drawing(is_drawing)

    @Slot()
    def _set_brush(self) -> None:
        self.areas.focus.view.pad.brush_px = self.areas.own_tools.brush_px

    @Slot()
    def _open(self) -> None:
        path = file_dialogs.ask_image_file(self)
        if path is not None:
            self.own.read(path)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._pictures is not None and dropped_file(event.mimeData()) is not None:
            event.acceptProposedAction()
        else:
            event.ignore()

    def dropEvent(self, event: QDropEvent) -> None:
        path = dropped_file(event.mimeData())
        if path is not None:
            event.acceptProposedAction()
            self.own.read(path)

    def hideEvent(self, event: QHideEvent) -> None:
        self._asker.rest()
        super().hideEvent(event)
