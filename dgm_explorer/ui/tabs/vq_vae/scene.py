"""Everything visible of the VQ-VAE tab: one picture of one instant, in all views at once."""

import time
from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QSplitter, QWidget

from dgm_explorer.core.run_notes import REFUSED_BATCH
from dgm_explorer.core.training import MakeRun
from dgm_explorer.core.vq_vae_config import MODEL
from dgm_explorer.core.vq_vae_painting import Painting
from dgm_explorer.core.vq_vae_snapshot import VqVaeSnapshot
from dgm_explorer.core.vq_vae_state import VqVaeState
from dgm_explorer.ui.export import ExportablePlot
from dgm_explorer.ui.run.readings import RunOnScreen
from dgm_explorer.ui.store import Store
from dgm_explorer.ui.tabs.training_scene import TrainingScene
from dgm_explorer.ui.tabs.vq_vae.alarms import find_alarms
from dgm_explorer.ui.tabs.vq_vae.code_panel import CodePanel
from dgm_explorer.ui.tabs.vq_vae.config_fields import SETTINGS
from dgm_explorer.ui.tabs.vq_vae.lower_panels import LowerPanels
from dgm_explorer.ui.tabs.vq_vae.mosaic.panel import MosaicPanel
from dgm_explorer.ui.tabs.vq_vae.state_editor import VqVaeEditor
from dgm_explorer.ui.theme import Theme


