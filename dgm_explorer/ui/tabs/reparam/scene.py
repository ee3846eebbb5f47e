"""Everything visible of the Reparametrisation tab: one state, one frame, and the views that draw it."""

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QWidget

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.config_words import in_words
from dgm_explorer.core.kl_state import KLState
from dgm_explorer.ui.export import ExportablePlot
from dgm_explorer.ui.painting import paint_now
from dgm_explorer.ui.store import Store
from dgm_explorer.ui.tabs.lazy_tab import TabScene
from dgm_explorer.ui.tabs.reparam.control_panel import ControlPanel
from dgm_explorer.ui.tabs.reparam.descent_player import DescentPlayer
from dgm_explorer.ui.tabs.reparam.estimator_words import estimator_color
from dgm_explorer.ui.tabs.reparam.frame import FrameEngine, ReparamFrame
from dgm_explorer.ui.tabs.reparam.lower_panels import LowerPanels
from dgm_explorer.ui.tabs.reparam.plane_pair import PlanePair
from dgm_explorer.ui.tabs.reparam.state_editor import FIELD_WORDS, ReparamEditor
from dgm_explorer.ui.tabs.reparam.twin_board import TwinBoard
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.throttle import TurnThrottle

if TYPE_CHECKING:
    from dgm_explorer.ui.tabs.reparam.quantile_board import QuantileBoard

SHARES_PERCENT = (66, 34)
"""Heights of the pictures and the lower panels."""


class ReparamScene(TabScene):
    """The store is the only truth.

    Its changes and the steps of descent poke a throttle; each firing resolves the newest state into a frame
    and hands it to the views, whose setters never answer back.

    Parameters
    ----------
    store : of a `ReparamState`.
    kl_state : the present state of the KL tab.
    """

    player: DescentPlayer

    def __init__(
        self, store: Store, kl_state: Callable[[], KLState], theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._kl_state = kl_state
        self._engine = FrameEngine()
        self._frame: ReparamFrame | None = None
        self._throttle = TurnThrottle(self)
        self.editor = ReparamEditor(store, self)
        self.player = DescentPlayer(self)
        self._theme = theme
        self._line: QuantileBoard | None = None
        self.planes = PlanePair()
        self.panels = LowerPanels(self.editor, self.player, theme)
        self.controls = ControlPanel(self.editor, theme)
        self._build()
        self._connect(store)
        self.set_theme(theme)

    def _build(self) -> None:
        self._pictures = QStackedWidget()
        self._pictures.addWidget(self.planes)
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        for index, widget in enumerate((self._pictures, self.panels)):
            self.splitter.addWidget(widget)
            self.splitter.setStretchFactor(index, SHARES_PERCENT[index])
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setSizes([10 * share for share in SHARES_PERCENT])
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.splitter, 1)
        layout.addWidget(self.controls)

    def _connect(self, store: Store) -> None:
        store.changed.connect(self._throttle.poke)
        self._throttle.fired.connect(self._draw)
        self.editor.refused.connect(self._refuse)
        self._connect_board(self.planes)
        self.planes.view_changed.connect(self.editor.set_view)
        self.panels.drag_started.connect(self._begin_drag)
        self.panels.drag_finished.connect(self._finish_drag)
        self.player.advanced.connect(self._throttle.poke)
        self.player.playing_changed.connect(self.playing_changed)
        self.player.stopped.connect(self.noticed)

    def _connect_board(self, board: TwinBoard) -> None:
        board.map_changed.connect(self.editor.take_map)
        board.chosen.connect(self._choose_point)
        board.drag_started.connect(self._begin_drag)
        board.drag_finished.connect(self._finish_drag)

    @property
    def line(self) -> "QuantileBoard":
        """The quantile picture, made when first wanted."""
        if self._line is None:
            from dgm_explorer.ui.tabs.reparam.quantile_board import QuantileBoard

            line = self._line = QuantileBoard()
            line.set_theme(self._theme)
            self._connect_board(line)
            line.view_changed.connect(self.editor.set_line_view)
            self._pictures.addWidget(line)
        return self._line

    @property
    def board(self) -> TwinBoard:
        """The pictures of the present dimension."""
        return self.planes if self.editor.state.dimension == 2 else self.line

    @property
    def frame(self) -> ReparamFrame:
        """The frame shown."""
        assert self._frame is not None
        return self._frame

    def draw_now(self) -> None:
        """Draw the newest state if the throttle still holds it back."""
        self._throttle.flush()

    def set_theme(self, theme: Theme) -> None:
        """Colours and fonts."""
        self._theme = theme
        for part in (self.planes, self._line, self.panels, self.controls):
            if part is not None:
                part.set_theme(theme)
        if self.isVisible():
            self.refresh()

    def set_controls_visible(self, is_visible: bool) -> None:
        self.controls.setVisible(is_visible)

    def plots(self) -> Sequence[ExportablePlot]:
        """What is visible, the most important first."""
        return (*self.board.plots(), *self.panels.plots())

    def python_script(self) -> str:
        from dgm_explorer.ui.tabs.reparam.script import make_script

        self.draw_now()
        if self._frame is None:
            self.refresh()
        return make_script(self.frame)

    def finish(self) -> None:
        """Stop playing and wait for what runs beside the window."""
        self.player.pause()
        self._throttle.cancel()
        self.panels.finish()

    # -- frames -------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Compute the newest state's frame and draw what differs."""
        started_s = time.perf_counter()
        state, kl = self.editor.state, self._kl_state()
        self.player.follow(state, kl)
        position = self.player.position if self.player.has_moved else None
        frame = self._frame = self._engine.resolve(state, kl, position)
        self.editor.set_shown(frame.state)
        self._show_pictures(frame)
        self.panels.show_frame(state, frame)
        self.controls.show_frame(frame)
        self.frame_done.emit(1e3 * (time.perf_counter() - started_s))

    def _show_pictures(self, frame: ReparamFrame) -> None:
        board = self.board
        self._pictures.setCurrentWidget(board)
        board.show_frame(frame)
        if board is self.planes:
            self.planes.set_ways(self._ways())

    def _ways(self) -> list[tuple[FloatArray, str]]:
        """Of earlier descents of the same problem and of the present one, in their estimators' colours."""
        trail, run = self.player.trail, self.player.run
        ways = [
            (kept.trail.means, estimator_color(kept.recipe.estimator, self._theme))
            for kept in reversed(self.player.earlier)
        ]
        if trail is not None and run is not None:
            ways.append((trail.means, estimator_color(run.recipe.estimator, self._theme)))
        return ways if self.frame.is_objective_shown else []

    def _draw(self) -> None:
        """Compute and paint in one go: nothing comes between a frame and its picture."""
        if self.isVisible():
            self.refresh()
            paint_now(self, self.splitter)

    # -- the hand -----------------------------------------------------------------------------------------

    def _begin_drag(self) -> None:
        self.editor.begin_gesture()
        self.player.suspend()

    def _finish_drag(self) -> None:
        self._throttle.flush()
        self.editor.end_gesture()
        self.player.resume()

    @Slot(int)
    def _choose_point(self, index: int) -> None:
        self.editor.apply(chosen=index)

    def _refuse(self, sentence: str) -> None:
        """Say why, for as long as reading takes, and let every control show the state again."""
        told = in_words(sentence, FIELD_WORDS)
        self.message.emit(told)
        self.message_over.emit(told)
        if self.isVisible():
            self.refresh()