class VqVaeScene(TrainingScene):
    """The mosaic of the codebook on the left, the panels on the right; a code lights up in all of them.

    Parameters
    ----------
    store : of `VqVaeState`; the only truth about what is asked for.
    make_run : as for the tab.
    mosaic, panels : the scene takes them over.
    """

    def __init__(
        self,
        store: Store,
        make_run: MakeRun,
        mosaic: MosaicPanel,
        panels: LowerPanels,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(MODEL, store, VqVaeEditor(store), SETTINGS, make_run, theme, parent)
        self.mosaic, self.panels = mosaic, panels
        self._of_codes: tuple[CodePanel, ...] = (self.mosaic, *self.panels.of_codes)
        self.lay_out(self._arrange_pictures())
        self._connect_panels()
        self.begin()

    @property
    def state(self) -> VqVaeState:
        state: VqVaeState = self._store.state
        return state

    def _arrange_pictures(self) -> QWidget:
        pictures = QSplitter(Qt.Orientation.Horizontal)
        pictures.setChildrenCollapsible(False)
        pictures.addWidget(self.mosaic)
        pictures.addWidget(self.panels)
        pictures.setSizes([430, 540])
        pictures.setStretchFactor(0, 4)
        pictures.setStretchFactor(1, 5)
        return pictures

    def _connect_panels(self) -> None:
        mosaic, panels = self.mosaic, self.panels
        for panel in self._of_codes:
            panel.code_hovered.connect(self._light_up)
            panel.code_chosen.connect(self._choose_code)
        mosaic.picture_chosen.connect(lambda key: self.editor.apply(tile_picture=key))
        mosaic.order_chosen.connect(lambda key: self.editor.apply(tile_order=key))
        mosaic.compare_requested.connect(self.fill_compare_menu)
        panels.panel_chosen.connect(lambda key: self.editor.apply(panel=key))
        panels.usage.usage_picture_chosen.connect(lambda key: self.editor.apply(usage_picture=key))
        panels.embedding.arrows_chosen.connect(lambda is_on: self.editor.apply(has_arrows=is_on))
        panels.curves.log_chosen.connect(lambda is_on: self.editor.apply(is_loss_log=is_on))
        panels.reconstructions.message.connect(self.message)
        panels.paint.painting_changed.connect(self._paint)
        panels.paint.stroke_began.connect(self._store.begin_gesture)
        panels.paint.stroke_ended.connect(self._store.end_gesture)

    # -- what the window asks -----------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        self.mosaic.set_theme(theme)
        self.panels.set_theme(theme)
        super().set_theme(theme)

    def plots(self) -> Sequence[ExportablePlot]:
        return (*self.mosaic.plots(), *self.panels.plots())

    def python_script(self) -> str:
        from dgm_explorer.ui.tabs.vq_vae.script import make_script

        return make_script(self.recorded())

    def finish(self) -> None:
        super().finish()
        for panel in self._of_codes:
            panel.finish()

    # -- state --------------------------------------------------------------------------------------------

    @Slot(object, object)
    def _take_state(self, old: VqVaeState, new: VqVaeState) -> None:
        super()._take_state(old, new)
        running = self.desk.training_request
        if old.config.estimator != new.config.estimator and running is not None:
            switched = replace(running.config, estimator=new.config.estimator)
            self.panels.embedding.set_config(switched)

    def show_state(self, state: VqVaeState) -> None:
        super().show_state(state)
        self.mosaic.set_picture(state.tile_picture)
        self.mosaic.set_order(state.tile_order)
        self.panels.set_panel(state.panel)
        self.panels.usage.set_usage_picture(state.usage_picture)
        self.panels.embedding.set_arrows_shown(state.has_arrows)
        self.panels.curves.set_log(state.is_loss_log)
        self.panels.paint.set_painting(state.painting)
        for panel in self._of_codes:
            panel.set_code(state.code)

    @Slot(int)
    def _choose_code(self, code: int) -> None:
        self.editor.apply(code=code)

    @Slot(int)
    def _light_up(self, code: int) -> None:
        """The code under the mouse in one panel, in all of them."""
        for panel in self._of_codes:
            panel.set_hovered_code(code)

    @Slot(object)
    def _paint(self, painting: Painting) -> None:
        self.editor.apply(painting=painting)

    # -- the run ------------------------------------------------------------------------------------------

    def show_words(self, words: str) -> None:
        self.panels.sample.set_run(self.desk.name)
        for panel in self._of_codes:
            panel.clear(words)

    def empty_places(self) -> Sequence[QWidget]:
        panels = self.panels
        of_pages = (panels.reconstructions, panels.usage, panels.embedding.plot, panels.paint.canvas.grid)
        return (self.mosaic.view, *of_pages, panels.sample, panels.curves.losses)

    def show_step(self, step: int | None) -> None:
        self.panels.curves.set_shown_step(step)

    @Slot(object)
    def _take_run(self, screen: RunOnScreen) -> None:
        super()._take_run(screen)
        for panel in self._of_codes:
            panel.set_config(screen.request.config)
        self.panels.usage.set_run_folder(screen.folder)

    # -- pictures -----------------------------------------------------------------------------------------

    @Slot()
    def draw(self) -> None:
        snapshot: VqVaeSnapshot | None = self.snapshot
        dataset = self.dataset
        if snapshot is None or dataset is None:
            return
        started_s = time.perf_counter()
        for panel in self._of_codes:
            panel.show_snapshot(snapshot, dataset)
        n_refused = self.desk.notes.count_of(REFUSED_BATCH)
        alarms = find_alarms(snapshot, self.desk.history, n_refused)
        self.alarms.show_sentences([alarm.sentence for alarm in alarms])
        self.frame_done.emit(1e3 * (time.perf_counter() - started_s))

    @Slot()
    def draw_curves(self) -> None:
        self.panels.curves.set_names(*self.short_names)
        self.panels.curves.show_history(self.desk.history, self.desk.second.history)

    @Slot()
    def draw_second(self) -> None:
        own, other = self.short_names
        self.mosaic.set_compared(other)
        self.panels.reconstructions.show_second(self.desk.second.snapshot, other, own)
        self.draw_curves()

    # -- Qt -----------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape that nothing in front wants chooses no code."""
        if event.key() == Qt.Key.Key_Escape and self.state.code >= 0:
            self._choose_code(-1)
        else:
            super().keyPressEvent(event)
